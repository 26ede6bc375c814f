"""A profile for people, for documents and for programs."""

from __future__ import annotations

import json
import re
from html import escape
from typing import TYPE_CHECKING, Any

from ftlint.dialects import named
from ftlint.report.formats.text import plain
from ftlint.report.page import Bar, bars, page_of
from ftlint.text.words import numbered, quote

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from ftlint.prepare.lengths import Lengths
    from ftlint.prepare.measures import Estimate
    from ftlint.prepare.profile import Cost, Label, Profile, Spread
    from ftlint.prepare.recipe import Inference, Training

_LABELS = 20
"""Labels that are listed."""

_BAR = 24
_ADVICE = 2_000
"""Records of a label from which on performance is good, as the guide has it: "a few thousand"."""


def as_text(profile: Profile, columns: int = 80) -> Iterator[str]:
    """Yield the lines of a profile, none wider than the columns but for commands and code, which are never cut."""
    for title, lines in _sections(profile, columns):
        yield title
        yield from (f"  {line}" if line else "" for line in lines)
        yield ""


def as_markdown(profile: Profile) -> Iterator[str]:
    """Yield the profile as Markdown."""
    yield f"# {plain(profile.path)}"
    for title, lines in _sections(profile, 100):
        yield from ("", f"## {title}", "", "```", *lines, "```")


def as_html(profile: Profile) -> Iterator[str]:
    """Yield the profile as a page: pictures of labels and lengths, then all that its text says."""
    yield from page_of(f"ftlint: profile of {profile.path}", _page(profile))


def _page(profile: Profile) -> Iterator[str]:
    (title, lines), *sections = _sections(profile, 100)
    yield f'<header><h1>ftlint</h1><p class="verdict">{escape(title)}</p><pre>{escape(_joined(lines))}</pre></header><main>'
    yield from pictures(profile)
    for name, section in sections:
        yield f"<section><h2>{escape(name)}</h2><pre>{escape(_joined(section))}</pre></section>"
    yield "</main>"


def pictures(profile: Profile) -> Iterator[str]:
    """Yield pictures of labels and of lengths, as parts of a page; what is beyond a known limit stands out."""
    labels = [Bar(label.label, label.count) for label in profile.labels[:_LABELS]]
    yield from _picture("records by label", labels)
    for kind, spread in profile.spreads.items():
        yield from _picture(f"{kind}: texts by tokens", _bands(spread.histogram, profile.context.target.limit))
    if profile.lengths:
        limit = profile.lengths.limit
        title = "records by tokens, as their trainer renders them" + (f"; the limit is {limit:,}" if limit else "")
        yield from _picture(title, _bands(profile.lengths.histogram, limit))


def _picture(title: str, rows: Sequence[Bar]) -> Iterator[str]:
    if rows:
        yield f"<h2>{escape(title)}</h2>{bars(title, rows)}"


def _bands(histogram: Iterable[tuple[int, int, int]], limit: int) -> list[Bar]:
    """Return the bands of a histogram, of which those stand out that are beyond a limit (0: none is known)."""
    return [Bar(_band(first, last), count, "error" if limit and first > limit else "info") for first, last, count in histogram]


def _band(first: int, last: int) -> str:
    return numbered(first, "token") if first == last else f"{first:,} to {last:,} tokens"


def _joined(lines: Sequence[str]) -> str:
    """Return lines as one text whose control characters show as escapes."""
    return "\n".join(map(plain, lines))


def as_json(profile: Profile) -> dict[str, Any]:
    """Return the profile as an object."""
    total = profile.counts.total
    training, asking = profile.training, profile.inference
    return {
        "path": profile.path,
        "records": profile.records,
        "left_out": profile.left_out,
        "bytes": profile.size,
        "dialect": profile.context.dialect,
        "target": profile.context.target.name,
        "encoding": profile.context.encoding,
        "separator": None,
        "stop": None,
        **profile.facts(),
        "task": profile.context.task,
        "surveyed": profile.context.surveyed,
        "labels": [
            {
                "label": label.label,
                "count": label.count,
                "share": label.share,
                "tokens": [{"id": number, "text": text} for number, text in label.tokens],
            }
            for label in profile.labels
        ],
        "balance": {"ratio": profile.ratio, "entropy": profile.entropy} if profile.labels else None,
        "tokens": {
            **{kind: _spread(spread) for kind, spread in profile.spreads.items()},
            "total": total.count,
            "exact": total.exact,
            "interval": [total.count - total.error, total.count + total.error],
            "near_limit": profile.near.count,
            "near_limit_interval": [max(0, profile.near.count - profile.near.error), profile.near.count + profile.near.error],
        },
        **(profile.lengths.as_json() if profile.lengths else {}),
        "turns": dict(profile.turns),
        "notes": list(profile.notes),
        "cost": [
            {
                "model": cost.model,
                "training_usd": cost.training,
                "usage_usd_per_1k_records": cost.usage,
                "source": cost.source,
            }
            for cost in profile.costs
        ],
        "recipe": None if training is None or asking is None else _recipe_as_json(training, asking),
    }


