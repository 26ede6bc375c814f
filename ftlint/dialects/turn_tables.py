"""The tables of records that are turns, see `ConversationDialect`."""

from __future__ import annotations

from itertools import accumulate, pairwise
from operator import itemgetter
from typing import TYPE_CHECKING, Any

import msgspec
import polars as pl

from ftlint.dialects.base import ANSWER, BETWEEN, INPUT, ORDER
from ftlint.dialects.tool_columns import CALL_COLUMNS, call_columns, readable_calls
from ftlint.dialects.turns import (
    REJECTED,
    has_media,
    is_empty,
    is_misweighed,
    last_answer,
    name_of,
    text_of,
    unlearned,
    weighing_key,
)
from ftlint.text.marks import SPACE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from ftlint.dialects.calls import Tool
    from ftlint.dialects.turns import Field, Talk, Turn

MESSAGES, PARTS = "messages", "parts"
"""Tables of a conversation besides `records`."""

TOOLS = "tools"
"""Column of what tools a conversation has, and the kind of their text."""

MESSAGE_COLUMNS = {
    "role": pl.String,
    "named": pl.String,
    "content": pl.String,
    "calls": pl.String,
    "calling": pl.Boolean,
    "empty": pl.Boolean,
    "misweighed": pl.Boolean,
    "unlearned": pl.Boolean,
    "at": pl.String,
    "bare": pl.Boolean,
    "thread": pl.UInt8,
    "kind": pl.String,
    "name": pl.String,
    "media": pl.Boolean,
    "weighed": pl.String,
    "linked": pl.Boolean,
    "legacy": pl.Boolean,
    "misplaced": pl.Boolean,
    **CALL_COLUMNS,
}
_TEXTS = {
    "system": pl.String,
    TOOLS: pl.String,
    "called": pl.String,
    "readable": pl.String,
    INPUT: pl.String,
    ANSWER: pl.String,
}
_ORDER = {"last_role": pl.String, "answered": pl.Boolean, "said": pl.UInt32, "answer_at": pl.UInt32, ORDER: pl.String}
_PARTS = dict.fromkeys(("record", "position", "message", "part"), pl.UInt32) | {"text": pl.String, "at": pl.String}
PAIR_COLUMNS = {REJECTED: pl.String, "same_outputs": pl.Boolean, "same_prompts": pl.Boolean}


def frame(columns: Mapping[str, Sequence[Any] | pl.Series], schema: Mapping[str, Any]) -> pl.DataFrame:
    """Return a table of these columns, and nulls for those of the schema that are not among them."""
    length = max(map(len, columns.values()))
    nothing = {
        name: pl.Series(name, [None], kind).new_from_index(0, length) for name, kind in schema.items() if name not in columns
    }
    return pl.DataFrame(
        [nothing[name] if name in nothing else pl.Series(name, columns[name], kind) for name, kind in schema.items()]
    )


class _Order:
    """What follows from the order of roles alone; conversations have few of them.

    Attributes:
        begins: Whether a system message is first.
        at: Place of the assistant's last message, if there is one.
        pick: Takes what is asked of all texts: last comes what most conversations begin with, so that they differ in their first
            characters, by which equal ones are sought.
        row: What the table of records has of it; the roles of what is asked are an opaque key, by which conversations of the
            same texts differ; texts that stand for themselves have none.
    """

    def __init__(self, roles: tuple[str, ...], number: int, *, bare: bool) -> None:
        self.number = number
        self.begins = roles[:1] == ("system",)
        self.at = last_answer(roles)
        last = roles[-1] if roles else None
        asked = [index for index in range(self.begins, len(roles)) if index != self.at] + [0] * self.begins
        # Two orders of the same messages are two conversations.
        unusual = [str(self.at)] if self.at is not None and self.at < len(roles) - 1 else []
        key = "" if bare else BETWEEN.join([*(roles[index] for index in asked), *unusual])
        # Of one place an itemgetter returns no list.
        self.pick = itemgetter(*asked) if len(asked) > 1 else itemgetter(slice(asked[0], asked[0] + 1) if asked else slice(0))
        self.row = (last, self.at is not None, roles.count("assistant"), self.at, key)


class _Orders(dict[tuple[tuple[str, ...], bool], _Order]):
    """The orders of roles that were seen, of messages and of texts that stand for themselves."""

    def __missing__(self, key: tuple[tuple[str, ...], bool]) -> _Order:
        order = self[key] = _Order(key[0], len(self), bare=key[1])
        return order


def as_json(value: Any) -> str | None:
    """Return what is in a record besides texts as JSON; None for nothing."""
    if type(value) is str:
        return value or None
    return msgspec.json.encode(value).decode() if value or type(value) in {int, float, bool} else None


