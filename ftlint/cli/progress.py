"""A progress bar."""

from __future__ import annotations

import os
import sys
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_AFTER = 1.0
"""Seconds after which a bar is shown: what is done sooner needs none."""

_ERASE = "\r\x1b[2K\x1b[?25h"
"""Erases the line of the terminal, and shows the cursor, which click hides."""


@contextmanager
def progress(size: int, *, unit: str) -> Iterator[Callable[[int], None]]:
    """Show a bar on a terminal when it takes longer than a second, never where CI or PRE_COMMIT is set.

    Args:
        size: How many units there are to do.
        unit: `bytes`, or what is counted.

    Yields:
        What takes how many more are done. The bar is gone at the end.

    """
    if not sys.stderr.isatty() or os.environ.get("CI") or os.environ.get("PRE_COMMIT"):
        yield lambda _: None
        return
    of_bytes = unit == "bytes"
    bar = click.progressbar(
        length=size,
        file=sys.stderr,
        show_pos=not of_bytes,
        show_percent=of_bytes,
        width=40,
        fill_char="━",
        empty_char=" ",
        bar_template="%(bar)s %(info)s",
    )
    started = time.monotonic()
    waiting = 0
    shown = False

    def advance(number: int) -> None:
        nonlocal waiting, shown
        waiting += number
        if time.monotonic() - started > _AFTER:
            bar.update(waiting)
            waiting, shown = 0, True

    try:
        yield advance
    finally:
        if shown:
            sys.stderr.write(_ERASE)
            sys.stderr.flush()
