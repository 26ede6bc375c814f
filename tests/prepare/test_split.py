"""`ftlint split`: every record in one part, no prompt in two, every label in all, the same for a seed however it is run."""

from __future__ import annotations

import gzip
import json
import re
import subprocess
import sys
from collections import Counter, defaultdict
from pathlib import Path
from random import Random

import pytest
from command import ftlint
from engines import Scattered
from hypothesis import given
from hypothesis import strategies as st
from strategies import law

import ftlint as library
from ftlint import config as configuration
from ftlint.engine.serial import Serial
from ftlint.errors import InputError, UsageError
from ftlint.prepare.split import split
from ftlint.rule import chats, pairs
from ftlint.rule.registry import configured, known_rules
from ftlint.sources import Source, open_source
from ftlint.text.normal import normal

SHARES = {"train": 0.7, "valid": 0.2, "test": 0.1}


def parts_of(data, folder, shares=SHARES, by=None, rules=(), **options):
    source = Source("data.jsonl", len(data), data)
    files = {name: Path(folder, f"{name}.jsonl") for name in shares}
    chosen = configuration.load(options.pop("settings", {}), isolated=True).options()
    made = split(
        source,
        chosen,
        rules,
        by or Serial(),
        shares=shares,
        files={name: str(path) for name, path in files.items()},
        force=True,
        **options,
    )
    return made, {name: file.read_bytes() for name, file in files.items()}


topics = st.tuples(st.integers(0, 30), st.sampled_from(["", " ", "!", "  again"]), st.sampled_from(["yes", "no", "never", "Yes"]))


@law(60)
@given(st.lists(topics, min_size=3, max_size=120), st.integers(0, 3), st.sampled_from([b"\n", b"\r\n"]), st.booleans())
def test_what_a_split_is(tmp_path_factory, rows, seed, end, last):
    folder = tmp_path_factory.mktemp("split")
    lines = [line.encode() for line in pairs(*((f"Topic {n}{more} ->", f" {label}") for n, more, label in rows))]
    data = end.join(lines) + end * last
    try:
        made, parts = parts_of(data, folder, seed=seed, settings={"task": "classification", "separator": " ->"})
    except InputError:
        few = len({normal(f"Topic {n}{more}") for n, more, _ in rows}) <= 9
        assert few, "there are prompts enough"
        return
    written = {name: content.splitlines(keepends=True) for name, content in parts.items()}
    everything = [line.rstrip(b"\r\n") for part in written.values() for line in part]
    assert Counter(everything) == Counter(lines), "every record once, byte for byte"
    for part in written.values():
        places = iter(lines)
        assert all(line.rstrip(b"\r\n") in places for line in part), "in their order"
        assert all(line.endswith((end, b"\n")) for line in part)
    prompts = {name: {normal(json.loads(line)["prompt"]) for line in part} for name, part in written.items()}
    assert not any(prompts[one] & prompts[two] for one, two in (("train", "valid"), ("train", "test"), ("valid", "test")))
    groups = defaultdict(set)
    for n, more, label in rows:
        groups[label.casefold()].add(normal(f"Topic {n}{more}"))
    labels = {name: {json.loads(line)["completion"].strip().casefold() for line in part} for name, part in written.items()}
    for label, own in groups.items():
        if len(own) >= len(SHARES):
            assert all(label in found for found in labels.values()), "a label with enough prompts is everywhere"
    assert {name: sum(counts.values()) for name, counts in made.counts.items()} == {
        name: len(part) for name, part in written.items()
    }


def classified(count=2000, labels=4):
    return pairs(*((f"mail {i // 2} of {i // 2 * 7919 % 1000} ->", f" label{i // 2 % labels}") for i in range(count)))


def test_it_is_the_same_however_it_is_run_and_another_for_another_seed(tmp_path):
    data = "\n".join(classified()).encode() + b"\n"
    _, one = parts_of(data, tmp_path)
    assert parts_of(data, tmp_path, by=Scattered(5))[1] == one
    assert parts_of(data, tmp_path, seed=1)[1] != one
    for jobs in ("1", "2"):
        (tmp_path / "all.jsonl").write_bytes(data)
        shares = ("--valid-share", "0.2", "--test-share", "0.1")
        assert ftlint("split", "all.jsonl", *shares, "--force", "--jobs", jobs, cwd=tmp_path).returncode == 0
        assert (tmp_path / "all.valid.jsonl").read_bytes() == one["valid"]


