"""How to train on a dataset, and how to ask the model afterwards: the guide's advice, computed from the data.

Numbers are those of OpenAI's guide, Best practices for fine-tuning GPT-3 to classify text (2022), where nothing else is said.
"""

from __future__ import annotations

import json
import shlex
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from ftlint.dialects import named
from ftlint.prepare.parts import PARTS, part_of
from ftlint.sources.files import is_file
from ftlint.targets import default_hyperparameters
from ftlint.text import tokens
from ftlint.text.labels import as_seen

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from ftlint.dialects.context import Context

LONG_PROMPTS = 100
"""How many times the bytes of completions prompts have from which on the loss of prompts weighs less."""

_WIDE = 90
"""Characters of a constant that is on one line."""

_BIASES = 300
"""Tokens that a request biases at most; of more, a request would be all biases. The number is ours."""


@dataclass(frozen=True)
class Training:
    """Hyperparameters, the command that starts it, and why something is not in it.

    Attributes:
        batch_size, learning_rate_multiplier, prompt_loss_weight: None where the service chooses.
    """

    n_epochs: int
    batch_size: int | None
    learning_rate_multiplier: float | None
    prompt_loss_weight: float | None
    command: str
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Inference:
    """Settings of a request, and the label of each first token.

    Attributes:
        stop: None where the data has none.
        logit_bias: By token number.
        snippet: The same as code for today's client.
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

    Attributes:
        labels: With counts, the commonest first; none where there are none.
        longest: Tokens of the longest answers.
        ratio: Bytes of what is asked to those of what is answered.
        positive: The label that counts as positive, where one is named.
        valid: The validation file.
        no_metrics: Why the service cannot compute classification metrics.
        preamble: The system messages and tools of records, the commonest first.
    """

    path: str
    records: int
    context: Context
    labels: Mapping[str, int]
    longest: int
    ratio: float
    positive: str | None = None
    valid: str | None = None
    no_metrics: str = ""
    preamble: Mapping[str, Sequence[str | None]] = field(default_factory=dict)

    @property
    def file(self) -> bool:
        """Whether the data is a file that has a name."""
        return is_file(self.path)

    @property
    def chat(self) -> bool:
        """Whether records are conversations."""
        return named(self.context.dialect).called == "chat"

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
    notes = []
    if facts.records > 50_000 or facts.records < 500:
        notes.append("n_epochs for so many records is ftlint's own advice; the guide's default is 4")
    if not facts.valid and facts.file and not (facts.labels and not facts.no_metrics):
        notes.append(f"no validation file: ftlint split {shlex.quote(facts.path)} makes one")
    if facts.chat or facts.context.target.minimum_records:
        notes.append("batch size and learning rate are left to the service: the guide's are of another service's unit")
        return Training(defaults.n_epochs, None, None, None, _job(facts, defaults.n_epochs), tuple(notes))
    weight = defaults.prompt_loss_weight if facts.ratio <= LONG_PROMPTS else defaults.prompt_loss_weight / 10
    if weight < defaults.prompt_loss_weight:
        notes.append(f"prompts are {facts.ratio:,.0f} times as long as completions: prompt_loss_weight is lower than 0.1")
    flags, reason = _classification(facts) if facts.labels else ([], "")
    first, train, valid = _files(facts, measured=bool(flags))
    arguments = [
        *("-t", train, *(("-v", valid) if valid else ()), "-m", facts.context.target.name),
        *("--n_epochs", str(defaults.n_epochs), "--batch_size", str(defaults.batch_size)),
        *("--learning_rate_multiplier", f"{defaults.learning_rate_multiplier:g}", "--prompt_loss_weight", f"{weight:g}"),
    ]
    arguments += flags
    notes += [f"no classification metrics: {reason}"] if reason else []
    return Training(
        defaults.n_epochs,
        defaults.batch_size,
        defaults.learning_rate_multiplier,
        round(weight, 4),
        first + shlex.join(["openai", "api", "fine_tunes.create", *arguments]),
        tuple(notes),
    )


