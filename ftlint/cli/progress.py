"""A progress bar."""

from __future__ import annotations

import os
import sys
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from rich.progress import ProgressColumn


@contextmanager
def progress(size: int, *, unit: str) -> Iterator[Callable[[int], None]]:
    """Show a bar on a terminal when it takes longer than a second, never where CI or PRE_COMMIT is set.

    size: how many units there are to do; unit: `bytes` or `steps`. What is yielded takes how many more are done.
    """
    if not sys.stderr.isatty() or os.environ.get("CI") or os.environ.get("PRE_COMMIT"):
        yield lambda _: None
        return
    from rich.console import Console  # noqa: PLC0415 - only a terminal needs it
    from rich.progress import BarColumn, DownloadColumn, MofNCompleteColumn, Progress, TimeRemainingColumn  # noqa: PLC0415

    done: ProgressColumn = DownloadColumn() if unit == "bytes" else MofNCompleteColumn()
    bar = Progress(BarColumn(), done, TimeRemainingColumn(), console=Console(stderr=True), transient=True)
    task = bar.add_task("", total=size)
    started = time.monotonic()

    def advance(number: int) -> None:
        bar.advance(task, number)
        if time.monotonic() - started > 1:
            bar.start()

    try:
        yield advance
    finally:
        bar.stop()