def test_shares_hold_for_each_label(tmp_path):
    made, _ = parts_of("\n".join(classified()).encode(), tmp_path)
    for name, share in SHARES.items():
        assert all(abs(count - share * 500) <= 2 for count in made.counts[name].values())


def test_records_of_a_group_stay_together(tmp_path):
    rows = [{"prompt": f"mail {i} ->", "completion": " yes" if i % 2 else " no", "user": {"id": i % 40}} for i in range(400)]
    rows += [{"prompt": "mail 7 ->", "completion": " yes", "user": {"id": 999}}, {"prompt": "alone ->", "completion": " no"}]
    _, parts = parts_of("\n".join(map(json.dumps, rows)).encode(), tmp_path, group="user")
    users = [{json.dumps(json.loads(line).get("user")) for line in content.splitlines()} for content in parts.values()]
    assert not users[0] & users[1] | users[0] & users[2] | users[1] & users[2]
    [home] = [place for place, own in enumerate(users) if '{"id": 999}' in own]
    assert '{"id": 7}' in users[home], "a prompt that two groups have joins them"


def test_a_label_that_is_second_in_its_prompts_is_everywhere(tmp_path):
    rows = [(f"text {i} ->", " a") for i in range(200)] + [(f"text {i} ->", " b") for i in range(10)]
    lines = pairs(*rows, *((f"more {i} ->", " c") for i in range(50)))
    for seed in range(6):
        made, _ = parts_of("\n".join(lines).encode(), tmp_path, seed=seed)
        assert all(part.get("b") for part in made.counts.values())
        assert made.rare == []


def test_records_without_prompts_are_told_apart_by_their_answers(tmp_path):
    made, _ = parts_of("\n".join(pairs(*(("", f" sentence {i}") for i in range(100)))).encode(), tmp_path)
    assert {name: sum(part.values()) for name, part in made.counts.items()} == {"train": 70, "valid": 20, "test": 10}


def test_a_link_does_not_lead_to_the_data(tmp_path):
    before = "\n".join(classified(100))
    (tmp_path / "all.jsonl").write_text(before)
    (tmp_path / "all.train.jsonl").symlink_to("all.jsonl")
    result = ftlint("split", "all.jsonl", "--force", cwd=tmp_path)
    assert result.returncode == 2
    assert b"a link is in the way" in result.stderr
    assert (tmp_path / "all.jsonl").read_text() == before
    assert not (tmp_path / "all.valid.jsonl").exists()


def test_a_group_that_nobody_has_is_no_group(tmp_path):
    more = ({"Doc": i % 9, "user": i if i < 30 else None} for i in range(100))
    lines = [json.dumps({**json.loads(line), **own}) for line, own in zip(classified(100), more, strict=True)]
    (tmp_path / "all.jsonl").write_text("\n".join(lines))
    result = ftlint("split", "all.jsonl", "--group", "doc", cwd=tmp_path)
    assert result.returncode == 2
    assert b"no record has the key 'doc'; did you mean Doc?" in result.stderr
    result = ftlint("split", "all.jsonl", "--group", "user", cwd=tmp_path)
    assert b"70 records without the key to group by; each is a group of its own" in result.stdout


def test_conversations_are_dealt_out_whole(tmp_path):
    lines = chats(*([("user", f"What is {i // 2}?"), ("assistant", f"A number, {i}.")] for i in range(200)))
    _, parts = parts_of("\n".join(lines).encode(), tmp_path)
    asked = [{json.loads(line)["messages"][0]["content"] for line in content.splitlines()} for content in parts.values()]
    assert [len(own) for own in asked] == [70, 20, 10]
    assert not asked[0] & asked[1] | asked[0] & asked[2]


def test_what_it_says(tmp_path):
    lines = [*classified(400, labels=2), *pairs(("once ->", " rare")), "", "{broken"]
    (tmp_path / "all.jsonl").write_text("\n".join(lines))
    result = ftlint("split", "all.jsonl", cwd=tmp_path)
    text = result.stdout.decode()
    assert result.returncode == 0
    assert re.search(r"all\.train\.jsonl: 321 records \(80\.\d %\)\nall\.valid\.jsonl: 80 records", text)
    assert '"rare" has too few prompts to be in every part\n1 line left out: no records' in text
    assert '"label0"' in text
    again = ftlint("split", "all.jsonl", cwd=tmp_path)
    assert again.returncode == 2
    assert b"all.train.jsonl and all.valid.jsonl exist already; --force replaces them" in again.stderr


