"""Measures what docs/scale.md says of large data, and simulates a cluster: `python docs/scale.py FOLDER [--millions 1 4 16 64]`.

Prints the tables of the page. FOLDER takes the data: 250 bytes a record, four million records a copy.
"""

from __future__ import annotations

import argparse
import heapq
import os
import pickle
import resource
import subprocess
import sys
import time
from itertools import count, islice
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Any, NamedTuple

from ftlint import config as configuration
from ftlint.engine.base import empty
from ftlint.engine.part import Part, Plan, check_part
from ftlint.engine.ranges import RANGES, keyed_of, merged, work_on_range
from ftlint.engine.survey import survey
from ftlint.metrics import Fingerprints
from ftlint.rule import DatasetRule
from ftlint.session import Session
from ftlint.sources import open_source

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

NETWORK = 1.25e9
"""Bytes a second between two machines: 10 gigabits."""

COPY = 4
"""Millions of records that larger files repeat."""

FAN = 8
"""Parts a task, and tasks a merge, as the engine has them."""

WORDS = ["the", "courier", "returned", "a", "blue", "lamp", "on", "Monday", "and", "nobody", "complained", "about", "it", "late"]


def lines(first: int, number: int) -> Iterator[bytes]:
    """Yield classification records that differ, of about 250 bytes."""
    rng = Random(first)
    for index in range(first, first + number):
        text = " ".join(rng.choices(WORDS, k=32))
        yield b'{"prompt": "%d %b\\n\\n###\\n\\n", "completion": " %d"}\n' % (index, text.encode(), index % 3)


