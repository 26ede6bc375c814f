"""SIZ001."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from ftlint.rule import DatasetRule, Violations, bad, good, option, pairs

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from ftlint.metrics import Gathered


class TooFewRecords(DatasetRule):
    """The dataset has few records.

    ## Why it matters

    With fewer than a hundred records, a model hardly learns the format. Classification usually requires a few thousand for good
    results, and tens of thousands for great ones (OpenAI, best practices for fine-tuning GPT-3 to classify text, 2022).

    ## How to fix

    Collect more records. To see what more would bring, train on a quarter, a half and all of the data.
    """

    code = "SIZ001"
    level = "warning"
    roles = ("train",)
    message = "{count:,} {noun}; {advice}"

    class Options:
        """minimum: fewer records are a warning. advised: fewer are an info."""

        minimum: int = option(100, least=0)
        advised: int = option(1000, least=0)

    symptoms: ClassVar[Mapping[str, str]] = {
        "Training file has … example(s), but must have at least 10 examples": "OpenAI",
    }
    examples = (
        good(
            pairs(*[(f"item {i} ->", " edible") for i in range(3)]),
            options={"rules": {"too-few-records": {"minimum": 3, "advised": 3}}},
        ),
        bad(pairs(("vino ->", " edible")), at=[None]),
    )

    def judge(self, gathered: Gathered) -> Iterator[Violations]:
        """Report the number of records."""
        count = gathered.records
        refused = gathered.context.target.minimum_records
        noun = "record" if count == 1 else "records"
        if not count:
            return
        if count < refused:
            advice = f"{gathered.context.target.name} refuses fewer than {refused:,}"
            yield Violations("error", None, {"count": count, "noun": noun, "advice": advice})
        elif count < self.options.minimum:
            advice = f"at least {self.options.minimum:,} are wanted, a few thousand are better"
            yield Violations("warning", None, {"count": count, "noun": noun, "advice": advice})
        elif count < self.options.advised:
            task = "classification" if gathered.context.classification else "fine-tuning"
            yield Violations("info", None, {"count": count, "noun": noun, "advice": f"{task} usually wants a few thousand"})
