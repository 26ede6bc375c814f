"""How to train on a dataset, and how to ask the model afterwards: the guide's advice, computed from the data.

Numbers are those of OpenAI's guide, Best practices for fine-tuning GPT-3 to classify text (2022), where nothing else is said.
"""

from __future__ import annotations

import json
import shlex
from dataclasses import dataclass, field
from pathlib import Path
from pprint import pformat
from typing import TYPE_CHECKING, Any

from ftlint.targets import default_hyperparameters
from ftlint.text import tokens
from ftlint.text.labels import as_seen

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ftlint.dialects.context import Context

LONG_PROMPTS = 100
"""How many times the bytes of completions prompts have from which on the loss of prompts weighs less."""

_BIASES = 300
"""Tokens that a request biases at most; of more, a request would be all biases. The number is ours."""


@dataclass(frozen=True)
class Training:
    """Hyperparameters, the command that starts it, and why something is not in it."""

    n_epochs: int
    batch_size: int
    learning_rate_multiplier: float
    prompt_loss_weight: float
    command: str
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Inference:
    """Settings of a request, and the label of each first token.

    stop: None where the data has none. logit_bias: by token number. snippet: the same as code for today's client.
    """

    temperature: float
    max_tokens: int
    stop: str | None
    logprobs: int | None
    logit_bias: Mapping[int, int] = field(default_factory=dict)
    first_token_to_label: Mapping[str, str] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()
    snippet: str = ""


@dataclass(frozen=True)
class Facts:
    """What a recipe is made of.

    labels: with counts, the commonest first; none where there are none. longest: tokens of the longest answers. ratio: bytes
    of what is asked to those of what is answered. positive: the label that counts as positive, where one is named.
    """

    path: str
    records: int
    context: Context
    labels: Mapping[str, int]
    longest: int
    ratio: float
    positive: str | None = None

    @property
    def file(self) -> bool:
        """Whether the data is a file that has a name."""
        return Path(self.path).is_file()

    @property
    def chat(self) -> bool:
        """Whether records are conversations."""
        return self.context.dialect == "chat"

    @property
    def stop(self) -> str | None:
        """What ends every answer."""
        stop = getattr(self.context.known, "stop", None)
        return stop.text if stop else None

    def answer(self, label: str) -> str:
        """Return a label as the data has it."""
        return label if self.chat else f"{as_seen(label)}{self.stop or ''}"

    def first_tokens(self) -> dict[str, int]:
        """Return the first token of each label."""
        seen = (lambda label: label) if self.chat else as_seen
        return {label: tokens.encode(seen(label), self.context.encoding)[0] for label in self.labels}


def training(facts: Facts) -> Training:
    """Return how to train."""
    defaults = default_hyperparameters(facts.records)
    weight = defaults.prompt_loss_weight if facts.ratio <= LONG_PROMPTS else defaults.prompt_loss_weight / 10
    notes = []
    if facts.records > 50_000 or facts.records < 500:
        notes.append("n_epochs for so many records is ftlint's own advice; the guide's default is 4")
    if weight < defaults.prompt_loss_weight:
        notes.append(f"prompts are {facts.ratio:,.0f} times as long as completions: prompt_loss_weight is lower than 0.1")
    valid = _validation_file(facts.path)
    if not valid and facts.file:
        notes.append(f"no validation file: ftlint split {shlex.quote(facts.path)} makes one")
    arguments = [
        *("-t", facts.path if facts.file else "FILE.jsonl", *(("-v", valid) if valid else ()), "-m", facts.context.target.name),
        *("--n_epochs", str(defaults.n_epochs), "--batch_size", str(defaults.batch_size)),
        *("--learning_rate_multiplier", f"{defaults.learning_rate_multiplier:g}", "--prompt_loss_weight", f"{weight:g}"),
    ]
    if facts.labels and not facts.chat:
        flags, reason = _classification(facts)
        arguments += flags
        notes += [reason] if reason else []
    command = shlex.join(["openai", "api", "fine_tunes.create", *arguments])
    if facts.chat or facts.context.target.minimum_records:
        command = _job(facts, valid, defaults.n_epochs, defaults.batch_size, defaults.learning_rate_multiplier)
    return Training(
        defaults.n_epochs, defaults.batch_size, defaults.learning_rate_multiplier, round(weight, 4), command, tuple(notes)
    )


def _job(facts: Facts, valid: str | None, epochs: int, batch: int, rate: float) -> str:
    """Return the call of today's client that starts a job; the ids are those of uploaded files."""
    named = f', validation_file="id of {valid}"' if valid else ""
    method = f'{{"n_epochs": {epochs}, "batch_size": {batch}, "learning_rate_multiplier": {rate:g}}}'
    name = facts.path if facts.file else "the file"
    return (
        f'client.fine_tuning.jobs.create(model="{facts.context.target.name}", training_file="id of {name}"{named}, '
        f'method={{"type": "supervised", "supervised": {{"hyperparameters": {method}}}}})'
    )