def _recipe_as_json(training: Training, asking: Inference) -> dict[str, Any]:
    return {
        "training": {
            "command": training.command,
            "n_epochs": training.n_epochs,
            "batch_size": training.batch_size,
            "learning_rate_multiplier": training.learning_rate_multiplier,
            "prompt_loss_weight": training.prompt_loss_weight,
            "notes": list(training.notes),
        },
        "inference": {
            "temperature": asking.temperature,
            "max_tokens": asking.max_tokens,
            "stop": asking.stop,
            "logprobs": asking.logprobs,
            "logit_bias": {str(token): value for token, value in asking.logit_bias.items()},
            "first_token_to_label": dict(asking.first_token_to_label),
            "warnings": list(asking.warnings),
            "snippet": asking.snippet,
        },
    }


def _spread(spread: Spread) -> dict[str, Any]:
    return {
        "total": spread.total,
        "median": spread.median,
        "p95": spread.most_of_95,
        "max": spread.most,
        "histogram": [{"from": first, "to": last, "texts": count} for first, last, count in spread.histogram],
    }


def _sections(profile: Profile, columns: int) -> Iterator[tuple[str, list[str]]]:
    """Yield the parts of a profile: title and lines."""
    context = profile.context
    facts = [f"{name} {quote(value)}" for name, value in profile.facts().items() if isinstance(value, str)]
    known = f"inferred from {numbered(context.surveyed, 'record')}: {', '.join([context.task, *facts])}"
    kind = named(context.dialect).shown or context.dialect
    target = f"for {context.target.name}" if context.target.source else "no target named"
    head = f"{numbered(profile.records, f'{kind} record')}, {profile.size:,} bytes, {target}"
    unread = [f"left out: {numbered(profile.left_out, 'line')} that hold{'s' * (profile.left_out == 1)} no such record"] * bool(
        profile.left_out
    )
    yield plain(profile.path), [head, *unread, *_folded(known, columns - 2)]
    if profile.labels:
        yield "labels", list(_labels(profile, columns - 2))
    yield f"tokens ({context.encoding})", list(_tokens(profile, columns - 2))
    if profile.lengths:
        name = f"{context.target.titled} (estimate)" if profile.lengths.estimate else context.target.titled
        yield f"records as {name} makes them", list(_lengths(profile.lengths, columns - 2))
    if profile.costs:
        title = f"cost in dollars: {profile.epochs} epochs of training, and use of 1,000 such records"
        yield title, [*map(_cost, profile.costs), *_folded(profile.costs[0].source, columns - 2)]
    yield from _recipe(profile, columns)
    yield "how much data", [line for text in _advice(profile) for line in _folded(text, columns - 2)]


def _recipe(profile: Profile, columns: int) -> Iterator[tuple[str, list[str]]]:
    """Yield how to train and to ask; that no command is known, where only other trainers take such records."""
    if profile.training is None or profile.inference is None:
        text = "records of this shape are for trainers whose commands ftlint does not know: no recipe"
        yield "training", list(_folded(text, columns - 2))
        return
    notes = [line for note in profile.training.notes for line in _folded(note, columns - 2)]
    yield "training", [*_command(profile.training.command, columns - 2), *notes]
    asking = profile.inference
    settings: dict[str, Any] = {"temperature": asking.temperature, "max_tokens": asking.max_tokens, "stop": asking.stop}
    settings["logprobs"] = asking.logprobs
    text = ", ".join(f"{name} {json.dumps(value, ensure_ascii=False)}" for name, value in settings.items() if value is not None)
    bias = f"logit_bias 100 for {numbered(len(asking.logit_bias), 'token')}" if asking.logit_bias else ""
    warned = [line for warning in asking.warnings for line in _folded(warning, columns - 2)]
    yield "inference", [", ".join(filter(None, (text, bias))), *warned, "", *asking.snippet.rstrip().splitlines()]


def _cost(cost: Cost) -> str:
    prices = [cost.training, *([] if cost.usage is None else [cost.usage])]
    return f"{cost.model:16}" + "".join(f"{price:>12,.2f}" if price >= 1 else f"{price:>12.4f}" for price in prices)


def _command(command: str, columns: int) -> Iterator[str]:
    """Yield a command for a shell on lines that go on with a backslash, a call of Python on lines that end in a comma."""
    shell = "openai api " in command
    if shell and " && " in command:
        first, _, command = command.partition(" && ")
        yield f"{first} && \\"
    parts = re.split(r" (?=--|-[vm] )", command) if shell else re.split(r"(?<=,) ", command)
    line = parts[0]
    for part in parts[1:]:
        if len(line) + len(part) + 3 > columns:
            yield line + " \\" * shell
            line = f"    {part}"
        else:
            line += f" {part}"
    yield line


