"""What must hold of a repair, stated without the code that repairs."""

from __future__ import annotations

import json
import re

import ftlint
from ftlint import config as configuration
from ftlint.engine.dataset import Dataset
from ftlint.session import Session
from ftlint.sources import Source
from ftlint.text.marks import strip_ending

_DECODER = json.JSONDecoder()
_BETWEEN = re.compile(rb"[\s,\[\]]|\xef\xbb\xbf")


def objects_and_rest(data: bytes) -> tuple[list[dict], bytes]:
    """Return the objects that a file holds, wherever they are, and what is between them, without commas and brackets.

    By the standard library: at each brace that begins an object this is taken, and the search goes on after it.
    """
    text = data.decode("latin-1")  # a character a byte, so that nothing is lost
    found, rest, at = [], [], 0
    while (start := text.find("{", at)) >= 0:
        try:
            value, end = _DECODER.raw_decode(text, start)
            json.dumps(value).encode("latin-1")
            json.loads(text[start:end].encode("latin-1").decode("utf-8"))
        except (ValueError, RecursionError):
            rest.append(text[at : start + 1])
            at = start + 1
            continue
        rest.append(text[at:start])
        found.append(json.loads(text[start:end].encode("latin-1").decode("utf-8")))
        at = end
    rest.append(text[at:])
    return found, _BETWEEN.sub(b"", "".join(rest).encode("latin-1"))


def core(record: dict, context) -> object:
    """Return what a safe repair must keep of a record: body, label and every other value."""
    if context.known is None or not all(isinstance(record.get(key), str) for key in ("prompt", "completion")):
        return json.dumps(record)
    others = {key: value for key, value in record.items() if key not in {"prompt", "completion"}}
    # A separator that appears twice at an end may be one; of what is glued to a word nothing goes.
    return (
        strip_ending(record["prompt"], context.known.separator),
        strip_ending(record["completion"], context.known.stop),
        json.dumps(others),
    )


def broken_laws(data: bytes) -> list[str]:
    """Return a sentence for each law of safe repairs that does not hold for a file."""
    wrong = []
    before = ftlint.check(data, max_findings=None)
    fixed, report = ftlint.fix(data, max_findings=None)
    context = report.survey
    old, old_rest = objects_and_rest(data)
    new, new_rest = objects_and_rest(fixed)
    if [core(record, context) for record in new] != [core(record, context) for record in old]:
        wrong.append(f"the objects are not the same: {len(old)} before, {len(new)} after")
    if old_rest != new_rest:
        wrong.append("what is not understood did not stay")
    again, _ = ftlint.fix(fixed)
    if again != fixed:
        wrong.append("repairing again changes something")
    after = ftlint.check(fixed, max_findings=None)
    left = sorted({finding.code for finding in after.findings if finding.applicability == "safe"})
    if left:
        wrong.append(f"a safe repair is left: {left}")
    revealed = after.records != before.records  # what is a record now was none before, and nobody could judge it
    added = sorted(code for code in after.counts if after.counts[code] > before.counts[code])
    if added and not revealed:
        wrong.append(f"findings were added: {added}")
    return wrong


DROPS = {"CHT004", "DUP001", "DUP003", "DUP004", "PRF001", "SHP005", "SPL001", "SPL007", "TOK001", "TXT004"}
"""Rules whose repair takes whole records away."""

STRUCTURE = {"CHT003", "CHT005", "SHP001", "SHP002", "JSN002", "JSN003"}
"""Rules whose repair changes which members and turns a record has."""


def differing(before, after, pointer=""):
    """Yield the JSON Pointers of what two values do not share; of what only one of them has the pointer there."""
    if isinstance(before, dict) and isinstance(after, dict):
        for key in before.keys() | after.keys():
            at = f"{pointer}/{key.replace('~', '~0').replace('/', '~1')}"
            if key in before and key in after:
                yield from differing(before[key], after[key], at)
            else:
                yield at
    elif isinstance(before, list) and isinstance(after, list) and len(before) == len(after):
        for place, (one, other) in enumerate(zip(before, after, strict=True)):
            yield from differing(one, other, f"{pointer}/{place}")
    elif json.dumps(before) != json.dumps(after):
        yield pointer


def tracked(data: bytes, *, unsafe: bool):
    """Return a repaired file, for each of its lines the line that it comes from (None: not comparable), and the report."""
    config = configuration.load({}, isolated=True)
    dataset = Dataset([Source("a.jsonl", len(data), data)], config.options())
    [repaired], report = Session.of(config).fix_datasets([dataset], unsafe=unsafe, track=True)
    _, new, origins = repaired.files[0]
    fixed = b"".join(new.parts())
    repaired.close()
    return fixed, origins, report


def broken_by_value(data: bytes, *, unsafe: bool) -> list[str]:
    """Return a sentence for each value that a repair changed without a finding that points at it, or of all records."""
    before = ftlint.check(data, max_findings=None)
    fixed, origins, report = tracked(data, unsafe=unsafe)
    wrong = [f"{kind}: {text}" for kind, text in report.notes if kind == "undone"] + report.failures
    if origins is None or fixed == data or report.fixed.keys() & STRUCTURE:
        return wrong  # lines were made of objects, or members and turns change; the other laws look at these
    of_all = {rule.code for dataset in before.datasets for rule, violations in dataset.violations if violations.affects}
    old, new = data.split(b"\n"), fixed.split(b"\n")
    if not of_all & report.fixed.keys():
        wrong += _unpointed(before, old, new, origins)
    gone = [line for line in set(range(len(old) - 1)) - set(origins) if old[line].strip()]
    if gone and not report.fixed.keys() & DROPS:
        wrong.append(f"lines {gone} went, and no repair drops records")
    return wrong


def _unpointed(before, old: list[bytes], new: list[bytes], origins) -> list[str]:
    """Return a sentence for each value that changed without a finding at it; prompts and completions are judged by other laws."""
    pointers: dict[int, set[str]] = {}
    for finding in before.findings:
        if finding.line is not None and finding.pointer:
            pointers.setdefault(finding.line - 1, set()).add(finding.pointer)
    wrong = []
    for place, origin in enumerate(origins):
        try:
            was, now = json.loads(old[origin]), json.loads(new[place])
        except ValueError:
            continue
        for at in differing(was, now):
            pointed = any(at == one or at.startswith(f"{one}/") for one in pointers.get(origin, ()))
            if not pointed and at not in {"/prompt", "/completion"}:
                wrong.append(f"line {origin + 1}: {at} changed, and nothing points at it")
    return wrong


def changes_again(data: bytes) -> list[str]:
    """Return a sentence where an unsafe repair changes something again, that infers nothing else in a second run."""
    fixed, report = ftlint.fix(data, unsafe=True)
    if any(kind == "note" for kind, _ in report.notes):
        return []
    again, second = ftlint.fix(fixed, unsafe=True)
    return [] if again == fixed else [f"an unsafe repair changes something again: {dict(second.fixed)}"]
