"""What a dataset is: records, labels, tokens, costs, and how to train on it. From the same metrics as a check."""

from __future__ import annotations

from collections import Counter
from contextlib import closing
from dataclasses import dataclass
from math import log
from typing import TYPE_CHECKING, Any

import polars as pl

from ftlint.dialects import named
from ftlint.dialects.turn_tables import MESSAGES, TOOLS
from ftlint.engine.check import check_dataset
from ftlint.engine.dataset import Dataset
from ftlint.engine.survey import take_sample
from ftlint.errors import InputError, UsageError
from ftlint.metrics import Labels
from ftlint.metrics.learned import Learned
from ftlint.prepare.lengths import lengths_of
from ftlint.prepare.measures import (
    MARKS,
    NEAR,
    SAMPLED,
    Counts,
    Estimate,
    Sizes,
    Tokens,
    above,
    drawn,
    estimated,
    exactly,
    near_limit,
    quantile,
    tables_of,
    with_marks,
    with_tokens,
)
from ftlint.prepare.parts import validation_file
from ftlint.prepare.recipe import Facts, Inference, Training, inference, training
from ftlint.sources import open_source
from ftlint.targets import default_hyperparameters, shipped, target
from ftlint.text import tokens
from ftlint.text.labels import as_seen
from ftlint.text.words import quote
from ftlint.training.rendering import is_estimate

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from ftlint.dialects.context import Context
    from ftlint.engine.base import Engine
    from ftlint.metrics import Gathered, Metric
    from ftlint.options import DatasetOptions
    from ftlint.prepare.lengths import Lengths
    from ftlint.records.lines import Lines
    from ftlint.sources import Source


@dataclass(frozen=True)
class Label:
    """A label, without the space before it; share: of the records; tokens: number and text of each, with the space."""

    label: str
    count: int
    share: float
    tokens: tuple[tuple[int, str], ...]


@dataclass(frozen=True)
class Spread:
    """Tokens of texts of one kind. total: in all; most: of the longest that was seen; histogram: texts by bands of tokens."""

    total: int
    median: int
    most_of_95: int
    most: int
    histogram: tuple[tuple[int, int, int], ...]


@dataclass(frozen=True)
class Cost:
    """What a model costs. training: dollars for all epochs; usage: dollars for 1,000 such records; source: of the prices."""

    model: str
    training: float
    usage: float | None
    source: str


@dataclass(frozen=True)
class Profile:
    """What a dataset is.

    Attributes:
        left_out: Lines that hold no record of the dialect, blank ones aside.
        counts: Tokens.
        spreads: Of each kind of text.
        near: Records near the token limit.
        training, inference: None where only trainers take such records whose commands are not known.
        lengths: Of the records as their trainer makes them; None without a tokenizer, a limit, or what is learned.
        notes: What is to be known of the numbers.
    """

    path: str
    records: int
    left_out: int
    size: int
    context: Context
    labels: tuple[Label, ...]
    counts: Counts
    spreads: Mapping[str, Spread]
    near: Estimate
    epochs: int
    costs: tuple[Cost, ...]
    training: Training | None
    inference: Inference | None
    turns: Mapping[str, float]
    lengths: Lengths | None = None
    notes: tuple[str, ...] = ()

    @property
    def entropy(self) -> float | None:
        """How evenly labels are spread: 1 where all are alike, 0 where one has everything; None for fewer than two."""
        if len(self.labels) < 2:
            return None
        return -sum(label.share * log(label.share) for label in self.labels) / log(len(self.labels))

    @property
    def ratio(self) -> float | None:
        """How many times the records of the rarest label the commonest has."""
        return self.labels[0].count / self.labels[-1].count if self.labels else None

    def facts(self) -> Mapping[str, Any]:
        """Return what the dialect inferred: separator and stop."""
        return named(self.context.dialect).facts(self.context.known)