@pytest.mark.parametrize(
    ("further", "sentence"),
    [
        (["{broken"] * 5, b"5 of 405 lines of all.jsonl hold no record"),
        (['{"prompt": "a ->", "completion": " label0", "completion": " label1"}'], b"all.jsonl has 1 error that leaves in doubt"),
    ],
)
def test_what_leaves_the_split_in_doubt_stops_it(tmp_path, further, sentence):
    (tmp_path / "all.jsonl").write_text("\n".join([*classified(400, labels=2), *further]))
    result = ftlint("split", "all.jsonl", cwd=tmp_path)
    assert result.returncode == 2
    assert sentence in result.stderr
    assert not (tmp_path / "all.train.jsonl").exists()
    assert ftlint("split", "all.jsonl", "--force", cwd=tmp_path).returncode == 0


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["all.jsonl", "--valid-share", "0.7", "--test-share", "0.3"], "leave nothing to train on"),
        (["all.jsonl", "--valid-share", "1"], "1.0 is not in the range"),
        (["all.jsonl", "--valid-share", "nan"], "leave nothing to train on"),
        (["one.jsonl"], "too few prompts"),
        (["-"], "cannot split standard input"),
        (["/dev/stdin"], "cannot split /dev/stdin"),
        (["none.jsonl"], "cannot read none.jsonl"),
        (["empty.jsonl"], "has no records that can be split"),
        (["other.jsonl"], "has no records that can be split"),
    ],
)
def test_what_cannot_be_split_is_said(tmp_path, arguments, sentence):
    (tmp_path / "all.jsonl").write_text("\n".join(classified(100)))
    (tmp_path / "empty.jsonl").write_text("")
    (tmp_path / "one.jsonl").write_text(classified(1)[0])
    (tmp_path / "other.jsonl").write_text('{"segments": []}\n' * 20)
    result = ftlint("split", *arguments, cwd=tmp_path)
    assert result.returncode == 2
    assert sentence in result.stderr.decode()


def test_packed_files_and_byte_order_marks(tmp_path):
    data = b"\xef\xbb\xbf" + "\n".join(classified(100)).encode() + b"\n"
    (tmp_path / "all.jsonl.gz").write_bytes(gzip.compress(data))
    assert ftlint("split", "all.jsonl.gz", cwd=tmp_path).returncode == 0
    parts = [(tmp_path / f"all.{name}.jsonl").read_bytes() for name in ("train", "valid")]
    assert sum(part.count(b"\n") for part in parts) == 100
    assert not any(b"\xef\xbb\xbf" in part for part in parts)


def test_the_library_raises(tmp_path):
    files = {"train": str(tmp_path / "a.jsonl"), "valid": str(tmp_path / "b.jsonl")}
    (tmp_path / "all.jsonl").write_text("\n".join(classified(100)))
    (tmp_path / "a.jsonl").touch()
    options = configuration.load(isolated=True).options()
    with pytest.raises(UsageError, match="exist already"):
        split(open_source(str(tmp_path / "all.jsonl")), options, [], Serial(), shares={"train": 0.5, "valid": 0.5}, files=files)
    with pytest.raises(InputError, match="no records"):
        parts_of(b"\n\n", tmp_path)


def test_a_label_of_one_record_is_learned(tmp_path):
    lines = pairs(*((f"text {i} ->", f" lab{i % 3}") for i in range(180)), *((f"single {i} ->", f" one{i}") for i in range(12)))
    for seed in range(4):
        made, _ = parts_of("\n".join(lines).encode(), tmp_path, seed=seed, settings={"task": "classification"})
        assert all(made.counts["train"].get(f"one{i}") == 1 for i in range(12))


def test_a_split_passes_its_own_check(tmp_path):
    lines = pairs(
        *((f"text {i % 70} {'!' * (i % 3)} ->", f" lab{i % 5}") for i in range(180)), *((f"s {i} ->", f" o{i}") for i in range(9))
    )
    (tmp_path / "all.jsonl").write_text("\n".join(lines))
    assert ftlint("split", "all.jsonl", "--task", "classification", cwd=tmp_path).returncode == 0
    report = library.check(tmp_path / "all.train.jsonl", valid=tmp_path / "all.valid.jsonl", select=["SPL"])
    assert [one.message for one in report.findings if one.level == "error"] == []


def test_tasks_of_one_file_are_dealt_out_each(tmp_path):
    rows = [(f"item {i} -> edible:", " yes" if i % 2 else " no") for i in range(150)]
    rows += [(f"item {i} -> handheld:", " yes" if i % 3 else " no") for i in range(150)]
    _, parts = parts_of("\n".join(pairs(*rows)).encode(), tmp_path, shares={"train": 0.8, "valid": 0.2})
    held_out = [json.loads(line) for line in parts["valid"].splitlines()]
    found = Counter((one["prompt"].split()[-1], one["completion"]) for one in held_out)
    wanted = Counter((prompt.split()[-1], label) for prompt, label in rows)
    assert all(abs(found[key] - count / 5) <= 2 for key, count in wanted.items())


