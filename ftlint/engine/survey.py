"""The survey: a sample of records spread evenly over the input, and what is inferred from it by majority."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any, NamedTuple

import orjson
from msgspec.structs import replace

from ftlint import targets
from ftlint.dialects import ASSUMED, named, recognised
from ftlint.dialects.base import INPUT, RECORDS
from ftlint.dialects.context import Context
from ftlint.dialects.keys import NAMING
from ftlint.dialects.kinds import signature_of
from ftlint.errors import InputError, failing, raise_if_interrupted
from ftlint.options import GENERATION
from ftlint.records.line import Line
from ftlint.records.reader import Reader, reader_of
from ftlint.records.spread import suspected
from ftlint.sources import BOM, Span
from ftlint.sources.charset import codec_of
from ftlint.text import tokens
from ftlint.text.normal import HEADS, signatures

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ftlint.dialects.base import Dialect, Tables
    from ftlint.dialects.context import Differences
    from ftlint.dialects.kinds import Signature
    from ftlint.options import DatasetOptions
    from ftlint.rule import Rule
    from ftlint.sources import Source
    from ftlint.targets import Target

_WINDOWS = 100
_WINDOW = 1 << 16
_LONG = 1 << 20
"""Bytes of a line whose texts are not surveyed where there are shorter ones."""


class Sample(NamedTuple):
    """What was surveyed: what is known of it, and the tables of the records."""

    context: Context
    tables: Tables


def survey(
    sources: Sequence[Source],
    options: DatasetOptions,
    rules: Sequence[Rule] = (),
    failures: dict[str, str] | None = None,
    *,
    valid: Sequence[Source] = (),
) -> Context:
    """Return what is known of the dataset that these files make up.

    Args:
        rules: Those that may want to know something of the sample, or of other files.
        failures: Takes a sentence for each of them that fails.
        valid: The validation files.

    Raises:
        InputError: For another file that cannot be read.
    """
    context, tables = take_sample(sources, options)
    hints: dict[str, Any] = {}
    for rule in rules if tables else ():
        try:
            if not rule.applies(context):
                continue
            hint = rule.prescan(tables, context)
            hint = rule.look_at_others(options, valid) if hint is None else hint
            if hint is not None:
                hints[rule.code] = hint
        except InputError:
            raise
        except BaseException as error:  # noqa: BLE001 - a rule may be anybody's; the others have something to say too
            raise_if_interrupted(error)
            if failures is not None:
                failures[rule.code] = rule.failure(error)
    return replace(context, hints=hints)


def survey_valid(sources: Sequence[Source], options: DatasetOptions, training: Context) -> Context:
    """Return the context in which validation files are judged: the training files', and what differs from it."""
    own, tables = take_sample(sources, options)
    split: Differences = ()
    known = training.known
    if own.dialect != training.dialect and own.recognised:
        split = (("dialect", training.dialect, own.dialect),)
    elif own.surveyed and own.dialect == training.dialect:
        dialect = named(training.dialect)
        with failing(dialect):
            split, known = dialect.compare(training, own, tables)
    return replace(training, surveyed=own.surveyed, recognised=own.recognised, split=split, known=known)


def take_sample(sources: Sequence[Source], options: DatasetOptions) -> Sample:
    """Return what a sample of these files shows, and the sample."""
    lines, keys = _sampled_lines(sources, options)
    pinned = targets.target(options.target, options.own) if options.target else None
    name, is_recognised = _dialect(keys, options, pinned)
    dialect = named(name)
    naming = NAMING if options.naming is None else options.naming
    read = Reader(dialect, naming, options.longest).read(b"\n".join(lines)).tables if dialect.checked else {}
    target = (pinned or _assumed(dialect, read, options)).trained(options.limit, options.learns)
    encoding = options.encoding or target.encoding
    tokens.tokenizer(encoding)
    context = Context(
        dialect=name,
        target=target,
        encoding=encoding,
        task=options.task or GENERATION,
        known=dialect.nothing,
        given=frozenset(
            what for what in ("separator", "stop", "task", "dialect", "target", "limit") if getattr(options, what) is not None
        ),
        recognised=is_recognised,
        naming=naming,
        longest=options.longest,
        tokenizer=options.tokenizer or target.tokenizer,
    )
    if not dialect.checked:
        return Sample(context, {})
    with failing(dialect):
        task, known = dialect.infer(read, options, target, encoding)
        tables = dialect.derive(read, known)
    if context.tokenizer and tables:
        _try_tokenizer(lines, context)
    distinct = tables[RECORDS].get_column(INPUT).unique()
    differing = (head for head in HEADS if signatures(distinct, head=head).n_unique() >= 0.98 * len(distinct))
    surveyed = tables[RECORDS].height
    return Sample(replace(context, task=task, known=known, surveyed=surveyed, head=next(differing, 0)), tables)


