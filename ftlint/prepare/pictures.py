"""Pictures of records as their trainer makes them: for a terminal, for a file without colours, and as a page."""

from __future__ import annotations

from html import escape
from itertools import groupby, zip_longest
from textwrap import wrap
from typing import TYPE_CHECKING, Any, NamedTuple

from msgspec import Struct

from ftlint.report.page import asset, page_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from ftlint.training.rendering import Rendering, Token

_MARGIN = 10
"""Columns of the margin, in which the role of a message is."""

_LONGEST = 1_500
"""Characters of a run that are shown in a terminal; the middle of a longer one is left out."""

_COLOURS = {"learned": "\x1b[30;42m", "cut": "\x1b[31m", "other": "\x1b[2m"}
_PLAIN = "\x1b[0m"
_BRACKETS = {"learned": "[]", "cut": "{}", "other": ("", "")}


class Shown(Struct, frozen=True):
    """A record as its trainer makes it. line: from 1."""

    path: str
    line: int
    rendering: Rendering

    def as_json(self) -> dict[str, Any]:
        """Return what `ftlint show --output json` prints of it."""
        made = self.rendering
        return {
            "path": self.path,
            "line": self.line,
            "target": made.target,
            "estimate": made.estimate,
            "text": made.text,
            "tokens": [token._asdict() for token in made.tokens],
            "learned": made.count,
            "total": len(made.ids),
            "limit": made.limit,
            "cut": {"from": made.cut.at, "side": made.cut.side} if made.cut else None,
            "lost": list(made.lost),
            "error": made.error,
            "outcome": made.outcome,
        }

    def __str__(self) -> str:
        return "\n".join(as_text([[self]], width=100, colour=False))

    def _repr_html_(self) -> str:
        return as_fragment([self])


class _Run(NamedTuple):
    """A run of text of one message and one state: `learned`, `cut`, or `other`."""

    text: str
    state: str
    message: int | None


def as_text(rows: Sequence[Sequence[Shown]], *, width: int, colour: bool) -> Iterator[str]:
    """Yield the lines of a picture. rows: of each record what every target makes of it; these stand side by side."""
    for number, row in enumerate(rows):
        if number:
            yield ""
        yield _printable(f"{row[0].path}:{row[0].line}")
        if len(row) == 1:
            yield from _column(row[0], width, colour=colour)
            continue
        own = (width - 3 * (len(row) - 1)) // len(row)
        columns = [_column(one, own, colour=colour) for one in row]
        for lines in zip_longest(*columns, fillvalue=""):
            yield " │ ".join(line + " " * (own - _visible(line)) for line in lines).rstrip()


def _column(shown: Shown, width: int, *, colour: bool) -> list[str]:
    made = shown.rendering
    lines = _wrapped(summary(made), width)
    if made.error is None:
        lines += ["", *_text(made, width, colour=colour), ""]
        lines += ["[learned] {cut off}" if made.cut else "[learned]"] if not colour else []
    return [*lines, *(one for note in notes(made) for one in _wrapped(note, width))]


def summary(made: Rendering) -> str:
    """Return target, tokens and what is learned of them, in a line."""
    if made.error is not None:
        return f"{made.by}: refused"
    return f"{made.by}: {len(made.ids):,} tokens, {made.count:,} learned"


def notes(made: Rendering) -> list[str]:
    """Return what else is to be known: an error, a cut, what is lost, and what the trainer does."""
    found = []
    if made.error is not None:
        found.append(f"the chat template refuses the record: {made.error}")
    if made.cut is not None:
        lost = sum(made.wanted) - made.count
        kept = "nothing" if made.cut.side == "drop" else f"{sum(made.kept):,} tokens"
        found.append(f"longer than {made.limit:,} tokens: {kept} kept, {lost:,} learned tokens lost")
    if made.lost:
        found.append(f"not in the text, or not all of it: {', '.join(made.lost)}")
    fates = {"dropped": "the record is dropped", "kept": "nothing is learned from the record", "run ends": "the run ends here"}
    if made.outcome in fates:
        found.append(fates[made.outcome])
    return found


