"""Private data in a text.

detect-secrets finds keys and passwords, email-validator checks e-mail addresses, python-stdnum checks card numbers.
"""

from __future__ import annotations

import re
from functools import cache, lru_cache
from itertools import chain
from typing import TYPE_CHECKING, Any, NamedTuple

from ftlint.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    import polars as pl

REDACTED = "[redacted]"
"""Replacement text."""

_ADDRESS = re.compile(r"(?<![\w.+'-])[\w.+'-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}")
_CARD = re.compile(r"(?<![\d.,-])(?:3|4|5[1-5]|6|2[2-7])\d*(?:[ -]?\d{3,7}){2,4}(?![\d.,-]?\d)")
"""Digits in the form of a card number; the check digit decides."""

_EXAMPLES = tuple(f"{before}example.{top}" for before in "@." for top in ("com", "net", "org"))
"""Domains that are reserved for documentation (RFC 2606); email-validator knows the reserved top-level domains."""

_BLOCK = re.compile(
    r"-----BEGIN [A-Z ]*PRIVATE KEY(?: BLOCK)?-----(?:.*?-----END [A-Z ]*PRIVATE KEY(?: BLOCK)?-----|.*)", re.DOTALL
)
"""A private key as a whole; detect-secrets finds its first line."""

_LONG = r"PRIVATE KEY|PuTTY|[A-Za-z0-9_.+/=-]{16}|A(?:KC|P[0-9A-F])[A-Za-z0-9]{8}|xox[abposr]-|(?:\d[ -]?){13}"
"""Form of keys and card numbers: sixteen characters without a space, except those of Artifactory and Slack."""

_PASSWORD = re.compile(r"://[^\s/:@]{0,64}:([^\s/@]{1,128})@")
_NOT_SECRET = frozenset({"Basic Auth Credentials", "Public IP (ipv4)"})
"""Detectors that are not used: an address is not a secret, and our own pattern finds a password in one."""


_FURTHER = {
    "Hugging Face token": r"\bhf_[A-Za-z]{34}\b",
    "Anthropic API key": r"\bsk-ant-[a-z]{2,8}\d\d-[\w-]{80,120}",
    "Google API key": r"\bAIza[\w-]{35}(?![\w-])",
    "OpenAI API key": r"\bsk-(?:proj|svcacct|admin)-[\w-]{20,100}T3BlbkFJ[\w-]{20,100}",
    "GitHub token": r"\bgithub_pat_\w{82}",
}
"""Forms of keys that detect-secrets 1.5 does not know (as gitleaks has them, config/gitleaks.toml)."""

_DISTINCT = 12
"""Minimum number of different characters of such a key: with fewer it stands for one."""

_WINDOW, _SHARED = 2048, 256
"""Length of the chunks in which a text is searched, and their overlap, in characters: the longest key has 220."""

_LEAST = 16
"""Minimum length of a pattern's group that is the whole key; shorter groups are parts of it."""

_REST = re.compile(r"[\w+/=-]*(?:\.[\w+/=-]+)*")
"""Characters of a key that may follow the match of its pattern."""

_DOUBTFUL = frozenset({"Artifactory Credentials"})
"""Kinds whose pattern matches words in capitals."""


class Private(NamedTuple):
    """Private data in a text: its kind and its position."""

    kind: str
    start: int
    end: int


def may_be_private(text: pl.Expr) -> pl.Expr:
    """Return a cheap expression that is true where `private_in` finds something."""
    named = text.str.contains(r"(?i)key|pass|pwd|secret|contrase") & text.str.contains("['\"`]")
    return named | text.str.contains("@", literal=True) | text.str.contains(_LONG)


@lru_cache(maxsize=4)
def private_in(text: str) -> tuple[Private, ...]:
    """Return the private data in a text, by first character; of what overlaps what begins first, or a key before a password."""
    found = chain(_blocks(text), _keys(text), _passwords(text), _addresses(text), _cards(text))
    kept: list[Private] = []
    for one in sorted(found, key=lambda one: one.start):  # stable: of equal ones the first stays
        if not kept or one.start >= kept[-1].end:
            kept.append(one)
    return tuple(kept)


def _windows(text: str) -> Iterator[tuple[int, str]]:
    """Yield parts of a text with where they begin. Patterns may take the square of a text's length, and not of a part's."""
    for start in range(0, max(len(text) - _SHARED, 1), _WINDOW - _SHARED):
        yield start, text[start : start + _WINDOW]


def _blocks(text: str) -> Iterator[Private]:
    """Yield private keys as wholes."""
    yield from (Private("private key", *found.span()) for found in _BLOCK.finditer(text))


