"""The tables of records that are turns, see `ConversationDialect`."""

from __future__ import annotations

from itertools import accumulate, pairwise
from operator import itemgetter
from typing import TYPE_CHECKING, Any

import polars as pl

from ftlint.dialects.base import ANSWER, BETWEEN, INPUT, ORDER, opaque
from ftlint.dialects.said import as_json
from ftlint.dialects.tool_columns import CALL_COLUMNS, call_facts, readable_calls
from ftlint.dialects.turns import (
    REJECTED,
    WEIGHING,
    has_media,
    is_empty,
    is_misweighed,
    last_answer,
    name_of,
    unlearned,
    weighing_key,
)
from ftlint.text.marks import SPACE

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from ftlint.dialects.said import Said
    from ftlint.dialects.turns import Turn

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


def plain_records(counts: Sequence[int], roles: Sequence[str], texts: Sequence[str]) -> pl.DataFrame:
    """Return the table of conversations that hold so many messages each. roles, texts: of all messages."""
    ends = list(accumulate(counts, initial=0))
    groups = ((tuple(roles[start:end]), texts[start:end], False) for start, end in pairwise(ends))
    none = pl.Series(TOOLS, [None], pl.String).new_from_index(0, len(counts))
    return _table(groups, none, counts, counts)


def called_records(
    spans: Sequence[tuple[int, int]],
    roles: Sequence[str],
    texts: Sequence[str],
    tools: Mapping[str, Sequence[str | None]],
) -> pl.DataFrame:
    """Return the table of conversations of which some call tools.

    Args:
        spans: Where the messages of each start and end.
        roles, texts: Of all messages.
        tools: The columns `tools`, `called` and `readable`.
    """
    groups = ((tuple(roles[start:end]), texts[start:end], False) for start, end in spans)
    counts = [end - start for start, end in spans]
    columns = {name: pl.Series(name, values, pl.String) for name, values in tools.items()}
    return _table(groups, columns[TOOLS], counts, counts).with_columns(columns["called"], columns["readable"])


def table_of(said: Said) -> pl.DataFrame:
    """Return the table of records."""
    role, texts = said.role, said.texts
    groups = [
        (tuple(role[start:main]), texts[start:main], layout.flat)
        for (start, main, _), layout in zip(said.spans, said.layouts, strict=True)
    ]
    counts = [main - start for start, main, _ in said.spans]
    made = _table(groups, pl.Series(TOOLS, said.tools, pl.String), counts, [end - start for start, _, end in said.spans])
    if not said.of_record:
        return made
    called: list[str | None] = [None] * len(counts)
    readable = called.copy()
    for record in said.of_record:
        turns = said.unusual_of(record)
        called[record] = "\n".join(filter(None, map(calls_text, turns))) or None
        readable[record] = readable_calls(turns)
    return made.with_columns(pl.Series("called", called, pl.String), pl.Series("readable", readable, pl.String))


def messages_of(said: Said) -> pl.DataFrame:
    """Return the table of messages; of plain turns it says less, see `ConversationDialect.derive`."""
    columns: dict[str, Sequence[Any]] = {"role": said.role, "named": said.named, "content": said.content}
    if not said.alone:
        columns |= {"at": said.column("ats"), "bare": said.column("bare")}
        columns |= {"thread": said.column("threads"), "kind": said.column("kinds")}
    return gathered(columns, said.unusual, _facts_of(said))


def gathered(columns: Mapping[str, Sequence[Any]], places: Iterable[int], facts: Mapping[str, Sequence[Any]]) -> pl.DataFrame:
    """Return the table of messages.

    Args:
        columns: Of all messages, in order.
        places: Of those of which there is more to say.
        facts: Columns of these alone; others have null there.
    """
    if not facts:
        return frame(columns, MESSAGE_COLUMNS)
    rows: list[int | None] = [None] * len(columns["role"])
    for row, place in enumerate(places):
        rows[place] = row
    index = pl.Series(rows, dtype=pl.UInt32)
    few = {name: pl.Series(name, values, MESSAGE_COLUMNS[name]).gather(index) for name, values in facts.items()}
    return frame({**columns, **few}, MESSAGE_COLUMNS)


