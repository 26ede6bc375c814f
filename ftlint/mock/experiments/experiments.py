"""What can be learned about data by training on it: measures, learning curves, settings, and what findings cost."""

from __future__ import annotations

import itertools
from collections import Counter
from dataclasses import asdict, dataclass, replace
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import orjson

import ftlint
from ftlint import UsageError
from ftlint.evaluation.measures import NONE, Measures, labels_in, measured
from ftlint.mock.data.records import Data, Record, answer_of, input_tokens, is_chat, is_record, records_of
from ftlint.mock.experiments.train import trainer_of
from ftlint.mock.model.generation import Sampling, generate

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from ftlint.mock.model.model import Model
    from ftlint.mock.model.trainer import Step

FRACTIONS = (0.25, 0.5, 1.0)
_MARK = "ftlint-mock-number"
"""The key by which a validation record is known after a repair."""


@dataclass(frozen=True)
class Point:
    """What a training came to."""

    records: int
    accuracy: float
    cross_entropy: float


@dataclass(frozen=True)
class Run:
    """How experiments train: base model, settings that are not the defaults, and seed. progress: called after each step."""

    base: str | Model | None = None
    settings: Mapping[str, int | float] | None = None
    seed: int = 0
    progress: Callable[[Step], None] | None = None

    def model(self, records: Sequence[Record]) -> Model:
        """Return the model that is trained on records."""
        trainer = trainer_of(records, self.base, dict(self.settings or {}), seed=self.seed)
        for step in trainer.steps():
            if self.progress:
                self.progress(step)
        return trainer.model()

    def point(self, records: Sequence[Record], valid: Sequence[Record]) -> Point:
        """Return what training on records comes to."""
        result = judged(self.model(records), valid, records)
        return Point(len(records), result.accuracy, result.cross_entropy or 0.0)


def held_out(records: Sequence[Record], share: float = 0.2) -> tuple[list[Record], list[Record]]:
    """Return records to train on, and a share to judge with, as `ftlint split` deals them out. The same in every run."""
    parts = _dealt(records, share)
    train, valid = ([records[index] for index in parts[name]] for name in _PARTS)
    return train, valid


def held_out_lines(content: bytes, share: float = 0.2) -> tuple[bytes, bytes]:
    """Return lines to train on, and a share of the records to judge with; lines that hold no record are for the former."""
    lines = content.split(b"\n")
    out = set(_dealt(content, share)["valid"])
    train = [line for index, line in enumerate(lines) if index not in out]
    return b"\n".join(train), b"\n".join(lines[index] for index in sorted(out))


_PARTS = ("train", "valid")


def _dealt(data: Data, share: float) -> dict[str, list[int]]:
    try:
        return ftlint.Session().deal(data, shares=dict(zip(_PARTS, (1 - share, share), strict=True)))
    except ftlint.InputError as error:
        raise UsageError("there are too few records to hold some out: name a validation file") from error


def evaluate(model: Model, valid: Data, *, positive: str | None = None, beta: float = 1.0, stop: str | None = None) -> Measures:
    """Return how well a model predicts the answers of records.

    Args:
        valid: Records, as for `train`.
        positive: Of two labels the one that is looked for (default: the rarer).
        beta: Of F-beta.
        stop: Text that ends an answer.
    """
    return judged(model, records_of(valid), (), positive=positive, beta=beta, stop=stop)