def data(folder: Path, millions: int) -> Path:
    """Return a file of so many million records, which is made where it is not there; beyond four of copies with other prompts."""
    path = folder / f"{millions}m.jsonl"
    if path.exists():
        return path
    with path.open("wb") as out:
        if millions <= COPY:
            out.writelines(lines(0, millions * 1_000_000))
        for copy in range(millions // COPY if millions > COPY else 0):
            with data(folder, COPY).open("rb") as one:
                while some := one.read(8 << 20) + one.readline():
                    out.write(some.replace(b'{"prompt": "', b'{"prompt": "%d ' % copy))
    return path


class Run(NamedTuple):
    """What a command took: seconds, processor seconds, MiB of its largest process."""

    wall: float
    cpu: float
    memory: float


def run(*command: str) -> Run:
    """Run a command to its end."""
    start = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, _, usage = os.wait4(process.pid, 0)
    return Run(time.perf_counter() - start, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024)


def sizes(folder: Path, millions: list[int]) -> None:
    """Print what files of several sizes take with one process and with two."""
    print("| records | processes | seconds | processor seconds | ns a record | MiB |\n|---:|---:|---:|---:|---:|---:|")
    for number in millions:
        path = str(data(folder, number))
        for jobs in (1, 2):
            took = run(sys.executable, "-m", "ftlint", "check", "--isolated", "--jobs", str(jobs), path)
            each = took.cpu / number * 1000
            print(f"| {number} million | {jobs} | {took.wall:.1f} | {took.cpu:.1f} | {each:,.0f} | {took.memory:,.0f} |")


def nodes(folder: Path, millions: int) -> None:
    """Print what a file takes on Ray clusters of one to three nodes, each of one processor, on this machine."""
    code = (
        "import sys, ray, time\n"
        "from ray.cluster_utils import Cluster\n"
        "from ftlint import config\nfrom ftlint.engine.ray import Ray\nfrom ftlint.session import Session\n"
        "made = Cluster(initialize_head=True, head_node_args={'num_cpus': 1, 'include_dashboard': False})\n"
        "[made.add_node(num_cpus=1) for _ in range(int(sys.argv[1]) - 1)]\n"
        "ray.init(address=made.address, logging_level='ERROR', log_to_driver=False)\n"
        "with Ray(1) as engine:\n"
        "    s = Session.of(config.load({}, isolated=True), engine=engine)\n"
        "    s.check(sys.argv[2])\n    t = time.perf_counter(); s.check(sys.argv[2]); print(round(time.perf_counter() - t, 1))\n"
        "ray.shutdown(); made.shutdown()\n"
    )
    print("| nodes | seconds |\n|---:|---:|")
    for number in (1, 2, 3):
        command = [sys.executable, "-W", "ignore", "-c", code, str(number), str(data(folder, millions))]
        said = subprocess.run(command, capture_output=True, text=True, check=False)
        print(f"| {number} | {said.stdout.strip() or said.stderr[-300:]} |")


class Costs(NamedTuple):
    """What the stages of a check take, in seconds and bytes; measured.

    Attributes:
        part: To check a part of `size` bytes with `records` records.
        merge: To merge eight such parts, or eight of what such a merge makes.
        driver: To unpickle what 64 parts hold and merge it.
        submit: To start a task and take its result, as the driver sees it.
        partial: Bytes of what 64 parts hold, pickled, without rows.
        row: Bytes of a row of fingerprints, pickled.
        judge: To find what repeats, a row.
    """

    part: float
    size: int
    records: int
    merge: float
    driver: float
    submit: float
    partial: int
    row: float
    judge: float


def timed(work: Callable[[], Any]) -> tuple[float, Any]:
    """Return the least processor time of three runs, and the result of the last."""
    results = []
    for _ in range(3):
        start = time.process_time()
        result = work()
        results.append(time.process_time() - start)
    return min(results), result


def costs(path: Path) -> Costs:
    """Measure the stages with the first 64 parts of a file."""
    source = open_source(str(path))
    config = configuration.load({}, isolated=True)
    context = survey([source], config.options())
    rules = tuple(rule for rule in Session.of(config).rules if rule.applies(context))
    metrics = {kind for rule in rules if isinstance(rule, DatasetRule) for kind in rule.wants(context)}
    plan = Plan(context, rules, tuple(sorted(metrics, key=lambda kind: kind.__name__)), 1000)
    parts = [Part(0, source, span) for span in islice(source.spans(), FAN * FAN)]
    check, _ = timed(lambda: check_part(plan, parts[1]))
    eights = [merged(*(check_part(plan, part) for part in parts[at : at + FAN])) for at in range(0, len(parts), FAN)]
    packed = [pickle.dumps(eight) for eight in eights]
    merge, whole = timed(lambda: merged(*(one for eight in map(pickle.loads, packed) for one in eight)))
    partial, *tables = whole
    head = pickle.dumps(partial)
    driver, _ = timed(lambda: empty(plan).merge(pickle.loads(head)))
    kinds = [type(metric) for metric in keyed_of(partial)]
    own = tables[kinds.index(Fingerprints) * RANGES :][:RANGES]
    rows = sum(map(len, own))
    work = pickle.dumps((_repeated, None))
    judge, _ = timed(lambda: [work_on_range(work, [0], table) for table in own])
    row = len(pickle.dumps(own)) / rows
    size = parts[1].span.end - parts[1].span.start
    return Costs(check, size, rows // len(parts), merge, driver, submit(), len(head), row, judge / rows)


def _repeated(_: None, table: Any) -> Any:
    return table.filter(table["signature"].is_duplicated())


def submit() -> float:
    """Return what a task of Ray with as many results as a check costs the process that asks for it."""
    import ray  # noqa: PLC0415 - an extra

    ray.init("local", num_cpus=1, include_dashboard=False, logging_level="ERROR", log_to_driver=False)
    task = ray.remote(num_returns=1 + RANGES)(_nothing)
    ray.get(task.remote()[0])
    start = time.process_time()
    for refs in [task.remote() for _ in range(300)]:
        ray.get(refs[0])
    took = (time.process_time() - start) / 300
    ray.shutdown()
    return took


def _nothing() -> list[int]:
    return [0] * (1 + RANGES)


def simulated(cost: Costs, total: float, workers: int) -> list[tuple[str, float]]:
    """Return when the stages of a check of so many bytes are done, in seconds: one driver, and so many workers.

    Tasks go to the worker that is free first; some take up to a half longer than others, and one in a thousand is lost and done
    again. The driver starts tasks, and merges what 64 parts hold, one after another.
    """
    rng = Random(0)
    tasks = int(total / cost.size / FAN) + 1
    free = [0.0] * workers
    driver, done = 0.0, []
    for number, group in zip(range(0, tasks, FAN), count(), strict=False):
        ends = []
        for _ in range(min(FAN, tasks - number)):
            driver += cost.submit
            start = max(heapq.heappop(free), driver)
            took = FAN * (cost.part + cost.size / NETWORK) * (1 + rng.random() / 2) * (1 + (rng.random() < 0.001))
            ends.append(start + took)
            heapq.heappush(free, start + took)
        driver += cost.submit
        fetched = (FAN * FAN * cost.records * cost.row + FAN * cost.partial) / NETWORK
        start = max(heapq.heappop(free), *ends)
        done.append((start + cost.merge + fetched, group))
        heapq.heappush(free, start + cost.merge + fetched)
    checked = at = 0.0
    for end, _ in done:  # in the order of the data
        checked = max(checked, end)
        at = max(at, end) + cost.driver + cost.partial / NETWORK
    at = max(at, driver)
    rows = total / cost.size * cost.records
    each = rows / RANGES * (cost.row / NETWORK + cost.judge) * max(1, RANGES / workers)
    return [("tasks started", driver), ("parts merged", checked), ("all merged", at), ("equal records found", at + each)]


def main() -> None:
    """Print the tables of the page."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--millions", type=int, nargs="*", default=[1, 4, 16, 64])
    parser.add_argument("--cluster", type=int, default=4, help="millions of records for the clusters; 0: none")
    args = parser.parse_args()
    args.folder.mkdir(parents=True, exist_ok=True)
    sizes(args.folder, args.millions)
    if args.cluster:
        nodes(args.folder, args.cluster)
    cost = costs(data(args.folder, 4))
    print(*(f"{name}: {value:,.6g}" for name, value in cost._asdict().items()), sep="\n")
    print("| workers | " + " | ".join(name for name, _ in simulated(cost, 1e9, 1)) + " |\n|---:|---:|---:|---:|---:|")
    for workers in (10, 100, 1000, 4000):
        print(f"| {workers:,} | " + " | ".join(f"{seconds:,.0f} s" for _, seconds in simulated(cost, 1e12, workers)) + " |")
    print(f"peak of this process: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:,.0f} MiB")


if __name__ == "__main__":
    main()
