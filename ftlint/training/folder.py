"""Tokenizer and chat template of a model, from the folder in which Hugging Face's tools keep them. Nothing in it is run."""

from __future__ import annotations

import json
from functools import cached_property, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ftlint.errors import InputError, UsageError
from ftlint.training import mistral
from ftlint.training.model import Tokens
from ftlint.training.refused import RefusedError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ftlint.training.model import Model
    from ftlint.training.template import Template

_NAMES = ("bos_token", "eos_token", "unk_token", "sep_token", "pad_token", "cls_token", "mask_token")
_PROBE = [{"role": "user", "content": "a"}, {"role": "assistant", "content": "zzdummymessagezz"}]


class Folder:
    """A folder with `tokenizer.json`, `tokenizer_config.json` and a chat template.

    Attributes:
        path: Of the folder.
        special: Special tokens by name, those that the folder names.

    """

    def __init__(self, path: str) -> None:
        """Read a folder.

        Raises:
            InputError: Where it has no tokenizer, or one that cannot be read.
            UsageError: Where the extra `hf` is not installed.
        """
        try:
            import jinja2  # noqa: F401, PLC0415 - an extra
            from tokenizers import Tokenizer  # noqa: PLC0415 - likewise
        except ImportError as error:
            raise UsageError("--tokenizer needs an extra: pip install 'ftlint[hf]'") from error
        self.path = path
        self._config = _json(Path(path) / "tokenizer_config.json")
        file = Path(path) / "tokenizer.json"
        if not file.is_file():
            raise InputError(f"{path}: no tokenizer is there (tokenizer.json is missing)")
        try:
            self.tokenizer = Tokenizer.from_file(str(file))
        except Exception as error:
            raise InputError(f"{file}: not a tokenizer ({error})") from error
        self.tokenizer.no_truncation()
        self.tokenizer.no_padding()
        self.special = {name: text for name in _NAMES if (text := _text(self._config.get(name))) is not None}
        self._add_tokens()

    def _add_tokens(self) -> None:
        """Add the special tokens that only the configuration knows, as transformers does."""
        from tokenizers import AddedToken  # noqa: PLC0415 - an extra

        listed = self._config.get("added_tokens_decoder")
        known = {token.content for token in self.tokenizer.get_added_tokens_decoder().values()}
        further = [_text(one) for one in listed.values()] if isinstance(listed, dict) else []
        missing = [text for text in (*self.special.values(), *further) if text and text not in known]
        self.tokenizer.add_special_tokens([AddedToken(text, special=True, normalized=False) for text in dict.fromkeys(missing)])

    @cached_property
    def templates(self) -> Mapping[str, str]:
        """The chat templates by name; where there is one alone it is `default`."""
        folder = Path(self.path)
        given = self._config.get("chat_template")
        if isinstance(given, list):
            given = {one.get("name"): one.get("template") for one in given if isinstance(one, dict)}
        templates = {"default": given} if isinstance(given, str) else dict(given) if isinstance(given, dict) else {}
        if (folder / "chat_template.jinja").is_file():
            templates = {"default": _read(folder / "chat_template.jinja")}
        further = sorted((folder / "additional_chat_templates").glob("*.jinja"))
        templates |= {file.stem: _read(file) for file in further}
        return {name: text for name, text in templates.items() if isinstance(name, str) and isinstance(text, str)}

    def template(self, *, tools: bool = False) -> Template:
        """Return the chat template, of several that for tools where there are some; raises InputError where there is none."""
        name = "tool_use" if tools and "tool_use" in self.templates else "default"
        if name not in self.templates:
            there = f"none of its chat templates is named default ({', '.join(self.templates)})"
            none = "no chat template is there (chat_template.jinja, or chat_template in tokenizer_config.json)"
            raise InputError(f"{self.path}: {there if self.templates else none}")
        if not self.templates[name].strip():
            raise InputError(f"{self.path}: the chat template is empty")
        try:
            return _compiled(self.templates[name], tuple(self.special.items()))
        except InputError as error:
            raise InputError(f"{self.path}: {error}") from error

    def tokens(self, text: str, *, special: bool = False) -> Tokens:
        """Return the tokens of a text. special: whether the tokenizer adds its own at the start and the end."""
        encoding = self.tokenizer.encode(text, add_special_tokens=special)
        return Tokens(encoding.ids, encoding.offsets)

    @cached_property
    def specials(self) -> frozenset[int]:
        """Ids of special tokens."""
        return frozenset(id_ for id_, token in self.tokenizer.get_added_tokens_decoder().items() if token.special)

    @cached_property
    def start(self) -> int | None:
        """The id of the token that a text begins with."""
        return self.tokenizer.token_to_id(self.special["bos_token"]) if "bos_token" in self.special else None

    @cached_property
    def end(self) -> int | None:
        """The id of the token that ends a text."""
        return self.tokenizer.token_to_id(self.special["eos_token"]) if "eos_token" in self.special else None

    @cached_property
    def ends(self) -> frozenset[int]:
        """Ids of the tokens that end an answer: the end token, and what the template writes after the last answer."""
        found = set() if self.end is None else {self.end}
        try:
            text = self.template().write(_PROBE).text
        except (RefusedError, InputError):
            return frozenset(found)
        after = text.rfind(_PROBE[1]["content"]) + len(_PROBE[1]["content"])
        tokens = self.tokens(text)
        later = [id_ for id_, (start, _) in zip(tokens.ids, tokens.offsets, strict=True) if start >= after and id_ is not None]
        return frozenset(found) | self.specials.intersection(later)


@lru_cache(maxsize=8)
def model_at(path: str) -> Model:
    """Return the tokenizer and template at a path, read once a process: a folder, or a file of mistral-common."""
    given = Path(path)
    file = None if (given / "tokenizer.json").is_file() else mistral.file_in(given)
    return Folder(path) if file is None else mistral.Mistral(path, file)


@lru_cache(maxsize=16)
def _compiled(source: str, special: tuple[tuple[str, str], ...]) -> Template:
    from ftlint.training.template import Template  # noqa: PLC0415 - needs an extra

    return Template(source, dict(special))


def _text(token: Any) -> str | None:
    text = token.get("content") if isinstance(token, dict) else token
    return text if isinstance(text, str) else None


def _read(file: Path) -> str:
    try:
        return file.read_text("utf-8")
    except (OSError, ValueError) as error:
        raise InputError(f"{file}: {error}") from error


def _json(file: Path) -> dict[str, Any]:
    """Return a JSON object of a file; an empty one where there is no file."""
    if not file.is_file():
        return {}
    try:
        value = json.loads(_read(file))
    except (ValueError, RecursionError) as error:
        raise InputError(f"{file}: not JSON ({error})") from error
    if not isinstance(value, dict):
        raise InputError(f"{file}: not a JSON object")
    return value
