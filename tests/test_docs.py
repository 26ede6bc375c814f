"""The documents: what is generated is up to date, and what they show is what happens."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

from ftlint.cli.app import COMMANDS

ROOT = Path(__file__).parent.parent


def test_generated_files_are_up_to_date():
    result = subprocess.run(
        [sys.executable, ROOT / "docs" / "generate.py", "--check"], capture_output=True, text=True, check=False
    )
    assert result.returncode == 0, result.stdout


def test_the_readme_shows_what_the_command_prints():
    readme = (ROOT / "README.md").read_text("utf-8")
    shown = re.search(r"```console\n\$ ftlint check examples/food.jsonl\n(.*?)```", readme, re.DOTALL)
    assert shown.group(1).strip() == (ROOT / "tests" / "golden" / "grouped.txt").read_text("utf-8").strip()


def test_documents_name_only_commands_that_exist():
    named = set()
    for path in [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *(ROOT / "docs").rglob("*.md")]:
        named |= set(re.findall(r"(?:^|[`$] ?)ftlint ([a-z]+)", path.read_text("utf-8"), re.MULTILINE))
    assert {"check", "rule", "config"} <= named
    assert named <= set(COMMANDS)
