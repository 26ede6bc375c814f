"""Datasets as people have them, and what happens to their files: a seed makes a file, always the same one.

`python tests/damage.py MINUTES` holds the laws of repairs against as many files as fit in, and prints the seeds that break one.
"""

from __future__ import annotations

import json
import sys
import time
from random import Random

TEXT = """
the courier returned a blue lamp on Monday
, nobody complained about price 12 - 5 C++ a->b #tag café 你好 it's END? ### x
"""
WORDS = TEXT.split()
SEPARATORS = [" ->", "\n\n###\n\n", "->", " >>>", "\nLabel:", "\n\nAgent:", " <sep>", "", " \n\n###\n\n", "\n### Response:\n"]
STOPS = ["", "", " END", "\n", "\nEND", " ###", "END"]
LABELS = [[" yes", " no"], [" positive", " negative", " neutral"], [" SPAM", " NOT SPAM"], [" 1", " 2", " 3"], ["a", "b"]]


def sentence(rng: Random, most: int = 12) -> str:
    return " ".join(rng.choice(WORDS) for _ in range(rng.randint(1, most)))


def records(rng: Random) -> list[dict]:
    """Return the records of a dataset as it was meant: classification or generation, with one convention."""
    separator, stop = rng.choice(SEPARATORS), rng.choice(STOPS)
    labels = rng.choice(LABELS) if rng.random() < 0.7 else None
    made = []
    for number in range(rng.choice([1, 3, 12, 25, 60, 130])):
        answer = rng.choice(labels) if labels else f" {sentence(rng)}"
        made.append({"prompt": f"{sentence(rng)} {number}{separator}", "completion": answer + stop})
    return made


def faulty(rng: Random, record: dict) -> object:
    """Return a record as a careless program writes it."""
    prompt, answer = record["prompt"], record["completion"]
    ways = [
        lambda: {**record, "prompt": prompt.rstrip()},
        lambda: {
            **record,
            "prompt": prompt.strip().rstrip("->#:") + rng.choice(["", " ", "\n", " ###", "##", " ->", "-->", "…"]),
        },
        lambda: {**record, "prompt": prompt + rng.choice([" ", "\n", prompt])},
        lambda: {**record, "completion": answer.strip()},
        lambda: {**record, "completion": "  " + answer},
        lambda: {**record, "completion": answer + rng.choice([" ", "\n", "  \n"])},
        lambda: {**record, "completion": answer.replace(" END", "END").replace("\nEND", "END")},
        lambda: {
            **record,
            "completion": answer.removesuffix("END").removesuffix("\n") + rng.choice(["", "end", "WEEKEND", " STOP"]),
        },
        lambda: {**record, "completion": answer.title()},
        lambda: {**record, "completion": ""},
        lambda: {"prompt": "", "completion": answer},
        lambda: {"prompt": prompt},
        lambda: {"Prompt": prompt, "completion": answer},
        lambda: {**record, "id": rng.randint(0, 9), "meta": {"a": ["x", {"prompt": "deep"}], "n": 1.50}},
        lambda: {**record, "completion": rng.choice([1, None, True, ["a"], 2.50])},
        lambda: {**record, "prompt": prompt.replace(" ", rng.choice(["\u200b", "\x07", "&amp;", "\ufffd", "\\n", "\u00a0"]), 1)},
        lambda: {"messages": [{"role": "user", "content": prompt}]},
        lambda: [record, record],
        lambda: rng.choice(["text", 3, None, []]),
    ]
    return rng.choice(ways)()


def line(rng: Random, record: object) -> bytes:
    """Return a record as one of the writers of JSON that exist writes it."""
    style = rng.choice([{}, {"ensure_ascii": False}, {"separators": (",", ":")}, {"separators": (" , ", " : ")}])
    return json.dumps(record, **style).encode("utf-8", "surrogatepass")


