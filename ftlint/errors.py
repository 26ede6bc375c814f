"""What can go wrong besides findings.

FtlintError            ftlint cannot do its job: exit code 2, one sentence
├── UsageError         an argument that makes no sense
├── ConfigError        a configuration file, variable or option that is wrong
├── InputError         data that cannot be read
├── RuleError          a rule that fails, or a pack of rules that cannot be loaded
├── StaleError         a baseline that accepts what is not there any more
└── FindingsError      data that a caller does not accept
"""

from __future__ import annotations

from contextlib import contextmanager
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator


class FtlintError(Exception):
    """Something that ftlint could not do; its text is one sentence for the user."""


class UsageError(FtlintError):
    """An invalid argument."""


class ConfigError(FtlintError):
    """A configuration value that is wrong; the text names the place and the key."""


class InputError(FtlintError):
    """Data that cannot be read; the text names the file."""


class RuleError(FtlintError):
    """A rule or dialect that fails; the text names it and its pack. code: of the rule, where it is a rule's repair."""

    def __init__(self, message: str, code: str = "") -> None:
        super().__init__(message)
        self.code = code


class FindingsError(FtlintError):
    """Data has findings that a caller does not accept. report: what was found."""

    def __init__(self, message: str, report: Any) -> None:
        super().__init__(message, report)
        self.report = report

    def __str__(self) -> str:
        return str(self.args[0])


class StaleError(FtlintError):
    """A baseline accepts findings that are not there any more."""


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """Return `; did you mean X?` for the closest known word, or an empty text."""
    by_lower = {name.lower(): name for name in known}
    close = get_close_matches(word.lower(), by_lower, n=1, cutoff=0.6)
    return f"; did you mean {by_lower[close[0]]}?" if close else ""


class _Signals:
    """Signals that ended this process, as far as the handlers that ftlint installed saw them."""

    watched = False
    came = False


def watch_signals() -> None:
    """Say that handlers are installed which note every wish that this process ends."""
    _Signals.watched = True


def interrupted(*_: object) -> None:
    """Note that the interrupt key was pressed, and raise KeyboardInterrupt; a handler of signals."""
    _Signals.came = True
    raise KeyboardInterrupt


def terminated(number: int, _: object) -> None:
    """Note that somebody wants this process to end, and raise SystemExit; a handler of signals."""
    _Signals.came = True
    raise SystemExit(128 + number)


def was_ended() -> bool:
    """Whether one of these handlers was called."""
    return _Signals.came


def raise_if_interrupted(error: BaseException) -> None:
    """Raise an exception again where it is somebody's wish that this process ends, and not a failure of the code it came from.

    A rule of somebody else may end the process, or claim to be the interrupt key; that is a failure like any other. Where no
    handlers watch for signals (in a library call), the interrupt key cannot be told from it, and counts as pressed.
    """
    if _Signals.came or (isinstance(error, KeyboardInterrupt) and not _Signals.watched):
        raise error


def reason(error: BaseException) -> str:
    """Return type and text of an exception on one line."""
    return " ".join(f"{type(error).__name__}: {error}".split())


@contextmanager
def failing(dialect: Any) -> Iterator[None]:
    """Turn whatever the code of somebody else's dialect raises into a RuleError that names the dialect and its package."""
    try:
        yield
    except FtlintError:
        raise
    except BaseException as error:
        raise_if_interrupted(error)
        package = type(dialect).__module__.partition(".")[0]
        if package == "ftlint":
            raise
        raise RuleError(f"dialect {dialect.name} of {package} failed: {reason(error)}") from error
