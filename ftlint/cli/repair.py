"""What `ftlint check --fix` and `--diff` do."""

from __future__ import annotations

import json
import os
import shutil
import sys
import tempfile
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

import click

from ftlint.engine.commit import commit, target_of
from ftlint.errors import InputError, RuleError, UsageError
from ftlint.report.diff import hunks, patch
from ftlint.report.formats import WIDTH
from ftlint.report.formats.grouped import repairs
from ftlint.report.formats.text import cut, paint, plain
from ftlint.report.report import without_reason
from ftlint.sources.files import remove_leftovers, writing

if TYPE_CHECKING:
    from array import array
    from collections.abc import Callable, Iterator, Sequence

    from ftlint.engine.dataset import Dataset
    from ftlint.engine.repair.result import Repaired
    from ftlint.report.report import Report
    from ftlint.session import Session
    from ftlint.sources import Source


@contextmanager
def _discreet(session: Session) -> Iterator[None]:
    """Where texts of the data may not show, take what its exception said from the sentence on a rule that fails."""
    try:
        yield
    except RuleError as error:
        if session.shows(rule.code for rule in session.rules):
            raise
        raise RuleError(without_reason(str(error))) from error


@contextmanager
def repairing(
    session: Session,
    datasets: Sequence[Dataset],
    options: dict[str, Any],
    *,
    limit: int,
    unreadable: Sequence[str],
    progress: Callable[[int], None],
) -> Iterator[tuple[Report, Callable[[], bool]]]:
    """Repair datasets beside their files; give the report on what is left, and a function that puts the repaired in place.

    With `--diff` that function prints the difference instead. It returns whether there is any. What it writes besides the
    data (dropped records, the table of labels) is on the disk before the first file is replaced.
    """
    show = options["diff"]
    if not show:
        _prepare(datasets)
    with ExitStack() as cleanup:
        dropped = cleanup.enter_context(tempfile.TemporaryFile()) if options["dropped"] and not show else None
        with _discreet(session):
            repaired, report = session.fix_datasets(
                datasets,
                unsafe=bool(options["unsafe_fixes"]),
                limit=limit,
                unreadable=unreadable,
                progress=progress,
                target=(lambda _: None) if show else target_of,
                dropped=dropped,
                track=show,
            )
        for item in repaired:
            cleanup.callback(item.close)
        files = [file for item in repaired for file in item.files]

        def finish() -> bool:
            if show:
                _check_shown(report, files)
                for line in repairs(report, "would fix"):
                    click.echo(line, err=True)
                for original, new, origins in files:
                    _show(original, new, origins, color=options["color"])
            else:
                if dropped:
                    _keep_dropped(options["dropped"], dropped)
                if options["label_map"]:
                    _keep_labels(options["label_map"], repaired)
                for original, new, _ in files:
                    commit(original, new)
            return any(new is not original for original, new, _ in files)

        yield report, finish


def _keep_labels(path: str, repaired: Sequence[Repaired]) -> None:
    """Write the table of renamed labels to a file."""
    table = {old: new for item in repaired for old, new in item.labels.items()}
    with writing(path) as file:
        file.write(json.dumps(table, ensure_ascii=False, indent=2).encode() + b"\n")


def _check_shown(report: Report, files: Sequence[tuple[Source, Source, array[int] | None]]) -> None:
    """Raise UsageError where a diff would print what must not be printed."""
    for rule in report.rules:
        failed = any(rule.code in dataset.failures for dataset in report.datasets)
        if rule.private and (failed or report.found[rule.code] or any(map(rule.hides, _changed_lines(files)))):
            raise UsageError(f"--diff would show what {rule.code} finds; use --fix, or --ignore {rule.code}")


def _changed_lines(files: Sequence[tuple[Source, Source, array[int] | None]]) -> Iterator[str]:
    """Yield the lines of all hunks."""
    for original, new, origins in files:
        for hunk in hunks(original, new, origins) if new is not original else ():
            yield from (line.decode("utf-8", "replace") for _, line in hunk.lines)


def _prepare(datasets: Sequence[Dataset]) -> None:
    """Delete what killed runs left beside the files; raises InputError for what cannot be repaired in place."""
    seen: set[Path] = set()
    for dataset in datasets:
        for source in dataset.sources:
            source.refuse_repair()
            if source.origin:
                target = Path(os.path.realpath(source.origin))
                if target in seen:
                    raise UsageError(
                        f"{source.path} is named twice, or in two datasets; a file is repaired once: name the files of one"
                    )
                seen.add(target)
                remove_leftovers(target.parent, target.name)
            elif not source.is_stdin and not source.remote:
                raise InputError(
                    f"cannot repair {source.path} in place: it is not a regular file; pipe it to `ftlint check --fix -`"
                )


def _keep_dropped(path: str, lines: IO[bytes]) -> None:
    """Write dropped lines to a file, after those that it keeps from earlier runs."""
    before = Path(path).read_bytes() if Path(path).is_file() else b""
    with writing(path) as file:
        file.write(before)
        if before and not before.endswith(b"\n"):
            file.write(b"\n")
        lines.seek(0)
        shutil.copyfileobj(lines, file)


def _show(original: Source, new: Source, origins: array[int] | None, *, color: bool) -> None:
    """Print the difference: for people in windows around the changes, for programs as a patch."""
    out = sys.stdout.buffer
    if new is original:
        return
    if not sys.stdout.isatty() and not color:
        out.writelines(patch(original.path, original, new, origins))
        out.flush()
        return
    out.write(f"{plain(original.path)}\n".encode())
    for hunk in hunks(original, new, origins):
        out.write(paint(hunk.header(), color=color, fg="cyan").encode() + b"\n")
        changed = [line for prefix, line in hunk.lines if prefix != " "]
        start = max(0, len(os.path.commonprefix(changed)) - 40) if len(changed) > 1 else 0
        for prefix, line in hunk.lines:
            text = plain(line.decode("utf-8", "replace").rstrip("\n"))[start if prefix != " " else 0 :]
            shown = cut(f"{prefix}{'…' if start and prefix != ' ' else ''}{text}", WIDTH)
            out.write(paint(shown, color=color, fg={"-": "red", "+": "green"}.get(prefix)).encode("utf-8", "replace") + b"\n")
    out.flush()
