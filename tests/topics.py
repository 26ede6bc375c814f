"""Synthetic text for training: records about topics, each with words of its own among common ones."""

from __future__ import annotations

from itertools import islice
from random import Random

from ftlint.text.tokens.openai import single_words

_WORDS = 4000


def words() -> list[str]:
    """Return words that are one token each with a space before them."""
    fitting = (word for word in single_words("r50k_base") if len(word) > 3 and word.islower())
    return list(islice(fitting, _WORDS))


def records(
    number: int,
    labels: list[str],
    *,
    seed: int = 0,
    signal: float = 0.3,
    length: int = 12,
    separator: str = " ->",
) -> list[dict[str, str]]:
    """Return prompts and completions. signal: the share of words that tell the label; length: mean words of a prompt."""
    common, random, fixed = words(), Random(seed), Random(99)
    topics = [fixed.sample(common[:1500], 12) for _ in labels]
    made = []
    for _ in range(number):
        topic = random.randrange(len(labels))
        chosen = [
            random.choice(topics[topic]) if random.random() < signal else common[min(int(random.paretovariate(0.6)), _WORDS - 1)]
            for _ in range(random.randint(length // 2, length * 3 // 2))
        ]
        made.append({"prompt": " ".join(chosen) + separator, "completion": labels[topic]})
    return made


def single_token_labels(number: int) -> list[str]:
    """Return labels of one token each, with a space before them."""
    return [f" {word}" for word in words()[2000 : 2000 + number]]


def chat(record: dict[str, str]) -> dict[str, list[dict[str, str]]]:
    """Return a record as a conversation."""
    question, answer = record["prompt"].removesuffix(" ->"), record["completion"].strip()
    return {"messages": [{"role": "user", "content": question}, {"role": "assistant", "content": answer}]}
