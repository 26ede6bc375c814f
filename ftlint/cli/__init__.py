"""The command line. This module is light: worker processes import it again, and `--version` must be instant."""

from __future__ import annotations

import atexit
import os
import sys
from contextlib import suppress
from typing import NoReturn


def main() -> NoReturn:
    """Run the command line, and end the process with its exit code."""
    from ftlint.cli.app import run  # noqa: PLC0415 - worker processes need none of it

    _open_streams()
    leave(run())


def _open_streams() -> None:
    """Open what the caller closed (`>&-`), or the next file to be opened would take its place."""
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, mode, encoding="utf-8"))  # noqa: SIM115, PTH123 - open to the end


def leave(code: int) -> NoReturn:
    """End this process at once, after what was registered for its end was done.

    The interpreter would go on to free all memory object by object, which takes 40 ms; the system does it in one.
    """
    atexit._run_exitfuncs()  # noqa: SLF001 - there is no public name for it
    with suppress(OSError):  # whoever read the output may be gone
        sys.stdout.flush()
        sys.stderr.flush()
    os._exit(code)
