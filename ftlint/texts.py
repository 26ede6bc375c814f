"""The texts of records, whatever they are called: where a rule's question is about text and not about one dialect."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import polars as pl

from ftlint.dialects import named

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from ftlint.dialects.context import Context

TEXTS = "texts"
"""The column of the texts of a record, where they are not columns of their own."""


def any_text(context: Context, condition: Callable[[pl.Expr], pl.Expr]) -> pl.Expr:
    """Return an expression that is true for records of which some text fulfils a condition."""
    dialect = named(context.dialect)
    if dialect.texts:
        return pl.any_horizontal(condition(pl.col(key)) for key in dialect.texts)
    return pl.col(TEXTS).list.eval(condition(pl.element())).list.any()


def text_bytes(context: Context) -> pl.Expr:
    """Return an expression for the bytes of all texts of a record."""
    dialect = named(context.dialect)
    if dialect.texts:
        return pl.sum_horizontal(pl.col(key).str.len_bytes() for key in dialect.texts)
    return pl.col(TEXTS).list.eval(pl.element().str.len_bytes()).list.sum()


def texts_of(row: Mapping[str, Any], context: Context) -> dict[str, str]:
    """Return the texts of a record, given by its columns, by their JSON Pointers."""
    dialect = named(context.dialect)
    if dialect.texts:
        return {f"/{key}": row[key] for key in dialect.texts}
    return dict(zip(row["pointers"], row[TEXTS], strict=True))


def pointer_to(what: str, row: Mapping[str, Any], context: Context) -> str | None:
    """Return the JSON Pointer of the `prompt` or the `completion` of a record, whatever its dialect calls them."""
    texts = named(context.dialect).texts
    return f"/{texts[0 if what == 'prompt' else -1]}" if texts else row.get(what)


def name_of(pointer: str) -> str:
    """Return what a text is called in a sentence: `prompt`, or `content of message 3`."""
    parts = pointer.split("/")[1:]
    if parts[0] != "messages":
        return parts[-1]
    message = f"message {int(parts[1]) + 1}" if len(parts) > 1 else "messages"
    return f"{parts[-1]} of {message}" if len(parts) > 2 else message
