"""What `ftlint check --fix` and `--diff` do."""

from __future__ import annotations

import json
import os
import shutil
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from ftlint.api import run_fix
from ftlint.diff import hunks, patch
from ftlint.engine.commit import commit, target_of
from ftlint.errors import InputError, UsageError
from ftlint.files import remove_leftovers, writing
from ftlint.reporters import WIDTH
from ftlint.reporters.text import cut, paint, plain
from ftlint.sources import STDIN

if TYPE_CHECKING:
    from array import array
    from collections.abc import Sequence

    from ftlint.config import Config
    from ftlint.datasets import Dataset
    from ftlint.engine.workers import Workers
    from ftlint.findings import Report
    from ftlint.sources import Source


def run(
    datasets: Sequence[Dataset], config: Config, workers: Workers, options: dict[str, Any], limit: int
) -> tuple[Report, bool]:
    """Repair datasets in place, or show the difference; return the report on what is left, and whether anything changed."""
    show = options["diff"]
    if not show:
        _prepare(datasets)
    with ExitStack() as cleanup:
        dropped = cleanup.enter_context(tempfile.TemporaryFile()) if options["dropped"] and not show else None
        repaired, report = run_fix(
            datasets,
            config,
            unsafe=bool(options["unsafe_fixes"]),
            workers=workers,
            limit=limit,
            target=(lambda _: None) if show else target_of,
            dropped=dropped,
            track=show,
        )
        for item in repaired:
            cleanup.callback(item.close)
        files = [file for item in repaired for file in item.files]
        different = any(new is not original for original, new, _ in files)
        if show:
            for original, new, origins in files:
                _show(original, new, origins, color=options["color"])
            return report, different
        report.findings  # noqa: B018 - rendered while the temporary files are there
        if dropped:  # before the files lose these lines
            _keep_dropped(options["dropped"], dropped)
        for original, new, _ in files:
            commit(original, new)
    if options["label_map"] and not show:
        table = {old: new for item in repaired for old, new in item.labels.items()}
        with writing(options["label_map"]) as file:
            file.write(json.dumps(table, ensure_ascii=False, indent=2).encode() + b"\n")
    return report, different


def _prepare(datasets: Sequence[Dataset]) -> None:
    """Delete what killed runs left beside the files; raises InputError for what cannot be repaired in place."""
    seen: set[Path] = set()
    for dataset in datasets:
        for source in dataset.sources:
            if source.origin:
                target = Path(os.path.realpath(source.origin))
                if target in seen:
                    raise UsageError(f"{source.path} is named twice; a file is repaired once")
                seen.add(target)
                remove_leftovers(target.parent, target.name)
            elif source.path != STDIN:
                raise InputError(
                    f"cannot repair {source.path} in place: it is no regular file; pipe it to `ftlint check --fix -`"
                )


def _keep_dropped(path: str, lines: IO[bytes]) -> None:
    """Write dropped lines to a file, after those that it keeps from earlier runs."""
    before = Path(path).read_bytes() if Path(path).is_file() else b""
    with writing(path) as file:
        file.write(before)
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
        changed = [line for sign, line in hunk.lines if sign != " "]
        start = max(0, len(os.path.commonprefix(changed)) - 40) if len(changed) > 1 else 0
        for sign, line in hunk.lines:
            text = plain(line.decode("utf-8", "replace").rstrip("\n"))[start if sign != " " else 0 :]
            shown = cut(f"{sign}{'…' if start and sign != ' ' else ''}{text}", WIDTH)
            out.write(paint(shown, color=color, fg={"-": "red", "+": "green"}.get(sign)).encode("utf-8", "replace") + b"\n")
    out.flush()