def judged(
    model: Model,
    valid: Sequence[Record],
    training: Sequence[Record],
    *,
    positive: str | None = None,
    beta: float = 1.0,
    stop: str | None = None,
) -> Measures:
    """Return how well a model predicts the answers of `valid`; the labels are those of both.

    An answer is taken as client code does that follows the guide: at temperature 0, up to the length of the longest label, and
    the label is the longest one that it begins with. Without labels (free text) it is the answer itself, up to the stop.
    """
    labels = labels_of([*training, *valid])
    if positive is not None and len(labels) != 2:
        raise UsageError(f"a positive class is one of two labels, and there are {len(labels) or 'none'}")
    true = [answer_of(record) for record in valid]
    asked = [input_tokens(record, model.base) for record in valid]
    said = answers(model, valid, labels, stop=stop)
    nll = [loss(model, prompt, answer) for prompt, answer in zip(asked, true, strict=True)]
    if stop:
        true = [answer.removesuffix(stop) for answer in true]
        labels = sorted({label.removesuffix(stop) for label in labels})
    if not labels:
        correct = [answer == text for answer, text in zip(true, said, strict=True)]
        return _free(correct, nll)
    predicted = [label_in(text, labels) for text in said]
    if len(labels) != 2:
        return measured(true, predicted, nll, beta=beta)
    sought = (
        positive.removesuffix(stop or "") if positive is not None else min(labels, key=lambda label: (true.count(label), label))
    )
    if sought not in labels:
        raise UsageError(f"the positive class {sought!r} is none of the labels: {', '.join(map(repr, labels))}")
    other = next(label for label in labels if label != sought)
    shares = [[np.exp(-loss(model, prompt, label)) for label in (sought, other)] for prompt in asked]
    probability = np.array([float(yes / (yes + no)) if yes + no else 0.5 for yes, no in shares])
    return measured(true, predicted, nll, positive=sought, probability=probability, beta=beta)


def answers(model: Model, valid: Sequence[Record], labels: Sequence[str], *, stop: str | None = None) -> list[str]:
    """Return what a model says to records: at temperature 0, as many tokens as the longest label has, or the longest answer.

    Raises:
        UsageError: For conversations and a model that takes none, and the other way round.
    """
    if is_chat(valid) != model.base.chat:
        raise UsageError(f"{model.base.name} takes {'conversations' if model.base.chat else 'prompt/completion records'}")
    longest = max(len(model.encode(answer)) for answer in labels or [answer_of(record) for record in valid])
    sampling = Sampling(max_tokens=longest + model.base.chat, temperature=0, stop=[stop] if stop else [])
    return [generate(model, input_tokens(record, model.base), sampling).text for record in valid]


def labels_of(records: Sequence[Record]) -> list[str]:
    """Return the answers of records where they are labels; nothing where they are free text."""
    return labels_in(Counter(answer_of(record) for record in records))


def loss(model: Model, prompt: Sequence[int], answer: str) -> float:
    """Return the negative logarithm of the probability that an answer follows a prompt."""
    end = [model.base.end] if model.base.chat else []
    return -model.log_probability_of(prompt, [*model.encode(answer), *end])


def label_in(text: str, labels: Sequence[str]) -> str:
    """Return the longest label that a text begins with; `NONE` where there is none."""
    return max((label for label in labels if text.startswith(label)), key=len, default=NONE)


def _free(correct: Sequence[bool], nll: Sequence[float]) -> Measures:
    """Return the measures of free text: how often it was right word for word, and its cross entropy."""
    none: dict[str, Any] = dict.fromkeys(("precision", "recall", "specificity", "f_beta", "auroc", "auprc"))
    share = sum(correct) / len(correct)
    return Measures(accuracy=share, weighted_f1=share, cross_entropy=float(np.mean(nll)), confusion={}, **none)


@dataclass(frozen=True)
class Curve:
    """Accuracy against the number of records. slope: what a doubling of the records brings at the end, by the last two points."""

    points: list[dict[str, float]]
    slope: float | None


def learning_curve(
    data: Data,
    valid: Data,
    *,
    fractions: Sequence[float] = FRACTIONS,
    run: Run | None = None,
    done: list[dict[str, float]] | None = None,
) -> Curve:
    """Train on parts of the data, each within the next, and return what each comes to.

    Args:
        fractions: Of the data, more than 0 and at most 1.
        done: A list that gets each point as soon as it is known.
    """
    run = run or Run()
    for fraction in fractions:
        check_fraction(fraction)
    training, judging = records_of(data), records_of(valid)
    order = np.random.default_rng(run.seed).permutation(len(training))
    points = done if done is not None else []
    for fraction in sorted(set(fractions)):
        chosen = sorted(order[: records_in(fraction, len(training))])
        point = run.point([training[number] for number in chosen], judging)
        points.append({"fraction": fraction, **asdict(point)})
    return Curve(points, slope_of(points))


