"""Waits for what a process does, never for a time: a machine under load takes longer."""

from __future__ import annotations

import fcntl
import os
import struct
import termios
import time
from pathlib import Path

_TICK = 0.02
_LONGEST = 120
"""Seconds after which a condition is given up."""


def until(condition):
    """Wait until a condition holds."""
    for _ in range(int(_LONGEST / _TICK)):
        if condition():
            return
        time.sleep(_TICK)
    raise AssertionError("it never came about")


def until_worked(process, seconds):
    """Wait until a process has used so many seconds of a processor, or has ended."""
    until(lambda: process.poll() is not None or _worked(process.pid) >= seconds)


def _worked(number):
    fields = Path(f"/proc/{number}/stat").read_text("utf-8").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def until_read(pipe):
    """Wait until what was written to a pipe was read."""
    until(lambda: struct.unpack("i", fcntl.ioctl(pipe, termios.FIONREAD, b"\0" * 4))[0] == 0)
