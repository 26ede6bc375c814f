"""The engine of a Ray cluster: three nodes on this machine, of which one is lost, give the report of one process."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest
import strategies
from command import ftlint as ftlint_command
from damage import file
from hypothesis import given
from hypothesis import strategies as st

import ftlint
from ftlint import config as configuration
from ftlint.engine.check import checked
from ftlint.engine.dataset import Dataset
from ftlint.engine.ray import Ray
from ftlint.errors import FtlintError
from ftlint.metrics import Fingerprints
from ftlint.report.formats import Style, reporter
from ftlint.session import Session
from ftlint.sources import Source

ray = pytest.importorskip("ray")
cluster_utils = pytest.importorskip("ray.cluster_utils")

pytestmark = [
    pytest.mark.cluster,
    pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::FutureWarning", "ignore::ResourceWarning"),
    pytest.mark.filterwarnings(
        "ignore::pytest.PytestUnraisableExceptionWarning", "ignore::pytest.PytestUnhandledThreadExceptionWarning"
    ),
]

TESTS = Path(__file__).parent.parent


@pytest.fixture(scope="module")
def cluster():
    """A cluster of three nodes with a processor each."""
    found = os.environ.get("PYTHONPATH")
    os.environ["PYTHONPATH"] = str(TESTS)
    made = cluster_utils.Cluster(initialize_head=True, head_node_args={"num_cpus": 1, "include_dashboard": False})
    for _ in range(2):
        made.add_node(num_cpus=1)
    ray.init(address=made.address, logging_level="ERROR", log_to_driver=False)
    yield made
    ray.shutdown()
    made.shutdown()
    os.environ.pop("PYTHONPATH") if found is None else os.environ.update(PYTHONPATH=found)


@pytest.fixture(scope="module")
def by(cluster):
    with Ray(3) as engine:
        yield engine


def check(data, by=None, block=1 << 20):
    config = configuration.load({"select": ["ALL"]}, isolated=True)
    dataset = Dataset([Source("data.jsonl", len(data), data)], config.options())
    report = Session.of(config, engine=by).check_datasets([dataset], limit=None, block=block, edits=True)
    return list(reporter("json")(report, Style()))


def test_any_data_in_any_parts(by):
    @strategies.law(10)
    @given(strategies.files | strategies.chat_files, st.integers(40, 400))
    def same(data, block):
        assert check(data, by, block) == check(data)

    same()


@pytest.mark.parametrize("seed", range(3))
def test_repairs_of_damaged_files(by, seed):
    data = file(seed)
    config = configuration.load({}, isolated=True)
    assert Session.of(config, engine=by).fix(data, unsafe=True)[0] == ftlint.fix(data, unsafe=True)[0]


def split(data, folder, by):
    (folder / "all.jsonl").write_bytes(data)
    parts = {"train": folder / "train.jsonl", "valid": folder / "valid.jsonl"}
    config = configuration.load({}, isolated=True)
    Session.of(config, engine=by).split(folder / "all.jsonl", parts, shares={"train": 0.7, "valid": 0.3}, force=True)
    return [path.read_bytes() for path in parts.values()]


def test_a_split(by, tmp_path):
    rows = (f'{{"prompt": "thing {number % 700} ->", "completion": " {number % 3}"}}\n' for number in range(2000))
    data = "".join(rows).encode()
    assert split(data, tmp_path, by) == split(data, tmp_path, None)


def test_equal_records_of_distant_parts_meet_where_the_rows_are(by):
    rows = (f'{{"prompt": "Thing {number % 900} ->", "completion": " {number % 1800 % 7}"}}\n' for number in range(4000))
    data = "".join(rows).encode() + b'{"prompt": "thing 5 ->", "completion": " 5"}\n' * 2
    config = configuration.load({"select": ["ALL"]}, isolated=True)
    dataset = Dataset([Source("data.jsonl", len(data), data)], config.options())
    with checked(dataset, Session.of(config).rules, by, block=1000) as report:
        metric = report.gathered["train"].get(Fingerprints)
        assert not metric.parts
        assert len(metric.elsewhere) > 1
        assert {"DUP001", "DUP002", "DUP003"} <= {rule.code for rule, _ in report.violations}
    assert check(data, by, 1000) == check(data)


def test_reports_that_go_to_the_disk(by, monkeypatch):
    monkeypatch.setenv("FTLINT_SPILL_BYTES", "100")
    data = file(5) * 3
    assert check(data, by, 200) == check(data)


def test_a_node_that_is_lost_is_done_without(cluster, by):
    data = b"".join(b'{"prompt": "%d ->", "completion": "no"}\n' % (number % 900) for number in range(3000))
    node = cluster.add_node(num_cpus=1)
    parts = iter(range(12))

    def items():
        for part in parts:
            if part == 6:
                cluster.remove_node(node, allow_graceful=False)
            yield part

    assert list(by.map(slowly, 2, items())) == [2 * part for part in range(12)]
    assert check(data, by, 5000) == check(data)


def slowly(factor, item):
    time.sleep(0.2)  # so that the node has work when it is lost
    return factor * item


def test_what_cannot_be_done_is_an_error_that_names_it(by):
    with pytest.raises(FtlintError, match="a part of the data: ValueError"):
        list(by.map(failing, 0, [1]))


def test_a_worker_that_ends_each_time_is_an_error(by):
    with pytest.raises(FtlintError, match="could not be done by the cluster"):
        list(by.map(ending, 0, [1]))


def failing(_, item):
    raise ValueError(item)


def ending(_, item):
    os._exit(item)


def test_a_cluster_that_there_is_not(tmp_path):
    (tmp_path / "a.jsonl").write_text('{"prompt": "a", "completion": "b"}\n')
    result = ftlint_command("check", "--isolated", "--engine", "ray", "a.jsonl", cwd=tmp_path, RAY_ADDRESS="127.0.0.1:1")
    assert result.returncode == 2
    assert b"Ray cluster" in result.stderr
    assert result.stderr.count(b"\n") == 1


def test_a_cluster_of_somebody_else_on_this_machine_is_left_alone(cluster, tmp_path):
    (tmp_path / "a.jsonl").write_text('{"prompt": "a ->", "completion": "b"}\n')
    # There it says where it is.
    place = str(Path(cluster.head_node.get_session_dir_path()).parent.parent)
    result = ftlint_command("check", "--isolated", "--engine", "ray", "--jobs", "1", "a.jsonl", cwd=tmp_path, TMPDIR=place)
    assert result.returncode == 1, result.stderr
    assert b"CMP001" in result.stdout
