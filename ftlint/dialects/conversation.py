"""Records that are turns: messages of a conversation, or texts under keys of which some are asked and one is answered.

A dialect says where turns are (`Form`) and what their keys and roles are called; the tables, pointers and faults follow.
"""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import chain
from operator import attrgetter
from typing import TYPE_CHECKING, Any, Literal

import msgspec
import polars as pl

from ftlint.dialects import named
from ftlint.dialects.base import (
    ANSWER,
    FURTHER,
    INPUT,
    MISSING_MEMBER,
    RECORDS,
    WRONG_TYPE,
    Batch,
    Dialect,
    Fault,
    Surveyed,
    Tables,
    TypedBatch,
    value_at,
)
from ftlint.dialects.call import parsed
from ftlint.dialects.calls import Calling
from ftlint.dialects.kinds import JSON_KINDS, LIST, OBJECT, PAIRS, TEXT, TEXTS, fits
from ftlint.dialects.kinds import MESSAGES as ROLES_AND_CONTENTS
from ftlint.dialects.layouts import ASKING, HOLDERS, Plan
from ftlint.dialects.said import Said, as_json
from ftlint.dialects.turn_batch import TurnBatch, is_plain_part
from ftlint.dialects.turn_tables import (
    MESSAGE_COLUMNS,
    MESSAGES,
    PAIR_COLUMNS,
    PARTS,
    TOOLS,
    frame,
    judged,
    messages_of,
    pairs_of,
    parts_of,
    plain_records,
    table_of,
)
from ftlint.dialects.turns import (
    NOTHING,
    REJECTED,
    ROLES,
    Field,
    Form,
    Turn,
    wanted,
)
from ftlint.dialects.typed_calls import CalledBatch, ToolLists, called_type
from ftlint.dialects.typed_texts import TextsBatch, texts_type
from ftlint.options import CLASSIFICATION, GENERATION
from ftlint.text.labels import repeat
from ftlint.text.marks import SPACE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from ftlint.dialects.calls import Tool
    from ftlint.dialects.context import Context
    from ftlint.dialects.kinds import Signature
    from ftlint.dialects.places import Places
    from ftlint.options import DatasetOptions
    from ftlint.targets import Target

_OPENAI = Calling()

_SAID = f"[^{re.escape(SPACE)}]"
"""A character that is not white space."""

_REMEMBERED = 512
"""Sets of keys, and lists of tools, of which it is kept what was found out."""

_MEMBERS = (
    "name",
    "refusal",
    "weight",
    "tool_calls",
    "tool_call_id",
    "function_call",
    "audio",
    "reasoning_content",
)
"""Keys of a message that services and trainers know besides role and content."""


class _Plain(msgspec.Struct):
    """A message with a role and a text, and nothing else; of each dialect there is one of its own."""

    role: str
    content: str


class _PlainBatch(TypedBatch):
    """Records that are nothing but messages with a role and a text."""

    def note(self, places: Places, lines: Sequence[int]) -> None:
        """Note that contents are texts, in those that have any."""
        super().note(places, [line for line, record in zip(lines, self.records, strict=True) if record.messages])