def profile(
    source: Source,
    options: DatasetOptions,
    engine: Engine,
    *,
    exact: bool = False,
    positive: str | None = None,
    progress: Callable[[int], None] | None = None,
) -> Profile:
    """Profile a file.

    Args:
        exact: Count all tokens instead of estimating them.
        positive: The label that counts as positive, of two.
        progress: Called with the bytes of each part that is done.

    Raises:
        InputError: For a file without records.
        UsageError: For an unknown label.
    """
    sample = take_sample([source], options)
    dialect = named(sample.context.dialect)
    if not dialect.checked:
        raise InputError(f"{source.path} holds {dialect.name} records, of which ftlint makes no profile")
    dataset, wanted = Dataset([source], options), _wanted(sample.context, options, exact=exact)
    report = check_dataset(dataset, [], engine, known=sample.context, gather=lambda _: wanted, progress=progress)
    gathered = report.gathered["train"]
    records = gathered.conforming
    if not records:
        raise InputError(f"{source.path} has no {dialect.name} records; `ftlint check {source.path}` says what it has")
    [file] = report.files
    context, sizes = gathered.context, gathered.get(Sizes)
    drawn_ones = tables_of(file.lines, _drawn(file.facts.lines, records, sizes.seed))
    counts = (
        exactly(gathered.get(Tokens)) if exact else estimated(dialect.counted_texts(drawn_ones), sizes, context.encoding, records)
    )
    counts = with_marks(counts, sizes, context.target, records)
    labels = _labels(gathered, records)
    positive = None if positive is None else _positive(positive, labels, gathered)
    longest = _longest(file.lines, sizes)
    spreads = {kind: _spread(counts, kind, longest.get(kind, 0)) for kind in sizes.texts}
    valid = validation_file(source.path)
    facts = Facts(
        source.path,
        records,
        context,
        {label.label: label.count for label in labels},
        spreads[dialect.answers].most if dialect.answers in spreads else 1,
        _ratio(sizes, dialect.answers),
        positive,
        valid,
        _without_metrics(gathered, valid, options, engine),
        {name: _commonest(column) for name, column in dialect.preamble(drawn_ones).items()},
    )
    served = bool(dialect.called)
    epochs = default_hyperparameters(records).n_epochs
    costs = tuple(_costs(context, counts.total.count, records, epochs, options))
    return Profile(
        path=source.path,
        records=records,
        left_out=file.facts.lines - file.facts.blank - records,
        size=source.size,
        context=context,
        labels=labels,
        counts=counts,
        spreads=spreads,
        near=Estimate(above(counts.of_records, NEAR * context.target.limit))
        if exact and context.target.limit
        else near_limit(file.lines, sizes, context),
        epochs=epochs,
        costs=costs,
        training=training(facts) if served else None,
        inference=inference(facts) if served else None,
        turns={kind: count / records for kind, count in sizes.texts.items()},
        lengths=_lengths(gathered),
        notes=tuple(_notes(sizes, counts, costs, context)),
    )


def _wanted(context: Context, options: DatasetOptions, *, exact: bool) -> tuple[type[Metric], ...]:
    labels, tokens_ = (Labels,) if context.classification else (), (Tokens,) if exact else ()
    trained = (Learned,) if context.tokenizer or options.limit or options.learns else ()
    return (Sizes, *labels, *tokens_, *trained)


def _lengths(gathered: Gathered) -> Lengths | None:
    if Learned not in gathered.metrics:
        return None
    context = gathered.context
    texts = not named(context.dialect).has(MESSAGES)
    estimate = is_estimate(context.target, tokenizer=bool(context.tokenizer), texts=texts)
    return lengths_of(gathered.get(Learned), context.target.longest, estimate=estimate)


