"""How fast `ftlint check` is, against the least that any JSONL checker does: parse every line with orjson.

python tests/bench/speed.py [RECORDS] [classification|generation]

Runs both in turn as whole processes, three times, and prints medians and their ratio; on a shared machine only the ratio counts.
"""

from __future__ import annotations

import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

BARE = "import orjson, sys\nfor line in open(sys.argv[1], 'rb'): orjson.loads(line)"
LABELS = (" positive", " negative", " neutral")


def write(path: Path, records: int, task: str) -> None:
    """Write a clean set of about 240 bytes a record: balanced classification, or generation with an answer of its own each."""
    with path.open("w") as file:
        for i in range(records):
            prompt = (
                f"Report {i}: the courier returned the blue lamp on Monday, {i * 7919 % 1000} days late. " * 2 + "\n\n###\n\n"
            )
            answer = LABELS[i % 3] if task == "classification" else f" It came {i} minutes late, and report {i + 1} says why. END"
            file.write(json.dumps({"prompt": prompt, "completion": answer}) + "\n")
        # What the system still has to write would be written while we measure.
        file.flush()
        os.fsync(file.fileno())


def measure(command: list[str]) -> tuple[float, float]:
    """Return wall and processor seconds of a command and its processes."""
    before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    subprocess.run(command, check=False, stdout=subprocess.DEVNULL)
    wall, after = time.perf_counter() - start, resource.getrusage(resource.RUSAGE_CHILDREN)
    return wall, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def main() -> None:
    """Measure and print."""
    records = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    task = sys.argv[2] if len(sys.argv) > 2 else "classification"
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "clean.jsonl")
        write(path, records, task)
        commands = {
            "orjson alone": [sys.executable, "-c", BARE, str(path)],
            "ftlint check": [str(Path(sys.executable).with_name("ftlint")), "check", "--isolated", str(path)],
        }
        runs = {name: [] for name in commands}  # type: dict[str, list[tuple[float, float]]]
        for _ in range(3):
            for name, command in commands.items():
                runs[name].append(measure(command))
        size = path.stat().st_size / 1e6
    medians = {name: [statistics.median(column) for column in zip(*measured, strict=True)] for name, measured in runs.items()}
    print(f"{records:,} records for {task}, {size:.0f} MB, {os.cpu_count()} processors")
    for name, (wall, cpu) in medians.items():
        print(f"{name:14} wall {wall:6.2f} s  cpu {cpu:6.2f} s  {size / wall:6.0f} MB/s")
    (bare_wall, bare_cpu), (wall, cpu) = medians.values()
    print(f"ratio          wall {wall / bare_wall:6.2f}    cpu {cpu / bare_cpu:6.2f}")


if __name__ == "__main__":
    main()
