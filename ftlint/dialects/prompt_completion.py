"""The dialect of two strings: a prompt, and the completion that the model is to learn."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, fields, replace
from os.path import commonprefix
from typing import TYPE_CHECKING, Any

import polars as pl

from ftlint.dialects import Dialect
from ftlint.dialects.context import CLASSIFICATION, GENERATION, OPEN_ENDED
from ftlint.text import marks
from ftlint.text.labels import repeat
from ftlint.text.normal import signatures

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ftlint.dialects.context import Context, Differences, Wishes
    from ftlint.text.marks import Ending

_PLACEHOLDER = re.compile(
    r"(?<![\w\\^_${])(?:\{\{\s?[A-Za-z_]\w+\s?\}\}|\{\s?[A-Za-z_]\w+\s?\})(?!\})|<[A-Z][A-Z_ ]+>|\[[A-Z][A-Z_ ]+\]"
)
"""A name of two letters or more in braces or brackets; not behind a word, `\\`, `^`, `_` or `$`, as in LaTeX and code."""

_MODEL_MARKS = ("INST", "SYS", "CLS", "SEP", "MASK", "PAD", "UNK", "BOS", "EOS", "START", "END", "STOP", "DONE")
_NO_PLACEHOLDERS = {f"{left}{name}{right}" for name in _MODEL_MARKS for left, right in ("[]", "<>")}
"""Marks of models and chat formats that look like placeholders."""


@dataclass(frozen=True)
class PromptCompletion:
    """A training example."""

    prompt: str
    completion: str


def derived(frame: pl.DataFrame, context: Context) -> pl.DataFrame:
    """Return a table of prompts and completions with what rules and metrics look at.

    body, label (texts): the prompt without separator, the completion without stop, both without outer white space.
    separated (whether): the prompt ends with the separator. tidy: the completion is one space, the label and the stop.
    Nearly all records of a good file are so, and rules look closely only at those that are not.
    """
    separator, stop = context.separator, context.stop
    prompt, completion = pl.col("prompt").str, pl.col("completion").str
    ends = marks.with_ending(pl.col("prompt"), separator) if separator else pl.lit(value=True)
    frame = frame.with_columns(separated=ends, label=marks.without_ending(pl.col("completion"), stop))
    # Where one file holds several tasks, the task's word is part of what is asked.
    if separator and len(separator.marks) == 1 and frame.get_column("separated").all():
        body = prompt.strip_suffix(separator.text).str.strip_chars()
    else:
        body = marks.without_ending(pl.col("prompt"), separator)
    end = stop.text if stop else ""
    bare = completion.len_bytes() == pl.col("label").str.len_bytes() + len(b" ") + len(end.encode())
    return frame.with_columns(body=body, tidy=completion.starts_with(" ") & bare & (completion.ends_with(end) if end else True))


def infer(context: Context, records: Sequence[Mapping[str, Any]], wishes: Wishes) -> Context:
    """Fill in separator, stop, task, and what some rules want to know before they look at every record."""
    prompts = [record["prompt"] for record in records]
    completions = [record["completion"] for record in records]
    task = wishes.task or _task(prompts, completions, context.encoding)
    separator, stop, rivals = None, None, list[marks.Ending]()
    if wishes.separator is not None:
        separator = marks.given(wishes.separator)
    elif context.target.separator and task != OPEN_ENDED:
        separator, rivals = marks.infer_separator(prompts, wishes.share)
    if wishes.stop is not None:
        stop = marks.given(wishes.stop)
    elif context.target.stop:
        stop = marks.infer_stop(completions, wishes.share, classification=task == CLASSIFICATION)
    context = replace(context, task=task, separator=separator, stop=stop, rivals=tuple(rivals))
    texts = pl.DataFrame({"prompt": prompts, "completion": completions}, {"prompt": pl.String, "completion": pl.String})
    frame = derived(texts, context).select("body", "label")
    bodies, labels = frame.get_column("body"), frame.get_column("label")
    distinct = bodies.unique()
    return replace(
        context,
        shared=(commonprefix(bodies.to_list()), commonprefix(labels.to_list())),
        unspaced=len(completions) >= 10 and not any(completion[:1] in set(marks.SPACE) for completion in completions),
        placeholders=_placeholders(frame),
        heads_differ=signatures(distinct, head=True).n_unique() >= 0.98 * len(distinct),
        leaks=task == CLASSIFICATION and _leak_share(bodies.to_list(), labels.to_list()) >= 0.5,
    )


def differences(training: Context, own: Context, records: Sequence[Mapping[str, Any]]) -> Differences:
    """Return in which of separator and stop a validation file, of which `own` was inferred, differs from its training file."""
    compared = (
        ("separator", training.separator, own.separator, "prompt"),
        ("stop", training.stop, own.stop, "completion"),
    )
    return tuple(
        (name, mine.text if mine else None, theirs.text if theirs else None)
        for name, mine, theirs, key in compared
        if name not in training.given
        # Where the training files have several separators, that is the fault to report.
        and not (name == "separator" and training.rivals)
        and _differ(mine, theirs, [record[key].rstrip(marks.SPACE) for record in records])
    )


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


def _placeholders(texts: pl.DataFrame) -> tuple[str, ...]:
    """Return the placeholders that stand in at least one of twenty records, the commonest twenty."""
    counts: Counter[str] = Counter()
    suspects = texts.filter(pl.any_horizontal(pl.all().str.contains(r"[{<\[]")))
    for row in suspects.iter_rows():
        counts.update({found for text in row for found in _PLACEHOLDER.findall(text)} - _NO_PLACEHOLDERS)
    return tuple(text for text, count in counts.most_common(20) if count >= max(2, 0.05 * len(texts)))


def _leak_share(bodies: Sequence[str], labels: Sequence[str]) -> float:
    """Return in how many records the label stands somewhere in the body."""
    leaked = sum(label.casefold() in body.casefold() for body, label in zip(bodies, labels, strict=True) if label)
    return leaked / max(len(labels), 1)


PROMPT_COMPLETION = Dialect(
    name="prompt-completion",
    keys=frozenset(field.name for field in fields(PromptCompletion)),
    record=PromptCompletion,
    texts=tuple(field.name for field in fields(PromptCompletion)),
    derived=derived,
    infer=infer,
    differences=differences,
)
