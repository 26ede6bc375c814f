"""`ftlint convert`, and what it writes."""

from __future__ import annotations

import json

from command import ftlint


def conversion(folder, name, *arguments, code=0):
    result = ftlint("convert", name, "-o", "out.jsonl", "--force", *arguments, cwd=folder)
    assert result.returncode == code, result.stderr
    if code:
        assert result.stderr.count(b"\n") == 1
        return result.stderr.decode()
    return [json.loads(line) for line in (folder / "out.jsonl").read_bytes().splitlines()]