def _try_tokenizer(lines: Sequence[bytes], context: Context) -> None:
    """Render a record, so that a tokenizer that is not there, or a template that does not end, is one error and no rule's."""
    from ftlint.training.folder import model_at  # noqa: PLC0415 - few runs have a tokenizer
    from ftlint.training.rendering import render_row  # noqa: PLC0415 - likewise

    model_at(context.tokenizer)
    for line in lines[:1]:
        for record in reader_of(context).records([Line(line)], context):
            if record is not None:
                render_row(record.row(RECORDS), context, whole=False)


def _sampled_lines(sources: Sequence[Source], options: DatasetOptions) -> tuple[list[bytes], Counter[Signature]]:
    """Return lines with objects, spread evenly over the bytes of all sources, and how often each set of keys occurs."""
    lines: list[bytes] = []
    long: list[bytes] = []
    keys: Counter[Signature] = Counter()
    readable = [
        source for source in sources if not codec_of(source.head(64)) and (source.made_of_records or not suspected(source))
    ]
    for line in _lines(readable, options.records):
        if len(line) > options.longest:
            continue
        try:
            value = orjson.loads(line)
        except ValueError:
            continue
        if type(value) is dict:
            (lines if len(line) < _LONG else long).append(line)
            keys[signature_of(value)] += 1
    return lines or long[:1], keys


def _lines(sources: Sequence[Source], wanted: int) -> Iterator[bytes]:
    """Yield about `wanted` lines from windows spread over sources; all lines of small ones."""
    total = sum(source.size for source in sources)
    if total <= _WINDOWS * _WINDOW:
        for source in sources:
            quota = max(1, wanted * source.size // max(total, 1))
            lines = source.read(Span(0, source.size))[1].removeprefix(BOM).split(b"\n")
            if len(lines) <= quota + 1:
                yield from lines
            else:
                yield from (lines[index * len(lines) // quota] for index in range(quota))
        return
    first = 0
    for source in sources:
        # The windows are at equal distances over all sources, as if these were one.
        indexes = [
            position for window in range(_WINDOWS) if first <= (position := window * total // _WINDOWS) < first + source.size
        ]
        each = wanted // _WINDOWS or 1
        for position in indexes:
            start = position - first
            yield from source.read(Span(start, start + _WINDOW))[1].removeprefix(BOM).split(b"\n", each)[:each]
        first += source.size


def _dialect(keys: Counter[Signature], options: DatasetOptions, pinned: Target | None) -> tuple[str, bool]:
    """Return the dialect, and whether it was recognised: it is the majority's where it is not configured."""
    if options.dialect is not None:
        return options.dialect, True
    votes: Counter[str] = Counter()
    for signature, count in keys.items():
        votes[recognised(signature) or ""] += count
    winner, count = votes.most_common(1)[0] if votes else ("", 0)
    if winner and 2 * count > keys.total() and not (pinned and named(winner).renamed and winner not in pinned.dialects):
        return winner, True
    if pinned and (graded := _prompts(keys, pinned)):
        return graded, True
    first = pinned.dialects[0] if pinned and pinned.dialects else ASSUMED
    return first, not keys


def _prompts(keys: Counter[Signature], pinned: Target) -> str:
    """Return the dialect of prompts beside anything, where the target has one and most records have a prompt and no answer."""
    graded = next((name for name in pinned.dialects if named(name).graded), "")
    prompts = sum(
        count for signature, count in keys.items() if "prompt" in dict(signature) and "completion" not in dict(signature)
    )
    return graded if 2 * prompts > keys.total() else ""


def _assumed(dialect: Dialect, tables: Tables, options: DatasetOptions) -> Target:
    """Return the target that is assumed where none is named."""
    with failing(dialect):
        suited = dialect.suits(tables) if tables else ""
    return targets.target(suited or dialect.assumed, options.own) if suited or dialect.assumed else targets.ANY
