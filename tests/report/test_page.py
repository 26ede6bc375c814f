"""The page: whole by itself, and no text of the data is markup in it."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from html.parser import HTMLParser

import pytest
from command import ftlint

from ftlint.report.formats import Style, kept
from ftlint.report.formats.html import FORMAT
from ftlint.session import Session

HOSTILE = (
    "<script>alert(1)</script>",
    "</script><img src=x onerror=alert(1)>",
    "<!--<script>",
    "]]>&lt;b&gt;",
    "\u202e right to left \u2028\u2029",
    "'\"`{{7*7}}${7*7}",
    "\x1b[31m\x00",
    "a" * 20_000,
)

ELEMENTS = {
    *("html", "head", "meta", "title", "style", "body", "header", "main", "footer", "h1", "h2", "p", "div", "dl", "dt", "dd"),
    *("svg", "a", "text", "rect", "form", "label", "input", "fieldset", "legend", "script"),
}


class Page(HTMLParser):
    """The elements of a page, and the text of each script and style."""

    def __init__(self, text):
        super().__init__()
        self.elements, self.scripts, self.styles, self.policy, self._inside = [], [], [], "", ""
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))
        self._inside = tag
        if dict(attrs).get("http-equiv") == "Content-Security-Policy":
            self.policy = dict(attrs)["content"]

    def handle_data(self, data):
        {"script": self.scripts, "style": self.styles}.get(self._inside, []).append(data)

    def handle_endtag(self, tag):
        self._inside = ""


@pytest.fixture
def made(tmp_path):
    """Return a function that checks prompts and renders the report."""

    def make(prompts, *, snippets=True, name="hostile.jsonl"):
        path = tmp_path / name
        rows = [
            {"prompt": f"{text} {index} ->", "completion": "no" if index % 2 else " yes"} for index, text in enumerate(prompts)
        ]
        path.write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
        report = Session(no_snippets=not snippets).check(str(path))
        return "\n".join(FORMAT.render(report, Style(snippets=snippets))), report

    return make


def test_no_text_of_the_data_is_markup(made):
    text, report = made([*HOSTILE, *(f"thing {number}" for number in range(40))])
    page = Page(text)
    assert {tag for tag, _ in page.elements} <= ELEMENTS
    assert not [
        attributes
        for _, attributes in page.elements
        if any(key.startswith("on") or key in {"src", "style"} for key in attributes)
    ]
    assert len(page.scripts) == 2
    rules = json.loads(page.scripts[0])
    assert {rule["code"] for rule in rules} == {code for code, count in report.counts.items() if count}
    lines = ["".join(finding["line"]) for rule in rules for finding in rule["findings"] if "line" in finding]
    assert any("<script>alert(1)</script>" in line for line in lines), "it is shown as it is"
    assert not any(char in "".join(lines) for char in "\u202e\u2028\x1b\x00"), "what steers a reader's eye is an escape"
    assert max(map(len, lines)) < 1000


def test_a_browser_runs_and_loads_nothing_else(made):
    page = Page(made(["thing"] * 30)[0])
    for name, parts in (("script", page.scripts[1]), ("style", page.styles[0])):
        digest = base64.b64encode(hashlib.sha256(parts.encode()).digest()).decode()
        assert f"{name}-src 'sha256-{digest}'" in page.policy
    assert page.policy.startswith("default-src 'none'; ")
    assert not re.search(r"\bfetch\(|XMLHttpRequest|import\(|innerHTML|document\.write|\beval\(", page.scripts[1])


def test_it_has_places_messages_and_repairs(made):
    text, report = made([f"thing {number}" for number in range(30)])
    [rule] = [rule for rule in json.loads(Page(text).scripts[0]) if rule["code"] == "CMP001"]
    first = rule["findings"][0]
    wanted = next(finding for finding in report.findings if finding.code == "CMP001")
    assert (rule["count"], first["message"], first["fix"]) == (15, wanted.message, "safe fix")
    assert first["place"].endswith(f"hostile.jsonl:{wanted.line}:{wanted.column}")
    assert first["line"][1] == "n"
    assert "missing-leading-space" in text


def test_texts_are_kept_out_on_request(made):
    text, _ = made(["secret words"] * 30, snippets=False)
    assert "secret words" not in text


def test_nothing_found_is_a_page_too(tmp_path):
    path = tmp_path / "clean.jsonl"
    path.write_text('{"prompt": "a ->", "completion": " b"}\n')
    report = Session(select=["CMP001"]).check(str(path))
    page = Page("\n".join(FORMAT.render(report, Style())))
    assert json.loads(page.scripts[0]) == []
    assert not {"form", "svg"} & {tag for tag, _ in page.elements}, "there is nothing to choose from"
    assert kept([FORMAT], None) == FORMAT.shown


def test_a_profile_is_a_page_too(tmp_path):
    path = tmp_path / "x.jsonl"
    rows = [{"prompt": f"<b>{number}</b> ->", "completion": (" <i>yes</i>", " no")[number % 2]} for number in range(60)]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
    result = ftlint("profile", "--isolated", path, "--output", f"html={tmp_path / 'x.html'}", cwd=tmp_path)
    assert (result.returncode, result.stdout) == (0, b""), result.stderr
    text = (tmp_path / "x.html").read_text("utf-8")
    page = Page(text)
    assert {tag for tag, _ in page.elements} <= ELEMENTS | {"pre", "section", "h2"}
    assert "script-src" not in page.policy, "it has none"
    assert "&lt;i&gt;yes&lt;/i&gt;" in text
    assert "30" in re.findall(r"<text[^>]*>([\d,]+)</text>", text)


def test_the_file_of_a_profile_must_be_named(tmp_path):
    for given, sentence in (("htm", "should be one of text, json, markdown, html"), ("html=", "names no file")):
        result = ftlint("profile", "x.jsonl", "--output", given, cwd=tmp_path)
        assert result.returncode == 2
        assert sentence in result.stderr.decode()