def _keys(text: str) -> Iterator[Private]:
    """Yield what has the form of a key, with all that follows of it."""
    for start, part in _windows(text):
        for kind, pattern, is_valid in detectors().keys:
            for found in pattern.finditer(part):
                first, last = _span_of(found)
                key = part[first:last]
                # Without a digit it is a long word, or a name of a program; tokens of Hugging Face have none.
                is_key = (kind in _FURTHER or re.search(r"\d", key)) and not detectors().heuristic.is_templated_secret(key)
                if is_key and (is_valid is None or is_valid(key)) and not (kind in _DOUBTFUL and key.upper() == key):
                    rest = _REST.match(text, start + last)
                    yield Private(kind, start + first, rest.end() if rest else start + last)


def _span_of(found: re.Match[str]) -> tuple[int, int]:
    """Return where the key itself is in what a pattern found, which may begin and end with what is around it."""
    groups = [found.span(index) for index in range(1, found.re.groups + 1) if len(found.group(index) or "") >= _LEAST]
    if groups:
        return groups[0]
    key = found.group()
    return found.end() - len(key.lstrip(" \t\r\n\"':=")), found.start() + len(key.rstrip(" \t\r\n\"'"))


def _passwords(text: str) -> Iterator[Private]:
    """Yield what a text itself calls a password or key, and passwords in addresses."""
    heuristic = detectors().heuristic
    filters = (heuristic.is_templated_secret, heuristic.is_sequential_string, heuristic.is_not_alphanumeric_string)
    for start, part in _windows(text):
        left = part
        while values := [value for value in _named(left) if value in left]:
            for value in values:
                places = [found.span() for found in re.finditer(rf"(?<![\w.@-]){re.escape(value)}(?![\w@-])", left)]
                left = left.replace(value, "\n" * len(value))  # what is found first hides what is behind it
                if value != REDACTED and not any(dropped(value) for dropped in filters):
                    yield from (Private("password", start + first, start + last) for first, last in places)
    for found in _PASSWORD.finditer(text):
        if not heuristic.is_templated_secret(found.group(1)) and found.group(1) != REDACTED:
            yield Private("password", *found.span(1))


def _named(part: str) -> list[str]:
    """Return the values that words like `password` name."""
    return [value for line in part.splitlines() for value in detectors().words.analyze_string(line) if value and value.strip()]


def _addresses(text: str) -> Iterator[Private]:
    """Yield e-mail addresses."""
    from email_validator import EmailNotValidError, validate_email  # noqa: PLC0415 - an extra

    for found in _ADDRESS.finditer(text) if "@" in text else ():
        try:
            validate_email(found.group(), check_deliverability=False)
        except EmailNotValidError:
            continue
        address = found.group().lower()
        if not address.endswith(_EXAMPLES) and not address.startswith("git@"):  # the user of all repositories over SSH
            yield Private("e-mail address", *found.span())


def _cards(text: str) -> Iterator[Private]:
    """Yield numbers of payment cards."""
    from stdnum import luhn  # noqa: PLC0415 - an extra

    for found in _CARD.finditer(text):
        digits = re.sub(r"\D", "", found.group())
        if 13 <= len(digits) <= 19 and luhn.is_valid(digits):
            yield Private("card number", *found.span())


class _Detectors(NamedTuple):
    """The parts of detect-secrets that are used.

    Attributes:
        keys: Kinds of keys, each with its pattern and a function that verifies a match.
        words: Finds the values after words like `password`.
        heuristic: Functions that exclude false positives.
    """

    keys: tuple[tuple[str, re.Pattern[str], Callable[[str], bool] | None], ...]
    words: Any
    heuristic: Any


@cache
def detectors() -> _Detectors:
    """Return the detectors; raises UsageError where they are not installed.

    Those that find texts by their entropy are left out: in prose every word is one.
    """
    try:
        from detect_secrets.core.plugins.util import get_mapping_from_secret_type_to_class  # noqa: PLC0415 - an extra
        from detect_secrets.filters import heuristic  # noqa: PLC0415 - likewise
        from detect_secrets.plugins.base import RegexBasedDetector  # noqa: PLC0415 - likewise
        from detect_secrets.plugins.high_entropy_strings import HighEntropyStringsPlugin  # noqa: PLC0415 - likewise
        from detect_secrets.plugins.keyword import KeywordDetector  # noqa: PLC0415 - likewise
    except ImportError as error:
        raise UsageError("SEC001 needs an extra: pip install 'ftlint[secrets]'") from error
    kinds: Mapping[str, type[Any]] = get_mapping_from_secret_type_to_class()
    plain = {
        kind: made()
        for kind, made in kinds.items()
        if issubclass(made, RegexBasedDetector) and not issubclass(made, HighEntropyStringsPlugin) and kind not in _NOT_SECRET
    }
    keys = tuple(
        (kind, pattern, getattr(detector, "is_formally_valid", None))
        for kind, detector in plain.items()
        for pattern in detector.denylist
    )
    further = tuple((kind, re.compile(pattern), _is_random) for kind, pattern in _FURTHER.items())
    return _Detectors(keys + further, KeywordDetector(), heuristic)


def _is_random(key: str) -> bool:
    return len(set(key)) >= _DISTINCT
