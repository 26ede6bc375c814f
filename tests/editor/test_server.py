"""The language server, asked by a client as editors are."""

from __future__ import annotations

import json
import random
import re

import pytest
from command import ftlint
from editing import Editor
from paths import ROOT

LINES = [json.dumps({"prompt": f"thing {number} ->", "completion": " yes" if number % 2 else " no"}) for number in range(1000)]
TEXT = "\n".join(LINES) + "\n"
BAD = '{"prompt": "thing 4 ->", "completion": "no"}'
WITH_BAD = TEXT.replace(LINES[4], BAD)
RESOLVING = {"textDocument": {"codeAction": {"resolveSupport": {"properties": ["edit"]}}}}
WATCHING = {"workspace": {"didChangeWatchedFiles": {"dynamicRegistration": True}}}


@pytest.fixture
def editor(tmp_path):
    with Editor(tmp_path) as editor:
        yield editor
        assert editor.end() == 0


def test_what_is_typed_is_checked_and_what_is_mended_goes(editor, tmp_path):
    uri = editor.open(tmp_path / "train.jsonl", TEXT)
    editor.until(lambda: editor.shown.get(uri) == [])
    at = LINES[4].index('" no"')
    editor.change(uri, (4, at + 1, at + 2, ""))
    editor.until(lambda: editor.codes(uri) == [(4, "CMP001")])
    [shown] = editor.shown[uri]
    assert shown["range"]["start"]["character"] == at + 1
    assert shown["severity"] == 1
    assert shown["message"] == 'completion "no" does not start with a space (missing-leading-space)'
    assert shown["codeDescription"]["href"].endswith("/rules/missing-leading-space/")
    editor.change(uri, (4, at + 1, at + 1, " "))
    editor.until(lambda: editor.codes(uri) == [])


def test_a_line_is_checked_before_the_pause_is_over(editor, tmp_path):
    uri = editor.open(tmp_path / "train.jsonl", TEXT)
    editor.until(lambda: uri in editor.shown)
    # As long as somebody types, the whole is not checked: only that can find what is about two lines.
    editor.change(uri, (6, 0, len(LINES[6]), LINES[8]), (4, 0, len(LINES[4]), BAD))
    editor.until(lambda: editor.codes(uri))
    assert editor.codes(uri) == [(4, "CMP001")]
    editor.until(lambda: editor.codes(uri) == [(4, "CMP001"), (8, "DUP001")])
    assert editor.shown[uri][1]["relatedInformation"][0]["location"] == {
        "uri": uri,
        "range": {"start": {"line": 6, "character": 0}, "end": {"line": 6, "character": 0}},
    }


@pytest.mark.parametrize("seed", range(3))
def test_what_is_shown_after_any_changes_is_what_a_check_finds(editor, tmp_path, seed):
    randomness = random.Random(seed)
    uri = editor.open(tmp_path / "train.jsonl", TEXT)
    inserted = ["", "x", "\n", '"', "}", BAD + "\n", LINES[3] + "\n", "é🍇", "\r\n", " ", "\u2028", '\\"', "\t", "{}\n"]
    for _ in range(30):
        document = editor.texts[uri]
        row = randomness.randrange(len(document.lines))
        if "🍇" in document.lines[row]:  # whose code units the test does not count
            continue
        size = len(document.lines[row].removesuffix("\r"))
        start = randomness.randint(0, size)
        editor.change(uri, (row, start, min(size, start + randomness.choice((0, 0, 1, 9))), randomness.choice(inserted)))
    content = editor.texts[uri].content()
    (tmp_path / "train.jsonl").write_bytes(content)
    found = json.loads(ftlint("check", "--isolated", "--output", "json", "train.jsonl", cwd=tmp_path).stdout)
    expected = sorted(((one["line"] or 1) - 1, one["code"]) for one in found["findings"])
    editor.until(lambda: editor.codes(uri) == expected)


