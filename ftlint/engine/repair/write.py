"""Writes a file anew with what the rules repair, part by part, through the engine."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from typing import IO, TYPE_CHECKING

from msgspec import Struct

from ftlint.engine.repair.lines import Job, Output, Piece, Step, repair_piece
from ftlint.errors import RuleError
from ftlint.records.spread import objects, one_line
from ftlint.sources.charset import codec_of, decoded

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from concurrent.futures import Future

    from ftlint.engine.base import Engine
    from ftlint.engine.repair.choose import Action
    from ftlint.engine.result import CheckedFile
    from ftlint.rule import Rule
    from ftlint.rule.fixes import Fix
    from ftlint.sources import Source, Span


class Written(Struct):
    """What was written of a file. applied: how often each rule changed something.

    Attributes:
        origins: For each line written, the line that it comes from; None where lines are not tracked, or do not correspond.
    """

    applied: Counter[str]
    origins: list[int] | None = None


def write(
    file: CheckedFile,
    source: Source,
    actions: Sequence[Action],
    out: IO[bytes],
    engine: Engine,
    *,
    dropped: IO[bytes] | None = None,
    tracked: bool = False,
) -> Written:
    """Write a file with its repairs.

    Args:
        file: What is known of it from a check.
        source: Its bytes.
        actions: What is done to it.
        out: Takes the new bytes.
        engine: Works on its parts.
        dropped: Takes the lines that go.
        tracked: Whether to say where lines come from.

    Raises:
        RuleError: For a rule whose repair fails.

    """
    of_file = {action.fix.kind: action for action in actions if action.fix.kind}
    applied = Counter(action.rule.code for action in of_file.values())
    if "utf-8" in of_file:
        _write_as_utf8(source, of_file["utf-8"].fix, of_file["utf-8"].rule, out)
        return Written(applied)
    if "one-object-a-line" in of_file:
        out.writelines(one_line(text) + b"\n" for text in objects(source))
        return Written(applied)
    some = [action for action in actions if not action.fix.kind]
    steps = tuple(Step(action.rule, action.fix, action.table) for action in some)
    job = Job(file.context, steps, frozenset(kind for kind in of_file if kind), tracked)
    origins: list[int] = []

    def parts() -> Iterator[bytes]:
        last = b"\n"
        for output in _outputs(file, source, some, job, engine):
            applied.update(output.applied)
            origins.extend(output.origins)
            if dropped:
                dropped.write(output.dropped)
            yield output.data
            last = output.data[-1:] or last
        if "final-newline" in job.kinds and last != b"\n":
            yield b"\n"

    _write_all(parts(), out)
    return Written(applied, origins if tracked else None)


def _outputs(file: CheckedFile, source: Source, actions: Sequence[Action], job: Job, engine: Engine) -> Iterator[Output]:
    """Yield what each part becomes, in order; those that nothing is done to are not sent to other processes."""
    spans = list(file.lines.parts(file.facts.lines))
    worked = [_is_touched(span, lines, actions, job) for span, lines in spans]

    def pieces() -> Iterator[Piece]:
        for (span, lines), touched in zip(spans, worked, strict=True):
            if touched:
                targets = [action.targets(lines.start, lines.stop) for action in actions]
                yield Piece(source, span, lines.start, targets)

    outputs = engine.map(repair_piece, job, pieces())
    for (span, lines), touched in zip(spans, worked, strict=True):
        yield next(outputs) if touched else Output(source.read(span)[1], origins=lines if job.tracked else ())


def _is_touched(span: Span, lines: range, actions: Sequence[Action], job: Job) -> bool:
    """Whether anything is done to a part of a file."""
    at_start = span.start == 0 and not job.kinds.isdisjoint({"byte-order-mark", "no-byte-order-mark"})
    return at_start or "line-ends" in job.kinds or any(action.touches(lines.start, lines.stop) for action in actions)


def _write_as_utf8(source: Source, fix: Fix, rule: Rule, out: IO[bytes]) -> None:
    codec = fix.charset or codec_of(source.head(64)) or "utf-8"
    try:
        out.writelines(text.encode() for text in decoded(source, codec))
    except UnicodeError as error:
        raise RuleError(f"{source.path} is not {codec}: {error}", rule.code) from error
    except (LookupError, AttributeError, TypeError) as error:
        raise RuleError(f"no character set is called {codec!r}", rule.code) from error


def _write_all(parts: Iterator[bytes], out: IO[bytes]) -> None:
    """Write parts while the next one is made: a third of the time goes to the system."""
    with ThreadPoolExecutor(1) as writer:
        before: Future[int] | None = None
        for part in parts:
            if before:
                before.result()
            before = writer.submit(out.write, part)
        if before:
            before.result()
