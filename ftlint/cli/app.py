"""The commands, and what the process ends with: 0 fine, 1 findings, 2 could not do its job, 130 interrupted."""

from __future__ import annotations

import errno
import os
import signal
import sys
from importlib import import_module
from typing import TYPE_CHECKING, Any

import click

from ftlint import __version__
from ftlint.errors import FtlintError, did_you_mean, interrupted, terminated, was_ended, watch_signals

if TYPE_CHECKING:
    from collections.abc import Sequence

COMMANDS = (
    "baseline",
    "check",
    "config",
    "convert",
    "evaluate",
    "init",
    "mock",
    "profile",
    "rule",
    "server",
    "show",
    "split",
    "why",
)
"""Each is a module of this package with a click command of its name; it is imported when it is called."""


class _ReaderGoneError(Exception):
    """A broken pipe; click would end with 1 for it, which means findings."""


class _Commands(click.Group):
    """Commands that are imported only when they are needed."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command; whoever read its output may be gone."""
        try:
            return super().invoke(ctx)
        except BrokenPipeError as error:
            raise _ReaderGoneError from error

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 - click's signature
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = import_module(f"ftlint.cli.{cmd_name}").command
        return command

    def resolve_command(self, ctx: click.Context, args: list[str]) -> tuple[str | None, click.Command | None, list[str]]:
        if args and args[0] not in COMMANDS:
            raise click.UsageError(f"no command {args[0]!r}{did_you_mean(args[0], COMMANDS)}", ctx)
        return super().resolve_command(ctx, args)


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 120})
@click.version_option(__version__, "-V", "--version", prog_name="ftlint", message="%(prog)s %(version)s")
def app() -> None:
    """Find what is wrong with a fine-tuning dataset before you pay for training."""


def run(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return the exit code."""
    # Whoever ends us politely (a CI runner, `timeout`) does not leave temporary files and processes behind.
    signal.signal(signal.SIGTERM, terminated)
    signal.signal(signal.SIGINT, interrupted)
    watch_signals()
    try:
        code = app.main(args=arguments, prog_name="ftlint", standalone_mode=False)
        sys.stdout.flush()
    except click.exceptions.Exit as done:
        return done.exit_code
    except (BrokenPipeError, _ReaderGoneError):
        # Whoever read the report has seen enough; do not complain again when the process ends.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 128 + signal.SIGPIPE
    except (click.Abort, KeyboardInterrupt):
        return 128 + signal.SIGINT
    except BaseException as error:
        if isinstance(error, SystemExit) and (was_ended() or "_FTLINT_COMPLETE" in os.environ):
            raise  # somebody ends the process, or the shell has what it asked for
        from ftlint.report.formats.text import plain  # noqa: PLC0415 - only where something went wrong

        click.echo(f"ftlint: {plain(_sentence(error))}", err=True)
        return 2
    return code if isinstance(code, int) else 0


def _sentence(error: BaseException) -> str:
    """Return what the user is told of an error."""
    if isinstance(error, FtlintError):
        return str(error)
    if isinstance(error, click.ClickException):
        context = getattr(error, "ctx", None)
        hint = f" (ftlint {context.info_name} --help tells more)" if context and context.parent else ""
        return error.format_message().rstrip(".").replace("\n", " ") + hint
    if isinstance(error, OSError):
        reason = "no space left on the device" if error.errno == errno.ENOSPC else error.strerror or str(error)
        return f"{error.filename}: {reason}" if error.filename else reason
    if isinstance(error, MemoryError):
        return "out of memory; a single line may be too long for this machine"
    if type(error).__name__ == "BrokenProcessPool":  # its module takes 30 ms to load
        return "another process of ftlint was killed (out of memory?); --jobs 1 needs less"
    if os.environ.get("FTLINT_TRACEBACK"):
        raise error
    return f"internal error: {type(error).__name__}: {error} (FTLINT_TRACEBACK=1 shows where)"
