"""FIL002."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ftlint.rule import DatasetRule, LineRule, Location, Violations, bad, good, pairs
from ftlint.rule.fixes import Fix
from ftlint.text.words import numbered

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from ftlint.dialects.context import Context
    from ftlint.metrics import Gathered
    from ftlint.records.line import Line
    from ftlint.rule import Applicability, Level
    from ftlint.rule.fixes import FixContext


class InvalidUtf8(LineRule, DatasetRule):
    """A line is not UTF-8, or the file is in UTF-16 or UTF-32.

    ## Why it matters

    JSON is UTF-8. A parser refuses the line, or replaces the bytes that it cannot decode, and the model learns the replacement.

    ## How to fix

    Export the data as UTF-8. A few invalid bytes are usually Windows-1252 or Latin-1 text that was pasted into a UTF-8 file.
    `--fix --unsafe-fixes` converts a file in UTF-16 or UTF-32 to UTF-8. It also converts a file in another character set if you
    name the set, because only a person who knows the language can identify it:

    ```toml
    [tool.ftlint.rules.invalid-utf8]
    charset = "cp1252"
    ```

    Single invalid bytes are not repaired.
    """

    code = "FIL002"
    level = "error"
    fault = "invalid-utf8"
    reveals = True
    reads_broken = True
    message = "{problem}"
    headline = "lines are not UTF-8"
    detail = "{problem}"

    class Options:
        """charset: Python's name of the character set of files whose lines are mostly not UTF-8; empty: unknown."""

        charset: str = ""

    examples = (
        good(pairs(("café ->", " edible"))),
        bad([*pairs(("vino ->", " edible")), '{"prompt": "caf\udce9 ->", "completion": " edible"}'], at=[2]),
        bad(
            [f'{{"prompt": "caf\udce9 {number} ->", "completion": " edible"}}' for number in range(3)],
            at=[None],
            options={"rules": {"invalid-utf8": {"charset": "latin-1"}}},
            fixed=pairs(*((f"café {number} ->", " edible") for number in range(3))),
            fix="unsafe",
        ),
    )

    def explain(self, line: Line, context: Context) -> Location:
        """Point at the first byte that is wrong."""
        try:
            line.raw.decode()
        except UnicodeDecodeError as error:
            start = len(line.raw[: error.start].decode("utf-8", "replace"))
            problem = f"not UTF-8: byte {line.raw[error.start]:#04x} at offset {error.start} of the line"
            return Location(None, start, start + 1, {"problem": problem})
        return Location(args={"problem": "not UTF-8"})

    def report(self, results: Mapping[Level, Violations], gathered: Gathered) -> Iterator[Violations]:
        """Report each line; of a file in another character set, once, which ones it may be."""
        for level, violations in results.items():
            for index, (facts, inside) in enumerate(gathered.by_file(violations)):
                if facts.charsets and 2 * len(inside) > facts.lines - facts.blank:
                    known = self.options.charset
                    read = " or ".join(f"{name} ({word})" for name, word in facts.charsets.items())
                    problem = f"{numbered(len(inside), 'line')} not UTF-8: the file may be in {read}"
                    if not known:
                        problem += (
                            "; the option `charset` of this rule names it for --fix, for a table `ftlint convert --charset`"
                        )
                    how: Applicability | None = "unsafe" if known else None
                    yield Violations(level, None, {"problem": problem}, applicability=how, file=index, affects=len(inside))
                else:
                    yield inside

    def judge(self, gathered: Gathered) -> Iterator[Violations]:
        """Report each file that is in UTF-16 or UTF-32."""
        for index, facts in enumerate(gathered.files):
            if facts.charset:
                broken = f", and broken: {facts.charset.broken}" if facts.charset.broken else ""
                problem = f"the file is {facts.charset.name}, not UTF-8{broken}; nothing else was checked"
                how: Applicability | None = None if broken else "unsafe"
                yield Violations(self.level, None, {"problem": problem}, applicability=how, file=index)

    def applicability(self, context: Context) -> Applicability | None:
        """Leave single bad bytes to a person: what they were cannot be told."""
        return None

    def fix(self, violations: Violations, fix_context: FixContext) -> Fix | None:
        """Write a file in UTF-16 or UTF-32, or in the character set that was named, as UTF-8."""
        if violations.lines is not None:
            return None
        return Fix.of_file("utf-8", self.options.charset if violations.affects else None)