def check_fraction(fraction: float) -> None:
    """Raise UsageError for a part that is none."""
    if not 0 < fraction <= 1:
        raise UsageError(f"a fraction is more than 0 and at most 1, not {fraction}")


def records_in(fraction: float, records: int) -> int:
    """Return how many records a part has."""
    return max(1, round(fraction * records))


def slope_of(points: Sequence[Mapping[str, float]]) -> float | None:
    """Return how much accuracy a doubling of the records brings at the end; None for one point."""
    if len(points) < 2:
        return None
    before, last = points[-2], points[-1]
    doublings = float(np.log2(last["records"] / before["records"]))
    return (last["accuracy"] - before["accuracy"]) / doublings if doublings else None


def sweep(data: Data, valid: Data, grid: Mapping[str, Sequence[float]], *, run: Run | None = None) -> Iterator[dict[str, float]]:
    """Train with each combination of settings, and yield the settings with what they come to.

    Args:
        grid: Values of n_epochs, batch_size, learning_rate_multiplier and prompt_loss_weight.
    """
    run = run or Run()
    training, judging = records_of(data), records_of(valid)
    for values in itertools.product(*grid.values()):
        settings = dict(zip(grid, values, strict=True))
        point = replace(run, settings={**(run.settings or {}), **settings}).point(training, judging)
        yield {**settings, **asdict(point)}


@dataclass(frozen=True)
class Impact:
    """What the findings of a dataset cost.

    Attributes:
        findings, left: Counts by rule before and after the repairs.
        judged: The validation records that both models are asked with.
    """

    findings: dict[str, int]
    left: dict[str, int]
    judged: int
    before: Point
    after: Point

    @property
    def gained(self) -> float:
        """What the repairs bring in accuracy."""
        return self.after.accuracy - self.before.accuracy


def impact(
    data: Data, valid: Data, *, unsafe: bool = False, settings: Mapping[str, Any] | None = None, run: Run | None = None
) -> Impact:
    """Train on data as it is and as the fixes of ftlint leave it, and return what both come to.

    Each model is asked in the way it was trained: the first with the validation records as they are, the second with the
    repaired ones, by the conventions of the training data.

    Args:
        unsafe: Also by what changes texts or drops records.
        settings: Of `ftlint.check`, such as `separator`.
    """
    run = run or Run()
    settings = dict(settings or {})
    content = content_of(data)
    report = ftlint.check(content, **settings)
    repaired, left = ftlint.fix(content, unsafe=unsafe, **settings)
    judging = records_of(valid)
    # Both models are asked the same questions: those whose record a repair does not drop.
    marked = [{**record, _MARK: number} for number, record in enumerate(judging)]
    ignored = [*settings.get("ignore", ()), "unknown-key"]
    conventions = {**_conventions(left), **settings, "ignore": ignored, "naming_keys": [*left.files[0].context.naming, _MARK]}
    kept, _ = ftlint.fix(marked, unsafe=unsafe, **conventions)
    kept = [record for record in kept if is_record(record)]
    if not kept:
        raise UsageError("the repairs leave no validation record to judge with")
    return Impact(
        dict(report.counts),
        dict(left.counts),
        len(kept),
        run.point(records_of(content), [judging[record[_MARK]] for record in kept]),
        run.point(records_of(repaired), kept),
    )


def _conventions(report: ftlint.Report) -> dict[str, str]:
    """Return what was inferred of a dataset, as settings for another one."""
    known = report.survey
    if known is None or not known.recognised:
        return {}
    endings = {name: getattr(known.known, name, None) for name in ("separator", "stop")}
    return {
        "dialect": known.dialect,
        "task": known.task,
        **{name: ending.text for name, ending in endings.items() if ending},
    }


def content_of(data: Data) -> bytes:
    """Return data as bytes in JSON Lines."""
    if isinstance(data, (str, PathLike)):
        try:
            return Path(data).read_bytes()
        except OSError as error:
            raise ftlint.InputError(f"{data}: {error.strerror}") from error
    return data if isinstance(data, bytes) else b"".join(orjson.dumps(record) + b"\n" for record in data)
