"""The command line. This module is light: worker processes import it again, and `--version` must be instant."""

from __future__ import annotations


def main() -> None:
    """Run the command line, and end the process with its exit code."""
    from ftlint.cli.app import run  # noqa: PLC0415 - worker processes need none of it

    raise SystemExit(run())
