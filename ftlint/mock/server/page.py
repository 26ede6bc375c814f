"""The page at /: files, jobs with their loss, and models."""

from __future__ import annotations

from html import escape
from time import gmtime, strftime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from ftlint.mock.jobs.store import Body
    from ftlint.mock.server.service import Service

_WIDTH, _HEIGHT = 240, 48
_STYLE = """
:root { color-scheme: light dark; font: 15px/1.5 system-ui, sans-serif; }
body { max-width: 70rem; margin: 2rem auto; padding: 0 1rem; }
table { border-collapse: collapse; width: 100%; margin-bottom: 2rem; }
th, td { text-align: left; padding: .3rem .8rem .3rem 0; vertical-align: top; overflow-wrap: anywhere;
  border-bottom: 1px solid color-mix(in srgb, currentColor 20%, transparent); }
svg { stroke: currentColor; fill: none; stroke-width: 1.5; }
"""


def page(service: Service) -> str:
    """Return the page."""
    store = service.store
    files = [(body["id"], body["filename"], f"{body['bytes']:,}", body["purpose"]) for body in store.all("files")[::-1]]
    jobs = [(job["id"], job["model"], job["status"], _curve(service, job), _said(job)) for job in store.all("jobs")[::-1]]
    models = [(body["id"], body["base"], _time(body["created"])) for body in store.all("models")[::-1]]
    return f"""<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>ftlint mock</title>
<style>{_STYLE}</style></head>
<body>
<h1>ftlint mock</h1>
<p>A stand-in for the fine-tuning service, on this machine only. No model of OpenAI's is here: every base model is the same small
learner, and only tokenizer and price differ. It really trains, so what is wrong with the data shows.</p>
<h2>Jobs</h2>
{_table(("job", "model", "status", "training loss", "outcome"), jobs, raw=3)}
<h2>Models</h2>
{_table(("model", "made from", "made"), models)}
<h2>Files</h2>
{_table(("file", "name", "bytes", "purpose"), files)}
</body>
</html>
"""


def _table(head: Sequence[str], rows: Iterable[Sequence[str]], raw: int | None = None) -> str:
    """Return a table. raw: the column that holds markup of ours."""
    lines = ["".join(f"<td>{cell if number == raw else escape(cell)}</td>" for number, cell in enumerate(row)) for row in rows]
    if not lines:
        return "<p>none yet</p>"
    names = "".join(f"<th>{name}</th>" for name in head)
    return f"<table><thead><tr>{names}</tr></thead><tbody>{''.join(f'<tr>{line}</tr>' for line in lines)}</tbody></table>"


def _said(job: Body) -> str:
    return (job["error"] or {}).get("message") or job["fine_tuned_model"] or ""


def _curve(service: Service, job: Body) -> str:
    """Return the loss of a job's steps as a line."""
    losses = _losses(service, job)
    if len(losses) < 2:
        return ""
    most = max(losses) or 1.0
    points = " ".join(
        f"{number / (len(losses) - 1) * _WIDTH:.1f},{_HEIGHT - loss / most * (_HEIGHT - 4) - 2:.1f}"
        for number, loss in enumerate(losses)
    )
    label = f"from {losses[0]:.2f} to {losses[-1]:.2f}"
    return (
        f'<svg width="{_WIDTH}" height="{_HEIGHT}" role="img" aria-label="{label}"><polyline points="{points}"/></svg><br>{label}'
    )


def _losses(service: Service, job: Body) -> list[float]:
    """Return up to 200 training losses of a job: of its results file, or of its events while it is trained."""
    if not job["result_files"]:
        events = service.store.of_job("events", job["id"])
        return [event["data"]["train_loss"] for event in events if event.get("data")]
    body = service.store.get("files", job["result_files"][0])
    if body is None:
        return []
    head, *lines = service.store.read(body).decode().splitlines()
    column = head.split(",").index("training_loss" if job["legacy"] else "train_loss")
    losses = [float(line.split(",")[column]) for line in lines]
    return losses[:: max(1, len(losses) // 200)]


def _time(seconds: int) -> str:
    return strftime("%Y-%m-%d %H:%M:%S UTC", gmtime(seconds))