def _files(facts: Facts, *, measured: bool) -> tuple[str, str, str | None]:
    """Return what is to be done first, and the training and validation file. measured: whether there has to be the latter."""
    if facts.valid or not facts.file or not measured:
        return "", facts.path if facts.file else "FILE.jsonl", facts.valid
    train, valid = (part_of(facts.path, name) for name in PARTS[:2])
    first = "" if is_file(train) and is_file(valid) else f"ftlint split {shlex.quote(facts.path)} && "
    return first, train, valid


def _job(facts: Facts, epochs: int) -> str:
    """Return the call of today's client that starts a job; the ids are those of uploaded files."""
    named = f', validation_file="id of {facts.valid}"' if facts.valid else ""
    name = facts.path if facts.file else "the file"
    return (
        f'client.fine_tuning.jobs.create(model="{facts.context.target.name}", training_file="id of {name}"{named}, '
        f'method={{"type": "supervised", "supervised": {{"hyperparameters": {{"n_epochs": {epochs}}}}}}})'
    )


def _classification(facts: Facts) -> tuple[list[str], str]:
    """Return the flags by which the service computes classification metrics, or why it cannot."""
    first = facts.first_tokens()
    if len(facts.labels) < 2:
        return [], "there is one label only"
    if len(set(first.values())) < len(first):
        return [], "labels share a first token, by which the service tells classes apart"
    if facts.no_metrics:
        return [], facts.no_metrics
    flags = ["--compute_classification_metrics"]
    if len(facts.labels) > 2:
        return [*flags, "--classification_n_classes", str(len(facts.labels))], ""
    rarer = min(facts.labels, key=lambda label: facts.labels[label])
    return [*flags, "--classification_positive_class", facts.answer(facts.positive or rarer)], ""


def inference(facts: Facts) -> Inference:
    """Return how to ask: for one token where the first one tells labels apart, else for as many as the longest label has.

    Only first tokens are biased. Where a label has more, a bias would keep the model from ending it.
    """
    warnings = list(_of_the_preamble(facts))
    if not facts.labels:
        return _with_snippet(Inference(0, facts.longest, facts.stop, None, warnings=tuple(warnings)), facts)
    encoding = facts.context.encoding
    encoded = {label: tokens.encode(label if facts.chat else as_seen(label), encoding) for label in facts.labels}
    first = {result[0]: label for label, result in encoded.items()}
    apart = len(first) == len(encoded)
    # Where a first token is a part of a character, no text is what the service answers with.
    whole = all("\ufffd" not in _text(token, facts) for token in first)
    if not apart:
        warnings.append("labels share a first token: one token does not tell them apart, and logit_bias cannot")
    elif not whole:
        warnings.append("first tokens are parts of characters: one token is not text to tell labels apart by")
    if not (apart and whole):
        stops = tokens.count(facts.stop, encoding) if facts.stop else 0
        most = max(map(len, encoded.values())) + stops
        if not facts.stop and not facts.chat:
            warnings.append(_without_stop(facts))
        return _with_snippet(Inference(0, most, facts.stop, _alternatives(facts), warnings=tuple(warnings)), facts)
    bias = dict.fromkeys(first, 100)
    if len(bias) > _BIASES:
        bias = {}
        warnings.append(f"more than {_BIASES} labels: too many for logit_bias")
    mapping = {_text(token, facts): label for token, label in first.items()}
    return _with_snippet(Inference(0, 1, facts.stop, _alternatives(facts), bias, mapping, tuple(warnings)), facts)


def _without_stop(facts: Facts) -> str:
    """Return what it means that nothing ends a label of several tokens."""
    for label in facts.labels:
        if longer := next((other for other in facts.labels if other != label and other.startswith(label)), None):
            both = f"{json.dumps(label, ensure_ascii=False)} is the start of {json.dumps(longer, ensure_ascii=False)}"
            return f"{both}, and completions have no stop: answers cannot be told apart; add a stop"
    return "completions have no stop: an answer is the longest label that the text begins with"


def _alternatives(facts: Facts) -> int:
    """Return for how many alternatives of a token to ask; services give five."""
    return min(5, len(facts.labels))


