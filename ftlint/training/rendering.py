"""What a model sees of a record, and what it learns from it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from msgspec import Struct

from ftlint.dialects import named
from ftlint.text import tokens as texts
from ftlint.training.cut import cut
from ftlint.training.draft import Draft, learned_turns, of_spans, unweighed
from ftlint.training.folder import Tokens, folder_of
from ftlint.training.talk import talk_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ftlint.dialects.context import Context
    from ftlint.targets import Target
    from ftlint.training.cut import Cut
    from ftlint.training.folder import Folder
    from ftlint.training.talk import Talk

KEPT = "rendering"
"""Under this name a record keeps its rendering."""


class Token(NamedTuple):
    """A token. text: what it adds to the text. message: the index of its message. why: it is not learned; empty: it is."""

    id: int | None
    text: str
    learned: bool
    message: int | None
    why: str


class Rendering(Struct, frozen=True):
    """A record as a trainer makes it.

    Attributes:
        target: Name of the trainer or model.
        estimate: Whether the trainer finds text, tokens or mask in another way, so that they are only near to this.
        text: What the template writes.
        ids: Of the tokens; None for marks of which the id is not known.
        offsets: For each token where in the text it begins and ends, in characters.
        wanted: Whether a token would be learned if nothing were cut.
        kept: Whether it is within the limit.
        messages: The index of the message that a token is of; None for what the template adds, or where it was not asked.
        spoken: Of each message its role, whether it is weighed with 0, and the JSON Pointer of what it says.
        limit: The most tokens of a record; 0: none is known.
        cut: Where the record is cut.
        lost: JSON Pointers of what is said in the record and is not in the text.
        faults: What is wrong with all records of a template alike: `no-end` (no end token is learned), `two-starts`, `unstable`
            (the text of a beginning is not the beginning of the text, and the trainer finds answers by that).
        error: Why the template refuses the record.
        outcome: What the trainer does with it: `trained`, `dropped`, `kept` (nothing of it is learned), `run ends`.

    """

    target: str
    estimate: bool
    text: str = ""
    ids: Sequence[int | None] = ()
    offsets: Sequence[tuple[int, int]] = ()
    wanted: Sequence[bool] = ()
    kept: Sequence[bool] = ()
    messages: Sequence[int | None] = ()
    spoken: Sequence[tuple[str, bool, str]] = ()
    limit: int = 0
    cut: Cut | None = None
    lost: Sequence[str] = ()
    faults: Sequence[str] = ()
    error: str | None = None
    outcome: str = "trained"

    @property
    def learned(self) -> list[bool]:
        """Whether each token is learned."""
        return [wanted and kept for wanted, kept in zip(self.wanted, self.kept, strict=True)]

    @property
    def tokens(self) -> list[Token]:
        """The tokens; their texts together are the text, as far as tokens cover it."""
        made: list[Token] = []
        done = 0
        for id_, (start, end), learned, message in zip(self.ids, self.offsets, self.learned, self.messages, strict=True):
            own = self.text[max(start, done) : max(end, done)]
            done = max(end, done)
            made.append(Token(id_, own, learned, message, "" if learned else self._why(len(made))))
        return made

    def _why(self, index: int) -> str:
        """Return why a token is not learned: `cut`, `weight`, `role`, or `template` for what the template adds."""
        if not self.kept[index]:
            return "cut"
        message = self.messages[index]
        if message is None:
            return "template"
        role, unweighed, _ = self.spoken[message]
        return "weight" if unweighed else "template" if role == "assistant" else "role"


def render_row(row: Mapping[str, Any], context: Context, *, whole: bool = True) -> Rendering:
    """Return a record as its trainer makes it.

    Args:
        row: Of the table `records`, with `value`.
        context: With target and tokenizer.
        whole: Whether it is found out which message each token is of; rules ask for less.

    Raises:
        InputError: Where the tokenizer cannot be read, or its template does not end.
        UsageError: Where the extra `hf` is not installed.

    """
    target = context.target
    talk = talk_of(row, named(context.dialect), target)
    folder = folder_of(context.tokenizer) if context.tokenizer else None
    if folder is None or talk.texts:
        draft = _plain(talk, target, folder, context.encoding)
    else:
        from ftlint.training.templated import templated  # noqa: PLC0415 - needs an extra

        draft = templated(talk, target, folder, whole=whole)
    return _finished(draft, talk, target, estimate=is_estimate(target, tokenizer=bool(folder), texts=talk.texts))


def is_estimate(target: Target, *, tokenizer: bool, texts: bool) -> bool:
    """Whether a trainer's tokens are only near to what is found here: it has its own way, or its tokenizer is not known."""
    if texts and not target.renderer:
        return not tokenizer and not target.source
    return not tokenizer or target.renderer == "own"


def rendering_of(row: Mapping[str, Any], context: Context) -> Rendering:
    """Return a record as its trainer makes it, which is found out once for all who ask; see `render_row`."""
    kept: dict[str, Any] = row["kept"]
    if KEPT not in kept:
        kept[KEPT] = render_row(row, context, whole=False)
    rendering: Rendering = kept[KEPT]
    return rendering


