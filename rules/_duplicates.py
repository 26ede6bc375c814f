"""Equal and nearly equal records, computed once for all rules that need them."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

import orjson
import polars as pl
from msgspec import Struct

from ftlint.dialects.base import ANSWER, FURTHER, INPUT, ORDER
from ftlint.metrics import Fingerprints, Labels, Sketches
from ftlint.metrics.keyed import hashes, shingles
from ftlint.text.normal import normal

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from ftlint.dialects.context import Context
    from ftlint.metrics import Gathered, Metric


_NO_FINGERPRINTS = pl.DataFrame(
    schema={"line": pl.UInt64, "signature": pl.UInt64, "input": pl.UInt32, "answer": pl.UInt32, "further": pl.UInt32}
)


class Duplicates(Struct, frozen=True):
    """Tables of `line` and `first` (the earlier line), by line.

    Attributes:
        equal: Equal records.
        further: Equal except for the values of further keys.
        conflicting: Equal prompts with different labels.
        normalised: Equal except for case, white space, Unicode form or punctuation.
    """

    equal: pl.DataFrame
    further: pl.DataFrame
    conflicting: pl.DataFrame
    normalised: pl.DataFrame


def what_duplicates_need(context: Context) -> tuple[type[Metric], ...]:
    """Return the metrics by which equal records are found: labels too, where some are variants of others."""
    return (Fingerprints, Labels) if context.classification else (Fingerprints,)


def duplicates(gathered: Gathered) -> Duplicates:
    """Return what repeats in the files of a role; a line is in one table at most, the first that fits."""
    if "duplicates" not in gathered.memo:
        gathered.memo["duplicates"] = _find(gathered)
    result: Duplicates = gathered.memo["duplicates"]
    return result


def lines_labelled(gathered: Gathered, labels: Iterable[str]) -> pl.Series:
    """Return the lines of the records with these labels, rising."""
    results = list(gathered.by_key(Fingerprints, _labelled, hashes(labels)))
    return pl.concat(results).sort() if results else pl.Series("line", dtype=pl.UInt64)


def _labelled(wanted: pl.Series, table: pl.DataFrame) -> pl.Series:
    """Return the lines of the records whose answers have these hashes."""
    return table.filter(pl.col("answer").is_in(wanted.implode())).get_column("line")


class Leaks(Struct, frozen=True):
    """Tables of `line` of a validation record and `first`, a training line.

    Attributes:
        equal: The body is equal.
        further: The body is equal, and values of further keys differ.
        normalised: The body is equal except for case, white space, Unicode form or punctuation.
    """

    equal: pl.DataFrame
    further: pl.DataFrame
    normalised: pl.DataFrame


def leaks(gathered: Gathered) -> Leaks:
    """Return the validation records whose body is in the training files too."""
    train = gathered.train
    assert train
    own = pl.concat([_with_body(table, gathered.context) for table in gathered.tables(Fingerprints)] or [_NO_FINGERPRINTS])
    found = list(train.by_key(Fingerprints, _leaked, (own, gathered.context)))
    equal, other, mine, theirs = ([tables[part] for tables in found] for part in range(4))
    return Leaks(_by_line(equal), _by_line(other), _normalised_leaks(mine, theirs, gathered, train))


def _leaked(shared: tuple[pl.DataFrame, Context], table: pl.DataFrame) -> tuple[pl.DataFrame, ...]:
    """Return which validation records training records equal.

    Args:
        shared: The fingerprints of validation records, and their context.
        table: Those of training records.

    Returns:
        Tables of `line` and `first` of equal bodies, and of those that differ in further keys; the lines and bodies of others to
        be looked at closely, and the lines of the training records that these are like.

    """
    own, context = shared
    bodies = _with_body(table, context).group_by("signature", "input", "further").agg(first=pl.col("line").min())
    equal = own.join(bodies, on=["signature", "input", "further"])
    left = own.join(equal, on="line", how="anti")
    asked = bodies.group_by("signature", "input").agg(pl.col("first").min())
    other = left.join(asked, on=["signature", "input"])
    close = left.join(other, on="line", how="anti").join(bodies, on=["signature", "further"], how="semi")
    theirs = bodies.join(close, on=["signature", "further"], how="semi").select(line="first")
    return equal, other, close.select("line", "signature", "input", "further"), theirs


def _normalised_leaks(mine: list[pl.DataFrame], theirs: list[pl.DataFrame], gathered: Gathered, train: Gathered) -> pl.DataFrame:
    """Look closely at validation records that may equal a training record but for case, white space or punctuation.

    Args:
        mine: Their lines and bodies.
        theirs: The lines of the training records. Of equal bodies one is looked at.
    """
    if not mine:
        return _by_line([])
    forms = _digests(train, _form, None, pl.concat(theirs).get_column("line").sort())
    first = forms.group_by("digest").agg(first=pl.col("line").min())
    suspects = pl.concat(mine).with_columns(like=pl.col("line").min().over("signature", "input", "further"))
    looked_at = _digests(gathered, _form, None, suspects.get_column("like").unique().sort())
    return _by_line([suspects.join(looked_at.join(first, on="digest").select(like="line", first="first"), on="like")])


def _digests(gathered: Gathered, work: Callable[[Any, Mapping[str, Any]], bytes], shared: Any, lines: pl.Series) -> pl.DataFrame:
    """Return `line` and `digest` of the records on some lines, which rise."""
    schema = {"line": pl.UInt64, "digest": pl.Binary}
    tables = [pl.DataFrame(some, schema, orient="row") for some in gathered.on_lines(work, shared, lines)]
    return pl.concat(tables) if tables else pl.DataFrame(schema=schema)


def nearly_equal(gathered: Gathered, similarity: float, without: set[int]) -> pl.DataFrame:
    """Return `line` and `first` of records whose body is nearly equal to an earlier one. without: lines to leave out."""
    pairs: dict[int, set[int]] = {}
    for firsts in gathered.by_key(Sketches, _of_one_band, None):
        for line, first in firsts.iter_rows():
            if line not in without:
                pairs.setdefault(line, set()).add(first)
    leaders = {first for firsts in pairs.values() for first in firsts}
    texts: dict[int, tuple[set[str], tuple[str | None, str]]] = {}
    results = []
    for line, row in gathered.fetch(sorted(leaders | pairs.keys())):
        words, further = shingles(row[INPUT]), (row.get(ORDER), row[FURTHER])
        if line in leaders:
            texts[line] = words, further
        alike = (first for first in sorted(pairs.get(line, ())) if texts[first][1] == further)
        match = next((first for first in alike if _jaccard(words, texts[first][0]) >= similarity), None)
        if match is not None:
            results.append((line, match))
    return _table(results)


def _of_one_band(_: None, table: pl.DataFrame) -> pl.DataFrame:
    """Return `line` and `first` of records that share a band with an earlier one."""
    repeated = _repeated(table, "band").with_columns(first=pl.col("line").min().over("band"))
    return repeated.filter(pl.col("line") > pl.col("first")).select("line", "first")


def _digest(*parts: Any) -> bytes:
    """Return a hash that nothing else has; the same in each process, as Python's own are not."""
    return hashlib.blake2b(orjson.dumps(parts), digest_size=16).digest()


