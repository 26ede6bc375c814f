"""What a check found, counted and placed."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, Self

from ftlint.errors import FindingsError
from ftlint.report.explain import Findings
from ftlint.rule import LEVELS
from ftlint.text.words import numbered

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import polars as pl

    from ftlint.dialects.context import Context
    from ftlint.engine.result import CheckedFile, DatasetReport
    from ftlint.report.finding import Finding
    from ftlint.rule import Level, Rule


_IN_A_NOTEBOOK = 20
"""Findings that a notebook shows."""


@dataclass(frozen=True, eq=False)
class Report:
    """What a check found, in all datasets; a value that does not change.

    Counts are exact; `findings` are at most `limit` a rule and file.

    After a repair: found, how many findings each rule had before; fixed, how often each repaired; notes, what
    else is to be said of it, as kind (`chosen`, `refused`, `undone`, `note`) and text.

    Attributes:
        edits: Whether findings come with the edits of their repairs.
        snippets: Whether texts of the data may show.
        baselined: How many findings a baseline hides.
        stale: What it accepts more of than there is.
        unreadable: A sentence for each file that could not be read.
    """

    datasets: Sequence[DatasetReport] = field(repr=False)
    rules: Sequence[Rule] = field(repr=False)
    limit: int | None = 1000
    fail_on: str = "warning"
    broken_packs: tuple[str, ...] = ()
    found: Counter[str] = field(default_factory=Counter, repr=False)
    fixed: Counter[str] = field(default_factory=Counter, repr=False)
    notes: Sequence[tuple[str, str]] = field(default=(), repr=False)
    edits: bool = False
    snippets: bool = True
    baselined: int = 0
    stale: Sequence[str] = ()
    unreadable: Sequence[str] = ()

    @property
    def _private(self) -> list[Rule]:
        return [rule for rule in self.rules if rule.private]

    def __getstate__(self) -> dict[str, Any]:
        """Return what goes to another process: numbers and findings, without the files that they were found in."""
        for name in ("findings", "counts_by_level", "counts_by_file", "counts", "records", "survey"):
            getattr(self, name)  # made while the files are there
        return {**vars(self), "datasets": (), "rules": (), "broken_packs": tuple(self.failures)}

    def _repr_html_(self) -> str:
        """Return the report as a notebook shows it: what was found, and the first findings."""
        from html import escape  # noqa: PLC0415 - takes 3 ms, and few reports are shown in notebooks

        cells = [
            (one.level, one.code, one.rule, one.path if one.line is None else f"{one.path}:{one.line}", one.message)
            for one in sorted(self.findings, key=lambda one: LEVELS.index(one.level))[:_IN_A_NOTEBOOK]
        ]
        rows = "".join("<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in row) + "</tr>" for row in cells)
        head = "".join(f"<th>{name}</th>" for name in ("level", "code", "rule", "place", "message"))
        table = f"<table><tr>{head}</tr>{rows}</table>" if cells else ""
        return f"<p>ftlint: {escape(repr(self)[9:-1])}</p>{table}"

    @cached_property
    def counts(self) -> Counter[str]:
        """How many findings each rule has, by code."""
        counts: Counter[str] = Counter()
        for (code, _), count in self.counts_by_level.items():
            counts[code] += count
        return counts

    @cached_property
    def counts_by_level(self) -> Counter[tuple[str, Level]]:
        """How many findings there are, by code and level."""
        counts: Counter[tuple[str, Level]] = Counter()
        for dataset in self.datasets:
            for rule, violations in dataset.violations:
                counts[rule.code, violations.level] += len(violations)
        return counts

    @cached_property
    def counts_by_file(self) -> Counter[tuple[str, str]]:
        """How many findings there are, by path and code."""
        counts: Counter[tuple[str, str]] = Counter()
        for dataset in self.datasets:
            for some in dataset.by_file():
                counts[some.file.path, some.rule.code] += some.total.violations
        return counts

    @property
    def levels(self) -> dict[Level, int]:
        """How many findings there are at each level."""
        totals: dict[Level, int] = dict.fromkeys(LEVELS, 0)
        for (_, level), count in self.counts_by_level.items():
            totals[level] += count
        return totals

    @cached_property
    def findings(self) -> list[Finding]:
        """The findings, by file and line."""
        return [
            finding
            for dataset in self.datasets
            for finding in Findings(dataset, edits=self.edits, snippets=self.snippets, private=self._private).all(self.limit)
        ]

    def every(self) -> Iterator[Finding]:
        """Yield all findings, whatever the limit, by file and line; the report must not be closed."""
        yield from self._made(None) if self.datasets else self.findings

    def _made(self, limit: int | None) -> Iterator[Finding]:
        for dataset in self.datasets:
            yield from Findings(dataset, edits=self.edits, snippets=self.snippets, private=self._private).all(limit)

    @property
    def failures(self) -> list[str]:
        """A sentence for each rule that failed, and for each pack of rules that could not be loaded."""
        failed = dict.fromkeys(text for dataset in self.datasets for text in dataset.failures.values())
        text = failed if self.snippets else [without_reason(text) for text in failed]
        return [*self.broken_packs, *text]

    @property
    def problems(self) -> list[str]:
        """A sentence for all that makes the exit code 2: files that cannot be read, rules that failed, a stale baseline."""
        return [*self.unreadable, *self.failures, *(f"the baseline is stale: {text}" for text in self.stale)]

    @property
    def ok(self) -> bool:
        """Whether nothing at or above the level `fail_on` was found, no rule failed, and the baseline is not stale."""
        if self.problems:
            return False
        if self.fail_on == "never":
            return True
        failing = LEVELS[: LEVELS.index(self.fail_on) + 1]
        return not any(self.levels[level] for level in failing)

    @property
    def files(self) -> list[CheckedFile]:
        """All files that were checked."""
        return [file for dataset in self.datasets for file in dataset.files]

    @cached_property
    def records(self) -> int:
        """How many records the files hold."""
        return sum(file.facts.records for file in self.files)

    @cached_property
    def survey(self) -> Context | None:
        """What was inferred of the first dataset."""
        return self.files[0].context if self.files else None

    def to_frame(self) -> pl.DataFrame:
        """Return the findings as a polars frame: a column for each fact.

        `args` is JSON; `fix` is how safely one can be repaired, `title` what the repair chooses, `edits` what it does to the line
        (in bytes); `related` are other lines; `text` is the raw line, `identity` what tells the record from others.
        """
        import polars as pl  # noqa: PLC0415 - keeps the import of this module light

        texts = ("rule", "code", "level", "path", "pointer", "message", "url", "text", "identity")
        schema: dict[str, Any] = dict.fromkeys(texts, pl.String)
        schema |= dict.fromkeys(("line", "column", "end_column", "byte_offset"), pl.UInt64)
        own = list(schema)
        schema |= dict.fromkeys(("args", "fix", "title"), pl.String)
        schema["edits"] = pl.List(pl.Struct({"start": pl.UInt64, "end": pl.UInt64, "text": pl.String}))
        schema["related"] = pl.List(pl.Struct({"path": pl.String, "line": pl.UInt64}))
        rows = [[*(getattr(one, name) for name in own), *_nested(one)] for one in self.findings]
        return pl.DataFrame(rows, schema=schema, orient="row")

    def raise_for_findings(self) -> Self:
        """Return the report where it is `ok`; else raise FindingsError, which says what was found and has the report."""
        if self.ok:
            return self
        worst = sorted(self.findings, key=lambda finding: LEVELS.index(finding.level))[:5]
        listed = [f"{finding.code} {finding.rule}: {finding.message}" for finding in worst]
        count = sum(self.counts.values())
        raise FindingsError(f"{numbered(count, 'finding')}: " + "; ".join([*self.failures, *self.stale, *listed]), self)

    def __repr__(self) -> str:
        """Return what was found, in a line."""
        levels = ", ".join(numbered(count, level) for level, count in self.levels.items() if count) or "nothing found"
        return f"<Report: {levels} in {numbered(self.records, 'record')}>"

    def rendered(self, *, close: bool = True) -> Self:
        """Return the report with its findings made, while the files are there. close: whether they are forgotten then."""
        self.findings  # noqa: B018 - a cached property
        if close:
            self.close()
        return self

    def close(self) -> None:
        """Forget the files; findings that were not asked for before are lost."""
        for file in self.files:
            file.lines.close()


def without_reason(failure: str) -> str:
    """Return the sentence on a rule that failed without what its exception said, which may quote the data."""
    return f"{failure.partition(' failed: ')[0]} failed"


def _nested(finding: Finding) -> list[Any]:
    """Return what a frame has of a finding besides its plain values."""
    fix = finding.fix
    edits = (
        [{"start": edit.start, "end": edit.end, "text": edit.text.decode("utf-8", "replace")} for edit in fix.edits]
        if fix
        else []
    )
    related = [{"path": other.path, "line": other.line} for other in finding.related]
    args = json.dumps(dict(finding.args), ensure_ascii=False, default=list)
    return [args, finding.applicability, fix.title if fix else None, edits, related]
