"""What a check found: findings, and the report that counts and places them."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

from ftlint.records.spans import raw_offsets, value_span
from ftlint.rule import LEVELS, Hits, LineRule, Place, RecordRule, render

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    import polars as pl

    from ftlint.dialects.context import Context
    from ftlint.metrics import FileFacts
    from ftlint.records.lines import LineReader
    from ftlint.rule import Applicability, Level, Rule


@dataclass(frozen=True, slots=True)
class Location:
    """A line of a file that a finding names besides its own."""

    path: str
    line: int


@dataclass(frozen=True, slots=True)
class Finding:
    """One fault. Lines and columns are 1-based and counted in characters; None where the file as a whole is meant.

    rule: its name. pointer: JSON Pointer of the value. args: what the message was made of. fix: how safely ftlint can
    repair it. related: other lines that belong to it. text: the raw line, None where there is none.
    """

    rule: str
    code: str
    level: Level
    path: str
    line: int | None
    column: int | None
    end_column: int | None
    byte_offset: int | None
    pointer: str | None
    message: str
    args: Mapping[str, Any]
    url: str
    fix: Applicability | None
    related: tuple[Location, ...] = ()
    text: str | None = field(default=None, repr=False)


@dataclass
class CheckedFile:
    """A file of a dataset.

    first: the number of lines of the files of its role before it. labels: those of its role, with counts.
    """

    path: str
    role: str
    facts: FileFacts
    context: Context
    first: int
    reader: LineReader
    labels: Mapping[str, int] | None = None


@dataclass
class DatasetReport:
    """What was found in one dataset: files, and for each rule its hits.

    failures: a sentence for each rule, by code, that failed. plan: what a repair of hits would choose, in words.
    """

    files: list[CheckedFile]
    hits: list[tuple[Rule, Hits]]
    failures: dict[str, str] = field(default_factory=dict)
    plan: Callable[[Rule, Hits], str] = lambda *_: ""

    def file_of(self, role: str, line: int) -> CheckedFile:
        """Return the file that a line, counted over all files of the role, is in."""
        files = [file for file in self.files if file.role == role]
        return files[bisect_right([file.first for file in files], line) - 1]

    def by_file(self) -> Iterator[tuple[Rule, Hits, CheckedFile, range]]:
        """Yield rule, hits, file and the indexes of those hits that are in the file."""
        for rule, hits in self.hits:
            files = [file for file in self.files if file.role == hits.role]
            if hits.lines is None:
                yield rule, hits, files[hits.file], range(1)
                continue
            bounds = [hits.lines.search_sorted(file.first) for file in files] + [len(hits.lines)]
            for file, start, end in zip(files, bounds, bounds[1:], strict=False):
                if start < end:
                    yield rule, hits, file, range(start, end)

    def findings(self, limit: int | None) -> Iterator[Finding]:
        """Yield the findings, at most `limit` a rule and file, by file and line."""
        kept: list[tuple[int, int, str, Rule, Hits, int]] = []
        seen: Counter[tuple[str, int]] = Counter()
        order = {id(file): index for index, file in enumerate(self.files)}
        for rule, hits, file, indexes in self.by_file():
            place = order[id(file)]
            room = len(indexes) if limit is None else max(0, limit - seen[rule.code, place])
            seen[rule.code, place] += len(indexes)
            for index in indexes[:room]:
                line = -1 if hits.lines is None else hits.lines[index]
                kept.append((place, line, rule.code, rule, hits, index))
        kept.sort(key=lambda entry: entry[:3])
        for place, line, _, rule, hits, index in kept:
            yield self._finding(self.files[place], None if line < 0 else line, rule, hits, index)

    def _finding(self, file: CheckedFile, line: int | None, rule: Rule, hits: Hits, index: int) -> Finding:
        args = {**hits.args, **(hits.each(index) if hits.each else {})}
        column = end_column = byte_offset = None
        place: Place | None = None
        text = None
        if line is not None:
            raw, byte_offset = file.reader.line(line - file.first)
            text = raw.decode("utf-8", "replace")
            place = self._place(rule, raw, file, args, located=hits.located)
        related: tuple[Location, ...] = ()
        if hits.related is not None:
            other = self.file_of(hits.related_role or hits.role, hits.related[index])
            related = (Location(other.path, hits.related[index] - other.first + 1),)
            args["first"] = f"{related[0].line:,}" + (f" of {other.path}" if other.path != file.path else "")
        if place is not None and text is not None:
            args |= place.args
            column, end_column = _columns(text, place)
        return Finding(
            rule=rule.name(),
            code=rule.code,
            level=hits.level,
            path=file.path,
            line=None if line is None else line - file.first + 1,
            column=column,
            end_column=end_column,
            byte_offset=byte_offset,
            pointer=place.pointer if place else None,
            message=self._rendered(rule, args),
            args=args,
            url=rule.url(),
            fix=place.fix if place and place.fix != "rule" and hits.repair else hits.repair,
            related=related,
            text=text,
        )

    def _place(self, rule: Rule, raw: bytes, file: CheckedFile, args: Mapping[str, Any], *, located: bool) -> Place | None:
        try:
            return _place(rule, raw, file, args, located=located)
        except Exception as error:  # noqa: BLE001 - a rule may be anybody's; the others have something to say too
            self._failed(rule, error)
            return None

    def _rendered(self, rule: Rule, args: Mapping[str, Any]) -> str:
        try:
            return render(rule.message, args)
        except Exception as error:  # noqa: BLE001 - likewise
            self._failed(rule, error)
            return rule.summary()

    def _failed(self, rule: Rule, error: Exception) -> None:
        self.failures.setdefault(rule.code, rule.failure(error))


def _place(rule: Rule, raw: bytes, file: CheckedFile, args: Mapping[str, Any], *, located: bool) -> Place | None:
    """Return where in its line a fault is. located: whether the judgement of the whole dataset found it."""
    if isinstance(rule, LineRule) and not located:
        return rule.explain(raw, file.context)
    row = file.reader.row(raw)
    if row is None:
        return None
    if isinstance(rule, RecordRule) and not located:
        return rule.explain(row, file.context)
    return rule.locate(row, args, file.context)


def _columns(text: str, place: Place) -> tuple[int, int]:
    """Return first and last column, 1-based and end exclusive, of a place in a raw line."""
    if place.pointer is None:
        end = len(text) if place.end is None else place.end
        return place.start + 1, max(end, place.start) + 1
    try:
        span = value_span(text, place.pointer)
    except (ValueError, IndexError, RecursionError):
        span = None
    if span is None:
        return 1, len(text) + 1
    if text[span[0]] == '"':
        span = raw_offsets(text, span, place.start, place.end)
    return span[0] + 1, span[1] + 1


@dataclass
class Report:
    """What a check found, in all datasets. Counts are exact; `findings` are at most `limit` a rule and file.

    After a repair: found, how many findings each rule had before; fixed, how often each repaired; notes, what
    else is to be said of it, as kind (`chosen`, `refused`, `undone`, `note`) and text.
    """

    datasets: list[DatasetReport]
    rules: list[Rule]
    limit: int | None = 1000
    fail_on: str = "warning"
    broken_packs: tuple[str, ...] = ()
    found: Counter[str] = field(default_factory=Counter)
    fixed: Counter[str] = field(default_factory=Counter)
    notes: list[tuple[str, str]] = field(default_factory=list)

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
            for rule, hits in dataset.hits:
                counts[rule.code, hits.level] += len(hits)
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
        return [finding for dataset in self.datasets for finding in dataset.findings(self.limit)]

    def every(self) -> Iterator[Finding]:
        """Yield all findings, whatever the limit, by file and line; the report must not be closed."""
        for dataset in self.datasets:
            yield from dataset.findings(None)

    @property
    def failures(self) -> list[str]:
        """A sentence for each rule that failed, and for each pack of rules that could not be loaded."""
        return [*self.broken_packs, *dict.fromkeys(text for dataset in self.datasets for text in dataset.failures.values())]

    @property
    def ok(self) -> bool:
        """Whether nothing at or above the level `fail_on` was found, and no rule failed."""
        if self.failures:
            return False
        if self.fail_on == "never":
            return True
        failing = LEVELS[: LEVELS.index(self.fail_on) + 1]
        return not any(self.levels[level] for level in failing)

    @property
    def files(self) -> list[CheckedFile]:
        """All files that were checked."""
        return [file for dataset in self.datasets for file in dataset.files]

    @property
    def records(self) -> int:
        """How many records the files hold."""
        return sum(file.facts.records for file in self.files)

    @property
    def survey(self) -> Context | None:
        """What was inferred of the first dataset."""
        return self.files[0].context if self.files else None

    def to_frame(self) -> pl.DataFrame:
        """Return the findings as a polars frame: rule, code, level, path, line, column, pointer, message."""
        import polars as pl  # noqa: PLC0415 - keeps the import of this module light

        names = {"rule": pl.String, "code": pl.String, "level": pl.String, "path": pl.String, "line": pl.UInt64}
        names |= {"column": pl.UInt64, "pointer": pl.String, "message": pl.String}
        rows = [[getattr(finding, name) for name in names] for finding in self.findings]
        return pl.DataFrame(rows, schema=names, orient="row")

    def close(self) -> None:
        """Forget the files; findings that were not asked for before are lost."""
        for file in self.files:
            file.reader.close()