def _validation_file(path: str) -> str | None:
    """Return the validation file that `ftlint split` wrote beside a training file."""
    file = Path(path)
    if ".train" not in file.name:
        return None
    valid = file.with_name(file.name.replace(".train", ".valid", 1))
    return str(valid) if valid.exists() else None


def _classification(facts: Facts) -> tuple[list[str], str]:
    """Return the flags by which the service computes classification metrics, or why it cannot."""
    first = facts.first_tokens()
    if len(facts.labels) < 2:
        return [], "no classification metrics: there is one label only"
    if len(set(first.values())) < len(first):
        return [], "no classification metrics: labels share a first token, by which the service tells classes apart"
    flags = ["--compute_classification_metrics"]
    if len(facts.labels) > 2:
        return [*flags, "--classification_n_classes", str(len(facts.labels))], ""
    rarer = min(facts.labels, key=lambda label: facts.labels[label])
    return [*flags, "--classification_positive_class", facts.answer(facts.positive or rarer)], ""


def inference(facts: Facts) -> Inference:
    """Return how to ask."""
    if not facts.labels:
        made = Inference(0, facts.longest, facts.stop, None)
        return _with_snippet(made, facts)
    first = facts.first_tokens()
    apart = len(set(first.values())) == len(first)
    # Where a first token is a part of a character, no text is what the service answers with.
    whole = all(_is_text(token, facts) for token in first.values())
    unique = apart and whole
    seen = {label: label if facts.chat else as_seen(label) for label in facts.labels}
    encoded = {label: tokens.encode(text, facts.context.encoding) for label, text in seen.items()}
    longest = max(len(found) for found in encoded.values())
    warnings = []
    bias = {token: 100 for found in encoded.values() for token in found}
    if longest > 1:
        warnings.append("labels have several tokens: logit_bias works on single tokens, and lets through what mixes labels")
    if not apart:
        warnings.append("labels share a first token: one token does not tell them apart")
    elif not whole:
        warnings.append("first tokens are parts of characters: one token is no text to tell labels apart by")
    if len(bias) > _BIASES:
        bias = {}
        warnings.append(f"labels have more than {_BIASES} tokens: too many for logit_bias")
    stops = tokens.count(facts.stop, facts.context.encoding) if facts.stop else 0
    mapping = {_text(found[0], facts): label for label, found in encoded.items()} if unique else {}
    made = Inference(0, 1 if unique else longest + stops, facts.stop, min(5, len(first)), bias, mapping, tuple(warnings))
    return _with_snippet(made, facts)


def _is_text(token: int, facts: Facts) -> bool:
    return "\ufffd" not in _text(token, facts)


def _text(token: int, facts: Facts) -> str:
    return tokens.encoding(facts.context.encoding).decode([token])


def _with_snippet(made: Inference, facts: Facts) -> Inference:
    settings: dict[str, Any] = {"temperature": 0, "max_tokens": made.max_tokens}
    settings |= {"stop": made.stop} if made.stop else {}
    if made.logprobs:
        settings |= {"logprobs": True, "top_logprobs": made.logprobs} if facts.chat else {"logprobs": made.logprobs}
    lines = ["from openai import OpenAI", "", "client = OpenAI()", 'MODEL = "your fine-tuned model"']
    if made.first_token_to_label:
        lines.append(f"LABELS = {_literal(dict(made.first_token_to_label))}")
    if made.logit_bias:
        lines.append(f"BIAS = {_literal({str(token): value for token, value in made.logit_bias.items()})}")
    lines += ["", "", "def answer(text: str) -> str:"]
    if facts.chat:
        asked = ['messages=[{"role": "user", "content": text}]']
        call, given = "client.chat.completions.create", "choice.message.content"
    else:
        separator = getattr(facts.context.known, "separator", None)
        asked = [f"prompt=text + {_literal(separator.text)}" if separator else "prompt=text"]
        call, given = "client.completions.create", "choice.text"
    bias = ["logit_bias=BIAS"] if made.logit_bias else []
    listed = ["model=MODEL", *asked, *(f"{name}={_literal(value)}" for name, value in settings.items()), *bias]
    lines += [f"    choice = {call}(", *(f"        {argument}," for argument in listed), "    ).choices[0]"]
    by_token = bool(made.first_token_to_label) and made.max_tokens == 1
    lines.append(f"    return LABELS[{given}]" if by_token else f"    return {given}.strip()")
    return Inference(**{**vars(made), "snippet": "\n".join(lines) + "\n"})


def _literal(value: Any) -> str:
    """Return a value as Python writes it, on lines that are not too long."""
    return json.dumps(value, ensure_ascii=False) if isinstance(value, str) else pformat(value, width=90, sort_dicts=False)