def _form(_: None, row: Mapping[str, Any]) -> bytes:
    """Return a hash that records have in common whose bodies are equal but for case, white space and punctuation."""
    return _digest(row.get(ORDER), normal(row[INPUT]), row[FURTHER])


def _form_and_answer(_: None, row: Mapping[str, Any]) -> bytes:
    """Return a hash that records have in common which are equal but for these."""
    return _digest(row.get(ORDER), normal(row[INPUT]), row[FURTHER], normal(row[ANSWER]))


def _texts(labels: Mapping[str, str], row: Mapping[str, Any]) -> bytes:
    """Return a hash that equal records have in common. labels: the commoner form of each label that is a variant of one."""
    return _digest(row.get(ORDER), row[INPUT], labels.get(row[ANSWER], row[ANSWER]), row[FURTHER])


def _jaccard(a: set[str], b: set[str]) -> float:
    return len(a & b) / max(1, len(a | b))


def _find(gathered: Gathered) -> Duplicates:
    found = list(gathered.by_key(Fingerprints, _suspects, (_variant_hashes(gathered), gathered.context)))
    equal, further, conflicting, close = ([tables[part] for tables in found] for part in range(4))
    return Duplicates(_equal(equal, gathered), _by_line(further), _by_line(conflicting), _normalised(close, gathered))