def _of_the_preamble(facts: Facts) -> Iterator[str]:
    """Yield what is to be known of system messages and tools."""
    for name, texts in facts.preamble.items():
        if len(texts) > 1:
            what = "system messages" if name == "system" else "sets of tools"
            yield f"records have several {what}, or some have none: the call takes the one that belongs to the question"


def _text(token: int, facts: Facts) -> str:
    return tokens.tokenizer(facts.context.encoding).decode([token])


def _with_snippet(made: Inference, facts: Facts) -> Inference:
    parts = [*_constants(made, facts), "", "", *_function(made, facts)]
    return replace(made, snippet="\n".join(parts) + "\n")


def _constants(made: Inference, facts: Facts) -> Iterator[str]:
    """Yield the lines before the function."""
    yield from ("from openai import OpenAI", "", "client = OpenAI()", 'MODEL = "your fine-tuned model"')
    if made.first_token_to_label:
        yield f"LABELS = {_literal(dict(made.first_token_to_label))}"
    elif facts.labels:
        yield f"LABELS = {_literal(list(facts.labels))}"
    if made.logit_bias:
        yield f"BIAS = {_literal({str(token): value for token, value in made.logit_bias.items()})}"
    for name, texts in facts.preamble.items():
        if len(texts) == 1 and (text := texts[0]):
            yield f"{name.upper()} = {_literal(text if name == 'system' else json.loads(text))}"


def _function(made: Inference, facts: Facts) -> Iterator[str]:
    """Yield the lines of the function that asks."""
    arguments = ["model=MODEL", *(_asked_chat(facts) if facts.chat else _asked(facts)), "temperature=0"]
    arguments.append(f"max_tokens={made.max_tokens}")
    arguments += [f"stop={_literal(made.stop)}"] if made.stop else []
    if made.logprobs:
        arguments += ["logprobs=True", f"top_logprobs={made.logprobs}"] if facts.chat else [f"logprobs={made.logprobs}"]
    arguments += ["logit_bias=BIAS"] if made.logit_bias else []
    own = [f"{name}: {kind}" for name, kind in (("system", "str"), ("tools", "list")) if len(facts.preamble.get(name, ())) > 1]
    calls = any(facts.preamble.get("tools", ()))
    returned = "" if calls else " -> str | None" if facts.labels else " -> str"
    call = "client.chat.completions.create" if facts.chat else "client.completions.create"
    text = "choice.message.content" if facts.chat else "choice.text"
    yield f"def answer({', '.join(['text: str', *own])}){returned}:"
    yield f"    choice = {call}("
    yield from (f"        {argument}," for argument in arguments)
    yield "    ).choices[0]"
    if calls:
        yield "    return choice.message  # its text, or its tool_calls"
    elif made.first_token_to_label:
        yield f"    return LABELS.get({text})"
    elif facts.labels:
        yield f"    fitting = [label for label in LABELS if {text}.strip().startswith(label)]"
        yield "    return max(fitting, key=len, default=None)"
    else:
        yield f"    return {text}.strip()"


def _asked(facts: Facts) -> list[str]:
    separator = getattr(facts.context.known, "separator", None)
    return [f"prompt=text + {_literal(separator.text)}" if separator else "prompt=text"]


def _asked_chat(facts: Facts) -> list[str]:
    """Return the arguments that hold what is asked, and what the data has before it."""
    systems, tools = (facts.preamble.get(name, ()) for name in ("system", "tools"))
    before = '{"role": "system", "content": SYSTEM}, ' if any(systems) else ""
    before = before.replace("SYSTEM", "system") if len(systems) > 1 else before
    messages = f'messages=[{before}{{"role": "user", "content": text}}]'
    if not any(tools):
        return [messages]
    return [messages, "tools=TOOLS" if len(tools) == 1 else "tools=tools"]


def _literal(value: Any) -> str:
    """Return a value as Python writes it; what does not fit on a line has one for each member."""
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False)
    text = repr(value)
    if len(text) <= _WIDE or not isinstance(value, (list, dict)):
        return text
    lines = [f"{name!r}: {inner!r}" for name, inner in value.items()] if isinstance(value, dict) else map(repr, value)
    opens, closes = "{}" if isinstance(value, dict) else "[]"
    return "\n".join([opens, *(f"    {line}," for line in lines), closes])
