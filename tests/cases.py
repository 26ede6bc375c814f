"""Reads the case files in tests/rules: small files and what a rule finds in them."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

from ftlint.rule import pairs

FOLDER = Path(__file__).parent / "rules"
TOY = str(FOLDER.parents[1] / "rules" / "learning" / "toy")


def cases():
    """Yield rule module (`family/name`) and case of every case file."""
    for path in sorted(FOLDER.rglob("*.toml")):
        for case in tomllib.loads(path.read_text("utf-8"))["case"]:
            yield f"{path.parent.name}/{path.stem}", case


def options_of(case):
    """Return the settings of a case; <TOY> stands for the folder of the toy tokenizer."""
    options = case.get("options")
    return options and {key: TOY if value == "<TOY>" else value for key, value in options.items()}


def lines_of(case, prefix=""):
    """Return the lines of a case's file: generated ones, then pairs, then raw lines.

    `<E9>` in a raw line stands for that byte.
    """
    fill = case.get(f"{prefix}fill")
    lines = []
    if fill:
        answers = fill["completions"]
        made = [(fill["prompt"].replace("{i}", str(i)), answers[i % len(answers)]) for i in range(fill["count"])]
        lines += pairs(*made)
    lines += pairs(*map(tuple, case.get(f"{prefix}pairs", [])))
    raw = case.get(f"{prefix}lines", [])
    return lines + [re.sub(r"<([0-9A-F]{2})>", lambda found: chr(0xDC00 + int(found.group(1), 16)), line) for line in raw]
