"""The tables of records that are turns, see `ConversationDialect`."""

from __future__ import annotations

from operator import itemgetter
from typing import TYPE_CHECKING, Any

import msgspec
import polars as pl

from ftlint.dialects.base import ANSWER, BETWEEN, INPUT, ORDER
from ftlint.dialects.tool_columns import CALL_COLUMNS
from ftlint.dialects.turns import REJECTED, last_answer, text_of
from ftlint.text.marks import SPACE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

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
_PAIRS = {REJECTED: pl.String, "same_outputs": pl.Boolean, "same_prompts": pl.Boolean}


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
        template: What is asked, to be filled with what `pick` takes of all texts: last comes what most conversations begin
            with, so that they differ in their first characters, by which equal ones are sought.
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
        self.row = (last, self.at is not None, roles.count("assistant"), self.at, key)
        self.template = BETWEEN.join("%s" for _ in asked)
        self.pick: Callable[[Sequence[str]], Any] = itemgetter(*asked) if asked else lambda _: ()


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
    ends = 0
    groups = []
    for count in counts:
        start, ends = ends, ends + count
        groups.append((tuple(roles[start:ends]), texts[start:ends], False))
    none = pl.Series(TOOLS, [None], pl.String).new_from_index(0, len(counts))
    return _table(groups, none, counts, counts)


def table_of(
    talks: Sequence[Sequence[Turn]], tools: Sequence[str | None], turns: Sequence[int], **texts: Sequence[str | None]
) -> pl.DataFrame:
    """Return the table of records.

    Args:
        tools: As JSON.
        turns: How many each has, those of a rejected answer too.
        texts: Further columns of texts.
    """
    groups = [
        (tuple(turn.role for turn in talk), [text_of(turn.content) for turn in talk], all(turn.bare for turn in talk))
        for talk in talks
    ]
    made = _table(groups, pl.Series(TOOLS, tools, pl.String), list(map(len, talks)), turns)
    return made.with_columns([pl.Series(name, values, pl.String) for name, values in texts.items()])


def calls_text(talk: Sequence[Turn]) -> str | None:
    """Return the calls of a record as JSON; None where it has none."""
    calls = (as_json(turn.message.get("tool_calls") or turn.message.get("function_call")) for turn in talk)
    return "\n".join(filter(None, calls)) or None


def _table(
    groups: Sequence[tuple[tuple[str, ...], Sequence[str], bool]], tools: pl.Series, counts: Sequence[int], turns: Sequence[int]
) -> pl.DataFrame:
    """Return the table of records, given for each its roles, its texts, and whether these stand for themselves."""
    orders = _Orders()
    systems, inputs, answers, numbers = list[str | None](), list[str](), list[str](), list[int]()
    for roles, own, bare in groups:
        order = orders[roles, bare]
        numbers.append(order.number)
        inputs.append(order.template % order.pick(own))
        answers.append("" if order.at is None else own[order.at])
        systems.append(own[0] if order.begins else None)
    rows = pl.DataFrame([order.row for order in orders.values()], _ORDER, orient="row")
    made = frame({"system": systems, TOOLS: tools, INPUT: inputs, ANSWER: answers}, _TEXTS)
    sizes = [pl.Series("messages", counts, pl.UInt32), pl.Series("turns", turns, pl.UInt32)]
    texts = pl.Series("flat", [bare for _, _, bare in groups], pl.Boolean)
    return made.hstack([*sizes, texts]).hstack(rows[pl.Series(numbers, dtype=pl.UInt32)])


def pairs_of(talks: Sequence[Sequence[Turn]]) -> pl.DataFrame:
    """Return of each record the text of its rejected answer, and whether the two answers, and what comes before, are the same."""
    rows: list[tuple[str | None, bool | None, bool | None]] = []
    for talk in talks:
        chosen = [turn for turn in talk if not turn.field.thread]
        rejected = [turn for turn in talk if turn.field.thread]
        if not rejected:
            rows.append((None, None, None))
            continue
        # A rejected answer that does not begin with the assistant repeats what was asked.
        whole = rejected[0].role != "assistant"
        tail = len(rejected) if not whole else 1
        same = [*map(_essence, chosen[-tail:])] == [*map(_essence, rejected[-tail:])]
        asked = not whole or [*map(_essence, chosen[:-1])] == [*map(_essence, rejected[:-1])]
        rows.append((text_of(rejected[-1].content), same, asked))
    return pl.DataFrame(rows, _PAIRS, orient="row")


def _essence(turn: Turn) -> tuple[str, Any, Any]:
    """Return what makes a turn the same as another."""
    text = turn.content.strip(SPACE) if type(turn.content) is str else turn.content
    return turn.role, text, turn.message.get("tool_calls")


def judged(value: Any) -> str | None:
    """Return a judgement as JSON writes it; None for what is none."""
    return None if type(value) is not bool else "true" if value else "false"


def parts_of(talks: Iterable[Sequence[Turn]], content: str) -> pl.DataFrame:
    """Return the table of texts in parts of contents. content: the key of contents."""
    rows = []
    for record, talk in enumerate(talks):
        index = 0
        for number, turn in enumerate(talk):
            at = turn.at if turn.bare else f"{turn.at}/{content}"
            for part, value in enumerate(turn.content if type(turn.content) is list else ()):
                if type(value.get("text")) is str:
                    rows.append((record, index, number, part, value["text"], f"{at}/{part}/text"))
                    index += 1
    return pl.DataFrame(rows, _PARTS, orient="row")


def kind_of_text(turn: Turn) -> str | None:
    """Return what kind of text a turn has, where it is not its role: the key of a text that stands for itself."""
    if turn.field.thread:
        return REJECTED
    return turn.field.path.rsplit("/", 1)[-1] if turn.bare and turn.role != "system" else None
