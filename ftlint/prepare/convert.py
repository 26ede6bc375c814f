"""Converts tables of other formats to prompts and completions that end and start as they should."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from itertools import islice
from typing import TYPE_CHECKING

import orjson

from ftlint.dialects.keys import SYNONYMS
from ftlint.errors import InputError, UsageError, did_you_mean
from ftlint.prepare.tables import Missing
from ftlint.sources.files import writing
from ftlint.text.inference import infer_separator
from ftlint.text.marks import SPACE, parse_ending
from ftlint.text.separators import CANDIDATES
from ftlint.text.words import numbered, quote

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from ftlint.prepare.tables import Row, Table
    from ftlint.text.marks import Ending

PROMPTS = ("prompt", *SYNONYMS["prompt"], "review", "comment", "tweet", "utterance", "document", "message")
COMPLETIONS = ("completion", *SYNONYMS["completion"], "class", "sentiment", "intent", "topic", "tag", "summary")
"""Names that people give to what is asked and what is to be answered; the first is the one that it gets."""

_INSTRUCTION = ("instruction", "input", "output")
"""The columns of Alpaca's data: what to do, with what, and the answer."""

_SURVEYED = 10_000
_LISTED = 5
"""Rows that are listed for each reason to leave some out."""

_FIELD = re.compile(r"\{\{|\}\}|\{([^{}]*)\}")


@dataclass(frozen=True)
class Asked:
    """What prompts are made of. columns: in order; template: with `{column}` for each; None joins those that have a text."""

    columns: tuple[str, ...]
    template: str | None = None

    def text(self, table: Table, row: Row) -> str | None:
        """Return the prompt of a row; None where none of its columns has a text."""
        texts = {column: table.text(row, column) or "" for column in self.columns}
        if not any(text.strip() for text in texts.values()):
            return None
        if self.template is None:
            return "\n\n".join(text for text in texts.values() if text.strip())
        braces = {"{{": "{", "}}": "}"}
        return _FIELD.sub(lambda result: braces.get(result.group()) or texts[result.group(1)], self.template)


@dataclass
class Conversion:
    """What a conversion did.

    Attributes:
        prompt: What prompts were made of; None where all are empty.
        completion: The column of completions.
        separator: What ends every prompt; kept: whether the data had it already.
        stop: What ends every completion, if anything.
        left_out: What of the table was left out, in sentences.
        records: How many were written.
        stripped: Rows of which white space around a text went.
        dropped: Rows that were left out, by the reason.

    """

    prompt: Asked | None
    completion: str
    separator: str
    kept: bool
    stop: str
    left_out: tuple[str, ...]
    records: int = 0
    stripped: int = 0
    dropped: dict[str, list[int]] = field(default_factory=dict)


def convert(
    table: Table,
    out: str,
    *,
    prompt: str | None = None,
    completion: str | None = None,
    separator: str | None = None,
    stop: str | None = None,
) -> Conversion:
    """Write a table as prompt/completion records, one a line.

    Args:
        table: What is read.
        out: The path or address that is written.
        prompt: A column, or a text with `{column}` in it; without it the column whose name can only mean this.
        completion: A column, likewise.
        separator: What ends every prompt; without one, what nearly all prompts end with already, else one that occurs nowhere.
        stop: What ends every completion.

    Raises:
        UsageError: For columns that are not there or cannot be told.
        InputError: For what cannot be read.

    """
    asked, answer = _columns(table, prompt, completion)
    if asked is not None and not any(asked.text(table, row) for row in table.rows()):
        asked = None  # open-ended generation: there is nothing to ask
    kept = False
    if asked is None:
        if separator:
            raise UsageError(f"{table.path} has no prompts that a separator could end")
        separator = ""
    elif separator is None:
        prompts = _prompts(table, asked, answer)
        common, _ = infer_separator(prompts, 0.8)
        kept = common is not None and len(common.marks) == 1 and any(text.strip() != common.text.strip() for text in prompts)
        separator = common.text if common and kept else _absent(table, asked, answer)
    used = {answer, *(asked.columns if asked else ())}
    unused = [name for name in table.columns if name not in used]
    columns = f"column{'s' * (len(unused) > 1)} {', '.join(unused)}"
    left_out = (*((columns,) if unused else ()), *table.left_out)
    made = Conversion(asked, answer, separator, kept, stop or "", left_out)
    with writing(out) as file:
        for record in _records(table, made):
            file.write(orjson.dumps(record, option=orjson.OPT_APPEND_NEWLINE))
        if not made.records:
            raise InputError(f"{table.path} has no row with a text to learn; nothing was written")
    return made


def _columns(table: Table, prompt: str | None, completion: str | None) -> tuple[Asked | None, str]:
    """Return what prompts and completions are made of; of a table with one column there is no prompt."""
    template = _template(table, prompt)
    for name in (*(template.columns if template else (prompt,)), completion):
        if name is not None and name not in table.columns:
            known = ", ".join(table.columns) or "none"
            raise UsageError(f"{table.path} has no column {name!r}{did_you_mean(name, table.columns)} (there are {known})")
    if len(table.columns) == 1 and prompt is None and (table.columns[0] != PROMPTS[0] or completion):
        return None, completion or table.columns[0]
    asked = template or (None if prompt is None else Asked((prompt,)))
    if asked is None and completion in {None, _INSTRUCTION[-1]} and set(_INSTRUCTION) <= set(table.columns):
        return Asked(_INSTRUCTION[:-1]), _INSTRUCTION[-1]
    if asked is None:
        asked = Asked((_meant(table, PROMPTS, "--prompt", others=COMPLETIONS, taken=completion),))
    if completion is None:
        taken = asked.columns[0] if len(asked.columns) == 1 else None
        completion = _meant(table, COMPLETIONS, "--completion", others=PROMPTS, taken=taken)
    if asked.columns == (completion,):
        raise UsageError(f"prompt and completion are both the column {completion!r}")
    for name in (*asked.columns, completion):
        if name in table.twice:
            raise UsageError(f"{table.path} has two columns called {name!r}; rename the one that is not meant")
    return asked, completion