def broken(rng: Random, raw: bytes) -> bytes:
    """Return a line that was damaged on its way."""
    at = rng.randint(0, len(raw))
    ways = [
        lambda: raw[:at],
        lambda: raw[at:],
        lambda: raw[:at] + raw[at + 1 :],
        lambda: raw[:at] + b"\n" + raw[at:],
        lambda: raw[:at] + b"\r\n\r\n" + raw[at:],
        lambda: raw[:at] + rng.choice([b"\xff", b"\xe9", b"\0", b'"', b"\\", b"{", b"}", b"]"]) + raw[at:],
        lambda: raw + b",",
        lambda: raw + rng.choice([b"", b" ", b", "]) + raw,
        lambda: b"# " + raw,
        lambda: raw + b" // a comment",
        lambda: raw.replace(b'"', b"'"),
        lambda: raw.replace(b'{"prompt"', b'{"prompt": "x", "prompt"', 1),
        lambda: b"\xef\xbb\xbf" + raw,
        lambda: rng.choice([b"", b"  ", b"\t", b"<<<<<<< HEAD", b"---", bytes(rng.randrange(256) for _ in range(20))]),
    ]
    return rng.choice(ways)()


def spread(rng: Random, values: list) -> bytes:
    """Return values printed over lines or in one array, as exports have them, and as they come out when somebody edits them."""
    indent = rng.choice([None, 1, 2, 4])
    texts = [json.dumps(value, indent=indent).encode() for value in values]
    if rng.random() < 0.5:
        data = (
            b"[" + rng.choice([b"", b"\n"]) + rng.choice([b",\n", b", ", b" ,\n"]).join(texts) + rng.choice([b"]", b"\n]", b",]"])
        )
    else:
        data = rng.choice([b"\n", b"\n\n", b",\n"]).join(texts)
    for _ in range(rng.choice([0, 0, 1, 2])):
        at = rng.randint(0, len(data))
        data = (
            data[:at] + rng.choice([b"", b"x", b"}", b"{", b'"', b"]", b"\n# note\n", b"]\n["]) + data[at + rng.choice([0, 1]) :]
        )
    if rng.random() < 0.2:
        data += b"\n" + b"\n".join(json.dumps(value).encode() for value in values)
    return data + rng.choice([b"\n", b""])


def file(seed: int) -> bytes:
    """Return the file of this number."""
    rng = Random(seed)
    values: list = records(rng)
    share = rng.choice([0, 0.02, 0.1, 0.4])
    values = [faulty(rng, value) if rng.random() < share else value for value in values]
    values += [rng.choice(values) for _ in range(rng.choice([0, 0, 2]))]
    if rng.random() < 0.25:
        return spread(rng, values)
    lines = [line(rng, value) for value in values]
    share = rng.choice([0, 0, 0.03, 0.2, 0.7])
    lines = [broken(rng, raw) if rng.random() < share else raw for raw in lines]
    end = rng.choice([b"\n", b"\n", b"\n", b"\r\n", b",\n"])
    data = end.join(lines) + rng.choice([b"\n", b"", end])
    if rng.random() < 0.1:
        data = data.replace(b"\n", b"\r\n", rng.randint(1, 9))
    if rng.random() < 0.05:
        data = data[: rng.randint(0, len(data))]
    return rng.choice([b"", b"", b"", b"", b"\xef\xbb\xbf", b"\n"]) + data


def main() -> None:
    """Try files until the time is over."""
    import kinds  # noqa: PLC0415 - it needs this module
    from laws import broken_by_value, broken_laws, changes_again  # noqa: PLC0415 - they need ftlint, and this file does not

    minutes, seed = float(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 0
    until, tried, wrong = time.monotonic() + 60 * minutes, 0, 0
    while time.monotonic() < until:
        other = kinds.file(seed)
        laws = [*broken_laws(file(seed)), *broken_laws(other), *changes_again(other)]
        for law in [*laws, *broken_by_value(other, unsafe=False), *broken_by_value(other, unsafe=True)]:
            wrong += 1
            print(f"seed {seed}: {law}", flush=True)
        seed += 1
        tried += 1
    print(f"{tried} files, {wrong} broken laws")


if __name__ == "__main__":
    main()
