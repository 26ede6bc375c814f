"""Draws the first record of docs/what-the-model-sees.md as axolotl makes it: `python docs/picture.py QWEN3_FOLDER`.

It writes docs/assets/show.svg, which the README and the first page of the site show. The folder has the tokenizer of Qwen3, which
is not ours to ship.
"""

from __future__ import annotations

import re
import sys
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING

import ftlint

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ftlint.training.rendering import Rendering

HERE = Path(__file__).parent
_WIDTH, _LINE, _CHARACTER, _EDGE = 760, 21, 8.43, 20
"""Width of the picture, height of a line, width of a character of 14 pixels, and margin, in pixels."""

_STYLE = """
text { font: 14px ui-monospace, SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", monospace; fill: #24292f; white-space: pre }
.page { fill: #f6f8fa } .template { fill: #6e7781 } .learned { fill: #1a7f37; opacity: .18 } .head { font-weight: 600 }
@media (prefers-color-scheme: dark) {
  text { fill: #e6edf3 } .page { fill: #161b22 } .template { fill: #8b949e } .learned { fill: #3fb950; opacity: .3 }
}
"""


def svg(rendering: Rendering) -> str:
    """Return the picture: tokens as they follow each other, those that are learned on a coloured ground."""
    rows: list[list[tuple[str, bool, bool]]] = [[]]
    for token in rendering.tokens:
        first, *others = re.split(r"(?<=\n)", token.text)
        for part in (first, *others):
            if part:
                rows[-1].append((part.rstrip("\n"), token.learned, token.message is None))
            if part.endswith("\n"):
                rows.append([])
    learned = sum(token.learned for token in rendering.tokens)
    head = f"{rendering.target}: {len(rendering.tokens)} tokens, {learned} of them learned (green)"
    foot = "The thought of the first answer is gone: the chat template drops it."
    body = [_text(0, head, "head"), *_tokens(rows), _text(len(rows) + 2, foot, "template")]
    height = (len(rows) + 3) * _LINE + 2 * _EDGE
    label = "A conversation as axolotl trains it: the answers are learned, and the thought of the first one is missing"
    opening = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {height}" role="img" aria-label="{label}">'
    page = f'<rect class="page" width="{_WIDTH}" height="{height}" rx="8"/>'
    return "\n".join([opening, f"<style>{_STYLE}</style>", page, *body, "</svg>", ""])


def _tokens(rows: Sequence[Sequence[tuple[str, bool, bool]]]) -> Iterator[str]:
    for number, row in enumerate(rows, 2):
        at = 0
        for text, learned, template in row:
            if learned and text:
                left, top = _EDGE + at * _CHARACTER, _EDGE + number * _LINE - 15
                width = len(text) * _CHARACTER
                yield f'<rect class="learned" x="{left:.1f}" y="{top}" width="{width:.1f}" height="{_LINE}"/>'
            yield _text(number, text, "template" if template and not learned else "", at)
            at += len(text)


def _text(line: int, text: str, kind: str, at: int = 0) -> str:
    left, width = _EDGE + at * _CHARACTER, len(text) * _CHARACTER
    size = f' textLength="{width:.1f}"' if text.strip() else ""
    return f'<text class="{kind}" x="{left:.1f}" y="{_EDGE + line * _LINE}"{size} xml:space="preserve">{escape(text)}</text>'


if __name__ == "__main__":
    page = (HERE / "what-the-model-sees.md").read_text("utf-8")
    record = page.partition("```json\n")[2].partition("\n")[0]
    made = ftlint.render(record, target="axolotl", tokenizer=sys.argv[1])
    (HERE / "assets" / "show.svg").write_text(svg(made), "utf-8")
