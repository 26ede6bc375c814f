"""`ftlint server`."""

from __future__ import annotations

import logging
import os
import sys

import click

from ftlint.errors import UsageError


@click.command("server")
@click.option("--stdio", is_flag=True, hidden=True, help="What many editors say; there is no other way.")
def command(*, stdio: bool) -> int:  # noqa: ARG001 - the same either way
    """Speak to an editor by the language server protocol, over standard input and output (extra ftlint[lsp])."""
    try:
        from ftlint.editor.server import made  # noqa: PLC0415 - an extra
    except ModuleNotFoundError as error:
        raise UsageError(f"ftlint server needs {error.name}: pip install 'ftlint[lsp]'") from error
    logging.basicConfig(level=logging.ERROR, stream=sys.stderr)
    server = made()
    # Standard output belongs to the protocol: whatever else is printed goes to standard error.
    spoken = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    server.start_io(stdout=spoken)
    return 0 if server.ended else 1
