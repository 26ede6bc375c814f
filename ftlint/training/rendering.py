"""What a model sees of a record, and what it learns from it."""

from __future__ import annotations

from itertools import compress
from typing import TYPE_CHECKING, Any, NamedTuple

from msgspec import Struct

from ftlint.dialects import named
from ftlint.training.cut import cut
from ftlint.training.draft import Draft, unweighed
from ftlint.training.folder import model_at
from ftlint.training.plain import plain
from ftlint.training.talk import talk_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ftlint.dialects.context import Context
    from ftlint.targets import Target
    from ftlint.training.cut import Cut
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
        count: How many are learned.
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
    count: int = 0
    messages: Sequence[int | None] = ()
    spoken: Sequence[tuple[str, bool, str]] = ()
    limit: int = 0
    cut: Cut | None = None
    lost: Sequence[str] = ()
    faults: Sequence[str] = ()
    error: str | None = None
    outcome: str = "trained"

    @property
    def by(self) -> str:
        """The name of the trainer, and whether what is said of it is an estimate."""
        return f"{self.target} (estimate)" if self.estimate else self.target

    @property
    def learned(self) -> list[bool]:
        """Whether each token is learned."""
        return [wanted and kept for wanted, kept in zip(self.wanted, self.kept, strict=True)] if self.cut else list(self.wanted)

    @property
    def tokens(self) -> list[Token]:
        """The tokens; their texts together are the text, and what no token covers is before the next one."""
        made: list[Token] = []
        done = 0
        for id_, (_, end), learned, message in zip(self.ids, self.offsets, self.learned, self.messages, strict=True):
            own = self.text[done : max(end, done)]
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
    folder = model_at(context.tokenizer) if context.tokenizer else None
    if folder is None or talk.texts:
        draft = plain(talk, target, folder, context.encoding)
    else:
        from ftlint.training.templated import templated  # noqa: PLC0415 - needs an extra

        draft = templated(talk, target, folder, whole=whole or target.cut == "proportion")
    estimate = draft.estimate or is_estimate(target, tokenizer=bool(folder), texts=talk.texts)
    return _finished(draft, talk, target, estimate=estimate)


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
    count = sum(compress(draft.wanted, kept))
    unmasked = target.unmasked if not any(draft.wanted) and target.learns == "assistant" else ""
    dropped = "dropped" if where and where.side == "drop" else ""
    outcome = "trained" if count else dropped or unmasked or target.unlearned or "kept"
    return Rendering(
        target.titled,
        estimate,
        draft.text,
        draft.tokens.ids,
        draft.tokens.offsets,
        draft.wanted,
        kept,
        count,
        draft.messages,
        spoken,
        target.longest,
        where,
        draft.lost,
        draft.faults,
        None,
        outcome,
    )
