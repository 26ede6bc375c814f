"""The command under test, as a process of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

FTLINT = [str(Path(sys.executable).with_name("ftlint"))]


def ftlint(*arguments, cwd, stdin=None, **environment):
    return subprocess.run(
        [*FTLINT, *map(str, arguments)],
        cwd=cwd,
        input=stdin,
        stdin=subprocess.DEVNULL if stdin is None else None,
        capture_output=True,
        env={**os.environ, **environment},
        check=False,
        timeout=120,
    )
