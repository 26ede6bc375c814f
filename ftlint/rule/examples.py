"""Examples of rules: small files that are documentation and test in one."""

from __future__ import annotations

from json.encoder import encode_basestring as _quoted
from typing import TYPE_CHECKING, Any

from msgspec import Struct, field

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ftlint.rule.violations import Applicability


class Example(Struct, frozen=True):
    """A small file that shows what a rule reports and what not; documentation and test in one.

    Attributes:
        lines: Without line ends; lone surrogates U+DC80–U+DCFF stand for bytes that are not UTF-8.
        at: Where the rule finds something (None: in the file as a whole); empty for a good example.
        options: Of the configuration, as in ftlint.toml.
        valid: Lines of a validation file; then `at` counts there for rules about splits.
        end: What ends the last line.
        fixed: The lines after the repair; for rules about splits, those of the validation file. None: not shown.
        fix: How safely what is found can be repaired; None: only by a person.
    """

    lines: Sequence[str]
    at: Sequence[int | None] = ()
    options: Mapping[str, Any] = field(default_factory=dict)
    valid: Sequence[str] = ()
    end: str = "\n"
    fixed: Sequence[str] | None = None
    fix: Applicability | None = None


def good(lines: Sequence[str], **more: Any) -> Example:
    """Return an example in which the rule finds nothing."""
    return Example(lines, **more)


def bad(
    lines: Sequence[str],
    at: Sequence[int | None],
    *,
    fixed: Sequence[str] | None = None,
    fix: Applicability | None = None,
    **more: Any,
) -> Example:
    """Return an example in which the rule finds something on these lines; what `fixed` shows is safe unless `fix` says else."""
    return Example(lines, at, fixed=fixed, fix=fix or (None if fixed is None else "safe"), **more)


def pairs(*records: tuple[str, str]) -> list[str]:
    """Return the lines of prompt/completion records."""
    return [f'{{"prompt": {_quoted(prompt)}, "completion": {_quoted(completion)}}}' for prompt, completion in records]


def chats(*conversations: Sequence[tuple[str, str]]) -> list[str]:
    """Return the lines of conversations, each given as roles and contents."""
    turns_of = ([f'{{"role": {_quoted(role)}, "content": {_quoted(text)}}}' for role, text in turns] for turns in conversations)
    return [f'{{"messages": [{", ".join(messages)}]}}' for messages in turns_of]
