"""What a dialect is: the shape of a record, as types that decode it and tables that hold it."""

from __future__ import annotations

import re
from itertools import compress
from operator import attrgetter, itemgetter
from typing import TYPE_CHECKING, Any, ClassVar, Generic, NamedTuple

import msgspec
import orjson
import polars as pl

from ftlint.dialects.context import K
from ftlint.dialects.kinds import TEXT

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from ftlint.dialects.context import Context, Differences
    from ftlint.dialects.kinds import Signature
    from ftlint.dialects.places import Places
    from ftlint.options import DatasetOptions
    from ftlint.targets import Target

WRONG_TYPE, MISSING_MEMBER = "wrong-type", "missing-member"
"""Faults of an object that has its dialect's keys, and is not a record all the same."""

RECORDS, TEXTS = "records", "texts"
"""The table that every dialect has, a row a record; and that of all texts, a row a text, whatever they are called."""

BETWEEN = " \x01 "
"""Stands between several texts that are one `input`: a character that texts hardly ever hold. The spaces around it let sentences
end where they end."""

INPUT, ANSWER, ORDER = "input", "answer", "order"
"""Columns of `records` in every dialect: what is asked, and what is to be learned."""

FURTHER = "further"
"""A column of `records` in every dialect: what a record holds besides (see `Batch.rests`), for equality alone."""

Tables = dict[str, pl.DataFrame]
"""Tables by name. Each has the column `line` (UInt32); all but `records` have `position` (UInt32), a count of the rows of
a record from 0."""


class Fault(NamedTuple):
    """Why an object with its dialect's keys is not a record: the kind, the JSON Pointer of what is wrong, what is wanted there.

    Attributes:
        is_text: Whether that is a text, which some values can be written as.
    """

    kind: str
    pointer: str
    wanted: str
    is_text: bool = False


class Surveyed(NamedTuple, Generic[K]):
    """What sample records show: the task, and what only the dialect knows of."""

    task: str
    known: K


class Batch:
    """Objects that have the keys of a record, read together.

    Attributes:
        fits: For each whether it is a record. All else is of the records alone.
        values: The records.
    """

    def __init__(self, dialect: Dialect[Any], values: Sequence[dict[str, Any]]) -> None:
        self._dialect = dialect
        kind = dialect.types[-1]
        try:
            self._records: list[Any] = msgspec.convert(values, list[kind])  # type: ignore[valid-type] # a type that the dialect made
            self.fits = [True] * len(values)
        except (msgspec.ValidationError, RecursionError):
            each = [_converted(value, kind) for value in values]
            self.fits = [record is not None for record in each]
            self._records = [record for record in each if record is not None]
        self.values: Sequence[Mapping[str, Any]] = list(compress(values, self.fits))

    def further_inside(self) -> Iterable[tuple[str, int]]:
        """Return keys that objects in lists do not have, as `messages[].key`, each with the place of its record."""
        return ()

    def note(self, places: Places, lines: Sequence[int]) -> None:
        """Note what records on these lines hold besides their texts: what readers of tables make columns of."""
        for keys, among in self._by_keys().items():
            for key in self._dialect.further(keys):
                places.note_column(key, [self.values[index][key] for index in among], [lines[index] for index in among])

    def rests(self, naming: frozenset[str]) -> list[str]:
        """Return what each record holds in keys that its dialect does not have, as an opaque text; an empty one for nothing.

        Args:
            naming: Keys that only name a record, and say nothing of it.
        """
        rests = [""] * len(self.values)
        for keys, among in self._by_keys().items():
            further = [key for key in self._dialect.further(keys) if key not in naming]
            for index in among if further else ():
                rests[index] = opaque({key: self.values[index][key] for key in further})
        return rests

    def loses_digits(self, index: int, rest: str) -> bool:  # noqa: ARG002 - the signature of all batches
        """Whether what a record holds besides has a number that a line may write with more digits than the parser keeps."""
        return _has_fraction(rest)

    def unread(self) -> set[str]:
        """Return what some records hold that no rule looks at, in words: `images`."""
        return set()

    def tables(self) -> Tables:
        """Return the tables of the records, see `Dialect.columns`."""
        return self._dialect.columns(self._records)

    def _by_keys(self) -> dict[tuple[str, ...], list[int]]:
        """Return the places of records by their keys."""
        by_keys: dict[tuple[str, ...], list[int]] = {}
        for index, value in enumerate(self.values):
            by_keys.setdefault(tuple(value), []).append(index)
        return by_keys


