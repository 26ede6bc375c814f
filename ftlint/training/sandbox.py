"""The sandbox of chat templates. A template is code of a stranger: steps, memory and output are bounded.

Every value that a template makes (a text, a list) is bounded in size, and every loop, call and filter counts as a step.
"""

from __future__ import annotations

import re
from contextvars import ContextVar
from functools import wraps
from time import thread_time
from typing import TYPE_CHECKING, Any

from jinja2 import nodes
from jinja2.ext import Extension, loopcontrols
from jinja2.sandbox import ImmutableSandboxedEnvironment
from jinja2.visitor import NodeTransformer

from ftlint.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from jinja2.parser import Parser

LARGEST = 1 << 25
"""Maximum number of characters of a text that a template makes."""

_MOST = 1 << 22
"""Maximum number of values in a list or an object that a template makes, at any depth."""

_BITS = 1 << 16
"""Maximum number of bits of an integer that a template makes."""

_COUNT = 1_000_000
"""The largest number that a filter or a method takes, as a width."""

_CHARACTERS, _VALUES = 100, 10
"""Characters of a text, and values of a list, that are made in the time of a step."""

_FOLDED = 10
"""How many times longer it takes to fold a text than to read it."""

_SECONDS, _BETWEEN_CHECKS = 20, 64
"""Processor time of a template for a record, and the steps after which it is looked at: a step can be a search in a long text."""

_ENDLESS = "the chat template does not end, or writes too much"
_TOO_LARGE = "the chat template makes too large a text or list"

_WIDE = re.compile(r"\d{6}|%[^a-zA-Z%]*\*")
"""A width in a format that is too large, or not in the format itself."""


class EndlessError(InputError):
    """A template that does not end, or makes too much."""


class Budget:
    """What is left to a template. blocks: the text so far. spans: of it those that are generated."""

    def __init__(self, steps: int) -> None:
        self.steps, self.length, self._unchecked = steps, 0, 0
        self._latest = thread_time() + _SECONDS
        self.blocks: list[str] = []
        self.spans: list[tuple[int, int]] = []

    def spend(self, steps: int = 1) -> None:
        """Take steps; raises EndlessError where none are left."""
        self.steps -= steps
        self._unchecked += 1
        if self.steps < 0:
            raise EndlessError(_ENDLESS)
        if self._unchecked >= _BETWEEN_CHECKS:
            self._unchecked = 0
            if thread_time() > self._latest:
                raise EndlessError(_ENDLESS)

    def write(self, block: str) -> None:
        """Take a part of the text; raises EndlessError where it is too long by now."""
        self.blocks.append(block)
        self.length += len(block)
        _bound(self.length)


BUDGET: ContextVar[Budget | None] = ContextVar("budget", default=None)


def _spend(steps: int = 1) -> None:
    if budget := BUDGET.get():
        budget.spend(steps)