def _text(made: Rendering, width: int, *, colour: bool) -> Iterator[str]:
    """Yield the lines of the text, with roles in the margin, and what is learned in colour or in brackets."""
    before = None
    for line in _lines(_runs(made), width - _MARGIN):
        message = next((run.message for run in line if run.message is not None), before)
        role = made.spoken[message][0] if message is not None and message != before else ""
        before = message
        states = groupby(line, key=lambda run: run.state)
        styled = (_styled("".join(run.text for run in runs), state, colour=colour) for state, runs in states)
        yield f"{role[: _MARGIN - 1]:<{_MARGIN}}{''.join(styled)}".rstrip()


def _runs(made: Rendering) -> Iterator[_Run]:
    """Yield the text as runs of one message and state."""
    for (state, message), tokens in groupby(made.tokens, key=lambda token: (_state(token), token.message)):
        yield _Run("".join(token.text for token in tokens), state, message)


def _state(token: Token) -> str:
    return "learned" if token.learned else "cut" if token.why == "cut" else "other"


def _lines(runs: Iterable[_Run], width: int) -> list[list[_Run]]:
    """Return runs in lines of a width: they end where the text has a line feed, and where they are full."""
    lines: list[list[_Run]] = [[]]
    room = width
    for run in runs:
        around = 2 * (run.state != "other")  # brackets
        for number, piece in enumerate(_shortened(run.text).split("\n")):
            if number:
                lines.append([])
                room = width
            left = _printable(piece)
            while left:
                if room <= around:
                    lines.append([])
                    room = width
                lines[-1].append(run._replace(text=left[: room - around]))
                left = left[room - around :]
                room -= len(lines[-1][-1].text) + around
    return lines


def _styled(text: str, state: str, *, colour: bool) -> str:
    if colour:
        return f"{_COLOURS[state]}{text}{_PLAIN}"
    before, after = _BRACKETS[state]
    return f"{before}{text}{after}"


def _shortened(text: str) -> str:
    if len(text) <= _LONGEST:
        return text
    half = _LONGEST // 2
    return f"{text[:half]}… {len(text) - 2 * half:,} characters …{text[-half:]}"


def _printable(text: str) -> str:
    """Return a text without what a terminal would obey."""
    return "".join(char if char.isprintable() else repr(char)[1:-1] for char in text)


def _wrapped(text: str, width: int) -> list[str]:
    return wrap(_printable(text), width) or [""]


def _visible(line: str) -> int:
    for code in (*_COLOURS.values(), _PLAIN):
        line = line.replace(code, "")
    return len(line)


_KEY = '<p class="key"><span class="learned">learned</span><span class="other">read</span><span class="cut">cut off</span></p>'


def as_page(rows: Sequence[Sequence[Shown]]) -> str:
    """Return a page that needs nothing else; arguments as of `as_text`."""
    body = ['<header><h1>What the model sees</h1></header><main class="ftlint">', _KEY, *map(_row, rows), "</main>"]
    return "\n".join(page_of("ftlint: what the model sees", body, style=asset("tokens.css")))


def as_fragment(row: Sequence[Shown]) -> str:
    """Return a part of a page with what targets make of a record, as for a notebook."""
    return f"<style>{asset('tokens.css')}</style>{as_part(row)}"


def as_part(row: Sequence[Shown]) -> str:
    """Return the same without its style, for a page that has `tokens.css`."""
    return f'<div class="ftlint">{_KEY}{_row(row)}</div>'


def _row(row: Sequence[Shown]) -> str:
    return f'<div class="row">{"".join(map(_record, row))}</div>'


def _record(shown: Shown) -> str:
    made = shown.rendering
    listed = "".join(f"<li>{escape(note)}</li>" for note in notes(made))
    head = f'<h2>{escape(shown.path)}:{shown.line}</h2><p class="about">{escape(summary(made))}</p>'
    first = {message: index for index, message in reversed(list(enumerate(made.messages)))}
    text = "".join(_token(index, token, made, begins=first[token.message] == index) for index, token in enumerate(made.tokens))
    return (
        f'<section class="record">{head}{f"<ul>{listed}</ul>" if listed else ""}{f"<pre>{text}</pre>" if text else ""}</section>'
    )


def _token(index: int, token: Token, made: Rendering, *, begins: bool) -> str:
    """Return a token; before the first one of a message stands its role."""
    role = f'<span class="role">{escape(made.spoken[token.message][0])}</span>' if begins and token.message is not None else ""
    title = f"token {index} · id {token.id}" + (f" · not learned: {token.why}" if token.why else "")
    return f'{role}<span class="{_state(token)}" title="{escape(title)}">{escape(token.text)}</span>'