def _template(table: Table, prompt: str | None) -> Asked | None:
    """Return what a text with `{column}` in it means; None where it is no such text."""
    if prompt is None or prompt in table.columns or "{" not in prompt:
        return None
    fields = [result.group(1) for result in _FIELD.finditer(prompt) if result.group(1) is not None]
    if not fields:
        raise UsageError(
            f"--prompt {prompt!r} names no column; {{{table.columns[0] if table.columns else 'column'}}} would be one"
        )
    return Asked(tuple(dict.fromkeys(fields)), prompt)


def _meant(table: Table, names: Sequence[str], option: str, *, others: Sequence[str], taken: str | None) -> str:
    """Return the one column whose name means what one of these does; of two columns the one that the other leaves.

    Args:
        others: Names of what the other column may be.
        taken: That column, where it is known.
    """
    meant = [column for column in table.columns if _is_one_of(column, names) and column != taken]
    exact = [column for column in meant if column == names[0]]
    if len(exact or meant) == 1:
        return (exact or meant)[0]
    if not meant and len(table.columns) == 2:
        left = [column for column in table.columns if column != taken and not (taken is None and _is_one_of(column, others))]
        if len(left) == 1:
            return left[0]
    said = "more than one column could be it" if meant else "no column is called so"
    listed = ", ".join(meant or table.columns) or "none"
    header = "; where the first row is not a header, --no-header" if not meant and table.where == "row" else ""
    raise UsageError(f"which column of {table.path} is the {names[0]}? {said} ({listed}); set it with {option}{header}")


def _is_one_of(column: str, names: Sequence[str]) -> bool:
    bare = column.strip().lower()
    return bare in names or bare.removesuffix("s") in names


def _prompts(table: Table, asked: Asked, answer: str) -> list[str]:
    """Return the first prompts, of rows that have an answer too."""
    rows = (row for row in table.rows() if (table.text(row, answer) or "").strip())
    return [text for row in islice(rows, _SURVEYED) if (text := asked.text(table, row))]


def _absent(table: Table, asked: Asked, answer: str) -> str:
    """Return a separator whose mark occurs in no prompt and no completion."""
    left = list(CANDIDATES)
    for row in table.rows():
        for text in filter(None, (asked.text(table, row), table.text(row, answer))):
            left = [candidate for candidate in left if candidate.strip() not in text]
        if not left:
            raise UsageError("every separator that ftlint knows occurs in the texts; name one with --separator")
    return left[0]


def _records(table: Table, made: Conversion) -> Iterator[dict[str, str]]:
    """Yield the records; note what is dropped."""
    ending, stop = parse_ending(made.separator) if made.separator else None, parse_ending(made.stop) if made.stop else None
    for row in table.rows():
        texts = table.text(row, made.completion), None if made.prompt is None else made.prompt.text(table, row)
        answer, asked = _bare(texts[0], stop), _bare(texts[1], ending)
        reason = _reason(row, made, answer, asked)
        if reason:
            made.dropped.setdefault(reason, []).append(row[0])
            continue
        made.stripped += any(text is not None and (text[:1].isspace() or text[-1:].isspace()) for text in texts)
        made.records += 1
        yield {"prompt": f"{asked}{made.separator}", "completion": f" {answer}{made.stop}"}


def _reason(row: Row, made: Conversion, answer: str, asked: str) -> str:
    """Return why a row makes no record; nothing where it makes one."""
    for column in (made.completion, *(made.prompt.columns if made.prompt else ())):
        value = row[1].get(column)
        if isinstance(value, Missing):
            return value.reason
    if not answer:
        return "without completion"
    return "without prompt" if made.prompt is not None and not asked else ""


def _bare(text: str | None, ending: Ending | None) -> str:
    """Return a text without outer white space, and without the mark that is put at its end, if that is there by itself.

    In a text of several lines the indentation of the first one is part of what it says (code, a poem), and stays.
    """
    bare = (text or "").strip(SPACE)
    if "\n" in bare and text:
        # Empty lines before the first one go; its own indentation does not.
        start = text.index(bare[:1]) if bare else 0
        bare = text[text.rfind("\n", 0, start) + 1 : start] + bare
    mark = ending.marks[0] if ending else None
    if mark and mark.text.strip(SPACE) and mark.ends(bare):
        return bare.removesuffix(mark.text).rstrip(SPACE)
    return bare


def summary_lines(table: Table, made: Conversion, out: str) -> Iterable[str]:
    """Yield what was done, in sentences."""
    came = [f"{', '.join(made.prompt.columns)} → prompt"] if made.prompt else ["every prompt is empty"]
    yield f"{out}: {numbered(made.records, 'record')}; {', '.join([*came, f'{made.completion} → completion'])}"
    if made.separator:
        how = "was there already, and ends every prompt" if made.kept else "was put at the end of every prompt"
        yield f"separator {quote(made.separator)} {how}" + (f", stop {quote(made.stop)} of every completion" if made.stop else "")
    if made.stripped:
        yield f"white space around texts went in {numbered(made.stripped, 'row')}; the indentation of several lines stays"
    for reason, rows in made.dropped.items():
        listed = ", ".join(f"{number:,}" for number in rows[:_LISTED]) + (", …" if len(rows) > _LISTED else "")
        yield f"{numbered(len(rows), 'row')} {reason} dropped ({table.where} {listed})"
    for what in made.left_out:
        yield f"left out: {what}"