_FRACTION = re.compile(r"\d[.eE][-+\d]")
"""A number that is no integer, or a string with one."""


def _has_fraction(rest: str) -> bool:
    """Whether a JSON text may hold a number that is no integer."""
    if not _FRACTION.search(rest):
        return False
    try:
        value = orjson.loads(rest)
    except ValueError:  # nested more deeply than orjson goes
        return True
    return any(type(one) is float for one in nested(value))


class TypedBatch:
    """Records that were decoded into one of their dialect's types, and hold nothing that this does not have. records: they."""

    def __init__(self, dialect: Dialect[Any], records: Sequence[Any]) -> None:
        self._dialect, self.records = dialect, list(records)

    def __len__(self) -> int:
        return len(self.records)

    def takes(self, later: TypedBatch) -> bool:
        """Whether later records can be taken in."""
        return type(self) is type(later)

    def add(self, later: TypedBatch) -> None:
        """Take in records that come after."""
        self.records += later.records

    def strings(self) -> int:
        """Return how many keys and strings the records have, if none has a key that its type does not know.

        As many double quotes prove that no key appears twice; -1 where that cannot be told: then each line is looked at.
        """
        return self._dialect.strings(self.records)

    def note(self, places: Places, lines: Sequence[int]) -> None:
        """Note what records on these lines hold besides their texts."""
        if lines:
            places.note(self._dialect.plain_kinds, lines[0], len(lines))

    def rests(self, naming: frozenset[str]) -> list[str]:  # noqa: ARG002 - the signature of all batches
        """Return what records hold in other keys: nothing."""
        return [""] * len(self.records)

    def tables(self) -> Tables:
        """Return the tables of the records, see `Dialect.columns`."""
        return self._dialect.columns(self.records)


def _converted(value: Any, kind: Any) -> Any:
    try:
        return msgspec.convert(value, kind)
    except (msgspec.ValidationError, RecursionError):
        return None


