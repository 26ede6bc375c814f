"""The documents: what is generated is up to date, and what they show is what happens."""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import httpx
import pytest
from command import ftlint
from paths import ROOT

from ftlint.cli.app import COMMANDS
from ftlint.config import Settings, validated
from ftlint.report.formats import FORMATS


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


GATE = ("ci", "formats", "from-csv", "pre-commit", "python")
STARTS = ("start/ci", "start/classifier", "start/conversations", "start/etl", "start/preference")


FILES_OF_PAGES = {
    "food.jsonl": "food.jsonl",
    "train.jsonl": "sports.jsonl",
    "valid.jsonl": "sports-valid.jsonl",
    "tickets.csv": "sports.csv",
    "chat.jsonl": "chat.jsonl",
    "pairs.jsonl": "preference.jsonl",
    "sports.jsonl": "sports.jsonl",
}
"""What the files are that pages name."""

TOY = ROOT / "rules" / "learning" / "toy"


def blocks_of(page, kind):
    return re.findall(rf"^```{kind}\n(.*?)^```", (ROOT / "docs" / f"{page}.md").read_text("utf-8"), re.MULTILINE | re.DOTALL)


@pytest.mark.parametrize("page", GATE + STARTS)
def test_commands_print_what_the_pages_show(page, tmp_path):
    (tmp_path / "examples").symlink_to(ROOT / "examples")
    for session in blocks_of(page, "console"):
        for part in re.split(r"^\$ ", session, flags=re.MULTILINE)[1:]:
            command, _, shown = part.partition("\n")
            result = subprocess.run(
                [sys.executable, "-m", *shlex.split(command)], capture_output=True, text=True, check=False, cwd=tmp_path
            )
            assert result.returncode in {0, 1}, result.stderr
            # Of a model, numbers may differ in the last digit between processors.
            form = masked if "mock" in command else str.strip
            assert form(result.stdout) == form(shown), command


NOT_RUN = ("pip ", "npm ", "cd ", "python", "eval ", "_FTLINT", "bash ", "ftlint mock serve")
"""How lines begin that install something, are for a shell, or serve until they are ended."""


@pytest.mark.parametrize("page", [*STARTS, "index", "what-the-model-sees", "extend/target", "../README"])
def test_commands_of_a_page_can_be_given(page, tmp_path):
    """One after the other, in a folder that has the files that they name."""
    lines = [line for block in blocks_of(page, "sh") for line in block.splitlines() if line and not line.startswith(NOT_RUN)]
    for name, example in FILES_OF_PAGES.items():
        shutil.copy(ROOT / "examples" / example, tmp_path / name)
    shutil.copytree(TOY, tmp_path / "Qwen3-0.6B")
    shutil.copytree(TOY, tmp_path / "DIR")
    (tmp_path / "data").mkdir()
    shutil.copy(ROOT / "examples" / "chat.jsonl", tmp_path / "data")
    (tmp_path / "answers.jsonl").write_text('{"text": " baseball"}\n' * 24)
    for line in lines:
        result = ftlint(*shlex.split(line, comments=True)[1:], cwd=tmp_path)
        assert result.returncode in {0, 1}, (line, result.stderr)


def test_extensions_of_the_pages_work(tmp_path):
    """The rule, the dialects, the format and the target of the pages, as a package that is installed."""
    code = [block for page in ("rule", "dialect", "format") for block in blocks_of(f"extend/{page}", "python")]
    [its_test] = [block for block in code if "broken_examples" in block]
    (tmp_path / "our_package.py").write_text("\n".join(block for block in code if block is not its_test))
    entries = "\n\n".join(
        f"[{group}]\n{name} = {where}"
        for page in ("rule", "dialect", "format")
        for block in blocks_of(f"extend/{page}", "toml")
        for group, values in tomllib.loads(block)["project"]["entry-points"].items()
        for name, where in values.items()
    )
    info = tmp_path / "our_package.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: our-package\nVersion: 1\n")
    (info / "entry_points.txt").write_text(entries)
    tested = subprocess.run(
        [sys.executable, "-c", f"from our_package import *\n{its_test}"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(tmp_path)},
        check=False,
    )
    assert tested.returncode == 0
    [record] = blocks_of("extend/dialect", "json")
    [target] = blocks_of("extend/target", "toml")
    (tmp_path / "ftlint.toml").write_text(target)
    (tmp_path / "calls.jsonl").write_text(record + record.replace("It is.", "I am <PERSON_3>."))
    result = ftlint("check", "--output", "json", "calls.jsonl", cwd=tmp_path, PYTHONPATH=str(tmp_path))
    report = json.loads(result.stdout)
    assert report["files"][0]["dialect"] == "call", report["files"]
    [found] = [one for one in report["findings"] if one["code"] == "OUR001"]
    assert (found["line"], found["pointer"], found["message"]) == (
        2,
        "/utterances/1/said",
        "mask <PERSON_3> in the text of message 2",
    )
    (tmp_path / "flat.jsonl").write_text('{"opening": "Who?", "reply": "Me."}\n' * 3)
    flat = ftlint("check", "--isolated", "--output", "json", "flat.jsonl", cwd=tmp_path, PYTHONPATH=str(tmp_path))
    assert json.loads(flat.stdout)["files"][0]["dialect"] == "dialogue", flat.stderr
    table = ftlint("check", "--output", "table", "calls.jsonl", cwd=tmp_path, PYTHONPATH=str(tmp_path)).stdout
    assert b"OUR001\t1\n" in table


