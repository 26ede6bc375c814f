"""Conversations as a chat template writes them: their tokens, the message of each, and what is learned."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ftlint.training.cleaned import cleaned
from ftlint.training.draft import NEAR, Draft, common, learned_turns, of_spans, unweighed
from ftlint.training.lost import lost_in
from ftlint.training.refused import RefusedError
from ftlint.training.sandbox import EndlessError
from ftlint.training.scaffold import scaffold_of
from ftlint.training.spans import Spans

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ftlint.targets import Target
    from ftlint.training.model import Model, Writer, Written
    from ftlint.training.talk import Talk


def templated(talk: Talk, target: Target, folder: Model, *, whole: bool = True) -> Draft:
    """Return a conversation as its template writes it.

    Args:
        talk: The conversation.
        target: Its trainer.
        folder: Tokenizer and template.
        whole: Whether the message of every token is found out.

    """
    template = folder.template(tools=bool(talk.tools))
    if not talk.messages:
        return Draft(error="the conversation is empty")
    try:
        written = template.write(cleaned(talk.messages), talk.tools)
        return _Mask(talk, target, folder, template, written).draft(whole=whole)
    except RefusedError as error:
        return Draft(error=str(error))
    except EndlessError as error:
        raise EndlessError(f"{folder.path}: {error}") from error


_MANY = 100
"""Messages that are sought one by one, each in a rendering of the conversation; of more, their texts are sought in order."""


class _Mask:
    """Finds what is learned of a conversation."""

    def __init__(self, talk: Talk, target: Target, folder: Model, template: Writer, written: Written) -> None:
        self._talk, self._target, self._folder, self._template, self._written = talk, target, folder, template, written
        self._tokens = written.tokens or folder.tokens(written.text)
        self._places = Spans(template, talk, written.text)
        self._spans: dict[int, tuple[int, int] | None] = {}
        self._guessed = False

    def draft(self, *, whole: bool) -> Draft:
        """Return the tokens, and what is learned of them."""
        learns = self._target.learned_of(texts=False)
        if whole:
            self._find(range(len(self._talk.messages)))
        wanted = self._wanted(learns)
        messages = of_spans(self._tokens.offsets, self._found()) if whole else [None] * len(wanted)
        lost = lost_in(self._talk, self._places, self._written.text)
        untagged = learns == "assistant" and not self._template.marked
        estimate = self._guessed or (untagged and bool(self._target.renderer) and self._target.spans != "placeholders")
        return Draft(self._written.text, self._tokens, wanted, messages, lost, self._faults(wanted, learns), None, estimate)

    def _faults(self, wanted: Sequence[bool], learns: str) -> list[str]:
        """Return what is wrong with the template, as far as this conversation shows it."""
        found = []
        if any(wanted) and not any(self._is_learned(end, wanted) for end in self._folder.ends):
            found.append("no-end")
        masks = learns in {"assistant", "last"} and self._target.spans == "prefixes"
        if masks and not reads_by_prefix(self._template, self._talk.messages, self._talk.tools, self._written.text):
            found.append("unstable")
        return found

    def _is_learned(self, token: int, wanted: Sequence[bool]) -> bool:
        """Whether a token is learned somewhere, the last place first."""
        ids = self._tokens.ids
        return token in ids and any(one for id_, one in zip(reversed(ids), reversed(wanted), strict=True) if id_ == token)

    def _wanted(self, learns: str) -> list[bool]:
        if learns == "all":
            return [True] * len(self._tokens.ids)
        by_prefix = learns == "completion" or (learns == "last" and self._target.spans == "prefixes")
        if by_prefix and (wanted := self._after_prompt(learns)) is not None:
            return wanted
        if learns == "assistant" and self._template.marked and self._target.spans != "placeholders":
            return self._by_tags()
        return self._by_places()

    def _after_prompt(self, learns: str) -> list[bool] | None:
        """Return what comes after the tokens that prompt and conversation begin with; None where there is no prompt."""
        first = self._talk.answer if learns == "completion" else len(self._talk.messages) - 1
        if not 0 < first < len(self._talk.messages):
            return None
        asks = self._talk.turns[first].role == "assistant"
        try:
            written = self._template.write(cleaned(self._talk.messages[:first]), self._talk.tools, prompt=asks)
        except RefusedError:
            return None
        asked = (written.tokens or self._folder.tokens(written.text)).ids
        same = len(asked) if self._target.spans == "prefixes" else common(asked, self._tokens.ids)
        return [index >= same for index in range(len(self._tokens.ids))]

    def _by_tags(self) -> list[bool]:
        """Return what is between generation tags, without the messages of weight 0."""
        wanted = [one is not None for one in of_spans(self._tokens.offsets, list(enumerate(self._written.spans)))]
        unread = [index for index, turn in enumerate(self._talk.turns) if unweighed(turn, self._target)]
        if unread:
            self._find(unread)
            masked = self._with_ends([(index, span) for index, span in self._found() if index in unread])
            wanted = [one and not out for one, out in zip(wanted, masked, strict=True)]
        return wanted

    def _by_places(self) -> list[bool]:
        """Return what the learned messages became, with their end tokens."""
        learned = learned_turns(self._talk, self._target)
        self._find(learned)
        return self._with_ends([(index, span) for index, span in self._found() if index in learned])

    def _with_ends(self, spans: Sequence[tuple[int, tuple[int, int]]]) -> list[bool]:
        ends = {self._folder.end} if self._target.spans == "placeholders" else self._folder.ends
        owners = of_spans(self._tokens.offsets, spans)
        wanted = [owner is not None for owner in owners]
        last = {owner: index for index, owner in enumerate(owners) if owner is not None}
        for index in last.values():
            after = range(index + 1, min(index + 1 + NEAR, len(wanted)))
            end = next((one for one in after if self._tokens.ids[one] in ends), None)
            if end is not None:
                wanted[end] = True
        return wanted

    def _find(self, indexes: Sequence[int]) -> None:
        """Find out where messages are."""
        spans = None if self._spans else scaffold_of(self._template, self._talk).places(self._talk, self._written.text)
        if spans is not None:
            self._spans = dict(enumerate(spans))
        left = [index for index in indexes if index not in self._spans]
        if len(left) > _MANY:
            self._spans = self._places.in_order()
            self._guessed = True
            return
        for index in left:
            self._spans[index] = self._places.of(index)

    def _found(self) -> list[tuple[int, tuple[int, int]]]:
        """Return the messages that were found, in the order of the text."""
        found = [(index, span) for index, span in self._spans.items() if span is not None]
        return sorted(found, key=lambda one: one[1])


def reads_by_prefix(template: Writer, messages: Sequence[Mapping[str, object]], tools: object, text: str) -> bool:
    """Whether the text of each beginning of a conversation, up to a question, is the beginning of its text."""
    for index, message in enumerate(messages):
        if message["role"] == "assistant" and index:
            try:
                head = template.write(cleaned(messages[:index]), tools, prompt=True).text
                through = template.write(cleaned(messages[: index + 1]), tools).text
            except RefusedError:
                return False
            if not (text.startswith(head) and text.startswith(through)):
                return False
    return True