class Dialect(Generic[K]):
    """The shape of a record; K is what its rules know of a dataset besides what is known in every dialect.

    Attributes:
        name: As in configuration files.
        shown: In sentences, where it is another.
        called: The call of OpenAI's client that asks a model which was trained on such records, `completions` or `chat`; none
            where that service does not train on them.
        shapes: Any of these key sets makes a record.
        optional: Keys that it may have besides.
        types: msgspec types of a record; the first is the strictest and the fastest, the last takes every record, unless
            `batch` says what is one.
        capabilities: What rules may require of it: `endings` (prompts may end with a separator, completions with a stop),
            `texts` (named texts), `messages`, `labels` (an answer can be a label), `pair` (a preferred and a rejected answer),
            `judgement`.
        assumed: The target where none is named.
        tables: For each column of texts, by table, the JSON Pointer of a text, as an expression.
        nothing: What is known without a survey.
        answers: The kind of text (see `counted_texts`) that is to be learned.
        tells_task: Whether records are told apart by task, so that reports name it.
        weak: Whether its keys are so common that they make no record together with unknown ones.
        renamed: Whether its keys are but other names for those of a dialect that a target takes.
        graded: Whether a prompt beside anything may be its record.
        asked, answered, whole: What sentences call what is asked, what is to be learned, and a record.
        example: A line with a good record.
    """

    name: str = ""
    shown: str = ""
    called: ClassVar[str] = ""
    shapes: tuple[frozenset[str], ...] = ()
    optional: frozenset[str] = frozenset()
    types: tuple[Any, ...] = ()
    capabilities: frozenset[str] = frozenset()
    assumed: str = ""
    tables: Mapping[str, Mapping[str, pl.Expr]] = {}
    nothing: K
    answers: str = ""
    tells_task: ClassVar[bool] = False
    weak: bool = False
    renamed: bool = False
    graded: ClassVar[bool] = False
    example: str = ""
    asked: str = "prompt"
    answered: str = "completion"
    whole: str = "record"

    @property
    def checked(self) -> bool:
        """Whether records become tables."""
        return bool(self.types)

    def has(self, table: str) -> bool:
        """Whether records of this dialect have rows in a table."""
        return table in {RECORDS, TEXTS, *self.tables}

    def is_shape_of(self, keys: frozenset[str]) -> bool:
        """Whether an object with these keys is meant to be a record of this dialect."""
        return any(shape <= keys for shape in self.shapes)

    def knows(self, signature: Signature) -> tuple[int, bool]:
        """Return how many of the keys of an object are this dialect's, and whether the values are; (0, False) for no record."""
        keys = dict(signature)
        shape = next((shape for shape in self.shapes if shape <= keys.keys()), None)
        if shape is None:
            return 0, False
        return len(keys.keys() & (shape | self.optional)), self.takes(keys)

    def takes(self, kinds: Mapping[str, str]) -> bool:  # noqa: ARG002 - the hook's signature
        """Whether values of these kinds, by key, can be a record's."""
        return True

    def members(self) -> frozenset[str]:
        """Return the names of all members that records of this dialect may have, at any depth."""
        return frozenset().union(*self.shapes, self.optional)

    def required(self, keys: Iterable[str]) -> list[str]:
        """Return the keys of the shape that an object with these keys comes nearest to."""
        present = frozenset(keys)
        near = [(len(present.intersection(shape)), shape) for shape in self.shapes]
        return sorted(max(near, key=itemgetter(0))[1])

    def further(self, keys: Sequence[str]) -> list[str]:
        """Return those keys that a record of this dialect does not have, in their order."""
        shape = next((shape for shape in self.shapes if shape <= set(keys)), frozenset())
        return [key for key in keys if key not in shape and key not in self.optional]

    plain_kinds: tuple[tuple[str, str], ...] = ()
    "Paths and JSON types of what a record of its strictest type always has, where others may have another type there."

    def decoded(self, records: Sequence[Any]) -> TypedBatch:
        """Return what decoded records of one of its types hold."""
        return TypedBatch(self, records)

    def turns(self, value: Mapping[str, Any]) -> Sequence[Any]:  # noqa: ARG002 - the hook's signature
        """Return what a record says, turn by turn, where its dialect has turns."""
        return ()

    def batch(self, values: Sequence[dict[str, Any]]) -> Batch:
        """Return what objects with the keys of a record hold."""
        return Batch(self, values)

    def columns(self, records: Sequence[Any]) -> Tables:
        """Return the tables of decoded records, in order.

        `records` lacks `line`. Other tables have `record` (UInt32), the place of the record among these, or nothing: then
        `derive` says which lines their rows are of.
        """
        raise NotImplementedError

    def strings(self, records: Sequence[Any]) -> int:  # noqa: ARG002 - the hook's signature
        """Return how many keys and strings decoded records have, if they have no key that their type does not know.

        As many double quotes prove that no key appears twice; -1 where that cannot be told: then each line is looked at.
        """
        return -1

    def faults(self, value: Mapping[str, Any]) -> Iterator[Fault]:
        """Yield why an object with the keys of a record is none; at least one reason, in order."""
        raise NotImplementedError

    def fault(self, value: Mapping[str, Any]) -> Fault:
        """Return the first reason why an object with the keys of a record is none."""
        return next(iter(self.faults(value)))

    def seems(self, value: Mapping[str, Any]) -> str:  # noqa: ARG002 - the hook's signature
        """Return what kind of data an object with the keys of a record, that is none, seems to be; an empty text: not known."""
        return ""

    def lead(self, pointer: str) -> str:  # noqa: ARG002 - likewise
        """Return what is before a value that is made the text at a pointer."""
        return ""

    def derive(self, tables: Tables, known: K) -> Tables:  # noqa: ARG002 - the hook's signature
        """Return the tables with columns that rules and metrics refer to; `records` has `input` and `answer` then."""
        return tables

    def suits(self, tables: Tables) -> str:  # noqa: ARG002 - likewise
        """Return the name of the target that sample records are for, as far as they tell; an empty text for the dialect's own."""
        return ""

    def infer(self, tables: Tables, options: DatasetOptions, target: Target, encoding: str) -> Surveyed[K]:  # noqa: ARG002 - likewise
        """Return what sample records show."""
        return Surveyed(options.task or "generation", self.nothing)

    def compare(self, training: Context, own: Context, tables: Tables) -> tuple[Differences, K]:  # noqa: ARG002 - likewise
        """Return in what validation files differ from their training files, and what is known when these are judged."""
        known: K = training.known
        return (), known

    def describe(self, context: Context) -> Sequence[str]:  # noqa: ARG002 - likewise
        """Return phrases that say what was inferred, for the head of a report."""
        return ()

    def facts(self, known: K) -> Mapping[str, Any]:  # noqa: ARG002 - likewise
        """Return what was inferred, by name, for programs."""
        return {}

    def pointers(self, table: str) -> pl.Expr | None:  # noqa: ARG002 - likewise
        """Return an expression for the JSON Pointers of a table's rows; None where these are not values of their own."""
        return None

    def pointer(self, column: str, row: Mapping[str, Any]) -> str | None:  # noqa: ARG002 - likewise
        """Return the JSON Pointer of a column of a record: of `input`, of `answer`, or of a text."""
        return f"/{column}"

    def title(self, pointer: str) -> str:
        """Return what the text at a pointer is called in a sentence."""
        return pointer.rsplit("/", 1)[-1]

    def with_answer(self, row: Mapping[str, Any], answer: str, known: K) -> dict[str, str]:  # noqa: ARG002 - likewise
        """Return the texts, by pointer, that give a record another answer; white space around it stays."""
        pointer = self.pointer(ANSWER, row)
        text = row["texts"].get(pointer) if pointer else None
        return {pointer: text.replace(row[ANSWER], answer, 1)} if pointer and text and row[ANSWER] else {}

    def most_bytes(self) -> pl.Expr:
        """Return an expression for bytes of a record of which its texts have no more."""
        return pl.col(INPUT).str.len_bytes() + pl.col(ANSWER).str.len_bytes()

    def preamble(self, tables: Tables) -> Mapping[str, pl.Series]:  # noqa: ARG002 - the hook's signature
        """Return what a record gives the model besides what is asked: by name, a text or null a record."""
        return {}

    def counted_texts(self, tables: Tables) -> pl.DataFrame:
        """Return `line`, `kind` and `text` of every text; of a record of strings the kind is its key."""
        parts = [
            tables[name].select("line", kind=pl.lit(column), text=pl.col(column)).drop_nulls("text")
            for name, columns in self.tables.items()
            for column in columns
        ]
        return pl.concat(parts)

    def texts(self, tables: Tables, *, pointers: bool = False) -> pl.DataFrame:
        """Return the table of all texts: `line`, `position` (UInt32; a number for each text of a record) and `text`.

        Args:
            pointers: Whether to add `pointer`, the JSON Pointer of the text.
        """
        columns = [(name, column, pointer) for name, texts in self.tables.items() for column, pointer in texts.items()]
        parts = []
        for number, (name, column, pointer) in enumerate(columns):
            row = pl.lit(number, pl.UInt32) if name == RECORDS else pl.col("position") * len(columns) + number
            at = {"pointer": pointer} if pointers else {}
            parts.append(tables[name].select("line", position=row, text=pl.col(column), **at).drop_nulls("text"))
        return pl.concat(parts)