@pytest.mark.parametrize("capabilities", [{}, RESOLVING], ids=["", "resolving"])
def test_repairs_are_actions(tmp_path, capabilities):
    text = WITH_BAD.replace(LINES[6], BAD.replace("4", "6")).replace(LINES[9], LINES[7])
    with Editor(tmp_path, capabilities=capabilities) as editor:
        uri = editor.open(tmp_path / "train.jsonl", text)
        editor.until(lambda: editor.codes(uri) == [(4, "CMP001"), (6, "CMP001"), (9, "DUP001")])
        one, all_of_it, safe = editor.actions(uri, 4)
        assert [action["title"] for action in (one, all_of_it, safe)] == [
            "Fix: missing-leading-space",
            "Fix all findings of missing-leading-space",
            "ftlint: fix all that is safe",
        ]
        assert one["isPreferred"]
        assert ("edit" in safe) is (not capabilities)
        assert [action["kind"] for action in editor.actions(uri, 4, ["source.fixAll"])] == ["source.fixAll.ftlint"]
        assert [action["kind"] for action in editor.actions(uri, 4, ["refactor"])] == []
        dropping, _, _ = editor.actions(uri, 9)
        assert dropping["title"] == "Fix: duplicate-record (changes texts or records)"
        assert not dropping["isPreferred"]
        assert editor.apply(dropping) == text.replace(f"{LINES[8]}\n{LINES[7]}\n", f"{LINES[8]}\n")


def test_all_that_is_safe_is_what_the_command_repairs(tmp_path):
    text = "\ufeff" + WITH_BAD.replace(LINES[9], LINES[9] + ",").replace(LINES[20] + "\n", LINES[20] + "\n\n")[:-1]
    with Editor(tmp_path, capabilities=RESOLVING) as editor:
        uri = editor.open(tmp_path / "train.jsonl", text)
        editor.until(lambda: editor.codes(uri))
        [action] = editor.actions(uri, 0, ["source"])
        repaired = editor.apply(action)
    (tmp_path / "train.jsonl").write_text(text, "utf-8", newline="")
    ftlint("check", "--fix", "--isolated", "train.jsonl", cwd=tmp_path)
    assert repaired.encode() == (tmp_path / "train.jsonl").read_bytes() != text.encode()


def test_one_rule_is_repaired_everywhere(tmp_path):
    text = WITH_BAD.replace(LINES[6], BAD.replace("4", "6")).replace(LINES[9], LINES[9] + ",")
    with Editor(tmp_path) as editor:
        uri = editor.open(tmp_path / "train.jsonl", text)
        editor.until(lambda: editor.codes(uri))
        everywhere = next(one for one in editor.actions(uri, 4) if "all findings" in one["title"])
        assert editor.apply(everywhere) == text.replace('"no"', '" no"')


def test_a_hover_explains_and_shows_tokens(editor, tmp_path):
    uri = editor.open(tmp_path / "train.jsonl", WITH_BAD)
    editor.until(lambda: editor.codes(uri))
    tokens, page = editor.hover(uri, 4, BAD.index('"no"') + 1).split("\n\n---\n\n", 1)
    assert tokens == '**1 token** of r50k_base: `"no"`'
    assert page.startswith("# missing-leading-space (CMP001)")
    assert editor.hover(uri, 5, BAD.index("thing") + 2) == '**3 tokens** of r50k_base: `"thing"` `" 5"` `" ->"`'
    assert editor.hover(uri, 5, 0) is None
    assert editor.hover(uri, 999, 0) is None


def test_tokens_are_those_of_the_models_tokenizer(editor, tmp_path):
    config = tmp_path / "ftlint.toml"
    config.write_text(f'tokenizer = "{ROOT / "rules" / "learning" / "toy"}"\ntarget = "trl"\n')
    uri = editor.open(tmp_path / "train.jsonl", TEXT)
    editor.until(lambda: uri in editor.shown)
    assert re.match(r"\*\*\d+ tokens?\*\* of toy: `", editor.hover(uri, 5, BAD.index("thing") + 2))
    config.write_text('tokenizer = "nowhere"\ntarget = "trl"\n')
    editor.change(uri, (0, 0, 0, " "))
    editor.until(lambda: editor.said)
    assert "nowhere: no tokenizer is there" in editor.said[0]


def test_the_configuration_is_the_closest_one_and_is_watched(tmp_path):
    config = tmp_path / "ftlint.toml"
    (tmp_path / "data").mkdir()
    with Editor(tmp_path, capabilities=WATCHING) as editor:
        uri = editor.open(tmp_path / "data" / "train.jsonl", WITH_BAD)
        editor.until(lambda: editor.codes(uri) == [(4, "CMP001")])
        assert {one["globPattern"] for one in editor.registered[0]["registerOptions"]["watchers"]} >= {"**/ftlint.toml"}
        for text, expected in [
            ('ignore = ["CMP001"]', []),
            ("[levels]\nCMP001 = 'info'", [(4, "CMP001")]),
            ('exclude = ["data"]', []),
            ("", [(4, "CMP001")]),
        ]:
            config.write_text(text)
            editor.tell("workspace/didChangeWatchedFiles", {"changes": [{"uri": config.as_uri(), "type": 2}]})
            editor.until(lambda expected=expected: editor.codes(uri) == expected)
        config.write_text("ignroe = []")
        editor.tell("workspace/didChangeWatchedFiles", {"changes": [{"uri": config.as_uri(), "type": 2}]})
        editor.until(lambda: editor.said)
        assert 'unknown key "ignroe"' in editor.said[0].replace("'", '"')
        assert editor.end() == 0


