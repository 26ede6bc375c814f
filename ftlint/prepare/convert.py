"""Converts tables of other formats to prompts and completions that end and start as they should."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from itertools import islice
from typing import TYPE_CHECKING

import orjson

from ftlint.dialects.keys import SYNONYMS
from ftlint.errors import InputError, UsageError, did_you_mean
from ftlint.sources.files import writing
from ftlint.text.marks import SPACE, given, infer_separator
from ftlint.text.separators import CANDIDATES
from ftlint.text.words import numbered, quote

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from ftlint.prepare.tables import Table
    from ftlint.text.marks import Ending

PROMPTS, COMPLETIONS = (("prompt", *SYNONYMS["prompt"]), ("completion", *SYNONYMS["completion"]))
"""Names that people give to what is asked and what is to be answered; the first is the one that it gets."""

_SURVEYED = 10_000


@dataclass
class Conversion:
    """What a conversion did. prompt, completion: the columns that they came from (no prompt: an empty one for all).

    separator: what ends every prompt; kept: whether the data had it already. stop: what ends every completion, if anything.
    unused: columns that were left out. stripped: rows of which white space around a text went.
    dropped: rows that were, by the reason.
    """

    prompt: str | None
    completion: str
    separator: str
    kept: bool
    stop: str
    unused: tuple[str, ...]
    records: int = 0
    stripped: int = 0
    dropped: Counter[str] = field(default_factory=Counter)


def convert(
    table: Table,
    out: Path,
    *,
    prompt: str | None = None,
    completion: str | None = None,
    separator: str | None = None,
    stop: str | None = None,
) -> Conversion:
    """Write a table as prompt/completion records, one a line.

    prompt, completion: columns; without them those whose names can only mean these. separator: what ends every prompt; without
    one, what nearly all prompts end with already, or else one that occurs nowhere. stop: what ends every completion.

    Raises UsageError for columns that are not there or cannot be told, InputError for what cannot be read.
    """
    asked, answer = _columns(table, prompt, completion)
    kept = False
    if asked is None:
        if separator:
            raise UsageError(f"{table.path} has no prompts that a separator could end")
        separator = ""
    elif separator is None:
        prompts = _prompts(table, asked)
        common, _ = infer_separator(prompts, 0.8)
        kept = common is not None and len(common.marks) == 1 and any(text.strip() != common.text.strip() for text in prompts)
        separator = common.text if common and kept else _absent(table, asked, answer)
    unused = tuple(name for name in table.columns if name not in {asked, answer})
    made = Conversion(asked, answer, separator, kept, stop or "", unused)
    with writing(str(out)) as file:
        for record in _records(table, made):
            file.write(orjson.dumps(record, option=orjson.OPT_APPEND_NEWLINE))
        if not made.records:
            raise InputError(f"{table.path} has no row with a text to learn; nothing was written")
    return made


def _columns(table: Table, prompt: str | None, completion: str | None) -> tuple[str | None, str]:
    """Return the columns of prompt and completion; of a table with one column there is no prompt."""
    for name in (prompt, completion):
        if name is not None and name not in table.columns:
            known = ", ".join(table.columns) or "none"
            raise UsageError(f"{table.path} has no column {name!r}{did_you_mean(name, table.columns)}; there are {known}")
    if len(table.columns) == 1 and prompt is None and (table.columns[0] != PROMPTS[0] or completion):
        return None, completion or table.columns[0]
    found = [
        given if given is not None else _meant(table, names, option)
        for given, names, option in ((prompt, PROMPTS, "--prompt"), (completion, COMPLETIONS, "--completion"))
    ]
    if found[0] == found[1]:
        raise UsageError(f"prompt and completion are both the column {found[0]!r}")
    return found[0], found[1]


def _meant(table: Table, names: tuple[str, ...], option: str) -> str:
    """Return the one column whose name means what one of these does."""
    meant = [column for column in table.columns if column.strip().lower().removesuffix("s") in names]
    exact = [column for column in meant if column == names[0]]
    if len(exact or meant) != 1:
        said = "more than one column could be it" if meant else "no column is called so"
        listed = ", ".join(meant or table.columns) or "none"
        raise UsageError(f"which column of {table.path} is the {names[0]}? {said} ({listed}); say it with {option}")
    return (exact or meant)[0]


def _prompts(table: Table, column: str) -> list[str]:
    """Return the first prompts."""
    return [text for row in islice(table.rows(), _SURVEYED) if (text := table.text(row, column))]


def _absent(table: Table, *columns: str) -> str:
    """Return a separator whose mark occurs nowhere in these columns."""
    left = list(CANDIDATES)
    for row in table.rows():
        for text in filter(None, (table.text(row, column) for column in columns)):
            left = [candidate for candidate in left if candidate.strip() not in text]
        if not left:
            raise UsageError("every separator that ftlint knows occurs in the texts; name one with --separator")
    return left[0]


def _records(table: Table, made: Conversion) -> Iterator[dict[str, str]]:
    """Yield the records; note what is dropped."""
    ending, stop = given(made.separator) if made.separator else None, given(made.stop) if made.stop else None
    for row in table.rows():
        texts = table.text(row, made.completion), None if made.prompt is None else table.text(row, made.prompt)
        answer, asked = _bare(texts[0], stop), _bare(texts[1], ending)
        made.stripped += any(text is not None and (text[:1].isspace() or text[-1:].isspace()) for text in texts)
        if not answer:
            made.dropped["without completion"] += 1
        elif made.prompt is not None and not asked:
            made.dropped["without prompt"] += 1
        else:
            made.records += 1
            yield {"prompt": f"{asked}{made.separator}", "completion": f" {answer}{made.stop}"}


def _bare(text: str | None, ending: Ending | None) -> str:
    """Return a text without outer white space, and without the mark that is put at its end, if that stands there by itself.

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


def told(made: Conversion, out: Path) -> Iterable[str]:
    """Yield what was done, in sentences."""
    came = [f"{made.prompt} → prompt"] if made.prompt else ["every prompt is empty"]
    yield f"{out}: {numbered(made.records, 'record')}; {', '.join([*came, f'{made.completion} → completion'])}"
    if made.separator:
        how = "was there already, and ends every prompt" if made.kept else "was put at the end of every prompt"
        yield f"separator {quote(made.separator)} {how}" + (f", stop {quote(made.stop)} of every completion" if made.stop else "")
    if made.stripped:
        yield f"white space around texts went in {numbered(made.stripped, 'row')}; the indentation of several lines stays"
    for reason, dropped in made.dropped.items():
        yield f"{numbered(dropped, 'row')} {reason} dropped"
    if made.unused:
        yield f"left out: {', '.join(made.unused)}"