def _facts_of(said: Said) -> dict[str, Sequence[Any]]:
    """Return the columns that say something of turns which are not plain, for these alone."""
    if not said.unusual:
        return {}
    facts = zip(*map(_facts, said.unusual.values()), strict=True)
    columns: dict[str, Sequence[Any]] = dict(zip(_FACTS, facts, strict=True))
    calls = dict.fromkeys(said.unusual, (None,) * len(CALL_COLUMNS))
    last_unlearned = set[int]()
    for record, places in said.of_record.items():
        turns = [said.unusual[place] for place in places]
        calling = [(place, turn) for place, turn in zip(places, turns, strict=True) if turn.calls or turn.answers]
        if calling:
            names = {tool.name for tool in said.defined(record)}
            talks = ((turn, said.after(place, record)) for place, turn in calling)
            calls |= zip([place for place, _ in calling], call_facts(talks, names), strict=True)
        if any(turn.message.get("weight") == 0 for turn in turns):
            last_unlearned |= {said.spans[record][0] + index for index in unlearned(said.talk(record))}
    columns["unlearned"] = [place in last_unlearned for place in said.unusual]
    return columns | dict(zip(CALL_COLUMNS, zip(*calls.values(), strict=True), strict=True))


def calls_text(turn: Turn) -> str | None:
    """Return the calls that a turn has beside its content, as JSON with its keys in alphabetical order; None for none."""
    calls = turn.message.get("tool_calls") or turn.message.get("function_call")
    return opaque(calls) if type(calls) in {list, dict} and calls else as_json(calls)


_FACTS = ("calls", "calling", "linked", "legacy", "empty", "name", "media", "misweighed", "weighed", "misplaced")
"""Columns of the table of messages that say something of turns which are not plain."""


def _facts(turn: Turn) -> tuple[Any, ...]:
    """Return these of a turn."""
    message = turn.message
    calls, calling, linked = calls_text(turn), bool(turn.calls), bool(turn.answers)
    if WEIGHING.isdisjoint(message):
        weight: tuple[bool, str | None, bool] = False, None, False
    else:
        own = message.get("weight")
        weight = is_misweighed(own), weighing_key(message), turn.role != "assistant" and own is not None
    return (
        calls,
        calling,
        linked,
        bool(message.get("function_call")),
        is_empty(turn),
        name_of(turn),
        has_media(turn.content),
        *weight,
    )


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
    essences = _essences(said)
    for start, main, end in said.spans:
        if main == end:
            rows.append((None, None, None))
            continue
        chosen, rejected = essences[start:main], essences[main:end]
        # A rejected answer that does not begin with the assistant repeats what was asked.
        whole = said.role[main] != "assistant"
        tail = len(rejected) if not whole else 1
        same = chosen[-tail:] == rejected[-tail:]
        asked = not whole or chosen[:-1] == rejected[:-1]
        rows.append((said.texts[end - 1], same, asked))
    return pl.DataFrame(rows, PAIR_COLUMNS, orient="row")


def _essences(said: Said) -> list[tuple[str, Any, Any]]:
    """Return for each turn what makes it the same as another."""
    essences: list[tuple[str, Any, Any]] = [
        (role, (content or "").strip(SPACE), None) for role, content in zip(said.role, said.content, strict=True)
    ]
    for place, turn in said.unusual.items():
        text = turn.content.strip(SPACE) if type(turn.content) is str else turn.content
        essences[place] = (turn.role, text, turn.message.get("tool_calls"))
    return essences


def judged(value: Any) -> str | None:
    """Return a judgement as JSON writes it; None for what is none."""
    return None if type(value) is not bool else "true" if value else "false"


def parts_of(said: Said | None, content: str) -> pl.DataFrame:
    """Return the table of texts in parts of contents. content: the key of contents."""
    rows: list[tuple[Any, ...]] = []
    if said is None:
        return pl.DataFrame(schema=_PARTS)
    for record, places in sorted(said.of_record.items()):
        index = 0
        for place in places:
            turn, number = said.unusual[place], place - said.spans[record][0]
            at = turn.at if turn.bare else f"{turn.at}/{content}"
            for part, value in enumerate(turn.content if type(turn.content) is list else ()):
                if type(value.get("text")) is str:
                    rows.append((record, index, number, part, value["text"], f"{at}/{part}/text"))
                    index += 1
    return pl.DataFrame(rows, _PARTS, orient="row")
