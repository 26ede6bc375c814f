"""What is found in a document, and how it is repaired: ftlint's session as an editor asks it, without the protocol."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from msgspec.structs import replace

from ftlint import config as configuration
from ftlint.datasets import covers, dataset_with
from ftlint.errors import FtlintError
from ftlint.report.diff import replaced
from ftlint.rule.registry import matching
from ftlint.session import Session
from ftlint.sources import Source
from ftlint.text.words import numbered

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from ftlint.config import Config
    from ftlint.dialects.context import Context
    from ftlint.engine.dataset import Dataset
    from ftlint.report.finding import Finding
    from ftlint.report.report import Report

WHOLE = 32 << 20
"""Characters of a document that is checked as a whole; of a larger one its beginning is, and the lines that change."""

HEAD = 8 << 20
"""Characters of that beginning."""

SHOWN = 200
"""Findings that are shown a rule: an editor that draws a hundred thousand stands still."""

_BLOCK = 1 << 20
"""Bytes after which a check can be called off."""


class CalledOffError(Exception):
    """The text was changed while it was checked."""


class Found(NamedTuple):
    """What was found. context: what is known of the dataset; beyond: of each rule that found more than is shown, a sentence."""

    findings: Sequence[Finding]
    context: Context | None
    beyond: Sequence[str] = ()


class Sessions:
    """The sessions of documents, by their configuration; made anew where its files changed."""

    def __init__(self, settings: Mapping[str, Any]) -> None:
        self.settings = settings
        self._known: dict[Path, tuple[Any, Session]] = {}

    def of(self, path: str) -> Session | None:
        """Return the session of a document; None where the configuration excludes it. Raises ConfigError for a bad one."""
        folder = Path(path).parent
        stamp, session = self._known.get(folder, (None, None))
        file = configuration.find(folder)
        if session is None or stamp != _stamp(file, session.config):
            session = Session.of(configuration.load(self.settings, file=file, start=folder, named="the editor's settings"))
            self._known[folder] = _stamp(file, session.config), session
        return None if covers(session.config.settings.exclude, path, session.config) else session


def _stamp(file: Path | None, config: Config) -> object:
    """Return what tells whether a configuration is still what it was."""
    return file, [(name, Path(name).stat().st_mtime_ns) if Path(name).exists() else name for name in config.files]


def check_whole(session: Session, path: str, content: bytes, go_on: Callable[[], bool]) -> Found:
    """Return what is found in a document, judged together with the other files of its dataset.

    Args:
        go_on: Asked from time to time.

    Raises:
        CalledOffError: Where it says no.
    """

    def progress(_: int) -> None:
        if not go_on():
            raise CalledOffError

    dataset = _dataset(session, path, content)
    report = session.check_datasets([dataset], block=_BLOCK, progress=progress, edits=True, limit=SHOWN)
    try:
        context = next(file.context for file in report.files if file.path == path)
        return Found(_repairable(session, report, path), context, list(_beyond(report, path)))
    finally:
        report.close()
        for source in (*dataset.train, *dataset.valid):
            source.close()


def _dataset(session: Session, path: str, content: bytes) -> Dataset:
    """Return the dataset of a document; the document alone where it is too large altogether."""
    source = Source(path, len(content), content)
    dataset = dataset_with(source, session.config)
    whole = sum(other.size for other in (*dataset.train, *dataset.valid)) <= WHOLE
    return dataset if whole else dataset_with(source, session.config, alone=True)


def _repairable(session: Session, report: Report, path: str) -> list[Finding]:
    """Return the findings in a file; those that the configuration does not let be repaired have no repair."""
    kept = {rule.code for rule in matching(session.config.settings.unfixable, "unfixable")}
    mine = (one for one in report.findings if one.path == path)
    return [replace(one, fix=None) if one.code in kept else one for one in mine]


def _beyond(report: Report, path: str) -> Iterator[str]:
    """Yield a sentence for each rule that found more than is shown."""
    names = {rule.code: rule.name() for rule in report.rules}
    for (file, code), count in report.counts_by_file.items():
        if file == path and count > SHOWN:
            yield f"{code} {names[code]}: {numbered(count, 'finding')}, of which {SHOWN} are shown"


def check_lines(session: Session, path: str, lines: Iterable[str], context: Context | None) -> Found:
    """Return what rules about lines and records find in some lines; findings have the lines' numbers among them.

    Args:
        context: What is known of the dataset; without it the lines speak for themselves.
    """
    content = "\n".join(lines).encode("utf-8", "surrogatepass")
    report = session.check_lines(content, context, path=path, limit=SHOWN)
    return Found(_repairable(session, report, path), report.survey, list(_beyond(report, path)))


def repair(session: Session, path: str, content: bytes, rule: str | None) -> list[tuple[int, int, str]]:
    """Return what a repair replaces: first line and end (exclusive) of the old text, 0-based, and the new text.

    Args:
        rule: Repair what it finds, in whatever way it can; without it all that is safe.

    Raises:
        InputError: For a text that cannot be repaired.
    """
    if rule is not None:
        [chosen] = [one for one in session.rules if one.name() == rule]
        session = Session.of(session.config, rules=[chosen])
    [repaired], report = session.fix_datasets([_dataset(session, path, content)], unsafe=rule is not None, track=True)
    try:
        original, new, origins = next(file for file in repaired.files if file[0].path == path)
        changes = [] if new is original else list(replaced(original, new, origins))
        return [(at, at + len(old), b"".join(lines).decode("utf-8", "surrogatepass")) for at, old, lines in changes]
    finally:
        report.close()
        repaired.close()


def sentence(error: BaseException) -> str:
    """Return what somebody is told of an error."""
    return str(error) if isinstance(error, FtlintError) else f"internal error: {type(error).__name__}: {error}"
