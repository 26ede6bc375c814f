"""The survey: a sample of records spread evenly over the input, and what is inferred from it by majority."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import orjson

from ftlint import targets
from ftlint.dialects import named, recognise
from ftlint.dialects.context import GENERATION, Context
from ftlint.records.spread import suspected
from ftlint.sources import BOM, Span
from ftlint.sources.charset import codec_of
from ftlint.text import tokens

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from ftlint.dialects import Dialect
    from ftlint.dialects.context import Differences, Wishes
    from ftlint.sources import Source
    from ftlint.targets import Target

_WINDOWS = 100
_WINDOW = 1 << 16


def survey(sources: Sequence[Source], wishes: Wishes) -> Context:
    """Return what is known of the dataset that these files make up."""
    sample = list(_sample(sources, wishes.records))
    target, dialect, recognised = _target_and_dialect(sample, wishes)
    encoding = wishes.encoding or target.encoding
    tokens.definition(encoding)
    shape = named(dialect)
    texts = _conforming(sample, shape)
    context = Context(
        dialect=dialect,
        target=target,
        encoding=encoding,
        task=wishes.task or GENERATION,
        given=frozenset(name for name in ("separator", "stop", "task", "dialect") if getattr(wishes, name) is not None),
        surveyed=len(texts),
        recognised=recognised,
    )
    return shape.infer(context, texts, wishes) if shape.infer else context


def survey_valid(sources: Sequence[Source], wishes: Wishes, training: Context) -> Context:
    """Return the context in which validation files are judged: the training files', and what differs from it."""
    own = survey(sources, wishes)
    shape = named(training.dialect)
    split: Differences = ()
    if own.dialect != training.dialect and own.recognised:
        split = (("dialect", training.dialect, own.dialect),)
    elif own.surveyed and shape.differences:
        split = shape.differences(training, own, _conforming(_sample(sources, wishes.records), shape))
    context = replace(training, surveyed=own.surveyed, recognised=own.recognised, split=split)
    # Where the files differ, bodies and labels are what is left without the file's own ending.
    if context.differs("separator") or training.rivals:
        context = replace(context, separator=own.separator, rivals=own.rivals)
    return replace(context, stop=own.stop) if context.differs("stop") else context


def _conforming(sample: Iterable[dict[str, Any]], shape: Dialect) -> list[dict[str, Any]]:
    return [record for record in sample if shape.holds(record)] if shape.checked else []


def _sample(sources: Sequence[Source], records: int) -> Iterator[dict[str, Any]]:
    """Yield up to `records` objects, spread evenly over the bytes of all sources."""
    total = sum(source.size for source in sources)
    for source in sources:
        if codec_of(source.head(64)) or (suspected(source) and not source.made_of_records):
            continue
        quota = max(1, records * source.size // max(total, 1))
        for line in _lines(source, quota):
            try:
                value = orjson.loads(line)
            except ValueError:
                continue
            if type(value) is dict:
                yield value


def _lines(source: Source, quota: int) -> Iterator[bytes]:
    """Yield about `quota` lines from windows spread over a source; all lines of a small one."""
    if source.size <= _WINDOWS * _WINDOW:
        lines = source.read(Span(0, source.size))[1].removeprefix(BOM).split(b"\n")
        if len(lines) <= quota + 1:
            yield from lines
        else:
            yield from (lines[index * len(lines) // quota] for index in range(quota))
        return
    for window in range(_WINDOWS):
        start = window * source.size // _WINDOWS
        wanted = quota // _WINDOWS or 1
        yield from source.read(Span(start, start + _WINDOW))[1].removeprefix(BOM).split(b"\n", wanted)[:wanted]


def _target_and_dialect(sample: Sequence[dict[str, Any]], wishes: Wishes) -> tuple[Target, str, bool]:
    """Return target and dialect, and whether the dialect was recognised: it is the majority's where it is not configured."""
    pinned = targets.target(wishes.target, wishes.own) if wishes.target else None
    votes: Counter[str] = Counter()
    for keys, count in Counter(map(tuple, sample)).items():
        votes[recognise(keys) or ""] += count
    winner, count = votes.most_common(1)[0] if votes else ("", 0)
    recognised = bool(winner) and 2 * count > len(sample)
    first = pinned.dialects[0] if pinned and pinned.dialects else "prompt-completion"
    dialect = wishes.dialect or (winner if recognised else first)
    return pinned or targets.default_for(dialect, wishes.own), dialect, recognised or wishes.dialect is not None or not sample