def nested(value: Any) -> Iterator[Any]:
    """Yield a value, and all that is in it at any depth."""
    left = [value]
    while left:
        one = left.pop()
        yield one
        if type(one) is dict:
            left += one.values()
        elif type(one) is list:
            left += one


def strings_in(value: Any) -> int:
    """Return how many strings and keys a value holds, at any depth."""
    return sum(len(one) if type(one) is dict else type(one) is str for one in nested(value))


def opaque(value: Any) -> str:
    """Return a text that equal values share, and no others."""
    try:
        return orjson.dumps(value, option=orjson.OPT_SORT_KEYS).decode()
    except TypeError:  # nested more deeply than orjson goes
        return "".join(_flattened(value))


def _flattened(value: Any) -> Iterator[str]:
    """Yield the pieces of a value in order, each object and array with the number of what is in it."""
    left = [value]
    while left:
        one = left.pop()
        if type(one) is dict:
            yield f"{{{len(one)}"
            left += [inner for key in sorted(one, reverse=True) for inner in (one[key], key)]
        elif type(one) is list:
            yield f"[{len(one)}"
            left += reversed(one)
        else:
            yield orjson.dumps(one).decode()


def key_of(step: str) -> str:
    """Return the key that a step of a JSON Pointer means."""
    return step.replace("~1", "/").replace("~0", "~")


