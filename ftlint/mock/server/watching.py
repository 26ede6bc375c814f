"""/_ftlint/…: what the page shows. Not part of the service that is stood in for."""

from __future__ import annotations

from collections import Counter
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from fastapi import APIRouter
from starlette.responses import HTMLResponse, Response

import ftlint
from ftlint.errors import FtlintError
from ftlint.mock.data.records import answer_of, is_record, parsed
from ftlint.mock.errors import ServiceError
from ftlint.mock.experiments.experiments import answers, label_in, labels_of
from ftlint.mock.jobs import results
from ftlint.mock.model.bases import base_named
from ftlint.mock.server.service import Service, answer, found
from ftlint.report.formats import Style, format_named
from ftlint.sources import Source

if TYPE_CHECKING:
    from ftlint.mock.jobs.store import Body, Store

_JOBS, _POINTS = 30, 100
"""Jobs that are shown, the newest, and points of a curve."""

_JUDGED, _BEHIND = 2000, 50
"""Records that a model is asked for its matrix, and those that are shown behind a cell."""


def routes(service: Service) -> APIRouter:
    """Return the endpoints."""
    router = APIRouter(prefix="/_ftlint", include_in_schema=False)
    store = service.store

    @router.get("/state")
    def state() -> Response:
        """Return files, jobs with their curves, and models, the newest first."""
        models = [{"id": body["id"], "base": body["base"], "chat": _is_chat(body["base"])} for body in store.all("models")[::-1]]
        files = [{name: body[name] for name in ("id", "filename", "bytes", "purpose")} for body in store.all("files")[::-1]]
        jobs = [_job(service, job) for job in store.all("jobs")[: -_JOBS - 1 : -1]]
        return answer({"jobs": jobs, "models": models, "files": files})

    @router.get("/jobs/{job_id}/matrix")
    def matrix(job_id: str) -> Response:
        """Return the confusion matrix of a job's model on its validation file, with the records behind each cell."""
        return answer(_matrix(service, found(store.get("jobs", job_id), "job", job_id)))

    @router.get("/files/{file_id}")
    def findings(file_id: str) -> Response:
        """Return what `ftlint check` finds in a file, as its html report."""
        body = found(store.get("files", file_id), "File object", file_id)
        content = store.read(body)
        report = ftlint.check(Source(body["filename"], len(content), content))
        return HTMLResponse("\n".join(format_named("html").render(report, Style())))

    return router


def _is_chat(base: str) -> bool:
    known = base_named(base)
    return known is not None and known.chat


def _job(service: Service, job: Body) -> dict[str, Any]:
    """Return what the page shows of a job."""
    return {
        **{name: job[name] for name in ("id", "model", "status", "fine_tuned_model", "training_file", "validation_file", "used")},
        "data": (service.store.get("files", job["training_file"]) or {"filename": "deleted"})["filename"],
        "progress": _progress(service, job),
        "error": (job["error"] or {}).get("message"),
        "curves": _curves(service, job),
    }


def _curves(service: Service, job: Body) -> dict[str, list[tuple[int, float]]]:
    """Return the curves of a job: of its results file, or of one that is not over so far."""
    body = service.store.get("files", job["result_files"][0]) if job["result_files"] else None
    if body is None:
        return results.curves(results.of_generation(service.runner.lines(job["id"]), legacy=job["legacy"]), _POINTS)
    return _of_file(service.store, body["content"])


@lru_cache(maxsize=2 * _JOBS)
def _of_file(store: Store, content: str) -> dict[str, list[tuple[int, float]]]:
    """Return the curves of a results file, which does not change and is asked for every second."""
    return results.curves(store.read({"content": content}), _POINTS)


def _progress(service: Service, job: Body) -> str:
    """Return how far a job is that is being done; nothing of another one."""
    lines = service.runner.lines(job["id"])
    return f"{100 * lines[-1].step.number // lines[-1].step.total} %" if lines else ""


def _matrix(service: Service, job: Body) -> dict[str, Any]:
    """Return labels, and for each pair of right and predicted label its number and records."""
    store = service.store
    body = store.get("files", job["validation_file"] or "")
    if not job["fine_tuned_model"] or body is None:
        raise ServiceError(404, "The job has no model yet, or no validation file to judge it by")
    model = service.model(job["fine_tuned_model"])
    valid = [record for record in parsed(store.read(body)) if is_record(record)][:_JUDGED]
    training = store.get("files", job["training_file"])
    labels = labels_of([*(filter(is_record, parsed(store.read(training))) if training else ()), *valid])
    if not labels:
        raise ServiceError(404, "The answers are free text: there are no labels to confuse")
    try:
        said = answers(model, valid, labels)
    except FtlintError as error:
        raise ServiceError(404, str(error)) from error
    counts: Counter[tuple[str, str]] = Counter()
    behind: dict[tuple[str, str], list[dict[str, str]]] = {}
    for record, text in zip(valid, said, strict=True):
        cell = answer_of(record), label_in(text, labels)
        counts[cell] += 1
        if counts[cell] <= _BEHIND:
            behind.setdefault(cell, []).append({"asked": _asked(record), "said": text})
    predicted = sorted({label for _, label in counts} | set(labels), key=lambda label: (label not in labels, label))
    cells = [
        {"true": true, "said": label, "count": counts[true, label], "records": behind[true, label]} for true, label in behind
    ]
    return {"model": job["fine_tuned_model"], "labels": labels, "predicted": predicted, "records": len(valid), "cells": cells}


def _asked(record: dict[str, Any]) -> str:
    """Return what is asked with a record, for people."""
    if "prompt" in record:
        return str(record["prompt"])
    return "\n".join(
        f"{turn.get('role')}: {turn.get('content')}" for turn in record["messages"] if turn.get("role") != "assistant"
    )