def plain_records(counts: Sequence[int], roles: Sequence[str], texts: Sequence[str]) -> pl.DataFrame:
    """Return the table of conversations that hold so many messages each. roles, texts: of all messages."""
    ends = list(accumulate(counts, initial=0))
    groups = ((tuple(roles[start:end]), texts[start:end], False) for start, end in pairwise(ends))
    none = pl.Series(TOOLS, [None], pl.String).new_from_index(0, len(counts))
    return _table(groups, none, counts, counts)


class Said:
    """The turns of some records, one after another, as columns of the table of messages.

    Attributes:
        spans: For each record where its turns start, where those of a rejected answer do, and where they end.
        unusual: The turns that are not plain, by place.
        talks: The turns of each record of which one is not plain, by where they start.
    """

    def __init__(self, talks: Iterable[Talk], keys: tuple[str, str], roles: Mapping[str, str] | None) -> None:
        """Take what records say.

        Args:
            keys: Of a message, that of its role and that of its content.
            roles: What roles mean; None: as they are.
        """
        self.role, self.named, self.at = list[str](), list[str](), list[str]()
        self.content, self.kind = list[str | None](), list[str | None]()
        self.bare, self.thread = list[bool](), list[int]()
        self.spans: list[tuple[int, int, int]] = []
        self.unusual: dict[int, Turn] = {}
        self.talks: dict[int, Sequence[Turn]] = {}
        for talk in talks:
            start = len(self.role)
            main = self._add_turns(talk.turns) if talk.parts is None else self._add_parts(talk.parts, keys, roles or {})
            self.spans.append((start, main, len(self.role)))

    def _add_turns(self, turns: Sequence[Turn]) -> int:
        """Add turns; return where those of a rejected answer start."""
        start = len(self.role)
        if turns:
            self.talks[start] = turns
        self.role += [turn.role for turn in turns]
        self.named += [turn.named for turn in turns]
        self.content += [turn.content if type(turn.content) is str else None for turn in turns]
        self.at += [turn.at for turn in turns]
        self.bare += [turn.bare for turn in turns]
        self.thread += [turn.field.thread for turn in turns]
        self.kind += [_kind_of_text(turn.field, turn.role, bare=turn.bare) for turn in turns]
        self.unusual |= {index: turn for index, turn in enumerate(turns, start) if not turn.plain}
        return start + sum(not turn.field.thread for turn in turns)

    def _add_parts(self, parts: Sequence[tuple[Field, Any]], keys: tuple[str, str], roles: Mapping[str, str]) -> int:
        """Add what is said at fields, all of it plain; return where a rejected answer starts."""
        role, content = keys
        main = len(self.role)
        for field, given in parts:
            bare = type(given) is str
            if bare:
                self.role.append(field.role)
                self.named.append("")
                self.content.append(given)
                self.at.append(f"/{field.path}")
            else:
                named = [message[role] for message in given]
                self.named += named
                self.role += [roles.get(name, name) for name in named]
                self.content += [message[content] for message in given]
                self.at += [f"/{field.path}/{index}" for index in range(len(given))]
            count = len(self.role) - len(self.bare)
            self.bare += [bare] * count
            self.thread += [field.thread] * count
            self.kind += [_kind_of_text(field, field.role, bare=bare)] * count
            main = main if field.thread else len(self.role)
        return main

    def texts(self) -> list[str]:
        """Return the text of each turn, of parts of contents too."""
        texts = [content or "" for content in self.content]
        for index, turn in self.unusual.items():
            texts[index] = text_of(turn.content)
        return texts


def table_of(said: Said, tools: Sequence[str | None]) -> pl.DataFrame:
    """Return the table of records. tools: as JSON."""
    texts = said.texts()
    groups = [(tuple(said.role[start:main]), texts[start:main], all(said.bare[start:main])) for start, main, _ in said.spans]
    counts = [main - start for start, main, _ in said.spans]
    made = _table(groups, pl.Series(TOOLS, tools, pl.String), counts, [end - start for start, _, end in said.spans])
    if not said.talks:
        return made
    talks = [said.talks.get(start, ()) if end > start else () for start, _, end in said.spans]
    further = {"called": map(_calls_text, talks), "readable": map(readable_calls, talks)}
    return made.with_columns([pl.Series(name, list(values), pl.String) for name, values in further.items()])


def messages_of(said: Said, tools: Mapping[int, Sequence[Tool]]) -> pl.DataFrame:
    """Return the table of messages; of plain turns it says less, see `ConversationDialect.derive`.

    Args:
        tools: That records define of which a turn is not plain, by where their turns start.
    """
    columns: dict[str, list[Any]] = {
        "role": said.role,
        "named": said.named,
        "content": said.content,
        "at": said.at,
        "bare": said.bare,
        "thread": said.thread,
        "kind": said.kind,
    }
    if said.unusual:
        columns |= {name: [None] * len(said.role) for name in (*_FACTS, *CALL_COLUMNS, "unlearned")}
        for name, fact in _FACTS.items():
            column = columns[name]
            for index, turn in said.unusual.items():
                column[index] = fact(turn)
        for start, talk in said.talks.items():
            columns["unlearned"][start : start + len(talk)] = unlearned(talk)
            for name, values in call_columns(talk, tools[start]).items():
                columns[name][start : start + len(talk)] = values
    return frame(columns, MESSAGE_COLUMNS)