def value_at(value: Any, pointer: str) -> Any:
    """Return what a value holds at a JSON Pointer; None where it holds nothing there."""
    for part in pointer.split("/")[1:]:
        key = key_of(part)
        try:
            value = value[int(key)] if isinstance(value, list) else value[key]
        except (LookupError, TypeError, ValueError):
            return None
    return value


def is_mendable(value: Any) -> bool:
    """Whether a value can only be meant as one text: a number, a boolean, an array of one string."""
    return type(value) in {int, float, bool} or (type(value) is list and len(value) == 1 and type(value[0]) is str)


class FlatDialect(Dialect[K]):
    """A dialect whose records are strings by key, the first of them what is asked, the last what is to be learned."""

    nothing: K = None  # type: ignore[assignment] # of one that knows nothing of its datasets
    capabilities = frozenset({"texts", "labels"})

    def __init__(self, name: str, texts: Sequence[str]) -> None:
        self.name, self.keys = name, tuple(texts)
        self.shapes, self.answers = (frozenset(texts),), self.keys[-1]
        strict, lax = (
            msgspec.defstruct("Record", [(key, str) for key in texts], forbid_unknown_fields=strict, gc=False)
            for strict in (True, False)
        )
        self.types = (strict, lax)
        self.tables = {RECORDS: {key: pl.lit(f"/{key}") for key in texts}}

    def required(self, keys: Iterable[str]) -> list[str]:  # noqa: ARG002 - the hook's signature
        """Return the keys, in their order."""
        return list(self.keys)

    def columns(self, records: Sequence[Any]) -> Tables:
        """Return the one table, a column a key."""
        made = {key: list(map(attrgetter(key), records)) for key in self.keys}
        return {RECORDS: pl.DataFrame([pl.Series(key, texts, pl.String) for key, texts in made.items()])}

    def strings(self, records: Sequence[Any]) -> int:
        """Return how many keys and strings these records have: two for each key."""
        return 2 * len(self.keys) * len(records)

    def most_bytes(self) -> pl.Expr:
        """Return the bytes of all texts."""
        return pl.sum_horizontal(pl.col(key).str.len_bytes() for key in self.keys)

    def takes(self, kinds: Mapping[str, str]) -> bool:
        """Whether all are strings."""
        return all(kinds[key] == TEXT for key in self.keys)

    def faults(self, value: Mapping[str, Any]) -> Iterator[Fault]:
        """Yield the keys whose values are not strings."""
        wrong = [key for key in self.keys if type(value.get(key)) is not str] or self.keys[:1]
        yield from (Fault(WRONG_TYPE, f"/{key}", "a string", is_text=True) for key in wrong)

    def derive(self, tables: Tables, known: K) -> Tables:  # noqa: ARG002 - the hook's signature
        """Add what is asked and what is to be learned: the last text, and those before it, without outer white space."""
        asked = [pl.col(key).str.strip_chars() for key in self.keys[:-1] or self.keys]
        whole = asked[0] if len(asked) == 1 else pl.concat_str(asked, separator=BETWEEN)
        return {
            **tables,
            RECORDS: tables[RECORDS].with_columns(whole.alias(INPUT), pl.col(self.keys[-1]).str.strip_chars().alias(ANSWER)),
        }

    def pointer(self, column: str, row: Mapping[str, Any]) -> str | None:  # noqa: ARG002 - likewise
        """Return the JSON Pointer of a text; of `input` the first, of `answer` the last."""
        return f"/{ {INPUT: self.keys[0], ANSWER: self.keys[-1]}.get(column, column) }"

    def with_answer(self, row: Mapping[str, Any], answer: str, known: K) -> dict[str, str]:  # noqa: ARG002 - likewise
        """Put the answer where the old one is; white space around it stays."""
        text = row[self.keys[-1]]
        return {f"/{self.keys[-1]}": text.replace(row[ANSWER], answer, 1) if row[ANSWER] else answer}