def _finished(draft: Draft, talk: Talk, target: Target, *, estimate: bool) -> Rendering:
    """Return the rendering of a draft: cut as the target cuts."""
    spoken = [(turn.role, unweighed(turn, target), turn.at) for turn in talk.turns]
    if draft.error is not None:
        outcome = "run ends"
        return Rendering(target.titled, estimate, spoken=spoken, limit=target.longest, error=draft.error, outcome=outcome)
    answers = frozenset(index for index, turn in enumerate(talk.turns) if turn.role == "assistant")
    kept, where = cut(draft.messages, target.longest, target.cut, answers)
    learns = any(wanted and left for wanted, left in zip(draft.wanted, kept, strict=True))
    outcome = "trained" if learns else "dropped" if where and where.side == "drop" else target.unlearned or "kept"
    return Rendering(
        target.titled,
        estimate,
        draft.text,
        draft.tokens.ids,
        draft.tokens.offsets,
        draft.wanted,
        kept,
        draft.messages,
        spoken,
        target.longest,
        where,
        draft.lost,
        draft.faults,
        None,
        outcome,
    )


def _plain(talk: Talk, target: Target, folder: Folder | None, encoding: str) -> Draft:
    """Return texts that are joined; of messages, without a template, an estimate with marks around each."""
    builder = _Builder(folder, encoding)
    if talk.texts:
        builder.add_texts(talk, target)
    else:
        builder.add_messages(talk)
    learned = set(learned_turns(talk, target))
    every = target.learned_of(texts=talk.texts) == "all"
    wanted = [every or owner in learned for owner in builder.owners]
    twice = folder is not None and folder.start is not None and builder.ids[:2] == [folder.start] * 2
    faults = ["two-starts"] if twice else []
    return Draft("".join(builder.texts), Tokens(builder.ids, builder.offsets), wanted, builder.messages, (), faults)


class _Builder:
    """Puts the tokens of texts together. owners: the message with which a token is learned, its end mark included."""

    def __init__(self, folder: Folder | None, encoding: str) -> None:
        self._folder, self._encoding, self._length = folder, encoding, 0
        self.texts: list[str] = []
        self.ids: list[int | None] = []
        self.offsets: list[tuple[int, int]] = []
        self.messages: list[int | None] = []
        self.owners: list[int | None] = []

    def add_texts(self, talk: Talk, target: Target) -> None:
        """Add texts that are joined, tokenised as one, and what a trainer adds at their end."""
        end = self._folder.special.get("eos_token", "") if self._folder and target.ends_texts else ""
        parts = [str(message["content"] or "") for message in talk.messages]
        whole = "".join(parts)
        end = "" if end and whole.endswith(end) else end
        spans, at = [], 0
        for index, part in enumerate(parts):
            spans.append((index, (at, at + len(part))))
            at += len(part)
        found = self._tokens(whole + end, special=True)
        owners = of_spans(found.offsets, [*spans[:-1], (spans[-1][0], (spans[-1][1][0], at + len(end)))]) if spans else []
        self.texts.append(whole + end)
        self.ids += found.ids
        self.offsets += found.offsets
        self.messages += of_spans(found.offsets, spans)
        self.owners += owners

    def add_messages(self, talk: Talk) -> None:
        """Add messages, each with a start, its role, a separator and an end, as OpenAI's chat models have them."""
        if talk.tools:
            self._add(texts_of_json(talk.tools), None, None)
        for index, message in enumerate(talk.messages):
            self._mark("<|im_start|>", None)
            self._mark(str(message["role"]), None)
            self._mark("<|im_sep|>", None)
            for text in said(message):
                self._add(text, index, index)
            self._mark("<|im_end|>\n", index)

    def _add(self, text: str, message: int | None, owner: int | None) -> None:
        found = self._tokens(text)
        self.texts.append(text)
        self.ids += found.ids
        self.offsets += [(self._length + start, self._length + end) for start, end in found.offsets]
        self.messages += [message] * len(found.ids)
        self.owners += [owner] * len(found.ids)
        self._length += len(text)

    def _mark(self, text: str, owner: int | None) -> None:
        self.texts.append(text)
        self.ids.append(None)
        self.offsets.append((self._length, self._length + len(text)))
        self.messages.append(None)
        self.owners.append(owner)
        self._length += len(text)

    def _tokens(self, text: str, *, special: bool = False) -> Tokens:
        if self._folder:
            return self._folder.tokens(text, special=special)
        starts = texts.offsets(text, self._encoding)
        return Tokens(texts.encode(text, self._encoding), list(zip(starts, [*starts[1:], len(text)], strict=True)))


def said(message: Mapping[str, Any]) -> list[str]:
    """Return the texts of a message: its content, of parts those that are texts, thoughts, and calls as JSON."""
    content = message.get("content")
    parts = content if type(content) is list else [{"text": content}]
    found = [part["text"] for part in parts if type(part) is dict and type(part.get("text")) is str]
    thought = message.get("reasoning_content")
    calls = message.get("tool_calls") or message.get("function_call")
    return [*([thought] if type(thought) is str else []), *found, *([texts_of_json(calls)] if calls else [])]


def texts_of_json(value: Any) -> str:
    """Return a value as a text."""
    from ftlint.dialects.turn_tables import as_json  # noqa: PLC0415 - polars, for few records

    return as_json(value) or ""