_FACTS: dict[str, Callable[[Turn], Any]] = {
    "calls": lambda turn: as_json(turn.message.get("tool_calls") or turn.message.get("function_call")),
    "calling": lambda turn: bool(turn.calls),
    "empty": is_empty,
    "misweighed": lambda turn: is_misweighed(turn.message.get("weight")),
    "name": name_of,
    "media": lambda turn: has_media(turn.content),
    "weighed": lambda turn: weighing_key(turn.message),
    "linked": lambda turn: bool(turn.answers),
    "legacy": lambda turn: bool(turn.message.get("function_call")),
    "misplaced": lambda turn: turn.role != "assistant" and turn.message.get("weight") is not None,
}
"""Columns of the table of messages that say something of turns which are not plain."""


def _calls_text(talk: Sequence[Turn]) -> str | None:
    """Return the calls of a record as JSON; None where it has none."""
    calls = (as_json(turn.message.get("tool_calls") or turn.message.get("function_call")) for turn in talk)
    return "\n".join(filter(None, calls)) or None


def _table(
    groups: Iterable[tuple[tuple[str, ...], Sequence[str], bool]], tools: pl.Series, counts: Sequence[int], turns: Sequence[int]
) -> pl.DataFrame:
    """Return the table of records, given for each its roles, its texts, and whether these stand for themselves."""
    orders = _Orders()
    systems, inputs, answers, numbers, flat = list[str | None](), list[str](), list[str](), list[int](), list[bool]()
    for roles, own, bare in groups:
        order = orders[roles, bare]
        numbers.append(order.number)
        inputs.append(BETWEEN.join(order.pick(own)))
        answers.append("" if order.at is None else own[order.at])
        systems.append(own[0] if order.begins else None)
        flat.append(bare)
    rows = pl.DataFrame([order.row for order in orders.values()], _ORDER, orient="row")
    made = frame({"system": systems, TOOLS: tools, INPUT: inputs, ANSWER: answers}, _TEXTS)
    sizes = [pl.Series("messages", counts, pl.UInt32), pl.Series("turns", turns, pl.UInt32)]
    return made.hstack([*sizes, pl.Series("flat", flat, pl.Boolean)]).hstack(rows[pl.Series(numbers, dtype=pl.UInt32)])


def pairs_of(said: Said) -> pl.DataFrame:
    """Return of each record the text of its rejected answer, and whether the two answers, and what comes before, are the same."""
    rows: list[tuple[str | None, bool | None, bool | None]] = []
    texts = said.texts()
    for start, main, end in said.spans:
        if main == end:
            rows.append((None, None, None))
            continue
        chosen, rejected = ([_essence(said, index) for index in places] for places in (range(start, main), range(main, end)))
        # A rejected answer that does not begin with the assistant repeats what was asked.
        whole = said.role[main] != "assistant"
        tail = len(rejected) if not whole else 1
        same = chosen[-tail:] == rejected[-tail:]
        asked = not whole or chosen[:-1] == rejected[:-1]
        rows.append((texts[end - 1], same, asked))
    return pl.DataFrame(rows, PAIR_COLUMNS, orient="row")


def _essence(said: Said, index: int) -> tuple[str, Any, Any]:
    """Return what makes a turn the same as another."""
    turn = said.unusual.get(index)
    content = turn.content if turn else said.content[index]
    text = content.strip(SPACE) if type(content) is str else content
    return said.role[index], text, turn.message.get("tool_calls") if turn else None


def judged(value: Any) -> str | None:
    """Return a judgement as JSON writes it; None for what is none."""
    return None if type(value) is not bool else "true" if value else "false"


def parts_of(said: Said | None, content: str) -> pl.DataFrame:
    """Return the table of texts in parts of contents. content: the key of contents."""
    rows: list[tuple[Any, ...]] = []
    records = {start: record for record, (start, _, _) in enumerate(said.spans)} if said else {}
    for start, talk in said.talks.items() if said else ():
        index = 0
        for number, turn in enumerate(talk):
            at = turn.at if turn.bare else f"{turn.at}/{content}"
            for part, value in enumerate(turn.content if type(turn.content) is list else ()):
                if type(value.get("text")) is str:
                    rows.append((records[start], index, number, part, value["text"], f"{at}/{part}/text"))
                    index += 1
    return pl.DataFrame(rows, _PARTS, orient="row")


def _kind_of_text(field: Field, role: str, *, bare: bool) -> str | None:
    """Return what kind of text a turn has, where it is not its role: the key of a text that stands for itself."""
    if field.thread:
        return REJECTED
    return field.path.rsplit("/", 1)[-1] if bare and role != "system" else None
