"""Nothing of what is private is in any report, whatever else is found on its line."""

import json
import string
import sys
from random import Random

import ftlint_rules.secret._detect as detect
import polars as pl
import pytest
from command import ftlint as ftlint_command
from ftlint_rules.secret._detect import _WINDOW, may_be_private, private_in
from ftlint_rules.secret.secret import _redacted

import ftlint
from ftlint.report.formats import names

KEY = "AKIA" + "Q3ZT7WNX2MPLB6RD"
PASSWORD = "corr3ct-horse-battery"  # noqa: S105 - made up


@pytest.fixture
def folder(tmp_path):
    """Private data in a prompt that repeats, in a label, and beside faults of other rules."""
    rows = [{"prompt": f"item {i} ->", "completion": f" {'yes' if i % 2 else 'no'}"} for i in range(30)]
    rows[3] |= {"prompt": f"use {KEY} now ->", "completion": f" password = '{PASSWORD}'"}
    rows[4] = dict(rows[3])
    rows[5]["completion"] = f" {KEY}"
    rows[6] = {"prompt": f"bad\u200b {KEY} ->", "completion": ""}
    lines = [json.dumps(row) for row in rows]
    lines[7] = f'{{"prompt": "{KEY}'
    (tmp_path / "train.jsonl").write_text("\n".join(lines) + "\n")
    (tmp_path / "valid.jsonl").write_text(lines[3] + "\n")
    return tmp_path


def told(text: bytes) -> list[str]:
    """Return what a text tells of the private values: any three of their characters that are together would do harm enough."""
    return [part for part in (KEY[4:8], KEY[-5:], PASSWORD[:6], PASSWORD[-6:]) if part.encode() in text]


@pytest.mark.parametrize("form", names())
def test_no_report_shows_it(folder, form):
    command = ("check", "train.jsonl", "--valid", "valid.jsonl", "--select", "ALL", "--ignore", "SPL006,LBL008")
    result = ftlint_command(*command, "--output", form, cwd=folder)
    assert result.returncode == 1, result.stderr
    assert b"SEC001" in result.stdout or b"secret" in result.stdout
    assert told(result.stdout + result.stderr) == []


def test_the_message_says_what_it_is_all_the_same(folder):
    report = ftlint.check(folder / "train.jsonl", extend_select=["SEC"])
    found = {(one.line, one.message, one.column) for one in report.findings if one.code == "SEC001"}
    assert (4, "the prompt contains an AWS Access Key", 17) in found
    assert (6, "the completion contains an AWS Access Key", 41) in found
    assert all(one.text is None for one in report.findings)
    assert told(repr(report.findings).encode() + str(report).encode()) == []


def test_a_diff_is_refused_and_a_repair_leaves_nothing(folder):
    result = ftlint_command("check", "train.jsonl", "--extend-select", "SEC", "--diff", cwd=folder)
    assert result.returncode == 2
    assert result.stderr == b"ftlint: --diff would show what SEC001 finds; use --fix, or --ignore SEC001\n"
    result = ftlint_command("check", "train.jsonl", "--select", "SEC", "--fix", "--unsafe-fixes", cwd=folder)
    assert told(result.stdout + result.stderr) == []
    lines = (folder / "train.jsonl").read_bytes().splitlines()
    assert told(b"\n".join(lines[:7] + lines[8:])) == []
    assert json.loads(lines[3]) == {"prompt": "use [redacted] now ->", "completion": " password = '[redacted]'"}


def test_a_baseline_does_not_hold_it(folder):
    result = ftlint_command("baseline", "write", "train.jsonl", "--extend-select", "SEC", cwd=folder)
    assert result.returncode == 0, result.stderr
    written = b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file() and path.suffix != ".jsonl")
    assert written
    assert told(written + result.stdout) == []


def test_without_its_extra_it_says_what_to_install(folder, monkeypatch):
    monkeypatch.setitem(sys.modules, "detect_secrets.core.plugins.util", None)
    detect.detectors.cache_clear()
    detect.private_in.cache_clear()
    report = ftlint.check(folder / "train.jsonl", select=["SEC", "CMP"])
    detect.detectors.cache_clear()
    [failure] = report.failures
    assert failure.endswith("SEC001 needs an extra: pip install 'ftlint[secrets]'")
    assert report.findings, "all other rules are checked"


FORMS = (
    "AKC" + "p8budTFpbypBqQbGJPz",
    "AP" + "6yhGhvdTFpbyp",
    KEY,
    "AccountKey=" + "a1b2" * 21 + "a1==",
    "ghp_" + "a1b2c3d4e" * 4,
    "glpat-" + "a1b2c3d4e5f6g7h8i9j0",
    "0123456789abcdef" * 2 + "-us7",
    "sk-" + "a1b2c" * 4 + "T3BlbkFJ" + "d3e4f" * 4,
    "SG." + "a1" * 11 + "." + "b2c" * 14 + "d",
    "xoxb-" + "123-abc",
    "sk_live_" + "a1b2c3d4" * 3,
    "123456789:" + "a1b2c" * 7,
    "AC" + "a1b2c3d4" * 4,
    "-----BEGIN OPENSSH PRIVATE KEY-----",
    "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9PlFUP0THsR8U",
    "postgres://bob:s3cr3tpw@db.internal/x",
    "max@gmx.de",
    "4012 8888 8888 1881",
    "378282246310005",
    f"db_pass = '{PASSWORD}'",
)


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("around", ["{}", "use {} now", 'it\'s "{}", ok', "a\n{}\nb"])
def test_every_form_is_found_and_goes(form, around):
    text = around.format(form)
    assert private_in(text)
    assert pl.select(may_be_private(pl.lit(text))).item()
    assert form not in _redacted(text)
    assert not private_in(_redacted(text))


