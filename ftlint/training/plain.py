"""Records without a chat template: texts that are joined, and messages with marks around them, which is an estimate."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ftlint.dialects.said import as_json
from ftlint.text import tokens as texts
from ftlint.training.draft import Draft, common, learned_turns, of_spans
from ftlint.training.model import Tokens, placed

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from ftlint.targets import Target
    from ftlint.training.model import Model
    from ftlint.training.talk import Talk


def plain(talk: Talk, target: Target, folder: Model | None, encoding: str) -> Draft:
    """Return texts that are joined, or an estimate of messages.

    Args:
        talk: What is said.
        target: Its trainer.
        folder: Its tokenizer; None: that of the encoding.
        encoding: The name of a tokenizer.

    """
    if folder and talk.texts:
        return _joined(talk, target, folder)
    pieces = _Pieces(encoding)
    if talk.texts:
        for index, message in enumerate(talk.messages):
            pieces.add(str(message["content"] or ""), index)
    else:
        _add_messages(pieces, talk)
    learned = learned_turns(talk, target)
    every = target.learned_of(texts=talk.texts) == "all"
    wanted = [every or owner in learned for owner in pieces.owners]
    return Draft("".join(pieces.texts), Tokens(pieces.ids, pieces.offsets), wanted, pieces.messages)


def _joined(talk: Talk, target: Target, folder: Model) -> Draft:
    """Return texts that are tokenised as one, with what tokenizer and trainer add."""
    parts = [str(message["content"] or "") for message in talk.messages]
    text = "".join(parts)
    end = folder.special.get("eos_token", "") if target.ends_texts else ""
    text += "" if text.endswith(end) else end
    tokens = folder.tokens(text, special=True)
    spans, at = [], 0
    for index, part in enumerate(parts):
        at += len(part)
        spans.append((index, (at - len(part), at)))
    messages = of_spans(tokens.offsets, spans)
    learns = target.learned_of(texts=True)
    if learns == "all":
        wanted = [True] * len(messages)
    elif learns == "completion" and 0 < talk.answer < len(parts):
        asked = folder.tokens("".join(parts[: talk.answer]), special=True)
        first = common(asked.ids, tokens.ids)
        wanted = [index >= first for index in range(len(messages))]
    else:
        learned = learned_turns(talk, target)
        ends = len(parts) - 1 in learned
        wanted = [
            owner in learned or (ends and start >= at > 0) for owner, (start, _) in zip(messages, tokens.offsets, strict=True)
        ]
    twice = folder.start is not None and list(tokens.ids[:2]) == [folder.start] * 2
    return Draft(text, tokens, wanted, messages, (), ["two-starts"] if twice else [])


def _add_messages(pieces: _Pieces, talk: Talk) -> None:
    """Add messages, each with a start, its role, a separator and an end, as OpenAI's chat models have them."""
    if talk.tools:
        pieces.add(as_json(talk.tools) or "", None)
    for index, message in enumerate(talk.messages):
        for mark in ("<|im_start|>", str(message["role"]), "<|im_sep|>"):
            pieces.mark(mark, None)
        for text in _said(message):
            pieces.add(text, index)
        pieces.mark("<|im_end|>\n", index)


def _said(message: Mapping[str, Any]) -> Iterator[str]:
    """Yield the texts of a message: thoughts, its content, of parts those that are texts, and calls as JSON."""
    if type(message.get("reasoning_content")) is str:
        yield message["reasoning_content"]
    content = message.get("content")
    for part in content if type(content) is list else [{"text": content}]:
        if type(part) is dict and type(part.get("text")) is str:
            yield part["text"]
    calls = message.get("tool_calls") or message.get("function_call")
    if calls:
        yield as_json(calls) or ""


class _Pieces:
    """Tokens of texts that are tokenised one by one. owners: the message with which a token is learned, its end mark included."""

    def __init__(self, encoding: str) -> None:
        self._encoding, self._length = encoding, 0
        self.texts: list[str] = []
        self.ids: list[int | None] = []
        self.offsets: list[tuple[int, int]] = []
        self.messages: list[int | None] = []
        self.owners: list[int | None] = []

    def add(self, text: str, message: int | None) -> None:
        """Add a text."""
        self._append(text, texts.encode(text, self._encoding), placed(text, texts.pieces(text, self._encoding)), message, message)

    def mark(self, text: str, owner: int | None) -> None:
        """Add a mark, which is one token of which the id is not known."""
        self._append(text, [None], [(0, len(text))], None, owner)

    def _append(
        self, text: str, ids: list[int] | list[None], offsets: list[tuple[int, int]], message: int | None, owner: int | None
    ) -> None:
        self.texts.append(text)
        self.ids += ids
        self.offsets += [(self._length + start, self._length + end) for start, end in offsets]
        self.messages += [message] * len(ids)
        self.owners += [owner] * len(ids)
        self._length += len(text)
