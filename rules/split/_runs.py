"""Runs of words that texts share, found by their hashes and then compared."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import orjson
import polars as pl
from msgspec import Struct

from ftlint.errors import InputError
from ftlint.sources import BOM
from ftlint.sources.source import BLOCK

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ftlint.sources import Source

_ALONE = r"\p{Han}\p{Hiragana}\p{Katakana}\p{Hangul}\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}"
_WORD = rf"[{_ALONE}]|[\p{{L}}\p{{M}}\p{{N}}_--{_ALONE}]+"
"""A word; in scripts without spaces, or with syllables as letters, each character is a word."""

_FACTOR = 0x9E3779B97F4A7C15
"""2^64 divided by the golden ratio; odd, so that each word of a run affects all bits of the hash."""

_COMMON, _FEW = 0.05, 10
"""A run in a larger share and a larger number of the evaluation records is boilerplate, not the content of one record."""


class EvaluationSets(Struct, frozen=True):
    """Evaluation sets in the form in which training texts are compared with them.

    Attributes:
        size: Number of words of a run.
        names: Names of the files.
        texts: Table of `source` (an index), `line` and `text`.
        runs: Table of `run` (the hash), `source` and `line` of its first occurrence.
        named: Whether the user named them.
    """

    size: int
    names: tuple[str, ...]
    texts: pl.DataFrame
    runs: pl.DataFrame
    named: bool

    @property
    def records(self) -> int:
        """How many records there are."""
        return self.texts.select("source", "line").n_unique()

    @property
    def short(self) -> int:
        """How many records have too few words in each of their texts."""
        enough = self.texts.filter(_words("text").list.len() >= self.size)
        return self.records - enough.select("source", "line").n_unique()

    def shared(self, text: str) -> tuple[str, str] | None:
        """Return the first run of words that a text shares, and where; None where it shares none."""
        hashes = runs(pl.DataFrame({"text": [text]}), self.size).get_column("run")
        known = hashes.is_in(self.runs.get_column("run").implode())
        for run, key, nominated in zip(_runs_of(text, self.size), hashes, known, strict=True):
            if nominated:
                source, line = self.runs.filter(pl.col("run") == key).select("source", "line").row(0)
                others = self.texts.filter((pl.col("source") == source) & (pl.col("line") == line)).get_column("text")
                if any(run == theirs for other in others for theirs in _runs_of(other, self.size)):
                    return " ".join(run), f"{self.names[source]}:{line + 1}"
        return None


def evaluation_sets(sources: Sequence[Source], size: int, *, named: bool) -> EvaluationSets:
    """Read evaluation sets: all texts of JSON Lines of any shape; other lines are texts themselves.

    Raises:
        InputError: For a set that was named and has no texts, or another encoding than UTF-8.
    """
    rows = ((index, number, text) for index, source in enumerate(sources) for number, text in _texts(source, strict=named))
    texts = pl.DataFrame(list(rows), {"source": pl.UInt32, "line": pl.UInt64, "text": pl.String}, orient="row")
    for index, source in enumerate(sources):
        if named and not (texts.get_column("source") == index).any():
            raise InputError(f"{source.path} holds no texts to compare with")
    every = runs(texts, size).unique(maintain_order=True)
    most = max(_FEW, _COMMON * texts.select("source", "line").n_unique())
    common = every.group_by("run").len().filter(pl.col("len") > most)
    kept = every.join(common, on="run", how="anti", maintain_order="left").unique("run", keep="first", maintain_order=True)
    return EvaluationSets(size, tuple(source.path for source in sources), texts, kept, named)


def runs(texts: pl.DataFrame, size: int) -> pl.DataFrame:
    """Return `run`, the hash of each run of so many words, with the other columns of the table of texts."""
    columns = [name for name in texts.columns if name != "text"]
    words = (
        texts.lazy()
        .select(*columns, own=pl.int_range(pl.len()), word=_words("text"))
        .filter(pl.col("word").list.len() >= size)
        .explode("word")
        .with_columns(pl.col("word").hash())
    )
    whole = pl.col("own") == pl.col("own").shift(size - 1)
    factors = [pl.lit(pow(_FACTOR, back, 1 << 64), pl.UInt64) for back in range(size)]
    run = pl.sum_horizontal(pl.col("word").shift(back) * factor for back, factor in enumerate(factors))
    return words.select(*columns, run=run, whole=whole).filter("whole").drop("whole").collect()


def _words(column: str) -> pl.Expr:
    """Return the words of a column's texts, as they are compared."""
    return pl.col(column).str.normalize("NFKC").str.to_lowercase().str.extract_all(_WORD)


def _runs_of(text: str, size: int) -> Iterator[tuple[str, ...]]:
    words = pl.DataFrame({"text": [text]}).select(_words("text")).item().to_list()
    return (tuple(words[start : start + size]) for start in range(len(words) - size + 1))


def _texts_of(line: bytes) -> list[str]:
    """Return all texts in a line of JSON, or the line itself where it is not JSON."""
    try:
        left = [orjson.loads(line.removeprefix(BOM))]
    except ValueError:
        return [line.removeprefix(BOM).decode()]
    texts = []
    while left:
        one: Any = left.pop()
        if type(one) is str:
            texts.append(one)
        elif type(one) is dict:
            left += reversed(one.values())
        elif type(one) is list:
            left += reversed(one)
    return texts


def _texts(source: Source, *, strict: bool) -> Iterator[tuple[int, str]]:
    """Yield the texts of a source, each with the number of its line. strict: whether every line must be UTF-8."""
    number = 0
    for span in source.spans(BLOCK):
        lines = source.read(span)[1].split(b"\n")
        for line in lines:
            try:
                yield from ((number, text) for text in (_texts_of(line) if line.strip() else ()))
            except UnicodeDecodeError as error:
                if strict:
                    raise InputError(f"{source.path} is not UTF-8 (line {number + 1})") from error
            number += 1
        number -= not lines[-1]