def test_settings_come_with_the_greeting(tmp_path):
    with Editor(tmp_path, options={"ignore": ["CMP001"]}) as editor:
        uri = editor.open(tmp_path / "train.jsonl", WITH_BAD)
        editor.until(lambda: editor.shown.get(uri) == [])


@pytest.mark.parametrize("options", [{"ignroe": []}, {"select": "SEP"}, {"jobs": "many"}])
def test_settings_that_do_not_fit_are_told(tmp_path, options):
    with Editor(tmp_path, options=options) as editor:
        editor.open(tmp_path / "train.jsonl", TEXT)
        editor.until(lambda: editor.said)
        assert editor.said[0].startswith("ftlint: the editor's settings: ")
        assert next(iter(options)) in editor.said[0]
        assert editor.end() == 0


@pytest.mark.parametrize(
    "data", [None, 5, {"x": 1}, {"uri": "file:///none.jsonl"}, {"uri": "file:///none.jsonl", "rule": "none"}]
)
def test_an_action_that_is_not_ours_has_no_edit(editor, data):
    assert "edit" not in editor.ask("codeAction/resolve", {"title": "x", "data": data})


def test_a_document_without_a_file_is_checked(editor, tmp_path):
    uri = editor.open(tmp_path / "ein Ordner" / "ü.jsonl", WITH_BAD)
    editor.until(lambda: editor.codes(uri) == [(4, "CMP001")])
    item = {"uri": "untitled:Untitled-1", "languageId": "jsonl", "version": 1, "text": WITH_BAD}
    editor.tell("textDocument/didOpen", {"textDocument": item})
    editor.until(lambda: editor.codes("untitled:Untitled-1") == [(4, "CMP001")])


def test_line_ends_and_code_units_are_those_of_the_editor(editor, tmp_path):
    line = BAD.replace("thing 4", "thing 🍇 4")
    uri = editor.open(tmp_path / "train.jsonl", "\ufeff" + WITH_BAD.replace(BAD, line).replace("\n", "\r\n"))
    editor.until(lambda: (4, "CMP001") in editor.codes(uri))
    [shown] = [one for one in editor.shown[uri] if one["code"] == "CMP001"]
    assert shown["range"]["start"]["character"] == line.index('"no"') + 2
    assert line.replace('"no"', '" no"') in editor.apply(editor.actions(uri, 4)[0])


def test_a_document_is_judged_with_its_dataset(editor, tmp_path):
    (tmp_path / "ftlint.toml").write_text('[[dataset]]\ntrain = ["train.jsonl"]\nvalid = ["valid.jsonl"]\n')
    (tmp_path / "train.jsonl").write_text(TEXT)
    (tmp_path / "valid.jsonl").write_text("")
    uri = editor.open(tmp_path / "valid.jsonl", LINES[3] + "\n")
    editor.until(lambda: (0, "SPL001") in editor.codes(uri))
    [leak] = [one for one in editor.shown[uri] if one["code"] == "SPL001"]
    assert leak["relatedInformation"][0]["location"]["uri"] == (tmp_path / "train.jsonl").as_uri()


def test_other_documents_are_not_ours(editor, tmp_path):
    editor.open(tmp_path / "package.json", "{}", "json")
    uri = editor.open(tmp_path / "data.txt", WITH_BAD, "jsonl")
    editor.until(lambda: editor.codes(uri) == [(4, "CMP001")])
    assert set(editor.shown) == {uri}
    editor.tell("textDocument/didClose", {"textDocument": {"uri": uri}})
    editor.until(lambda: editor.shown[uri] == [])


def test_many_findings_are_counted_and_some_are_shown(editor, tmp_path):
    uri = editor.open(tmp_path / "train.jsonl", TEXT + (BAD + "\n") * 500)
    editor.until(lambda: uri in editor.shown)
    told = [one["message"] for one in editor.shown[uri] if "code" not in one]
    assert told[0] == "CMP001 missing-leading-space: 500 findings, of which 200 are shown"
    assert sum(one.get("code") == "CMP001" for one in editor.shown[uri]) == 200


