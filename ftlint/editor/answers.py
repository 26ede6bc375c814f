"""Findings as an editor shows them: diagnostics, code actions, hovers."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from lsprotocol import types

from ftlint.records.line import Line
from ftlint.report.formats.text import cut, plain
from ftlint.rule.page import page
from ftlint.rule.registry import rule_named
from ftlint.text.tokens import shown, tokenizer
from ftlint.text.words import numbered, quote

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ftlint.dialects.context import Context
    from ftlint.editor.text import Document
    from ftlint.records.edits import Edit
    from ftlint.report.finding import Finding, FindingFix, RelatedLocation

SOURCE = "ftlint"

FIX_ALL = f"{types.CodeActionKind.SourceFixAll.value}.{SOURCE}"
"""The kind of the action that repairs all that is safe, for editors that do so when a file is saved."""

_SEVERITIES = {
    "error": types.DiagnosticSeverity.Error,
    "warning": types.DiagnosticSeverity.Warning,
    "info": types.DiagnosticSeverity.Information,
}

_UNSAFE = " (changes texts or records)"

_TOP = types.Range(types.Position(0, 0), types.Position(0, 0))
"""Where findings are that concern the file as a whole."""

_TOKENS, _TEXT = 100, 2048
"""Tokens that a hover lists, and characters in which there are so many of them."""


def diagnostics(document: Document, beyond: Sequence[str]) -> list[types.Diagnostic]:
    """Return what was found in a document. beyond: what is said of rules of which not all findings are shown."""
    results = [diagnostic(document, line, finding) for line, some in document.found.items() for finding in some]
    return results + [types.Diagnostic(_TOP, text, types.DiagnosticSeverity.Information, source=SOURCE) for text in beyond]


def diagnostic(document: Document, line: int | None, finding: Finding) -> types.Diagnostic:
    """Return a finding as a diagnostic. line: where it is now, 0-based; None for the file as a whole."""
    return types.Diagnostic(
        range=_range(document, line, finding),
        message=f"{plain(finding.message)} ({finding.rule})",
        severity=_SEVERITIES[finding.level],
        code=finding.code,
        code_description=types.CodeDescription(finding.url) if finding.url.startswith("http") else None,
        source=SOURCE,
        related_information=[_related(document, finding, other) for other in finding.related] or None,
    )


def _range(document: Document, line: int | None, finding: Finding) -> types.Range:
    if line is None:
        return _TOP
    end = None if finding.end_column is None else finding.end_column - 1
    return document.range(line, (finding.column or 1) - 1, end)


def _related(document: Document, finding: Finding, other: RelatedLocation) -> types.DiagnosticRelatedInformation:
    """Return another line that belongs to a finding, as it was when that was made."""
    mine = other.path == finding.path
    uri = document.uri if mine else Path(other.path).absolute().as_uri()
    start = (
        document.position(other.line - 1, 0) if mine and other.line <= len(document.lines) else types.Position(other.line - 1, 0)
    )
    return types.DiagnosticRelatedInformation(types.Location(uri, types.Range(start, start)), f"line {other.line:,}")


def actions(document: Document, wanted: types.Range, only: Sequence[str] | None) -> list[types.CodeAction]:
    """Return what may be done about the findings in a range. Actions with `data` have their edits when they are resolved.

    Args:
        document: Which the findings are of.
        wanted: Where the cursor or the selection is.
        only: Kinds of actions that are asked for; None: all.
    """
    here = [
        (line, finding)
        for line, some in document.found.items()
        for finding in some
        if finding.fix and _overlap(wanted, _range(document, line, finding))
    ]
    results = []
    for line, finding in here:
        if line is not None and finding.fix and finding.fix.edits:
            results.append(_single(document, line, finding, finding.fix))
    for rule, safely in {finding.rule: finding.applicability == "safe" for _, finding in here}.items():
        data = {"uri": document.uri, "rule": rule}
        title = f"Fix all findings of {rule}{'' if safely else _UNSAFE}"
        results.append(types.CodeAction(title, types.CodeActionKind.QuickFix, data=data))
    if any(finding.applicability == "safe" for some in document.found.values() for finding in some):
        results.append(types.CodeAction("ftlint: fix all that is safe", FIX_ALL, data={"uri": document.uri, "rule": None}))
    return [one for one in results if only is None or any(_is_of(str(one.kind), kind) for kind in only)]


def _single(document: Document, line: int, finding: Finding, fix: FindingFix) -> types.CodeAction:
    """Return the action that repairs one finding."""
    title = cut(plain(fix.title), 80) or finding.rule
    edits = [types.TextEdit(_bytes(document, line, edit), edit.text.decode()) for edit in fix.edits]
    return types.CodeAction(
        f"Fix: {title}{'' if fix.applicability == 'safe' else _UNSAFE}",
        types.CodeActionKind.QuickFix,
        diagnostics=[diagnostic(document, line, finding)],
        is_preferred=fix.applicability == "safe",
        edit=types.WorkspaceEdit(changes={document.uri: edits}),
    )


def _bytes(document: Document, line: int, edit: Edit) -> types.Range:
    """Return the range of an edit of a line; one that ends behind the line ends where the next one starts."""
    raw = document.lines[line].removesuffix("\r").encode("utf-8", "surrogatepass")
    first, last = (len(raw[:at].decode("utf-8", "surrogatepass")) for at in (edit.start, edit.end))
    if edit.end > len(raw):
        return types.Range(document.position(line, first), _whole_lines(document, line, line + 1).end)
    return document.range(line, first, last)


def _overlap(one: types.Range, other: types.Range) -> bool:
    return _key(one.start) <= _key(other.end) and _key(other.start) <= _key(one.end)


def _key(position: types.Position) -> tuple[int, int]:
    return position.line, position.character


def _is_of(kind: str, wanted: str) -> bool:
    """Whether a kind of actions is another, or a kind of it."""
    return not wanted or f"{kind}.".startswith(f"{wanted}.")


def edits_of(document: Document, changes: Sequence[tuple[int, int, str]]) -> types.WorkspaceEdit:
    """Return lines that are replaced, as `repair` has them, as an edit."""
    return types.WorkspaceEdit(
        changes={document.uri: [types.TextEdit(_whole_lines(document, *lines), text) for *lines, text in changes]}
    )


def _whole_lines(document: Document, first: int, end: int) -> types.Range:
    """Return the range of lines with their line feeds."""
    last = len(document.lines) - 1
    stop = document.position(end, 0) if end <= last else document.position(last, len(document.lines[last]))
    return types.Range(document.position(first, 0), stop)


def hover(document: Document, position: types.Position, context: Context | None) -> types.Hover | None:
    """Return what is known of a place: the page of the rule that found something there, and the tokens of the text there."""
    line, character = document.place(position)
    here = types.Range(position, position)
    found = [one for one in document.found.get(line, ()) if _overlap(here, _range(document, line, one))]
    parts = [page(rule_named(name)) for name in dict.fromkeys(one.rule for one in found)]
    value = _text_at(document.lines[line], character)
    if value is not None and context is not None:
        parts.insert(0, _tokens(value, context))
    content = types.MarkupContent(types.MarkupKind.Markdown, "\n\n---\n\n".join(parts))
    return types.Hover(content) if parts else None


def _text_at(text: str, character: int) -> str | None:
    """Return the text in which a character of a line of JSON is; None where there is none."""
    line = Line(text.encode("utf-8", "surrogatepass"))
    try:
        value = line.value_at(character)
    except (ValueError, IndexError, RecursionError):
        return None
    return value if isinstance(value, str) else None


def _tokens(text: str, context: Context) -> str:
    """Return the tokens of a text, its first ones one by one: of the model's own tokenizer where it is known."""
    if context.tokenizer:
        from ftlint.training.folder import model_at  # noqa: PLC0415 - an extra

        name, known = Path(context.tokenizer).name, model_at(context.tokenizer)
        count = len(known.tokens(text).ids)
        listed = [quote(text[start:end]) for start, end in known.tokens(text[:_TEXT]).offsets]
    else:
        name, own = context.encoding, tokenizer(context.encoding)
        count = own.count(text)
        listed = list(map(shown, own.pieces(text[:_TEXT])))
    first = " ".join(f"`{plain(one).replace('`', chr(0x2CB))}`" for one in listed[:_TOKENS])
    return f"**{numbered(count, 'token')}** of {name}: {first}{' …' if count > _TOKENS else ''}"