def _drawn(lines: int, records: int, seed: int) -> list[int]:
    """Return lines drawn at random, so many that about SAMPLED of them hold records; all, where there are no more records."""
    return drawn(range(lines), lines if records <= SAMPLED else -(-SAMPLED * lines // records), seed)


def _commonest(texts: pl.Series) -> list[str | None]:
    """Return the distinct texts, the commonest first."""
    return [text for text, _ in Counter(texts).most_common()]


def _without_metrics(gathered: Gathered, valid: str | None, options: DatasetOptions, engine: Engine) -> str:
    """Return why the service cannot compute classification metrics; nothing where it can."""
    if not gathered.context.classification:
        return ""
    own = gathered.get(Labels)
    if own.variants:
        shown = ", ".join(quote(label) for label in list(own.variants)[:3])
        return f"labels have variants ({shown}), each of which counts as a class; ftlint check says which"
    if valid is None:
        alone = next((label for label, count in own.counts.items() if count == 1), None)
        return "" if alone is None else f"{quote(alone)} has one record, and cannot be in a validation file too"
    with closing(open_source(valid)) as source:
        held_out = check_dataset(Dataset([source], options), [], engine, known=gathered.context, gather=lambda _: (Labels,))
    theirs = held_out.gathered["train"].get(Labels).counts
    if missing := next((label for label in own.counts if label not in theirs), None):
        return f"the validation file has no record of {quote(missing)}; ftlint split deals labels out to all parts"
    if unknown := next((label for label in theirs if label not in own.counts), None):
        return f"{quote(unknown)} is in the validation file only"
    return ""


def _notes(sizes: Sizes, counts: Counts, costs: Sequence[Cost], context: Context) -> Iterator[str]:
    """Yield what is to be known of tokens and costs."""
    if TOOLS in sizes.texts:
        yield "tools and calls are counted as the JSON that is in the file; a service renders them in its own way"
    if marks := counts.by_kind.get(MARKS):
        yield f"{marks:,} tokens of all are the marks that the service writes around messages, as OpenAI's cookbook counts them"
    if not costs and context.target.name in shipped():
        yield (
            f"no price of training {context.target.name} is known from a primary source; "
            f"`prices` of a target of your own (ftlint.toml) gives one"
        )


def _labels(gathered: Gathered, records: int) -> tuple[Label, ...]:
    """Return the labels, the commonest first; variants count as their commoner form."""
    if not gathered.context.classification:
        return ()
    merged = sorted(gathered.get(Labels).merged.items(), key=lambda item: -item[1])
    return tuple(Label(label, count, count / records, _tokens(label, gathered.context)) for label, count in merged)


def _positive(text: str, labels: Sequence[Label], gathered: Gathered) -> str:
    """Return the label that a text means, if it is one of two; raises UsageError otherwise."""
    known = ", ".join(quote(label.label) for label in labels[:10]) or "none"
    if len(labels) != 2:
        raise UsageError(f"a positive class is one of two labels; there are {len(labels):,} ({known})")
    bare = text.strip()
    meant = gathered.get(Labels).variants.get(bare, bare)
    if meant not in {label.label for label in labels}:
        raise UsageError(f"no label is {quote(text)}; there are {known}")
    return meant


def _tokens(label: str, context: Context) -> tuple[tuple[int, str], ...]:
    text = as_seen(label) if named(context.dialect).called == "completions" else label
    numbers = tokens.encode(text, context.encoding)
    shown = [piece.decode("utf-8", "backslashreplace") for piece in tokens.pieces(text, context.encoding)]
    return tuple(zip(numbers, shown, strict=True))


def _longest(lines: Lines, sizes: Sizes) -> dict[str, int]:
    """Return the most tokens of texts of each kind, in the records with the most bytes."""
    counted_texts = named(lines.context.dialect).counted_texts(tables_of(lines, sorted(line for _, line in sizes.longest)))
    result = with_tokens(counted_texts, lines.context.encoding).group_by("kind").agg(pl.max("tokens"))
    return dict(result.iter_rows())


def _spread(counts: Counts, kind: str, longest: int) -> Spread:
    result = counts.of_texts.get(kind, Counter())
    most = max(longest, max(result, default=0))
    return Spread(counts.by_kind.get(kind, 0), quantile(result, 0.5), quantile(result, 0.95), most, _histogram(result))


def _histogram(result: Counter[int], bands: int = 8) -> tuple[tuple[int, int, int], ...]:
    """Return bands of token numbers, first and last of each, with how many texts are in them."""
    if not result:
        return ()
    least, most = min(result), max(result)
    width = -(-(most - least + 1) // bands)
    starts = range(least, most + 1, width)
    return tuple(
        (start, min(start + width - 1, most), sum(result[value] for value in range(start, start + width))) for start in starts
    )


def _ratio(sizes: Sizes, answers: str) -> float:
    """Return how many times the bytes of answers the other texts have."""
    answered = sizes.size[answers]
    return (sizes.size.total() - answered) / answered if answered else 0.0


def _costs(context: Context, total: int, records: int, epochs: int, options: DatasetOptions) -> Sequence[Cost]:
    """Return the costs of every model that takes such records and whose price is known."""
    costs = []
    for name in {**shipped(), **(options.own or {})}:
        model = target(name, options.own)
        price, usage = model.prices.get("training"), model.prices.get("usage")
        if context.dialect in model.dialects and isinstance(price, (int, float)):
            each = usage * total / records if isinstance(usage, (int, float)) else None
            source = f"{model.source}; prices of {model.prices.get('date', 'unknown date')}"
            costs.append(Cost(name, total * epochs * price / 1000, each, source))
    return sorted(costs, key=lambda cost: cost.training)