def _made(value: Any) -> Any:
    """Return what a template made; raises EndlessError where it is too large."""
    kind = type(value)
    if kind is str:
        _bound(len(value))
        if len(value) >= _CHARACTERS:
            _spend(len(value) // _CHARACTERS)
    elif kind in {list, tuple, dict}:
        _weigh(value)
    return value


def _weigh(value: Any) -> None:
    """Raise EndlessError for a list or an object that holds too much, at any depth."""
    values = characters = 0
    left = [value]
    while left:
        one = left.pop()
        kind = type(one)
        values += 1
        if kind is str:
            characters += len(one)
        elif kind is dict:
            left += one.values()
            characters += sum(len(key) for key in one if type(key) is str)
        elif kind in {list, tuple}:
            left += one
        if values + len(left) > _MOST or characters > LARGEST:
            raise EndlessError(_TOO_LARGE)
    _spend(values // _VALUES)


def _bound(size: float, most: int = LARGEST) -> None:
    if size > most:
        raise EndlessError(_TOO_LARGE)


def _check_arguments(name: str, subject: Any, given: tuple[Any, ...]) -> None:
    """Raise EndlessError for a filter or a method whose result would be too large. subject: what it is applied to."""
    widest = max((abs(one) for one in given if type(one) is int), default=0)
    _bound(widest, _COUNT)
    texts = [one for one in given if type(one) is str]
    if type(subject) is str:
        _spend(len(subject) // _CHARACTERS * (_FOLDED if name == "wordwrap" else 1))
    if name == "join":
        joined, between = (given[0], subject) if type(subject) is str and given else (subject, (*texts, "")[0])
        listed = joined if type(joined) in {list, tuple, str} else ()
        _bound(sum(len(one) if type(one) is str else 1 for one in listed) + len(listed) * len(between))
    elif type(subject) is not str:
        return
    elif name == "replace" and len(texts) > 1:
        _bound(len(subject) + (len(subject) + 1) * len(texts[1]) / max(1, len(texts[0])))
    elif name == "translate":
        tables = [one for one in given if type(one) is dict]
        _bound(len(subject) * max((len(str(one)) for table in tables for one in table.values()), default=1))
    elif name in {"format", "format_map"}:
        _bound(bool(_WIDE.search(subject)), 0)
    elif name in {"indent", "wordwrap", "expandtabs"}:
        _bound((len(subject) + 1) * max(1, *map(len, texts), widest if name != "wordwrap" else 1))


def _guarded(name: str, made: Callable[..., Any]) -> Callable[..., Any]:
    """Return a filter that counts, and whose result is bounded."""
    own = int(hasattr(made, "jinja_pass_arg"))  # its first argument is the context or the environment

    @wraps(made)
    def run(*args: Any, **named: Any) -> Any:
        _spend()
        if name == "join" and len(args) > own and not isinstance(args[own], (str, list, tuple)):
            args = (*args[:own], list(args[own]), *args[own + 1 :])
        if len(args) > own:
            _check_arguments(name, args[own], (*args[own + 1 :], *named.values()))
        return _made(made(*args, **named))

    return run


class Generation(Extension):
    """`{% generation %}`: notes where in the text its content is. Within macros that is wrong, as it is in transformers."""

    tags = {"generation"}  # noqa: RUF012 - as the base class declares it

    def parse(self, parser: Parser) -> nodes.Node:
        """Parse the tag."""
        line = next(parser.stream).lineno
        body = parser.parse_statements(("name:endgeneration",), drop_needle=True)
        return nodes.CallBlock(self.call_method("_generated"), [], [], body).set_lineno(line)

    def _generated(self, caller: Callable[[], str]) -> str:
        text = caller()
        if budget := BUDGET.get():
            budget.spans.append((budget.length, budget.length + len(text)))
        return text


class _Counted(NodeTransformer):
    """Makes loops count, and lists and joined texts pass through the environment, which bounds them."""

    def visit_For(self, node: nodes.For) -> nodes.For:  # noqa: N802 - the visitor's name
        """Count each round."""
        self.generic_visit(node)
        node.body.insert(0, _counted(node.body, node.lineno))
        return node

    def visit_Macro(self, node: nodes.Macro) -> nodes.Macro:  # noqa: N802 - likewise
        """Count what a macro writes."""
        self.generic_visit(node)
        node.body.insert(0, _counted(node.body, node.lineno))
        return node

    def visit_Concat(self, node: nodes.Concat) -> nodes.Expr:  # noqa: N802 - likewise
        """Join through the environment."""
        self.generic_visit(node)
        return _call("joined", *node.nodes)

    def visit_List(self, node: nodes.List) -> nodes.Expr:  # noqa: N802 - likewise
        """Bound a list that is not written out."""
        return self._bounded(node)

    def visit_Dict(self, node: nodes.Dict) -> nodes.Expr:  # noqa: N802 - likewise
        """Bound an object that is not written out."""
        return self._bounded(node)

    def visit_Tuple(self, node: nodes.Tuple) -> nodes.Expr:  # noqa: N802 - likewise
        """Bound a tuple that is not assigned to."""
        return self._bounded(node) if node.ctx == "load" else node

    def _bounded(self, node: Any) -> nodes.Expr:
        self.generic_visit(node)
        whole: nodes.Expr = node
        return _call("made", whole) if node.find(nodes.Name) else whole


def _counted(body: list[nodes.Node], line: int) -> nodes.Node:
    """Return a statement that counts one step, and those for the text that is written out in a body."""
    written = sum(len(data.data) for node in body for data in node.find_all(nodes.TemplateData))
    return nodes.ExprStmt(_call("spend", nodes.Const(1 + written // _CHARACTERS)), lineno=line)


def _call(name: str, *arguments: nodes.Expr) -> nodes.Expr:
    return nodes.Call(nodes.EnvironmentAttribute(name), list(arguments), [], None, None)


class Sandbox(ImmutableSandboxedEnvironment):
    """The environment of transformers' chat templates (5.24.0, utils/chat_template_utils.py), bounded."""

    intercepted_binops = frozenset({"*", "**", "+", "%"})

    def __init__(self, **own: Any) -> None:
        """Make an environment. own: globals."""
        super().__init__(trim_blocks=True, lstrip_blocks=True, extensions=[Generation, loopcontrols], finalize=_made)
        self.globals.update(own)
        self.globals.pop("lipsum", None)
        self.made, self.spend = _made, _spend

    def guard(self, filters: Mapping[str, Callable[..., Any]]) -> None:
        """Bound all filters, these of the caller among them."""
        self.filters.update(filters)
        self.filters.update({name: _guarded(name, one) for name, one in self.filters.items()})

    def joined(self, *parts: Any) -> str:
        """Return what `~` makes of values."""
        texts = [str(_made(part)) for part in parts]
        _bound(sum(map(len, texts)))
        return str(_made("".join(texts)))

    def _generate(self, source: nodes.Template, *args: Any, **named: Any) -> str:
        return super()._generate(_Counted().visit(source), *args, **named)

    def call_binop(self, context: Any, operator: str, left: Any, right: Any) -> Any:
        """Return what an operator makes of two values, unless that is too large."""
        _spend()
        if operator == "+" and type(left) is type(right) and type(left) in {str, list, tuple}:
            _bound(len(left) + len(right))
        elif operator == "%" and type(left) is str and _WIDE.search(left):
            raise EndlessError(_TOO_LARGE)
        elif operator == "**" and type(left) is type(right) is int:
            _bound(left.bit_length() * abs(right), _BITS)
        elif operator == "*":
            sized, times = (right, left) if isinstance(left, int) else (left, right)
            _bound(len(sized) * times if type(sized) in {str, list, tuple} and isinstance(times, int) else 0)
            _bound(sized.bit_length() + times.bit_length() if type(sized) is type(times) is int else 0, _BITS)
        return _made(super().call_binop(context, operator, left, right))

    def call(self, context: Any, called: Any, /, *args: Any, **named: Any) -> Any:
        """Call what a template calls, unless its result is too large."""
        _spend()
        method = getattr(called, "__wrapped__", called)  # `format` of a text is wrapped by the sandbox
        _check_arguments(getattr(method, "__name__", ""), getattr(method, "__self__", None), (*args, *named.values()))
        return _made(super().call(context, called, *args, **named))