class ConversationDialect(Dialect[None]):
    """Records that are turns.

    Table `records`: messages (how many turns), turns (together with those of a rejected answer), last_role, answered (whether
    the assistant says something), said (how often), system (the system message that is first, if one is), tools and called (its
    tools and calls, as JSON), readable (name and arguments of its calls, as JSON), input (the texts of what is asked, up to the
    assistant's last turn), order (its roles, an opaque key), answer (that turn), answer_at (its index), flat (whether no turn is
    a message). Of a pair besides: rejected (the text of that answer), same_outputs, same_prompts.
    Table `messages`, a row a turn: role, named (the role as written, where it may differ), content (where that is a string),
    calls (of tools, as JSON, where they are beside the content), calling (whether it calls tools), empty (whether it has no
    text, calls no tool and refuses nothing), misweighed (whether it has an invalid weight), unlearned (the last answer, where
    all weights are 0), at (JSON Pointer; null: the place in the one list),
    bare (whether it is a text that stands for itself), thread (1 for a rejected answer), kind (of its text, where not a role),
    name (of the speaker), media (whether it has parts that are not text), weighed (the key by which it is weighed or masked),
    linked (whether it names a call that it answers), legacy (whether it has the former kind of call), misplaced (whether another
    than the assistant is weighed), and those of `tool_columns`.
    Table `parts`, of contents that are lists: message, part, text, at.
    """

    nothing = None
    asked = "question"
    answered = "answer"
    whole = "conversation"

    def __init__(
        self,
        name: str,
        *forms: Form,
        capabilities: str = "messages labels",
        answers: str = "assistant",
        role: str = "role",
        content: str = "content",
        roles: Mapping[str, str] | None = None,
        typed: bool = True,
        strict: bool = False,
        assumed: str = "",
        weak: bool = False,
        judgements: tuple[str, ...] = (),
        calling: Calling = _OPENAI,
        example: str = "",
    ) -> None:
        """Describe a dialect.

        Args:
            role, content: The keys of a message.
            roles: What roles mean, by how they are written, the preferred spelling first; None: as they are.
            strict: Whether roles of other formats are refused.
            typed: Whether parts of contents have a type.
            judgements: Keys that say whether an answer is good.
            calling: How tools are called.
            example: A line with a good record.
        """
        self.name, self.forms, self.answers, self.assumed, self.weak = name, forms, answers, assumed, weak
        self.capabilities = frozenset(capabilities.split())
        self.role, self.content, self.roles, self.typed = role, content, roles, typed
        self.judgements, self.strict, self.calling, self.example = judgements, strict, calling, example
        self._batches: dict[type, Callable[[ConversationDialect, Sequence[Any]], TypedBatch]] = {}
        self._form_by_keys: dict[frozenset[str], Form] = {}
        self._plans: dict[tuple[Any, ...], Plan] = {}
        self._last: tuple[Mapping[str, Any], list[Turn]] | None = None
        self.shapes = tuple(frozenset(form.needed) for form in forms)
        self.optional = frozenset().union(*(form.keys for form in forms))
        self.members_known = frozenset((role, content, *_MEMBERS))
        self._native = {meant: named for named, meant in reversed([*(roles or {}).items()])}
        main = [field for field in forms[0].fields if not field.thread]
        self.home = f"/{main[-1].path}"
        lists = [field for field in main if LIST in field.kinds[0] and field.needed]
        alone = len(forms) == 1 and len(lists) == len([field for field in main if field.needed]) == 1 and typed
        if alone and not judgements and not forms[0].also and "/" not in lists[0].path:
            self._batches = {self._plain_type(lists[0]): _PlainBatch}
            if type(calling) is Calling and "tools" in forms[0].keys:
                names = {"role": role, "content": content, "messages": lists[0].path}
                self._batches[called_type(names, tuple(roles or ROLES))] = CalledBatch
        self._batches |= {made: TextsBatch for form in forms if (made := texts_type(form))}
        self.types = tuple(self._batches)
        self.tool_lists = ToolLists(self)
        pointer = pl.when("bare").then("at").otherwise(pl.format(f"{{}}/{content}", self._at()))
        self.plain_kinds = ((f"{self.home}/*/{content}", "string"),)
        self.tables = {RECORDS: {}, MESSAGES: {"content": pointer}, PARTS: {"text": pl.col("at")}}

    def _plain_type(self, field: Field) -> type:
        """Return the type of a record of plain messages. To choose one of a few roles is faster than to make a string."""
        members: list[tuple[str, Any]] = [("role", Literal[tuple(self.roles or ROLES)]), ("content", str)]
        names = {"role": self.role, "content": self.content}
        message = msgspec.defstruct("Plain", members, bases=(_Plain,), rename=names, forbid_unknown_fields=True, gc=False)
        whole: list[tuple[str, Any]] = [("messages", list[message])]  # type: ignore[valid-type] # a type that is made here
        return msgspec.defstruct("PlainRecord", whole, rename={"messages": field.path}, forbid_unknown_fields=True, gc=False)

    def _at(self) -> pl.Expr:
        """Return the JSON Pointers of turns."""
        return pl.coalesce("at", pl.format(f"{self.home}/{{}}", "position"))

    @property
    def checked(self) -> bool:
        """Whether records become tables: they do."""
        return True

    def pointers(self, table: str) -> pl.Expr | None:
        """Return the JSON Pointers of turns, and of the texts of parts."""
        return self._at() if table == MESSAGES else None

    def member(self, at: str, part: str) -> str:
        """Return the JSON Pointer of `role`, `content` or another member of the message at a pointer."""
        key = self.role if part == "role" else self.content if part == "content" else part
        return f"{at}/{key}"

    def spelled(self, role: str) -> str:
        """Return how this dialect writes a role."""
        return self._native.get(role, role)

    # What a record is.

    def knows(self, signature: Signature) -> tuple[int, bool]:
        """Return how many keys of an object are this dialect's, by the form that fits; (0, False) for no record."""
        kinds = dict(signature)
        results = [
            len(kinds.keys() & form.keys)
            for form in self.forms
            if all(key in kinds and fits(kinds[key], allowed) for key, allowed in form.needed.items())
        ]
        return (max(results), True) if results else (0, False)

    def form_of(self, keys: Iterable[str]) -> Form:
        """Return the form of a record with these keys: of those that it has all keys for the one with most."""
        if len(self.forms) == 1:
            return self.forms[0]
        present = frozenset(keys)
        if present not in self._form_by_keys:
            whole = [form for form in self.forms if form.needed.keys() <= present]
            if len(self._form_by_keys) > _REMEMBERED:
                self._form_by_keys.clear()
            self._form_by_keys[present] = max(whole or self.forms, key=lambda form: len(present & form.keys))
        return self._form_by_keys[present]

    def further(self, keys: Sequence[str]) -> list[str]:
        """Return those keys that a record of its form does not have."""
        known = self.form_of(keys).keys
        return [key for key in keys if key not in known]

    def members(self) -> frozenset[str]:
        """Return the names of all members of records, messages and parts."""
        paths = (field.path.split("/") for form in self.forms for field in form.fields)
        return super().members() | self.members_known | {"type", "text", *chain.from_iterable(paths)}

    def plan(self, value: Mapping[str, Any]) -> Plan:
        """Return how a record is read; those with the same keys, and values of the same types, are read in the same way."""
        key = (*value, *map(type, value.values()))
        plan = self._plans.get(key)
        if plan is None:
            if len(self._plans) > _REMEMBERED:
                self._plans.clear()
            plan = self._plans[key] = Plan(value, self.form_of(value), self)
        return plan

    def turns(self, value: Mapping[str, Any]) -> list[Turn]:
        """Return what a record says, in order, that of a rejected answer last."""
        # Many questions are asked about one record after another.
        last = self._last
        if last is None or last[0] is not value:
            last = self._last = value, self._turns(value)
        return last[1]

    def _turns(self, value: Mapping[str, Any]) -> list[Turn]:
        results: list[Turn] = []
        fields = self.form_of(value).fields
        for field in fields:
            given = value_at(value, f"/{field.path}") if "/" in field.path else value.get(field.path)
            if given is not None:
                said = self._said(field, given, f"/{field.path}")
                # A whole conversation beside its prompt holds the prompt too.
                if results and len(said) > 1 and not field.thread and said[0].role in ASKING and field.role == "assistant":
                    results = []
                results += said
        return results

    def _said(self, field: Field, given: Any, at: str) -> list[Turn]:
        """Return the turns of a value."""
        if type(given) is list:
            return self._listed(field, given, at) if given else []
        if type(given) is dict:
            return [self.turn(given, at, field)]
        return [_bare(field.role, given, at, field)]

    def _listed(self, field: Field, given: Sequence[Any], at: str) -> list[Turn]:
        """Return the turns of a list: of texts, of pairs of texts, of the parts of one text, or of messages."""
        first = given[0]
        if PAIRS in field.kinds:
            return [
                _bare(role, text, f"{at}/{index}/{side}", field)
                for index, pair in enumerate(given)
                for side, (role, text) in enumerate(zip(("user", "assistant"), pair, strict=False))
            ]
        if TEXTS in field.kinds:
            return [_bare(field.role, text, f"{at}/{index}", field) for index, text in enumerate(given)]
        if field.role and type(first) is dict and self.role not in first:
            return [Turn(field.role, "", given, NOTHING, at, field)]
        return [self.turn(one, f"{at}/{index}", field) for index, one in enumerate(given) if type(one) is dict]

    def turn(self, message: Mapping[str, Any], at: str, field: Field) -> Turn:
        """Return the turn of the message at a pointer."""
        named = message.get(self.role) or ""
        meant = (self.roles.get(named, named) if self.roles else named) or field.role
        content = message.get(self.content)
        if self._is_plain(message) and named and named not in self.calling.roles:
            return Turn(meant, named, content, message, at, field, plain=True)
        turn = Turn(meant, named, content, message, at, field)
        calls, answers = tuple(self.calling.calls(turn)), tuple(self.calling.answers(turn))
        return Turn(meant, named, content, message, at, field, calls, answers) if calls or answers else turn

    def tools_of(self, value: Mapping[str, Any]) -> Any:
        """Return the tools that a record defines, as they are in it; None for none."""
        return self.given_tools(value)[0]

    def tools_at(self, value: Mapping[str, Any]) -> str:
        """Return the JSON Pointer of the tools that a record defines; nothing for none."""
        return self.given_tools(value)[1]

    def given_tools(self, value: Mapping[str, Any]) -> tuple[Any, str]:
        """Return the tools that a record defines, and their JSON Pointer; None and nothing for none."""
        tools = value.get("tools")
        return (tools, "/tools") if tools else next(((given, at) for given, at in self._tools(value) if given), (None, ""))

    def defined(self, value: Mapping[str, Any]) -> Sequence[Tool]:
        """Return the tools that a record defines and that have a name."""
        given, at = self.given_tools(value)
        text = as_json(given)
        return self.tools_in(text, at, whole=type(given) is str) if text else []

    def tools_in(self, text: str, at: str, *, whole: bool) -> Sequence[Tool]:
        """Return the tools that have a name, of a JSON text at a pointer. whole: whether it is a text in the record too."""
        return _tools_in(self.calling, text, at, whole=whole)

    def written(self, tools: str) -> Sequence[Tool]:
        """Return the tools that have a name, of tools as JSON; their pointers are within that."""
        return self.tools_in(tools, "", whole=False)

    def empty_tools_at(self, value: Mapping[str, Any]) -> str:
        """Return the JSON Pointer of a list of tools that is empty; nothing for none."""
        return next((at for given, at in self._tools(value) if given == []), "")

    def _tools(self, value: Mapping[str, Any]) -> Iterator[tuple[Any, str]]:
        for inside in ("", "input", "toolConfig") if value.keys() & HOLDERS else ():
            holder = value.get(inside) if inside else value
            if type(holder) is dict:
                for key in ("tools", "functions"):
                    if key in holder:
                        yield holder[key], f"/{inside}/{key}" if inside else f"/{key}"

    # What is wrong with it.

    def first_fault(self, value: Mapping[str, Any]) -> Fault | None:
        """Return the first fault of an object that has the keys of a record; None for a record."""
        return next(self._faults(value), None)

    def faults(self, value: Mapping[str, Any]) -> Iterator[Fault]:
        """Yield what is wrong with an object that has the keys of a record."""
        yield from list(self._faults(value)) or [Fault(WRONG_TYPE, self.home, "another value")]

    def _faults(self, value: Mapping[str, Any]) -> Iterator[Fault]:
        for field in self.form_of(value).fields:
            at = f"/{field.path}"
            given = value_at(value, at) if "/" in field.path else value.get(field.path)
            if given is not None:
                yield from self._faults_of(field, given, at)
            elif field.needed:
                holder, _, key = field.path.rpartition("/")
                inside = value_at(value, f"/{holder}") if holder else value
                if type(inside) is not dict:
                    yield Fault(WRONG_TYPE, f"/{holder}", "an object")
                else:
                    yield Fault(WRONG_TYPE if key in inside else MISSING_MEMBER, at, wanted(field), is_text=False)

    def _faults_of(self, field: Field, given: Any, at: str) -> Iterator[Fault]:
        kind = JSON_KINDS[type(given)]
        allowed = field.json_kinds
        if kind not in allowed:
            yield Fault(WRONG_TYPE, at, wanted(field), is_text=allowed == {TEXT})
        elif kind == OBJECT:
            yield from filter(None, [self.fault_of_message(given, at, field)])
        elif kind == LIST:
            of_parts = bool(given) and bool(field.role) and type(given[0]) is dict and self.role not in given[0]
            plain = not {PAIRS, TEXTS} & {*field.kinds} and all(map(self._is_plain, given))
            for index, one in enumerate(() if plain else given):
                here = f"{at}/{index}"
                if PAIRS in field.kinds:
                    right = (
                        type(one) is list and len(one) == len(("asked", "answered")) and all(type(text) is str for text in one)
                    )
                    yield from () if right else [Fault(WRONG_TYPE, here, "a pair of strings")]
                elif TEXTS in field.kinds:
                    yield from () if type(one) is str else [Fault(WRONG_TYPE, here, "a string", is_text=True)]
                elif of_parts:
                    yield from () if self._is_part(one) else [Fault(WRONG_TYPE, here, "a part of a content")]
                elif fault := self.fault_of_message(one, here, field):
                    yield fault

    def _is_plain(self, message: Any) -> bool:
        """Whether it is a message with a role and a text, and nothing else."""
        if not self.typed or type(message) is not dict or len(message) != len(("role", "content")):
            return False
        return type(message.get(self.role)) is str and type(message.get(self.content)) is str

    def fault_of_message(self, message: Any, at: str, field: Field) -> Fault | None:
        """Return what is wrong with the message at a pointer; None for nothing."""
        if type(message) is not dict:
            return Fault(WRONG_TYPE, at, "an object")
        if type(message.get(self.role)) is not str and not (field.role and self.role not in message):
            return Fault(WRONG_TYPE if self.role in message else MISSING_MEMBER, f"{at}/{self.role}", "a string")
        content = message.get(self.content)
        if content is None or (type(content) is str and self.typed) or self._are_parts(content):
            return None
        parts = content if type(content) is list else []
        wrong = next((index for index, part in enumerate(parts) if not self._is_part(part)), 0)
        here = f"{at}/{self.content}"
        if parts and type(parts[wrong]) is dict and parts[wrong].get("type") == "text":
            return Fault(WRONG_TYPE if "text" in parts[wrong] else MISSING_MEMBER, f"{here}/{wrong}/text", "a string")
        return Fault(WRONG_TYPE, here, "a string, or parts with a type each" if self.typed else "parts", is_text=self.typed)

    def _are_parts(self, content: Any) -> bool:
        return type(content) is list and all(map(self._is_part, content))

    def _is_part(self, part: Any) -> bool:
        """Whether it is an object, with a type where parts have one, and a text that is one."""
        if type(part) is not dict or (self.typed and type(part.get("type")) is not str):
            return False
        return type(part.get("text")) is str or not ("text" in part if not self.typed else part["type"] == "text")

    def seems(self, value: Mapping[str, Any]) -> str:
        """Return the other format of conversations that an object is of, by its first message."""
        messages = value_at(value, self.home)
        first = messages[0] if type(messages) is list and messages else None
        if type(first) is not dict:
            return ""
        if {"from", "value"} <= first.keys():
            return 'ShareGPT, whose turns have "from" and "value"'
        content = first.get("content")
        if type(content) is list and content and type(content[0]) is dict and "type" not in content[0]:
            return "Bedrock's Converse, whose parts of contents have no type"
        return ""

    # Its tables.

    def columns(self, records: Sequence[Any]) -> Tables:
        """Return the three tables of plain records; messages still lack what follows from how many a record has."""
        return self._plain_columns(list(map(attrgetter("messages"), records)))

    def tables_of(self, said: Said) -> Tables:
        """Return the three tables of what records say; messages still lack what follows from how many a record has."""
        table = table_of(said)
        if "pair" in self.capabilities:
            table = table.hstack(pairs_of(said))
        if self.judgements:
            keys = [next((key for key in self.judgements if key in value), "") for value in said.values]
            given = [judged(value.get(key)) for value, key in zip(said.values, keys, strict=True)]
            table = table.with_columns(pl.Series("judgement", given, pl.String))
        return {RECORDS: table, MESSAGES: messages_of(said), PARTS: parts_of(said, self.content)}

    def decoded(self, records: Sequence[Any]) -> TypedBatch:
        """Return what decoded records of one of its types hold."""
        return self._batches[type(records[0])](self, records)

    def batch(self, values: Sequence[dict[str, Any]]) -> Batch:
        """Return what objects with the keys of a record hold."""
        return TurnBatch(self, Said(self, values, self.plan))

    def _plain_columns(self, talks: Sequence[Sequence[_Plain]]) -> Tables:
        """Return the tables of records that are nothing but messages with a role and a text."""
        every = list(chain.from_iterable(talks))
        contents = list(map(attrgetter("content"), every))
        named = list(map(attrgetter("role"), every))
        roles = [self.roles[role] for role in named] if self.roles else named
        columns: dict[str, Sequence[Any]] = {"role": roles, "content": contents, **({"named": named} if self.roles else {})}
        if self.calling.roles:
            columns["calling"] = [role in self.calling.roles for role in named]
        table = plain_records(list(map(len, talks)), roles, contents)
        if "pair" in self.capabilities:
            table = table.with_columns([pl.lit(None, kind).alias(name) for name, kind in PAIR_COLUMNS.items()])
        if self.judgements:
            table = table.with_columns(judgement=pl.lit(None, pl.String))
        return {RECORDS: table, MESSAGES: frame(columns, MESSAGE_COLUMNS), PARTS: parts_of(None, self.content)}

    def derive(self, tables: Tables, known: None) -> Tables:  # noqa: ARG002 - the hook's signature
        """Return the tables with `line` and `position` of turns, and what plain ones are."""
        counts = tables[RECORDS].select("line", "turns").filter(pl.col("turns") > 0)
        indexes = counts.select(
            pl.col("line").repeat_by("turns"), position=pl.int_ranges(0, pl.col("turns"), dtype=pl.UInt32)
        ).explode("line", "position")
        plain = {
            "empty": ~pl.col("content").str.contains(_SAID),
            "calling": False,
            "misweighed": False,
            "unlearned": False,
            "unmatched": False,
            "undefined": False,
            "repeats_id": False,
            "bare": False,
            "thread": 0,
        }
        filled = [pl.col(name).fill_null(value) for name, value in plain.items()]
        return {**tables, MESSAGES: indexes.hstack(tables[MESSAGES]).with_columns(filled)}

    def counted_texts(self, tables: Tables) -> pl.DataFrame:
        """Return `line`, `kind` and `text` of every text. Tools and calls are JSON texts.

        Its kind is its turn's role, or the key of a text that stands for itself.
        """
        kind = pl.coalesce("kind", "role").alias("kind")
        said = tables[MESSAGES].select("line", kind, text="content").drop_nulls("text")
        calls = tables[MESSAGES].select("line", kind, text="calls").drop_nulls("text")
        tools = tables[RECORDS].select("line", kind=pl.lit(TOOLS), text=TOOLS).drop_nulls("text")
        kinds = tables[MESSAGES].select("line", kind, message="position")
        parts = tables[PARTS].join(kinds, on=["line", "message"], how="left", maintain_order="left")
        return pl.concat([said, calls, parts.select("line", "kind", text="text"), tools])

    def preamble(self, tables: Tables) -> Mapping[str, pl.Series]:
        """Return system messages and tools, one a conversation."""
        return {name: tables[RECORDS].get_column(name) for name in ("system", TOOLS)}

    def most_bytes(self) -> pl.Expr:
        """Return the bytes of texts, and of what there is besides."""
        return super().most_bytes() + pl.col(FURTHER).str.len_bytes()

    def strings(self, records: Sequence[Any]) -> int:
        """Return how many keys and strings plain conversations have."""
        return len(records) + 4 * sum(map(len, map(attrgetter("messages"), records)))

    # What is inferred.

    def suits(self, tables: Tables) -> str:
        """Return the target of reinforcement learning where most end with the user, and have something for a grader besides."""
        records = tables[RECORDS]
        asking = records.filter((pl.col("last_role") == "user") & (pl.col(FURTHER) != "")).height
        return "reinforcement" if self.assumed and asking >= 3 and 2 * asking > len(records) else ""

    def describe(self, context: Context[None]) -> list[str]:
        """Return what conversations without an answer are taken for."""
        if context.target.name == "reinforcement" and "target" not in context.given:
            return ["most end with the user and have further keys: taken as prompts for reinforcement learning"]
        return []

    def infer(self, tables: Tables, options: DatasetOptions, target: Target, encoding: str) -> Surveyed[None]:  # noqa: ARG002 - the hook's
        """Return the task: classification where nearly all conversations are one question, and few short answers repeat."""
        if options.task:
            return Surveyed(options.task, None)
        if "labels" not in self.capabilities:
            return Surveyed(GENERATION, None)
        answers = tables[RECORDS].filter(pl.col("said") == 1).get_column(ANSWER).to_list()
        labels = [answer for answer in answers if answer]
        few = len(labels) >= 0.8 * tables[RECORDS].height and 5 * len(set(labels)) <= len(labels)
        return Surveyed(CLASSIFICATION if few and repeat(labels, encoding) else GENERATION, None)

    # What its places are called.

    def pointer(self, column: str, row: Mapping[str, Any]) -> str | None:
        """Return where the first turn, the answer, or the rejected answer has its text."""
        turns = self.turns(row["value"])
        if column == REJECTED:
            index = next((index for index in range(len(turns) - 1, -1, -1) if turns[index].field.thread), None)
        else:
            index = 0 if column == INPUT and turns else row["answer_at"] if column == ANSWER else None
        if index is None:
            return None
        turn = turns[index]
        return self.text_at(turn) or (turn.at if self.content not in turn.message else self.member(turn.at, "content"))

    def text_at(self, turn: Turn) -> str | None:
        """Return the pointer of a turn's text, where it is one text and nothing else."""
        if type(turn.content) is str:
            return turn.at if turn.bare else self.member(turn.at, "content")
        parts = turn.content if type(turn.content) is list else ()
        if turn.bare or len(parts) != 1 or not is_plain_part(parts[0]):
            return None
        return f"{self.member(turn.at, 'content')}/0/text"

    def turn_at(self, row: Mapping[str, Any], index: int) -> str:
        """Return the pointer of a turn of a record; that of all turns where it has no such turn."""
        turns = self.turns(row["value"])
        return turns[index].at if 0 <= index < len(turns) else self.home_of(row["value"])

    def home_of(self, value: Mapping[str, Any]) -> str:
        """Return the pointer of what is said and answered in a record: of its last field that is not a rejected answer."""
        return "/" + [field for field in self.form_of(value).fields if not field.thread][-1].path

    def title(self, pointer: str) -> str:
        """Return what a text is called: `text of message 3`, `output`, `text of message 1 of chosen`."""
        parts = pointer.split("/")[1:]
        position = next((index for index, part in enumerate(parts) if part.isdecimal()), None)
        if position is None:
            return parts[-1] if len(parts) == 1 else f"{parts[-1]} of {'.'.join(parts[:-1])}"
        listed = "/" + "/".join(parts[:position])
        kind = "message" if "messages" in self.capabilities else "text"
        message = f"{kind} {int(parts[position]) + 1}" + ("" if listed == self.home else f" of {'.'.join(parts[:position])}")
        key = "text" if parts[-1] == self.content else parts[-1]
        return f"{key} of {message}" if len(parts) > position + 1 else message


