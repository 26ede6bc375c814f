"""Writes what is generated in docs/: a page for each rule and record shape, their lists, and the schema of the configuration.

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
from references import commands_page, library_page, settings_page, symptoms_page, target_keys

from ftlint.config import json_schema
from ftlint.dialects import known
from ftlint.dialects.conversation import ConversationDialect
from ftlint.prepare.reshape import SHAPES
from ftlint.rule.page import page
from ftlint.targets import shipped, target

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ftlint.dialects.base import Dialect
    from ftlint.targets import Target

HERE = Path(__file__).parent


def files() -> Iterator[tuple[Path, str]]:
    """Yield path and text of every generated file."""
    rules = builtin_rules()
    for rule in rules:
        yield HERE / "rules" / f"{rule.name()}.md", page(rule) + "\n" + measured(rule.code)
    yield HERE / "rules" / "index.md", index(rules)
    yield HERE / "dialects.md", dialects_page()
    for dialect in known():
        if dialect.checked:
            yield HERE / "dialects" / f"{dialect.name}.md", dialect_page(dialect, rules)
    yield HERE / "targets.md", targets_page()
    yield HERE / "commands.md", commands_page()
    yield HERE / "settings.md", settings_page()
    yield HERE / "symptoms.md", symptoms_page(rules)
    yield HERE / "library.md", library_page()
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
        "Level: of most findings of the rule; its page lists other cases. Fix: how `--fix` repairs it: safe, unsafe (with",
        "`--unsafe-fixes`), on request (with its name after `--fixable` too), – not at all; see [repairs](../fixes.md).",
        f"All rules are on by default except {', '.join(rule.name() for rule in rules if not rule.enabled)}.",
    ]
    return "\n".join([*head, *rows, *legend]) + "\n"


def dialects_page() -> str:
    """Return the page that lists the record shapes."""
    lines = [
        "# Record shapes",
        "",
        "The shape of records is recognised by the keys of most of them; `--dialect NAME` sets it. All rules that make sense",
        "for a shape run on it. Repairs, `split`, `profile`, the library and pandera work for all.",
        "",
        "| shape | keys | taken by |",
        "|---|---|---|",
    ]
    for dialect in filter(lambda one: one.checked, known()):
        keys = " or ".join(", ".join(f"`{key}`" for key in sorted(shape)) for shape in dialect.shapes)
        lines.append(f"| [{dialect.name}](dialects/{dialect.name}.md) | {keys} | {', '.join(_takers(dialect)) or '–'} |")
    recognised = ", ".join(f"`{dialect.name}`" for dialect in known() if not dialect.checked)
    lines += [
        "",
        "## Recognised only",
        "",
        f"Of {recognised} the bytes, the JSON and the keys are checked, and nothing else yet.",
    ]
    return "\n".join(lines) + "\n"


def dialect_page(dialect: Dialect, rules: Any) -> str:
    """Return the page of a record shape: a good record, its keys, who takes it, and which rules look at it."""
    keys = [f"- {', '.join(f'`{key}`' for key in sorted(shape))}" for shape in dialect.shapes]
    optional = ", ".join(f"`{key}`" for key in sorted(dialect.optional - frozenset().union(*dialect.shapes)))
    lines = [f"# {dialect.name}", "", "```json", dialect.example, "```", "", "## Keys", "", *keys]
    lines += ["", f"A record may also have {optional}."] if optional else []
    lines += ["", "## Taken by", ""]
    lines += [f"- `{name}`: {target(name).source}" for name in _takers(dialect)] or ["No target that ships with ftlint."]
    lines += ["", "## Rules", "", "Besides the rules about bytes, JSON, keys, duplicates and the split:", ""]
    own = [rule for rule in rules if rule.requires and set(rule.requires) <= dialect.capabilities]
    lines += [f"- [{rule.code} {rule.name()}](../rules/{rule.name()}.md): {rule.summary()}" for rule in own]
    if isinstance(dialect, ConversationDialect) or "endings" in dialect.capabilities:
        shapes = "`, `".join(name for name in SHAPES if name != dialect.name)
        lines += [
            "",
            "## Convert",
            "",
            f"`ftlint convert FILE --to SHAPE -o OUT` writes such records as `{shapes}`, if nothing is lost.",
        ]
    return "\n".join(lines) + "\n"


def _takers(dialect: Dialect) -> list[str]:
    """Return the targets that take a shape, without those of a version."""
    return [name for name in shipped() if dialect.name in target(name).dialects and "@" not in name]


def targets_page() -> str:
    """Return the table of targets."""
    lines = [
        "# Targets",
        "",
        "Models and trainers to check data for: `--target NAME`. A name with a version never changes; a name without one is the",
        "newest version. A dash is an unknown value. Your own target extends one of these ([configuration](configuration.md)).",
        "",
        "`Trained` is what a trainer does unless it is told otherwise, see [what the model sees](what-the-model-sees.md).",
        "",
        "| name | shapes | tokens | trained | records | file | source |",
        "|---|---|---|---|---|---|---|",
    ]
    for name in shipped():
        item = target(name)
        tokens = f"{item.most} ({item.encoding})" if item.limit else "–"
        least = f"{item.minimum_records:,} or more" if item.minimum_records else ""
        most = f"at most {item.maximum_records:,}" if item.maximum_records else ""
        size = f"{item.maximum_bytes / 2**20:,.0f} MiB" if item.maximum_bytes else "–"
        records = ", ".join(filter(None, (least, most))) or "–"
        cells = (name, ", ".join(item.dialects), tokens, _trained(item), records, size, item.source)
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join([*lines, "", *target_keys()]) + "\n"


def _trained(item: Target) -> str:
    """Return after how many tokens a trainer cuts, what it cuts, and what is learned."""
    cuts = {"right": "the end is cut off", "left": "the start is cut off", "drop": "longer ones are dropped"}
    limit = f"{item.cuts_at:,} tokens" if item.cuts_at else ""
    learns = {"all": "all is learned", "assistant": "answers are learned", "": ""}[item.learns]
    return ", ".join(filter(None, (limit, cuts.get(item.cut, "cut in proportion" if item.cut else ""), learns))) or "–"


def main() -> int:
    """Write or check the files."""
    wanted = dict(files())
    stale = [path for folder in ("rules", "dialects") for path in (HERE / folder).glob("*.md") if path not in wanted]
    wrong = [path for path, text in wanted.items() if not path.exists() or path.read_text("utf-8") != text]
    if "--check" in sys.argv:
        for path in stale + wrong:
            print(f"{path} is not what docs/generate.py writes")  # noqa: T201 - the report of a command
        return 1 if stale or wrong else 0
    for folder in ("rules", "dialects"):
        (HERE / folder).mkdir(exist_ok=True)
    for path in stale:
        path.unlink()
    for path in wrong:
        path.write_text(wanted[path], "utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