@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::FutureWarning", "ignore::UserWarning")
@pytest.mark.parametrize(("page", "block"), [*(("python", block) for block in range(8)), ("start/etl", 0), ("start/etl", 1)])
def test_snippets_run(page, block, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name in ("train", "valid"):
        rows = ({"prompt": f"{name} {i} ->", "completion": " yes" if i % 2 else " no"} for i in range(300))
        Path(f"{name}.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    snippets = blocks_of(page, "python")
    assert len(snippets) == {"python": 8, "start/etl": 2}[page]
    names = {}
    exec(snippets[block], names)  # noqa: S102 - it is our own page
    if page != "python":
        return
    if block == 1:
        assert names["fixed"]["completion"].to_list()[:2] == [" fine", " yes"]
    elif block == 6:
        names["test_data"]()
    elif block == 7:
        assert names["made"].measures.accuracy == pytest.approx(2 / 3)


def test_configurations_are_valid(tmp_path):
    [workflow] = blocks_of("ci", "yaml")
    [hooks] = blocks_of("pre-commit", "yaml")
    for content, schema in ((workflow, "vendor.github-workflows"), (hooks, None)):
        path = tmp_path / "config.yaml"
        path.write_text(content)
        tool = ["check-jsonschema", "--builtin-schema", schema] if schema else ["pre-commit", "validate-config"]
        command = [Path(sys.executable).with_name(tool[0]), *tool[1:], path]
        result = subprocess.run(command, capture_output=True, check=False)
        assert result.returncode == 0, result.stdout
    shipped = (ROOT / ".pre-commit-hooks.yaml").read_text("utf-8")
    assert set(re.findall(r"- id: ([\w-]+)", hooks)) == set(re.findall(r"- id: ([\w-]+)", shipped))


def test_the_configuration_page_names_every_key():
    page = (ROOT / "docs" / "configuration.md").read_text("utf-8")
    keys = [key.replace("_", "-") for key in Settings.__dataclass_fields__]
    assert [key for key in keys if not re.search(rf"(?<![\w-]){re.escape(key)}(?![\w-])", page)] == []
    for block in re.findall(r"^```toml\n(.*?)^```", page, re.MULTILINE | re.DOTALL):
        validated(tomllib.loads(block), "the page")


def test_every_format_has_its_row():
    page = (ROOT / "docs" / "formats.md").read_text("utf-8")
    assert re.findall(r"^\| `(\w+)`", page, re.MULTILINE) == list(FORMATS)


PAGE = (ROOT / "docs" / "offline-service.md").read_text("utf-8")


def blocks(kind: str) -> list[str]:
    return re.findall(rf"^```{kind}\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)


def test_the_page_on_the_offline_service_shows_what_its_commands_print(tmp_path):
    """Word for word; of numbers, which may differ in the last digit between processors, only where they are."""
    (tmp_path / "examples").symlink_to(ROOT / "examples")
    commands = 0
    for session in blocks("console"):
        for part in re.split(r"^\$ ", session, flags=re.MULTILINE)[1:]:
            command, _, shown = part.partition("\n")
            arguments = [sys.executable, "-m", *shlex.split(command)]
            result = subprocess.run(arguments, capture_output=True, text=True, check=False, cwd=tmp_path)
            assert result.returncode == 0, result.stderr
            assert masked(result.stdout) == masked(shown), command
            commands += 1
    assert commands == 7


def masked(text: str) -> str:
    return re.sub(r"█+", "█", re.sub(r"\d[\d.,e-]*", "0", text)).strip()


def test_the_page_on_the_offline_service_has_a_test_that_passes(tmp_path):
    [code] = blocks("python")
    (tmp_path / "test_page.py").write_text(code)
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:randomly", "-p", "no:cacheprovider", str(tmp_path)]
    result = subprocess.run(command, capture_output=True, text=True, check=False, cwd=tmp_path)
    assert result.returncode == 0, result.stdout
    assert "1 passed" in result.stdout


def test_the_page_on_the_offline_service_serves(tmp_path):
    [line] = [line for block in blocks("sh") for line in block.splitlines() if line.startswith("ftlint mock serve")]
    command = [sys.executable, "-m", *shlex.split(line.replace("8765", "0")), "--output", "json"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=tmp_path)
    try:
        url = json.loads(process.stdout.readline())["url"]
        assert httpx.get(f"{url}/models", headers={"Authorization": "Bearer sk-test"}, trust_env=False).status_code == 200
        assert (tmp_path / "mock-state" / "state.sqlite").exists()
    finally:
        process.terminate()
        process.communicate()


def test_the_page_on_the_offline_service_names_its_options():
    result = subprocess.run(
        [sys.executable, "-m", "ftlint", "mock", "serve", "--help"], capture_output=True, text=True, check=True
    )
    named = re.findall(r"^\| `(--[a-z-]+)", PAGE, re.MULTILINE)
    assert len(named) == 5
    assert all(option in result.stdout for option in named)