def _bare(role: str, given: Any, at: str, field: Field) -> Turn:
    """Return the turn of a value that stands for itself."""
    if type(given) is str:
        return Turn(role, "", given, NOTHING, at, field, plain=True)
    return Turn(role, "", as_json(given), NOTHING, at, field)


def conversation(
    name: str,
    path: str,
    *,
    kind: str = ROLES_AND_CONTENTS,
    optional: str = "",
    system: str = "",
    **more: Any,
) -> ConversationDialect:
    """Return the dialect of records that are one list of messages.

    Args:
        path: The key of the list.
        kind: Of that list, by which it is recognised.
        optional: Keys that a record may have besides.
        system: The key of a system message outside of the list.
        more: As of `ConversationDialect`.
    """
    before = (Field(system, (TEXT, LIST, OBJECT), "system", needed=False),) if system else ()
    return ConversationDialect(name, Form((*before, Field(path, (kind,))), optional=tuple(optional.split())), **more)


def conversation_of(context: Context) -> ConversationDialect:
    """Return the dialect of records that have messages, as rules that require these may."""
    dialect = named(context.dialect)
    assert isinstance(dialect, ConversationDialect)
    return dialect


@lru_cache(maxsize=_REMEMBERED)
def _tools_in(calling: Calling, text: str, at: str, *, whole: bool) -> Sequence[Tool]:
    """Return the tools of a JSON text at a pointer. whole: whether it is a text in the record too."""
    listed = parsed(text)
    tools = calling.tools(listed, at) if type(listed) is list else ()
    return [tool._replace(at=at) for tool in tools] if whole else list(tools)
