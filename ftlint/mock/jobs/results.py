"""The results file of a job: a line a step, with the columns of the service."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from ftlint.mock.model.trainer import Score, Step


@dataclass(frozen=True)
class Line:
    """A step, with what was measured after it. validation: on a batch of the validation file; whole: on all of it."""

    step: Step
    validation: Score | None = None
    whole: Score | None = None
    classification: Mapping[str, float | None] = field(default_factory=dict)


def of_generation(lines: Sequence[Line], *, legacy: bool) -> bytes:
    """Return the results as the service of one of the two generations writes them."""
    return first_generation(lines) if legacy else second_generation(lines)


def first_generation(lines: Sequence[Line]) -> bytes:
    """Return the results as /fine-tunes wrote them: `classification/…` where it was asked for, at the end of each epoch."""
    names = ["loss", "sequence_accuracy", "token_accuracy"]
    header = ["step", "elapsed_tokens", "elapsed_examples", *(f"training_{name}" for name in names)]
    validated = any(line.validation for line in lines)
    if validated:
        header += [f"validation_{name}" for name in names]
    measured = list(dict.fromkeys(name for line in lines for name in line.classification))
    rows: list[Sequence[object]] = [header + [f"classification/{name}" for name in measured]]
    for line in lines:
        step = line.step
        row = [step.number, step.elapsed_tokens, step.elapsed_examples, *(getattr(step.training, name) for name in names)]
        if validated:
            row += [getattr(line.validation, name, None) for name in names]
        rows.append(row + [line.classification.get(name) for name in measured])
    return _csv(rows)


def second_generation(lines: Sequence[Line]) -> bytes:
    """Return the results as /fine_tuning/jobs writes them."""
    rows: list[list[object]] = [["step", "train_loss", "train_accuracy", "valid_loss", "valid_mean_token_accuracy"]]
    for line in lines:
        training, valid = line.step.training, line.validation
        row: list[object] = [line.step.number, round(training.loss, 5), round(training.token_accuracy, 5)]
        rows.append(row + ([round(valid.loss, 5), round(valid.token_accuracy, 5)] if valid else [None, None]))
    return _csv(rows)


def _csv(rows: Sequence[Sequence[object]]) -> bytes:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    return text.getvalue().encode()


def curves(content: bytes, points: int) -> dict[str, list[tuple[int, float]]]:
    """Return the columns of a results file as curves: step and value.

    Args:
        points: Most of a curve; steps that are one point are its mean, at the last of them.
    """
    columns: dict[str, list[tuple[int, float]]] = {}
    for row in csv.DictReader(io.StringIO(content.decode())):
        for name, value in row.items():
            if value and name not in {"step", "elapsed_tokens", "elapsed_examples"}:
                columns.setdefault(name, []).append((int(row["step"]), float(value)))
    return {name: list(_shortened(curve, -(-len(curve) // points))) for name, curve in columns.items()}


def _shortened(curve: Sequence[tuple[int, float]], size: int) -> Iterator[tuple[int, float]]:
    for start in range(0, len(curve), size):
        some = curve[start : start + size]
        yield some[-1][0], sum(value for _, value in some) / len(some)
