"""What must hold of a repair, stated without the code that repairs."""

from __future__ import annotations

import json
import re

import ftlint
from ftlint.text.marks import without

_DECODER = json.JSONDecoder()
_BETWEEN = re.compile(rb"[\s,\[\]]|\xef\xbb\xbf")


def objects_and_rest(data: bytes) -> tuple[list[dict], bytes]:
    """Return the objects that a file holds, wherever they stand, and what stands between them, without commas and brackets.

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
    if not all(isinstance(record.get(key), str) for key in ("prompt", "completion")):
        return json.dumps(record)
    others = {key: value for key, value in record.items() if key not in {"prompt", "completion"}}
    # A separator that stands twice at an end may be one; of what is glued to a word nothing goes.
    return (
        without(record["prompt"], context.known.separator),
        without(record["completion"], context.known.stop),
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
