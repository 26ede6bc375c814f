"""Measures what each defect costs: `python docs/evidence.py` writes docs/evidence.json and docs/evidence.md (some minutes).

With --page it writes the page alone, from what was measured before.

Three small datasets of our own are trained on as they are and with one defect at a time, by the offline model (extra `mock`), and
asked as client code asks that follows the guide. Where all records have a defect, the questions have it too, for nobody then
knows better; else it is in the training data alone.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path
from random import Random
from statistics import mean, stdev
from typing import Any

from ftlint import mock

FOLDER = Path(__file__).parent
SEEDS = 5
RECORDS, HELD_OUT = 360, 180
NOISE = [
    "the",
    "a",
    "many",
    "last",
    "long",
    "near",
    "home",
    "how",
    "who",
    "we",
    "they",
    "saw",
    "like",
    "with",
    "and",
    "of",
    "to",
    "in",
    "on",
    "from",
    "was",
    "is",
    "it",
    "this",
    "that",
    "some",
]

Record = dict[str, str]
Defect = Callable[[list[Record], Random], list[Record]]

DATASETS = {
    "sports": {
        "hockey": ["puck", "goalie", "skate", "rink", "ice", "stick"],
        "tennis": ["racket", "serve", "deuce", "court", "net", "set"],
        "baseball": ["bat", "inning", "pitch", "glove", "base", "mound"],
    },
    "tickets": {
        "billing": ["invoice", "charge", "refund", "card", "price", "payment"],
        "login": ["password", "account", "locked", "email", "reset", "code"],
        "delivery": ["parcel", "courier", "late", "address", "track", "box"],
        "other": ["hello", "thanks", "question", "idea", "opinion", "news"],
    },
    "reviews": {
        "positive": ["lovely", "clean", "friendly", "warm", "perfect", "tasty"],
        "negative": ["dirty", "rude", "cold", "broken", "noisy", "awful"],
    },
}


def records(labels: dict[str, list[str]], count: int, rng: Random) -> list[Record]:
    """Return records whose prompts hold one or two words of their label, and in every fifth one of another."""
    made = []
    for number in range(count):
        label = list(labels)[number % len(labels)]
        words = rng.choices(NOISE, k=8) + rng.choices(labels[label], k=rng.choice([1, 1, 2]))
        if rng.random() < 0.2:
            words.append(rng.choice(labels[rng.choice(list(labels))]))
        rng.shuffle(words)
        made.append({"prompt": f"{' '.join(words)} ->", "completion": f" {label}"})
    return made


def some(share: float, change: Callable[[Record, Random], Record]) -> Defect:
    """Return the defect that changes a share of the records."""
    return lambda rows, rng: [change(row, rng) if rng.random() < share else row for row in rows]


def prompt(change: Callable[[str], str]) -> Callable[[Record, Random], Record]:
    """Return a change of prompts."""
    return lambda row, _: {**row, "prompt": change(row["prompt"])}


def completion(change: Callable[[str], str]) -> Callable[[Record, Random], Record]:
    """Return a change of completions."""
    return lambda row, _: {**row, "completion": change(row["completion"])}


def other_label(row: Record, rng: Random, labels: list[str]) -> Record:
    """Return a record with another label."""
    return {**row, "completion": rng.choice([label for label in labels if label != row["completion"]])}


def wrong(share: float) -> Defect:
    """Return the defect that gives a share of the records another label."""

    def change(rows: list[Record], rng: Random) -> list[Record]:
        labels = sorted({row["completion"] for row in rows})
        return [other_label(row, rng, labels) if rng.random() < share else row for row in rows]

    return change


def conflicting(rows: list[Record], rng: Random) -> list[Record]:
    """Every tenth record once more, with another label."""
    labels = sorted({row["completion"] for row in rows})
    return rows + [other_label(row, rng, labels) for row in rows[::10]]


def imbalanced(rows: list[Record], rng: Random) -> list[Record]:
    """One label in twelve records of thirteen, as far as they reach."""
    first = rows[0]["completion"]
    return [row for row in rows if row["completion"] == first or rng.random() < 1 / 12]


DEFECTS: dict[str, tuple[str, Defect]] = {
    "SEP001": ("no separator at 40 % of the prompts", some(0.4, prompt(lambda text: text.removesuffix(" ->")))),
    "SEP004": ("no separator at any prompt", some(1, prompt(lambda text: text.removesuffix(" ->")))),
    "SEP003": (
        "40 % of the prompts end in another separator",
        some(0.4, prompt(lambda text: text.replace(" ->", "\n\n###\n\n"))),
    ),
    "SEP005": ("a space after the separator of 40 % of the prompts", some(0.4, prompt(lambda text: f"{text} "))),
    "CMP001": ("no space before 40 % of the labels", some(0.4, completion(str.strip))),
    "CMP001 (all)": ("no space before any label", some(1, completion(str.strip))),
    "CMP002": ("two spaces before 40 % of the labels", some(0.4, completion(lambda text: f" {text}"))),
    "CMP004": ("no stop after 40 % of the labels", some(0.6, completion(lambda text: f"{text} END"))),
    "LBL003": ("40 % of the labels in capitals", some(0.4, completion(str.upper))),
    "LBL005": ("12 of 13 records with the same label", imbalanced),
    "LBL008": ("5 % of the labels wrong", wrong(0.05)),
    "LBL008 (20 %)": ("20 % of the labels wrong", wrong(0.2)),
    "DUP001": ("a third of the records appear twice", lambda rows, _: rows + rows[::3]),
    "DUP002": ("every tenth record repeated with another label", conflicting),
    "TXT005": ("HTML entities in 40 % of the prompts", some(0.4, prompt(lambda text: text.replace(" the ", " &amp; ")))),
    "SIZ001": ("only a quarter of the records", lambda rows, _: rows[: len(rows) // 4]),
}


def accuracy(training: list[Record], valid: list[Record], seed: int) -> float:
    """Return the accuracy of a model that is trained on records."""
    return mock.evaluate(mock.train(training, "ada", n_epochs=4, seed=seed), valid).accuracy


def measured() -> dict[str, Any]:
    """Return, by defect and dataset, the accuracy without and with it: one number a seed."""
    found: dict[str, Any] = {}
    for name, labels in DATASETS.items():
        for seed in range(SEEDS):
            rng = Random(f"{name} {seed}")
            training, valid = records(labels, RECORDS, rng), records(labels, HELD_OUT, rng)
            clean = accuracy(training, valid, seed)
            for code, (what, defect) in DEFECTS.items():
                asked = defect(valid, rng) if "any" in what else valid
                damaged = accuracy(defect(training, Random(f"{name} {seed} {code}")), asked, seed)
                found.setdefault(code, {}).setdefault(name, []).append([round(clean, 4), round(damaged, 4)])
    return found


def lost(pairs: list[list[float]]) -> tuple[float, float]:
    """Return by how many points of accuracy a defect is worse, and the standard error of that."""
    differences = [100 * (damaged - clean) for clean, damaged in pairs]
    return mean(differences), stdev(differences) / len(differences) ** 0.5


def page(found: dict[str, Any]) -> str:
    """Return the page: a row a defect, a column a dataset."""
    lines = [
        "# What a defect costs",
        "",
        "The cost of the defects that the rules report, measured with the offline model (`ftlint mock`): accuracy with a defect",
        "in the training data minus accuracy without it, in points, as mean and standard error over several seeds",
        f"({SEEDS}). Each dataset has {RECORDS} records to train on and {HELD_OUT} to evaluate with, all generated:",
        "`docs/evidence.py` writes them and this page. If all records have a defect, the evaluation prompts have it too.",
        "",
        "**Interpret with care.** The offline model is small: it shows the direction and the ranking of the effects,",
        "not how much a large model would lose. Two defects cost it nothing, but do cost larger models: a space that is missing",
        "before *all* labels (the tokens change, but in the same way for every record; a large model loses what it knew",
        "of the words), and a separator that is missing at *some* prompts, if evaluation prompts have it. Zeros are listed too.",
        "",
        f"| rule | defect | {' | '.join(DATASETS)} |",
        f"|---|---|{'---|' * len(DATASETS)}",
    ]
    for code, (what, _) in DEFECTS.items():
        cells = [f"{change:+.1f} ± {error:.1f}" for change, error in (lost(found[code][name]) for name in DATASETS)]
        lines.append(f"| {code} | {what} | {' | '.join(cells)} |")
    clean = {name: mean(pair[0] for pair in next(iter(found.values()))[name]) for name in DATASETS}
    shown = ", ".join(f"{name} {value:.3f}" for name, value in clean.items())
    return "\n".join([*lines, "", f"Accuracy without defects: {shown}.", ""])


if __name__ == "__main__":
    results = json.loads((FOLDER / "evidence.json").read_text("utf-8")) if "--page" in sys.argv else measured()
    (FOLDER / "evidence.json").write_text(json.dumps(results, indent=1) + "\n", "utf-8")
    (FOLDER / "evidence.md").write_text(page(results), "utf-8")