@pytest.mark.parametrize(
    "text",
    [
        "I forgot my password, and 'the key' to success is practice.",
        "APApplicationDelegate and AKCountryCodeSelector are classes",
        "eyJust.kidding",
        "see https://example.org/a/very/long/path/to/somewhere?with=parameters",
        "uuid 123e4567-e89b-12d3-a456-426614174000, phone +49 170 1234567, isbn 9783161484100",
        "password = '{{ password }}', secret: '<your secret>'",
        "the total is 4,012,888,888,881,881 and 1.2345678901234567",
    ],
)
def test_prose_and_placeholders_are_not_private(text):
    assert private_in(text) == ()


CASES = {
    "see APD1234567890 end, APACHE2LICENSE ->": "see APD1234567890 end, APACHE2LICENSE ->",
    "https://x.y/a?email=joe@corp.com&z=1": "https://x.y/a?email=[redacted]&z=1",
    "AKC" + "p5budTFpbypBqQbGJPz ->": "[redacted] ->",
    'password = "a1b2"; the class a1b2c3 and xa1b2y, a1b2.': 'password = "[redacted]"; the class a1b2c3 and xa1b2y, [redacted].',
    'pwd: "admin1" - ask admin1@corp.com': 'pwd: "[redacted]" - ask [redacted]',
    "a password='abc123def' b password='xyz987' c": "a password='[redacted]' b password='[redacted]' c",
    "redis://:s3cr3tpw@host:6379": "redis://:[redacted]@host:6379",
    "git clone git@github.com:org/repo.git": "git clone git@github.com:org/repo.git",
}


@pytest.mark.parametrize(("text", "wanted"), CASES.items())
def test_what_is_private_goes_and_nothing_else(text, wanted):
    assert _redacted(text) == wanted
    assert _redacted(wanted) == wanted


def test_what_is_private_is_found_wherever_it_is_in_a_long_text():
    for size in (0, 1900, 2040, 2300, 50_000):
        text = "a " * (size // 2) + KEY + " b" * 3000
        assert _redacted(text) == text.replace(KEY, "[redacted]")


@pytest.mark.parametrize("part", ["A", "a.", ".", "sk-", "eyJ", "bob1@corp.com ", "password='abc123def'\n", "http://u:p1x9@h "])
def test_patterns_of_others_see_parts_of_bounded_length(monkeypatch, part):
    seen = []

    class Pattern:
        """Notes how much it is given, whatever else."""

        def finditer(self, text):
            seen.append(len(text))
            return iter(())

    class Words:
        def analyze_string(self, line):
            seen.append(len(line))
            return ()

    noting = detect._Detectors((("key", Pattern(), None),), Words(), detect.detectors().heuristic)
    monkeypatch.setattr(detect, "detectors", lambda: noting)
    text = (part * 200_000)[:200_000] + "@"
    private_in(text)
    assert max(seen) <= _WINDOW
    assert sum(seen) < 2 * 1.2 * len(text), "each of the two sees each character about once"


def test_lines_that_hold_something_private_elsewhere_are_not_shown(tmp_path):
    call = {"id": "c1", "type": "function", "function": {"name": "f", "arguments": json.dumps({"key": KEY})}}
    asked = [{"role": "user", "content": "q"}, {"role": "assistant", "tool_calls": [call]}]
    answered = [{"role": "tool", "tool_call_id": "c9", "content": "x"}, {"role": "assistant", "content": "done"}]
    lines = [json.dumps({"messages": [*asked, *answered]}), f'{{"messages": "{KEY}']
    lines += [json.dumps({"messages": [{"role": "user", "content": "q"}, {"role": "assistant", "content": ""}], "note": KEY})]
    (tmp_path / "chat.jsonl").write_text("\n".join(lines) + "\n")
    for form in names():
        result = ftlint_command("check", "chat.jsonl", "--extend-select", "SEC", "--output", form, cwd=tmp_path)
        assert told(result.stdout + result.stderr) == [], form
        assert b"TUL003" in result.stdout, form
    result = ftlint_command("check", "chat.jsonl", "--extend-select", "SEC", "--diff", "--unsafe-fixes", cwd=tmp_path)
    assert (result.returncode, told(result.stdout)) == (2, [])


FURTHER = [
    ("a Hugging Face token", "hf_", 34, "", string.ascii_letters),
    ("an Anthropic API key", "sk-ant-api03-", 93, "AA", f"{string.ascii_letters}{string.digits}-_"),
    ("a Google API key", "AIza", 35, "", f"{string.ascii_letters}{string.digits}-_"),
    ("an OpenAI API key", "sk-proj-", 74, "T3BlbkFJ" + "kZ3-x" * 15, f"{string.ascii_letters}{string.digits}-_"),
    ("a GitHub token", "github_pat_", 82, "", f"{string.ascii_letters}{string.digits}_"),
]
"""Keys that detect-secrets does not know: what they are called, how they begin, how many characters follow, how they end."""


@pytest.mark.parametrize(("called", "start", "length", "end", "letters"), FURTHER, ids=lambda value: str(value)[:12])
def test_keys_of_services_for_models_are_found_and_what_stands_for_one_is_not(called, start, length, end, letters):
    made = start + "".join(Random(1).choices(letters, k=length)) + end
    text = f"Use {made}, please."
    assert [(one.kind, text[one.start : one.end]) for one in private_in(text)] == [(called.partition(" ")[2], made)]
    assert pl.select(may_be_private(pl.lit(text))).item()
    assert private_in(f"Use {start}{'x' * length}, please.") == ()
    assert private_in(f"Use {start}…, please.") == ()
