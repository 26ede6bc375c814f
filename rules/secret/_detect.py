"""Private data in a text.

Keys and passwords are found by detect-secrets, e-mail addresses judged by email-validator, card numbers by python-stdnum.
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
"""What is written instead."""

_ADDRESS = re.compile(r"[\w.!#$%&'*+/=?^`{|}~-]+@[\w-]+(?:\.[\w-]+)+")
_CARD = re.compile(r"(?<![\d.,-])(?:3|4|5[1-5]|6|2[2-7])\d*(?:[ -]?\d{3,7}){2,4}(?![\d.,-]?\d)")
"""Digits as card numbers begin and are written; the check digit decides."""

_EXAMPLES = ("@example.com", "@example.net", "@example.org")
"""Domains that are reserved for documentation (RFC 2606); email-validator knows the reserved top-level domains."""

_BLOCK = re.compile(
    r"-----BEGIN [A-Z ]*PRIVATE KEY(?: BLOCK)?-----(?:.*?-----END [A-Z ]*PRIVATE KEY(?: BLOCK)?-----|.*)", re.DOTALL
)
"""A private key as a whole; detect-secrets finds its first line."""

_LONG = r"PRIVATE KEY|PuTTY|[A-Za-z0-9_.+/=-]{16}|A(?:KC|P[0-9A-F])[A-Za-z0-9]{8}|xox[abposr]-|(?:\d[ -]?){13}"
"""What keys and card numbers are: sixteen characters without a space, but for those of Artifactory and Slack."""

_PASSWORD = re.compile(r"://[^\s/:@]+:([^\s/@]+)@")
_NOT_SECRET = frozenset({"Basic Auth Credentials", "Public IP (ipv4)"})
"""Detectors that are not used: an address is no secret, and a password in one is pointed at by a pattern of our own."""


def may_be_private(text: pl.Expr) -> pl.Expr:
    """Return a cheap expression that is true where `private_in` finds something."""
    named = text.str.contains(r"(?i)key|pass|pwd|secret|contrase") & text.str.contains("['\"`]")
    return named | text.str.contains("@", literal=True) | text.str.contains(_LONG)


class Private(NamedTuple):
    """Private data in a text: what it is, and the characters that it has."""

    kind: str
    start: int
    end: int


@lru_cache(maxsize=4)
def private_in(text: str) -> tuple[Private, ...]:
    """Return the private data in a text, by first character; of what overlaps a key before a password, an address, a card."""
    kept: list[Private] = []
    for one in chain(_keys(text), _passwords(text), _addresses(text), _cards(text)):
        if not any(one.start < other.end and other.start < one.end for other in kept):
            kept.append(one)
    return tuple(sorted(kept, key=lambda one: one.start))


def _keys(text: str) -> Iterator[Private]:
    """Yield what has the form of a key."""
    yield from (Private("private key", *found.span()) for found in _BLOCK.finditer(text))
    for kind, pattern, is_valid in detectors().keys:
        for found in pattern.finditer(text):
            key = found.group()
            # Without a digit it is a long word, or a name of a program.
            is_key = re.search(r"\d", key) and not detectors().heuristic.is_templated_secret(key)
            if is_key and (is_valid is None or is_valid(key)):
                yield Private(kind, *found.span())


def _passwords(text: str) -> Iterator[Private]:
    """Yield what a text itself calls a password or key, and passwords in addresses."""
    heuristic = detectors().heuristic
    filters = (heuristic.is_templated_secret, heuristic.is_sequential_string, heuristic.is_not_alphanumeric_string)
    values = {value for line in text.splitlines() for value in detectors().words.analyze_string(line)}
    for value in values:
        if value not in {"", REDACTED} and not any(dropped(value) for dropped in filters):
            yield from (Private("password", *found.span()) for found in re.finditer(re.escape(value), text))
    for found in _PASSWORD.finditer(text):
        if not heuristic.is_templated_secret(found.group(1)) and found.group(1) != REDACTED:
            yield Private("password", *found.span(1))


def _addresses(text: str) -> Iterator[Private]:
    """Yield e-mail addresses."""
    from email_validator import EmailNotValidError, validate_email  # noqa: PLC0415 - an extra

    for found in _ADDRESS.finditer(text) if "@" in text else ():
        try:
            validate_email(found.group(), check_deliverability=False)
        except EmailNotValidError:
            continue
        if not found.group().lower().endswith(_EXAMPLES):
            yield Private("e-mail address", *found.span())


def _cards(text: str) -> Iterator[Private]:
    """Yield numbers of payment cards."""
    from stdnum import luhn  # noqa: PLC0415 - an extra

    for found in _CARD.finditer(text):
        digits = re.sub(r"\D", "", found.group())
        if 13 <= len(digits) <= 19 and luhn.is_valid(digits):
            yield Private("card number", *found.span())


class _Detectors(NamedTuple):
    """What detect-secrets has.

    Attributes:
        keys: Kinds of keys, each with its pattern, and what tells whether a text of that pattern is one.
        words: Finds what words like `password` name.
        heuristic: Functions that tell what is no secret.
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
    return _Detectors(keys, KeywordDetector(), heuristic)
