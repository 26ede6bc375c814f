"""Writes what is generated in docs/: a page for each rule, their index, and the schema of the configuration.

python docs/generate.py           writes the files
python docs/generate.py --check   exits with 1 where a file is not what would be written
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from evidence import DEFECTS, lost
from ftlint_rules import rules as builtin_rules

from ftlint.cli.rule import page
from ftlint.config import json_schema

if TYPE_CHECKING:
    from collections.abc import Iterator

HERE = Path(__file__).parent


def files() -> Iterator[tuple[Path, str]]:
    """Yield path and text of every generated file."""
    rules = builtin_rules()
    for rule in rules:
        yield HERE / "rules" / f"{rule.name()}.md", page(rule) + "\n" + measured(rule.code)
    yield HERE / "rules" / "index.md", index(rules)
    yield HERE / "schema.json", json.dumps(json_schema(), indent=2) + "\n"


def measured(code: str) -> str:
    """Return what the defects that a rule finds cost, as `evidence.py` has measured it; nothing where it has not."""
    found = json.loads((HERE / "evidence.json").read_text("utf-8"))
    rows = [(DEFECTS[name][0], found[name]) for name in DEFECTS if name.split()[0] == code]
    if not rows:
        return ""
    lines = ["", "## What it costs", "", "Points of accuracy of the [offline model](../evidence.md), by dataset:", ""]
    for what, by_dataset in rows:
        cells = [
            f"{change:+.1f} ± {error:.1f} ({name})" for name, (change, error) in ((n, lost(p)) for n, p in by_dataset.items())
        ]
        lines.append(f"- {what}: {', '.join(cells)}")
    return "\n".join([*lines, ""])


def index(rules: Any) -> str:
    """Return the table of all rules."""
    rows = [
        f"| {rule.code} | [{rule.name()}]({rule.name()}.md) | {rule.level} | {rule.fixable or '–'} | {rule.summary()} |"
        for rule in rules
    ]
    head = ["# Rules", "", "| code | name | level | fix | reports |", "|---|---|---|---|---|"]
    legend = [
        "",
        "Level: what most findings of the rule have; its page names other cases. Fix: how `--fix` repairs it: safe, unsafe (with",
        "`--unsafe-fixes`), on request (with its name after `--fixable` too), – not at all; see [repairs](../fixes.md).",
        f"All rules are on by default but {', '.join(rule.name() for rule in rules if not rule.enabled)}.",
    ]
    return "\n".join([*head, *rows, *legend]) + "\n"


def main() -> int:
    """Write or check the files."""
    wanted = dict(files())
    stale = [path for path in (HERE / "rules").glob("*.md") if path not in wanted]
    wrong = [path for path, text in wanted.items() if not path.exists() or path.read_text("utf-8") != text]
    if "--check" in sys.argv:
        for path in stale + wrong:
            print(f"{path} is not what docs/generate.py writes")  # noqa: T201 - the report of a command
        return 1 if stale or wrong else 0
    (HERE / "rules").mkdir(exist_ok=True)
    for path in stale:
        path.unlink()
    for path in wrong:
        path.write_text(wanted[path], "utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