def _labels(profile: Profile, columns: int) -> Iterator[str]:
    """Yield a bar a label, with its tokens."""
    most = profile.labels[0].count
    shown = profile.labels[:_LABELS]
    width = min(24, max(len(quote(label.label)) for label in shown))
    for label in shown:
        bar = "█" * max(1, round(_BAR * label.count / most))
        line = f"{_cut(quote(label.label), width):{width}} {label.count:>9,} {label.share:>6.1%} {bar:{_BAR}}"
        yield f"{line} {_token_texts(label, columns - len(line) - 1)}".rstrip()
    if len(profile.labels) > _LABELS:
        yield f"… and {len(profile.labels) - _LABELS:,} more"
    if profile.entropy is not None and profile.ratio is not None:
        yield f"the commonest has {profile.ratio:,.1f} times the records of the rarest; evenness {profile.entropy:.2f} of 1"


def _token_texts(label: Label, columns: int) -> str:
    return _cut(" ".join(quote(text) for _, text in label.tokens), max(columns, 8))


def _tokens(profile: Profile, columns: int) -> Iterator[str]:
    """Yield totals and the spread of each kind of text."""
    total = profile.counts.total
    yield _total(total)
    width = max(10, *(len(kind) for kind in profile.spreads)) if profile.spreads else 10
    yield f"{'':{width}}{'total':>14}{'median':>9}{'95 %':>9}{'most':>9}{'a record':>10}"
    for kind, spread in profile.spreads.items():
        per = f"{profile.turns[kind]:.1f}"
        yield f"{kind:{width}}{spread.total:>14,}{spread.median:>9,}{spread.most_of_95:>9,}{spread.most:>9,}{per:>10}"
    for kind, spread in profile.spreads.items():
        if len(spread.histogram) > 1:
            yield f"{kind}, tokens of a text"
            most = max(count for _, _, count in spread.histogram)
            for first, last, count in spread.histogram:
                bar = "█" * round(min(_BAR, columns - 30) * count / most)
                yield f"  {f'{first:,}–{last:,}':>16} {bar}".rstrip()
    limit = profile.context.target.limit
    if limit:
        error = "" if profile.near.exact else f" (± {profile.near.error:,})"
        yield f"{numbered(profile.near.count, 'record')}{error} near the limit: 90 % of {limit:,} tokens or more"
    for note in profile.notes:
        yield from _folded(note, columns)


def _lengths(lengths: Lengths, columns: int) -> Iterator[str]:
    """Yield learned tokens, how long records are, and what limits would do."""
    share = lengths.learned / lengths.total if lengths.total else 0
    yield f"{lengths.total:,} tokens, of which {lengths.learned:,} ({share:.0%}) are learned"
    if lengths.refused:
        yield f"{numbered(lengths.refused, 'record')} refused by the chat template; ftlint check says why"
    if lengths.limit:
        yield f"limit: {lengths.limit:,} tokens"
    most = max((count for _, _, count in lengths.histogram), default=1)
    for first, last, count in lengths.histogram:
        bar = "█" * round(min(_BAR, columns - 30) * count / most)
        yield f"  {f'{first:,}–{last:,}':>16} {count:>9,} {bar}".rstrip()
    yield f"{'limit':>10}{'longer':>10}{'answer lost':>14}{'padding, packed':>18}"
    for one in lengths.limits:
        yield f"{one.tokens:>10,}{one.cut:>10,}{one.lost:>14,}{one.waste:>18.1%}"


def _total(total: Estimate) -> str:
    if total.exact:
        return f"{total.count:,} in all, counted"
    return f"{total.count:,} in all, ± {total.error:,} (95 %); --exact-tokens counts them"


def _advice(profile: Profile) -> Iterator[str]:
    """Yield where the dataset is against the guide's advice."""
    curve = f"what more data would bring: ftlint mock learning-curve {profile.path}"
    if profile.labels:
        few = [label.label for label in profile.labels if label.count < _ADVICE]
        enough = len(profile.labels) - len(few)
        text = f"{enough:,} of {numbered(len(profile.labels), 'label')} have {_ADVICE:,}"
        yield f"the guide wants a few thousand records of a label; {text}"
        if named(profile.context.dialect).called:
            yield curve
        return
    yield f"the guide wants thousands of records, and at best tens of thousands; there are {profile.records:,}"


def _folded(text: str, columns: int) -> Sequence[str]:
    lines = [""]
    for word in plain(text).split(" "):
        if lines[-1] and len(lines[-1]) + 1 + len(word) > columns:
            lines.append(f"  {word}")
        else:
            lines[-1] = f"{lines[-1]} {word}".strip() if not lines[-1].startswith("  ") else f"{lines[-1]} {word}"
    return lines


def _cut(text: str, columns: int) -> str:
    return text if len(text) <= columns else f"{text[: columns - 1]}…"
