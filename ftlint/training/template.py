"""Chat templates, rendered as transformers does it."""

from __future__ import annotations

import json
import re
from datetime import datetime
from typing import TYPE_CHECKING, Any

from jinja2 import TemplateSyntaxError
from jinja2.exceptions import SecurityError, TemplateError
from jinja2.utils import Namespace

from ftlint.errors import InputError
from ftlint.training.model import Written
from ftlint.training.refused import RefusedError
from ftlint.training.sandbox import BUDGET, Budget, EndlessError, Sandbox

if TYPE_CHECKING:
    from collections.abc import Hashable, Mapping, Sequence

CLOCK = datetime(2026, 1, 1)  # noqa: DTZ001 - templates ask for the local time
"""What templates are told of the time, so that a report is the same every day."""

_GENERATION = re.compile(r"{%-?\s*generation\s*-?%}")
_STEPS, _FOR_A_MESSAGE, _FOR_A_CHARACTER = 200_000, 1_000, 10
"""Steps of a template for a record, for each of its messages, and for each character."""


class Template:
    """A chat template.

    Attributes:
        source: Its text.
        scaffolds: Those that were written, by what decides them; see `ftlint.training.scaffold`.
        marked: Whether it says by `{% generation %}` what the assistant writes.

    """

    def __init__(self, source: str, special: Mapping[str, str] | None = None, *, now: datetime = CLOCK) -> None:
        """Compile a template; raises InputError for what is none.

        Args:
            source: Its text.
            special: Special tokens by name: `bos_token` and the like; those that are missing are not defined.
            now: What `strftime_now` says.
        """
        self.scaffolds: dict[Hashable, Any] = {}
        self.source, self.marked, self._special = source, bool(_GENERATION.search(source)), dict(special or {})
        sandbox = Sandbox(raise_exception=_raise, strftime_now=now.strftime, dict=_Objects(), namespace=_Names)
        sandbox.guard({"tojson": _tojson})
        try:
            self._template = sandbox.from_string(source)
        except (TemplateSyntaxError, SyntaxError) as error:  # a `break` outside of a loop is one of Python's
            raise InputError(f"the chat template is not valid Jinja: {str(error).partition(chr(10))[0]}") from error
        except RecursionError as error:
            raise InputError("the chat template is nested too deeply") from error

    def write(self, messages: Sequence[Mapping[str, Any]], tools: Any = None, *, prompt: bool = False) -> Written:
        """Return the text of a conversation.

        Args:
            messages: As the template shall see them, see `cleaned`.
            tools: A list of them, or None.
            prompt: Whether the header of an answer is added, as in a request.

        Raises:
            RefusedError: Where the template raises.
            EndlessError: Where it does not end.
        """
        characters = sum(len(message["content"]) for message in messages if type(message.get("content")) is str)
        budget = Budget(_STEPS + _FOR_A_MESSAGE * len(messages) + _FOR_A_CHARACTER * characters)
        token = BUDGET.set(budget)
        try:
            values = {"documents": None, **self._special}
            for block in self._template.generate(messages=messages, tools=tools, add_generation_prompt=prompt, **values):
                budget.write(block)
        except InputError:
            raise
        except MemoryError as error:
            raise EndlessError("the chat template takes too much memory") from error
        except RecursionError as error:
            raise RefusedError("it calls itself without end") from error
        except Exception as error:
            raise RefusedError(str(error).strip().partition("\n")[0] or type(error).__name__) from error
        finally:
            BUDGET.reset(token)
        return Written("".join(budget.blocks), budget.spans)


def _raise(message: str) -> None:
    raise TemplateError(message)


def _tojson(
    value: Any,
    ensure_ascii: bool = False,  # noqa: FBT001, FBT002 - templates may give it by position
    indent: Any = None,
    separators: Any = None,
    sort_keys: bool = False,  # noqa: FBT001, FBT002 - templates call it like this
) -> str:
    return json.dumps(value, ensure_ascii=ensure_ascii, indent=indent, separators=separators, sort_keys=sort_keys)


class _Objects:
    """`dict` without what an attribute of the type would lead to."""

    def __call__(self, *args: Any, **named: Any) -> dict[Any, Any]:
        return dict(*args, **named)

    def fromkeys(self, *args: Any) -> dict[Any, Any]:
        return dict.fromkeys(*args)


class _Names(Namespace):
    """`namespace`, whose attributes must not begin with an underscore."""

    def __init__(*args: Any, **named: Any) -> None:
        own, *rest = args
        given = dict(*rest, **named)
        for name in given:
            _check_name(name)
        Namespace.__init__(own, given)

    def __setitem__(self, name: str, value: Any) -> None:
        _check_name(name)
        super().__setitem__(name, value)


def _check_name(name: Any) -> None:
    if isinstance(name, str) and name.startswith("_"):
        raise SecurityError(f"a namespace has no attribute {name!r}")
