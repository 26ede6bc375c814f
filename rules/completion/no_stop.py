"""CMP006."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from msgspec.structs import replace

from ftlint.metrics import Labels
from ftlint.options import GENERATION
from ftlint.rule import DatasetRule, Violations, bad, good, pairs
from ftlint.rule.fixes import Fix
from ftlint.text import tokens
from ftlint.text.labels import as_seen
from ftlint.text.marks import SPACE, STOPS, parse_ending, strip_ending
from ftlint.text.words import quote

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from ftlint.dialects.context import Context
    from ftlint.metrics import Gathered, Metric
    from ftlint.rule.fixes import FixContext


class NoStop(DatasetRule):
    """Completions need a common stop, but have none.

    ## Why it matters

    An answer of several tokens must have an end. Without a stop, the model does not learn where to end, and writes until it
    reaches the token limit.

    ## How to fix

    End every completion with a text that occurs in none of them, for example ` END`, and pass it as `stop` at inference. `--fix
    --unsafe-fixes` adds one. Labels of one token need no stop.
    """

    code = "CMP006"
    level = "warning"
    requires = ("endings",)
    tasks = ("classification", "generation")
    roles = ("train",)
    convention = "stop"
    message = "completions have no stop; {reason}"
    examples = (
        good(pairs(("burger ->", " yes"), ("towel ->", " no")), options={"task": "classification"}),
        bad(
            pairs(("burger ->", " edible"), ("towel ->", " inedible")),
            at=[None],
            options={"task": "classification"},
            fixed=[
                '{"prompt": "burger ->", "completion": " edible END"}',
                '{"prompt": "towel ->", "completion": " inedible END"}',
            ],
            fix="unsafe",
        ),
    )

    def wants(self, context: Context) -> tuple[type[Metric], ...]:
        """Ask for labels only where there are some."""
        return (Labels,) if context.classification else ()

    def judge(self, gathered: Gathered) -> Iterator[Violations]:
        """Report a dataset without stop that needs one."""
        context = gathered.context
        if context.known.stop or not context.surveyed or context.differs("stop"):
            return
        if context.task == GENERATION:
            reason = "the model does not learn where an answer ends"
            yield Violations(self.level, None, {"reason": reason}, affects=gathered.conforming)
            return
        counts = gathered.get(Labels).merged
        # Of a single label nobody could tell what is its end.
        if len(counts) < 2:
            return
        # In a file of some size, a label of one record is a fault of its own, and no reason to change all records.
        least = 2 if sum(counts.values()) >= 100 else 1
        for label, count in counts.items():
            if count >= least and tokens.count(as_seen(label), context.encoding) > 1:
                reason = f"labels of several tokens need one ({label})"
                yield Violations(self.level, None, {"reason": reason}, affects=gathered.conforming)
                return

    def fix(self, violations: Violations, fix_context: FixContext) -> Fix | None:
        """End every completion with a stop that occurs in none."""
        stop = fix_context.absent(STOPS, "completion")
        if stop is None:
            return None
        old = fix_context.dataset.known.stop

        def change(texts: Mapping[str, Any]) -> Mapping[str, str] | None:
            text = texts["completion"]
            if not text.strip(SPACE) or text.endswith(stop):
                return None
            # A validation file may have a stop of its own.
            label = strip_ending(text, old) if old else text.strip(SPACE)
            return {"/completion": text[: text.index(label) + len(label)] + stop}

        def settles(context: Context) -> Context:
            return replace(context, known=replace(context.known, stop=replace(parse_ending(stop), share=1.0)))

        return Fix.rewrite(
            change, scope="dataset", note=f"every completion ends with {quote(stop)}", sets="stop", settles=settles
        )
