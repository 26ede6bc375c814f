"""The dialect of two strings: a prompt, and the completion that the model is to learn."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

import polars as pl
from msgspec import Struct
from msgspec.structs import replace

from ftlint.dialects.base import ANSWER, RECORDS, FlatDialect, Surveyed, Tables
from ftlint.options import CLASSIFICATION, GENERATION, OPEN_ENDED
from ftlint.text import inference, marks
from ftlint.text.labels import repeat
from ftlint.text.words import quote

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ftlint.dialects.context import Context, Differences
    from ftlint.options import DatasetOptions
    from ftlint.targets import Target
    from ftlint.text.marks import Ending


class Endings(Struct, frozen=True):
    """How the texts of a dataset end.

    Attributes:
        separator, stop: None where there is none.
        rivals: Two to five separators that compete where none has the majority.
        rendered: Whether a chat template has rendered the prompts.
    """

    separator: Ending | None = None
    stop: Ending | None = None
    rivals: tuple[Ending, ...] = ()
    rendered: bool = False


class PromptCompletionDialect(FlatDialect[Endings]):
    """Two strings, of which the first may end with a separator, and the second with a stop."""

    nothing = Endings()
    tells_task = True
    shown = "prompt/completion"
    called = "completions"
    example = '{"prompt": "Capital of Peru?\\n\\n###\\n\\n", "completion": " Lima END"}'
    capabilities = frozenset({"endings", "texts", "labels"})
    assumed = "davinci"

    def __init__(self) -> None:
        super().__init__("prompt-completion", ["prompt", "completion"])

    def derive(self, tables: Tables, known: Endings) -> Tables:
        """Return the records with what rules and metrics look at.

        input, answer (texts): the prompt without separator, the completion without stop, both without outer white space.
        separated (whether): the prompt ends with the separator. tidy: the completion is one space, the answer and the stop.
        Nearly all records of a good file are so, and rules look closely only at those that are not.
        """
        separator, stop = known.separator, known.stop
        prompt, completion = pl.col("prompt").str, pl.col("completion").str
        ends = marks.ends_with(pl.col("prompt"), separator) if separator else pl.lit(value=True)
        frame = tables[RECORDS].with_columns(separated=ends, answer=marks.strip_ending_expr(pl.col("completion"), stop))
        # Where one file holds several tasks, the task's word is part of what is asked.
        body = marks.strip_ending_expr(pl.col("prompt"), separator)
        if separator and len(separator.marks) == 1:
            bare = prompt.strip_suffix(separator.text).str.strip_chars()
            body = bare if frame.get_column("separated").all() else pl.when("separated").then(bare).otherwise(body)
        end = stop.text if stop else ""
        bare = completion.len_bytes() == pl.col(ANSWER).str.len_bytes() + len(b" ") + len(end.encode())
        tidy = completion.starts_with(" ") & bare & (completion.ends_with(end) if end else True)
        return {**tables, RECORDS: frame.with_columns(input=body, tidy=tidy)}

    def infer(self, tables: Tables, options: DatasetOptions, target: Target, encoding: str) -> Surveyed[Endings]:
        """Return task, separator and stop."""
        prompts, completions = (tables[RECORDS].get_column(key).to_list() for key in self.keys)
        task = options.task or _task(prompts, completions, encoding)
        separator, stop, rivals = None, None, list[marks.Ending]()
        rendered = inference.is_rendered(prompts, options.share)
        if options.separator is not None:
            separator = marks.parse_ending(options.separator)
        elif (target.separator or rendered) and task != OPEN_ENDED:
            separator, rivals = inference.infer_separator(prompts, options.share)
        if options.stop is not None:
            stop = marks.parse_ending(options.stop)
        elif target.stop or rendered:
            stop = inference.infer_stop(completions, options.share, classification=task == CLASSIFICATION)
        return Surveyed(task, Endings(separator, stop, tuple(rivals), rendered))

    def compare(self, training: Context[Endings], own: Context[Endings], tables: Tables) -> tuple[Differences, Endings]:
        """Return in which of separator and stop validation files differ from their training files."""
        theirs, mine = training.known, own.known
        compared = (
            ("separator", theirs.separator, mine.separator, "prompt"),
            ("stop", theirs.stop, mine.stop, "completion"),
        )
        split = tuple(
            (name, first.text if first else None, second.text if second else None)
            for name, first, second, key in compared
            if name not in training.given
            # Where the training files have several separators, that is the fault to report.
            and not (name == "separator" and theirs.rivals)
            and _differ(first, second, tables[RECORDS].get_column(key).str.strip_chars_end(marks.SPACE).to_list())
        )
        names = {name for name, _, _ in split}
        # Where the files differ, inputs and answers are what is left without the file's own ending.
        known = theirs
        if "separator" in names or theirs.rivals:
            known = replace(known, separator=mine.separator, rivals=mine.rivals)
        return split, replace(known, stop=mine.stop) if "stop" in names else known

    def describe(self, context: Context[Endings]) -> list[str]:
        """Return what separator and stop are, and how many records have them."""
        known, phrases = context.known, []
        for name, ending in (("separator", known.separator), ("stop", known.stop)):
            if ending:
                texts = " or ".join(map(quote, ending.texts[:4])) + (" or …" if len(ending.texts) > 4 else "")
                share = "configured" if ending.share is None else f"{_share(ending.share)} of {context.surveyed:,} surveyed"
                phrases.append(f"{name} {texts} ({share})")
            elif getattr(context.target, name) and (name == "stop" or context.task != OPEN_ENDED):
                phrases.append("no common separator" if name == "separator" and known.rivals else f"no {name}")
        if known.rendered:
            phrases.append("a chat template is baked in, as for trainers of open models")
        return phrases

    def suits(self, tables: Tables) -> str:
        """Return the target of open trainers for prompts that a chat template has rendered."""
        return "trl" if inference.is_rendered(tables[RECORDS].get_column("prompt").to_list(), 0.8) else ""

    def facts(self, known: Endings) -> Mapping[str, Any]:
        """Return separator and stop; where there are several separators, all of them."""
        separators = list(known.separator.texts) if known.separator else []
        return {
            "separator": separators[0] if separators else None,
            "separators": separators,
            "stop": known.stop.text if known.stop else None,
        }

    def lead(self, pointer: str) -> str:
        """Return the space before a completion."""
        return " " if pointer == "/completion" else ""

    def with_answer(self, row: Mapping[str, Any], answer: str, known: Endings) -> dict[str, str]:  # noqa: ARG002 - the hook's
        """Write the completion: a space, the answer, the stop."""
        return {"/completion": marks.ensure_ending(f" {answer}", known.stop) if known.stop else f" {answer}"}


def _share(share: float) -> str:
    return "100 %" if share == 1 else f"{min(share, 0.999):.1%}".replace("%", " %")


def _differ(mine: Ending | None, theirs: Ending | None, texts: Sequence[str]) -> bool:
    """Whether validation texts have another ending than the training texts, and not only here and there."""
    if theirs is not None:
        return mine is None or not set(theirs.texts) <= set(mine.texts)
    if mine is None or not any(mark.text.strip(marks.SPACE) for mark in mine.marks):
        return mine is not None
    return sum(any(mark.ends(text) for mark in mine.marks) for text in texts) < 0.2 * len(texts)


def _task(prompts: Sequence[str], completions: Sequence[str], encoding: str) -> str:
    # A prompt of nothing but a separator is empty too.
    common, count = Counter(prompt.strip(marks.SPACE) for prompt in prompts).most_common(1)[0] if prompts else ("", 0)
    mark = marks.mark_at_end(common) if common else None
    if count >= max(1, 0.8 * len(prompts)) and (not common or (mark is not None and mark.text == common)):
        return OPEN_ENDED
    labels = [completion.strip(marks.SPACE) for completion in completions if completion.strip(marks.SPACE)]
    return CLASSIFICATION if repeat(labels, encoding) else GENERATION


DIALECTS = (PromptCompletionDialect(),)
