"""Pages that need nothing else and no network.

Their style and script are named in the content security policy by their hashes, so that a browser runs nothing else.
"""

from __future__ import annotations

import base64
import hashlib
from html import escape
from importlib.resources import files
from typing import TYPE_CHECKING, NamedTuple

from ftlint import __version__
from ftlint.report.formats.text import cut, plain

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

_ROW, _WIDTH, _ROOM = 36, 360, 60
"""Height of a row of a picture, with the label above the bar; its width, and what of it is left for numbers; in its own units."""


class Bar(NamedTuple):
    """A bar of a picture. kind: `error`, `warning` or `info`, which have colours; link: where it leads."""

    label: str
    number: int
    kind: str = "info"
    link: str = ""


def page_of(
    title: str, body: Iterable[str], *, style: str = "", script: str = "", data: str = "", asks: bool = False
) -> Iterator[str]:
    """Yield the lines of a page.

    Args:
        body: Lines of HTML.
        style: Further rules of its style.
        script: The file of its script.
        data: JSON for the script.
        asks: Whether the script may ask the server that the page is of.
    """
    css, code = asset("page.css") + style, asset(script) if script else ""
    allowed = f"script-src '{_hash(code)}'; " if code else ""
    allowed += "connect-src 'self'; " if asks else ""
    policy = f"default-src 'none'; style-src '{_hash(css)}'; {allowed}base-uri 'none'; form-action 'none'"
    yield "<!doctype html>"
    yield f'<html lang="en"><head><meta charset="utf-8"><meta http-equiv="Content-Security-Policy" content="{policy}">'
    yield '<meta name="viewport" content="width=device-width,initial-scale=1">'
    yield f"<title>{escape(plain(title))}</title><style>{css}</style></head><body>"
    yield from body
    yield f"<footer>ftlint {escape(__version__)}</footer>"
    if code:
        safe = data.replace("<", "\\u003c")  # begins no tag
        yield f'<script type="application/json" id="data">{safe}</script>'
        yield f"<script>{code}</script>"
    yield "</body></html>"


def bars(title: str, rows: Sequence[Bar]) -> str:
    """Return a picture of numbers as SVG: a bar each, as long as its share of the largest; nothing for none."""
    most = max((row.number for row in rows), default=0)
    drawn = []
    for index, row in enumerate(rows):
        at = index * _ROW
        length = max(2, round((_WIDTH - _ROOM) * row.number / most)) if row.number else 0
        label = f'<text x="0" y="{at + 13}">{escape(cut(plain(row.label), 48))}</text>'
        bar = f'<rect class="{row.kind}" x="0" y="{at + 18}" width="{length}" height="12" rx="3"/>'
        one = f'{label}{bar}<text x="{length + 6}" y="{at + 29}">{row.number:,}</text>'
        drawn.append(f'<a href="{escape(row.link)}">{one}</a>' if row.link else one)
    name = escape(title)
    head = f'<svg viewBox="0 0 {_WIDTH} {len(rows) * _ROW}" role="group" aria-label="{name}"><title>{name}</title>'
    return f"{head}{''.join(drawn)}</svg>" if rows else ""


def asset(name: str) -> str:
    """Return a style or a script that ships with ftlint."""
    return (files("ftlint.report") / "assets" / name).read_text("utf-8")


def _hash(text: str) -> str:
    """Return how a content security policy names a style or a script."""
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}"
