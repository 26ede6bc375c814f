"""What a check of a dataset gives, before anything is told of it."""

from __future__ import annotations

from bisect import bisect_right
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

import polars as pl
from msgspec import Struct, field
from msgspec.structs import replace

from ftlint.rule.violations import Count

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from ftlint.dialects.context import Context
    from ftlint.metrics import FileFacts, Gathered
    from ftlint.records.lines import Lines
    from ftlint.rule import Rule, Violations
    from ftlint.rule.fixes import Fix


class CheckedFile(Struct):
    """A file of a dataset.

    Attributes:
        first: The number of lines of the files of its role before it.
        lines: Reads them again.
        labels: Those of its role, with counts.
    """

    path: str
    role: str
    facts: FileFacts
    context: Context
    first: int
    lines: Lines
    labels: Mapping[str, int] | None = None


class InFile(NamedTuple):
    """The violations of a rule in a file.

    Attributes:
        number: Of the file among those of its role.
        indexes: Which of the rule's violations are kept of it.
        total: How many there are.
    """

    rule: Rule
    violations: Violations
    file: CheckedFile
    number: int
    indexes: range
    total: Count


class DatasetReport(Struct):
    """What was found in one dataset: files, and for each rule its violations.

    Attributes:
        failures: A sentence for each rule, by code, that failed.
        gathered: By role, what is known of all records.
        fix: The repair that violations have, where the rule proposes one.
    """

    files: list[CheckedFile]
    violations: list[tuple[Rule, Violations]]
    failures: dict[str, str] = field(default_factory=dict)
    gathered: dict[str, Gathered] = field(default_factory=dict)
    fix: Callable[[Rule, Violations], Fix | None] = lambda *_: None

    def file_of(self, role: str, line: int) -> CheckedFile:
        """Return the file that a line, counted over all files of the role, is in."""
        files = [file for file in self.files if file.role == role]
        return files[bisect_right([file.first for file in files], line) - 1]

    def by_file(self) -> Iterator[InFile]:
        """Yield the violations of each rule in each file."""
        for rule, violations in self.violations:
            files = [file for file in self.files if file.role == violations.role]
            if violations.lines is None:
                yield InFile(rule, violations, files[violations.file], violations.file, range(1), Count(1, 1))
                continue
            bounds = [violations.lines.search_sorted(file.first) for file in files] + [len(violations.lines)]
            for index, (file, start, end) in enumerate(zip(files, bounds, bounds[1:], strict=False)):
                if start < end:
                    counts = violations.counts
                    count = Count(end - start, violations.lines[start:end].n_unique()) if counts is None else counts[index]
                    yield InFile(rule, violations, file, index, range(start, end), count)

    def hiding(self, hides: Callable[[Rule, Violations, CheckedFile], bool]) -> DatasetReport:
        """Return a report without some violations. hides: whether those of a rule in a file go."""
        kept: list[tuple[Rule, Violations]] = []
        for rule, violations in self.violations:
            every = list(replace(self, violations=[(rule, violations)]).by_file())
            left = [some for some in every if not hides(rule, violations, some.file)]
            if len(left) == len(every):
                kept.append((rule, violations))
            elif left:
                kept.append((rule, _only(violations, left)))
        return replace(self, violations=kept)

    def failed(self, rule: Rule, error: BaseException) -> None:
        """Note that a rule failed."""
        self.failures.setdefault(rule.code, rule.failure(error))


def _only(violations: Violations, left: Sequence[InFile]) -> Violations:
    """Return the violations of a rule in some files."""
    chosen = pl.concat([pl.Series(some.indexes, dtype=pl.UInt32) for some in left])
    return replace(
        violations,
        lines=None if violations.lines is None else violations.lines.gather(chosen),
        positions=None if violations.positions is None else violations.positions.gather(chosen),
        related=None if violations.related is None else violations.related.gather(chosen),
        each=None if violations.each is None else partial(_chosen, violations.each, chosen),
        counts=None if violations.counts is None else {some.number: some.total for some in left},
    )


def _chosen(each: Callable[[int], Mapping[str, Any]], indexes: pl.Series, index: int) -> Mapping[str, Any]:
    return each(indexes[index])