def test_of_a_large_document_the_beginning_and_what_changes_are_checked(editor, tmp_path):
    long = json.dumps({"prompt": f"{'word ' * 200_000}->", "completion": " yes"})
    uri = editor.open(tmp_path / "train.jsonl", WITH_BAD + f"{long}\n" * 35 + BAD + "\n")
    editor.until(lambda: uri in editor.shown)
    assert [one for one in editor.codes(uri) if one[1] == "CMP001"] == [(4, "CMP001")]
    [said] = editor.said
    assert said.startswith(
        "ftlint: train.jsonl is larger than 32 MB: its first 8 MB and the lines that you change are checked here"
    )
    editor.change(uri, (1035, 0, 0, " "))
    editor.until(lambda: (1035, "CMP001") in editor.codes(uri))


def test_an_editor_may_go_while_something_is_checked(tmp_path):
    with Editor(tmp_path) as editor:
        editor.open(tmp_path / "train.jsonl", TEXT * 80)
        assert editor.end() == 0


def test_an_editor_that_goes_without_leave_is_an_error(tmp_path):
    with Editor(tmp_path) as editor:
        editor.tell("exit", None)
        assert editor.process.wait() == 1


def test_a_repair_of_a_text_is_not_done_to_another_one(tmp_path):
    lines = [BAD.replace("4", str(number)) if number % 10 == 0 else LINES[number] for number in range(1000)]
    with Editor(tmp_path, capabilities=RESOLVING) as editor:
        uri = editor.open(tmp_path / "train.jsonl", "\n".join(lines) + "\n")
        editor.until(lambda: (10, "CMP001") in editor.codes(uri))
        everywhere = next(one for one in editor.actions(uri, 10) if "all findings" in one["title"])
        editor.asked += 1
        editor._send({"id": editor.asked, "method": "codeAction/resolve", "params": everywhere})
        editor.change(uri, (0, 0, 0, "\n"))
        got = {}
        while got.get("id") != editor.asked:
            got = editor._receive()
        assert "edit" not in got["result"]
        assert " no" in editor.apply(next(one for one in editor.actions(uri, 11) if "Fix: " in one["title"]))


def test_many_lines_pasted_into_a_large_document_are_checked(editor, tmp_path):
    long = json.dumps({"prompt": f"{'word ' * 200_000}->", "completion": " yes"})
    uri = editor.open(tmp_path / "train.jsonl", f"{long}\n" * 35)
    editor.until(lambda: uri in editor.shown)
    editor.change(uri, (0, 0, 0, f"{LINES[0]}\n" * 1500 + f"{BAD}\n"))
    editor.until(lambda: (1500, "CMP001") in editor.codes(uri))


@pytest.mark.parametrize("table", ['train = ["train.jsonl"]\nvalid = ["train.jsonl"]', 'train = ["train.jsonl", "gone.jsonl"]'])
def test_a_dataset_that_is_not_in_order_does_not_stop_the_checks(editor, tmp_path, table):
    (tmp_path / "ftlint.toml").write_text(f"[[dataset]]\n{table}\n")
    (tmp_path / "train.jsonl").write_text(WITH_BAD)
    uri = editor.open(tmp_path / "train.jsonl", WITH_BAD)
    editor.until(lambda: (4, "CMP001") in editor.codes(uri))


def test_a_configuration_that_breaks_is_told_each_time_and_shows_nothing(editor, tmp_path):
    uri = editor.open(tmp_path / "train.jsonl", WITH_BAD)
    for time in (1, 2):
        editor.until(lambda: editor.codes(uri) == [(4, "CMP001")])
        (tmp_path / "ftlint.toml").write_text("ignroe = []")
        editor.change(uri, (7, 0, 0, " "))
        editor.until(lambda time=time: len(editor.said) == time and editor.codes(uri) == [])
        assert editor.actions(uri, 4) == []
        (tmp_path / "ftlint.toml").write_text("")
        editor.change(uri, (7, 0, 1, ""))


def test_what_is_not_to_be_repaired_has_no_action(tmp_path):
    with Editor(tmp_path, options={"unfixable": ["CMP001"]}) as editor:
        uri = editor.open(tmp_path / "train.jsonl", WITH_BAD)
        editor.until(lambda: editor.codes(uri) == [(4, "CMP001")])
        assert editor.actions(uri, 4) == []


def test_a_lone_return_costs_nothing_a_finding(editor, tmp_path):
    text = TEXT.replace(LINES[5], LINES[5].replace(": ", ":\r ", 1)) + (BAD + "\n") * 300
    uri = editor.open(tmp_path / "train.jsonl", text)
    editor.until(lambda: uri in editor.shown)
    assert (1001, "CMP001") in editor.codes(uri)  # a row further down than the line