def deviation(counts, totals, share):
    return max(abs(counts[label] / total - share) for label, total in totals.items())


@pytest.mark.parametrize("seed", range(6))
def test_groups_are_dealt_out_as_well_as_scikit_learn_does(tmp_path, seed):
    from sklearn.model_selection import StratifiedGroupKFold  # noqa: PLC0415 - it takes a second to import

    rng = Random(seed)
    rows = []
    for user in range(60):
        favourite, size = rng.choice("abc"), int(1 + 40 * rng.random() ** 3)
        rows += [(user, rng.choice([favourite, favourite, rng.choice("abcd")])) for _ in range(size)]
    records = [
        {"prompt": f"mail {number} ->", "completion": f" {label}", "user": user} for number, (user, label) in enumerate(rows)
    ]
    shares = {"train": 0.8, "valid": 0.2}
    settings = {"task": "classification"}
    made, _ = parts_of("\n".join(map(json.dumps, records)).encode(), tmp_path, shares=shares, group="user", settings=settings)
    totals = Counter(label for _, label in rows)
    labels, users = [label for _, label in rows], [user for user, _ in rows]
    folds = StratifiedGroupKFold(n_splits=5, shuffle=True, random_state=seed).split(labels, labels, users)
    theirs = [deviation(Counter(labels[place] for place in held), totals, 0.2) for _, held in folds]
    ours = deviation(Counter(made.counts["valid"]), totals, 0.2)
    assert ours <= sorted(theirs)[2] + 0.02, "as well as the median fold"


def test_near_duplicates_stay_together_on_request(tmp_path):
    words = [
        "one",
        "two",
        "three",
        "four",
        "five",
        "six",
        "seven",
        "eight",
        "nine",
        "ten",
        "eleven",
        "twelve",
        "thirteen",
        "fourteen",
        "fifteen",
        "sixteen",
    ]
    rng = Random(1)
    lines = []
    for topic in range(40):
        base = [rng.choice(words) + str(rng.randint(0, 99)) for _ in range(120)]
        lines += [(" ".join([*base, f"end{topic}{copy}"]) + " ->", " yes") for copy in range(4)]
    near = configured([rule for rule in known_rules() if rule.code == "DUP004"], {})
    _, parts = parts_of("\n".join(pairs(*lines)).encode(), tmp_path, near=near)
    homes = defaultdict(set)
    for name, content in parts.items():
        for line in content.splitlines():
            homes[json.loads(line)["prompt"].split()[0]].add(name)
    assert {len(found) for found in homes.values()} == {1}


def test_parts_change_together_or_not_at_all(tmp_path):
    (tmp_path / "all.jsonl").write_text("\n".join(classified(70)))
    assert ftlint("split", "all.jsonl", cwd=tmp_path).returncode == 0
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    limit = "import resource, runpy, sys; resource.setrlimit(resource.RLIMIT_FSIZE, (2000, 2000)); sys.argv = sys.argv[1:]; "
    command = [sys.executable, "-c", limit + "runpy.run_module('ftlint', run_name='__main__')", "ftlint", "split", "all.jsonl"]
    options = ("--force", "--seed", "5", "--jobs", "1")
    result = subprocess.run([*command, *options], cwd=tmp_path, check=False, capture_output=True)
    assert result.returncode == 2, result.stderr
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before, "nothing is left over either"


def test_no_part_of_an_earlier_split_is_left_beside_a_new_one(tmp_path):
    (tmp_path / "all.jsonl").write_text("\n".join(classified(100)))
    assert ftlint("split", "all.jsonl", "--test-share", "0.2", cwd=tmp_path).returncode == 0
    before = (tmp_path / "all.train.jsonl").read_bytes()
    result = ftlint("split", "all.jsonl", "--force", cwd=tmp_path)
    assert result.returncode == 2
    assert b"all.test.jsonl is of an earlier split" in result.stderr
    assert (tmp_path / "all.train.jsonl").read_bytes() == before
    (tmp_path / "all.test.jsonl").write_text('{"prompt": "of another kind ->", "completion": " x"}\n')
    assert ftlint("split", "all.jsonl", "--force", cwd=tmp_path).returncode == 0, "a test file of one's own is in nobody's way"