def _suspects(shared: tuple[dict[int, int], Context], table: pl.DataFrame) -> tuple[pl.DataFrame, ...]:
    """Return which records repeat others, by their fingerprints.

    Args:
        shared: The hash of the commoner form of each label that is a variant of one, and the context.
        table: The fingerprints.

    Returns:
        Tables of `line` and an earlier line: `of_record` of equal records, `first` of those that differ in further keys, and of
        those that differ in their answers; and of `line` and `conflicting` of those to be looked at closely.

    """
    forms, context = shared
    line, same = pl.col("line"), ["signature", "input"]
    suspects = _repeated(_with_body(table, context), "signature")
    if forms:
        suspects = suspects.with_columns(pl.col("answer").replace(forms))
    suspects = suspects.sort("line").with_columns(
        of_record=line.min().over([*same, "answer", "further"]),
        of_texts=line.min().over([*same, "answer"]),
        of_body=line.min().over(same),
        bodies=pl.col("input").n_unique().over("signature"),
    )
    equal = suspects.filter(line.len().over("of_record") > 1).select("line", "of_record")
    rest = suspects.filter(line == pl.col("of_record"))
    further = rest.filter(line > pl.col("of_texts")).select("line", first="of_texts")
    rest = rest.filter(line == pl.col("of_texts"))
    conflicting = rest.filter(line > pl.col("of_body")).select("line", first="of_body")
    close = rest.filter(pl.col("bodies") > 1).select("line", conflicting=line > pl.col("of_body"))
    return equal, further, conflicting, close


def _equal(nominated: list[pl.DataFrame], gathered: Gathered) -> pl.DataFrame:
    """Return which records are equal, of those whose hashes are: their texts are compared, by a hash that nothing else has.

    Args:
        nominated: Tables of `line` and `of_record`, the first line with the same hashes.
    """
    table = pl.concat(nominated).sort("line") if nominated else pl.DataFrame()
    if not len(table):
        return _by_line([])
    labels = gathered.get(Labels).variants if gathered.context.classification else {}
    looked_at = table.join(_digests(gathered, _texts, labels, table.get_column("line")), on="line")
    return _repeats(looked_at, "of_record", "digest")


def _repeats(table: pl.DataFrame, *same: str) -> pl.DataFrame:
    """Return `line` and `first` of the rows that have an earlier one with the same values in these columns."""
    return _by_line([table.with_columns(first=pl.col("line").min().over(same)).filter(pl.col("line") > pl.col("first"))])


def _with_body(table: pl.DataFrame, context: Context) -> pl.DataFrame:
    """Return the records that have a body; where prompts are empty by design, all."""
    return table if context.task == "open-ended" else table.filter(pl.col("input") != hashes([""]).item())


def _repeated(table: pl.DataFrame, column: str) -> pl.DataFrame:
    """Return the rows whose value another row has too; by sorting, which is far faster than grouping where most differ."""
    values = table.get_column(column).sort()
    twice = values.filter(values == values.shift(1)).unique()
    return table.filter(pl.col(column).is_in(twice.implode())) if len(twice) else table.clear()


def _variant_hashes(gathered: Gathered) -> dict[int, int]:
    """Return the hash of the commoner form by the hash of each label that is a variant of one."""
    forms = gathered.get(Labels).variants if gathered.context.classification else {}
    return dict(zip(hashes(forms), hashes(forms.values()), strict=True))


def _normalised(suspects: list[pl.DataFrame], gathered: Gathered) -> pl.DataFrame:
    """Look closely at records that may be equal but for case, white space, Unicode form or punctuation."""
    table = pl.concat(suspects).sort("line") if suspects else pl.DataFrame({"line": [], "conflicting": []})
    if not len(table):
        return _by_line([])
    looked_at = table.join(_digests(gathered, _form_and_answer, None, table.get_column("line")), on="line")
    repeats = looked_at.with_columns(first=pl.col("line").min().over("digest")).filter(pl.col("line") > pl.col("first"))
    return _by_line([repeats.filter(~pl.col("conflicting"))])


def _table(results: list[tuple[int, int]]) -> pl.DataFrame:
    return pl.DataFrame(results, {"line": pl.UInt64, "first": pl.UInt64}, orient="row")


def _by_line(tables: list[pl.DataFrame]) -> pl.DataFrame:
    columns = [table.select("line", "first") for table in tables]
    return pl.concat(columns).sort("line") if columns else pl.DataFrame(schema={"line": pl.UInt64, "first": pl.UInt64})
