"""Compares ftlint with other checkers of fine-tuning data: `python docs/benchmarks.py FOLDER [--records 100000] [--runs 3]`.

Installs each of them into an environment of its own in FOLDER, runs all on the same files in turn, and writes the page
docs/benchmarks.md and its picture, docs/assets/benchmarks.svg. Linux.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path
from random import Random
from time import perf_counter
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

HERE = Path(__file__).parent
SEPARATOR = "\n\n###\n\n"
WORDS = ["the", "courier", "returned", "a", "blue", "lamp", "on", "Monday", "and", "nobody", "complained", "about", "it", "late"]

HEAD = """# Side by side

What other checkers of fine-tuning data take for the same files, and what they notice. `python docs/benchmarks.py FOLDER` installs
all of them, runs them in turn, and writes this page.

A tool notices a defect if it says something else of 60 records with that one defect than of 60 records without: other numbers do
not count, any other word does. What it says may be wrong, or may not name the line. Some of the tools do what ftlint does not:
together's client uploads the file, parallelogram and convmerge also merge and rewrite datasets. `prepare_data` was removed from
openai's client after version 2.34.0. ftlint uses all processors; the others use one.
"""

Record = dict[str, Any]


class Peer(NamedTuple):
    """Another checker.

    Attributes:
        name: How the page calls it.
        packages: What pip installs.
        command: What is run; `{bin}` is where its programs are, `{file}` the data.
        chat: Whether it reads conversations.
        pairs: Whether it reads prompts and completions.
    """

    name: str
    packages: tuple[str, ...]
    command: tuple[str, ...]
    chat: bool = True
    pairs: bool = True


PEERS = (
    Peer("ftlint", (), (sys.executable, "-m", "ftlint", "check", "--isolated", "{file}")),
    Peer(
        "openai 2.34.0 prepare_data",
        ("openai[datalib]==2.34.0",),
        ("{bin}/openai", "tools", "fine_tunes.prepare_data", "-f", "{file}", "-q"),
        chat=False,
    ),
    Peer("together 1.5.34", ("together==1.5.34",), ("{bin}/together", "files", "check", "{file}")),
    Peer("parallelogram", ("parallelogram[tokenizer]",), ("{bin}/parallelogram", "check", "{file}", "--no-color"), pairs=False),
    Peer("convmerge", ("convmerge",), ("{bin}/convmerge", "validate", "-i", "{file}")),
    Peer("cleanllm", ("cleanllm",), ("{bin}/cleanllm", "preflight", "{file}", "--framework", "trl"), pairs=False),
)

LOOP = "import sys, orjson\nfor line in open(sys.argv[1], 'rb'): orjson.loads(line)"


def sentence(number: int, words: int) -> str:
    """Return words that no other number has."""
    return f"{number} {' '.join(Random(number).choices(WORDS, k=words))}"


def pair(number: int) -> Record:
    """Return a record of a prompt and a label, of about 250 bytes."""
    return {"prompt": sentence(number, 32) + SEPARATOR, "completion": (" positive", " negative", " neutral")[number % 3]}


def chat(number: int) -> Record:
    """Return a conversation of about 1 KB."""
    roles = ("system", "user", "assistant", "user", "assistant")
    said = ("Answer shortly.", *(sentence(4 * number + turn, 40) + "." for turn in range(4)))
    return {"messages": [{"role": role, "content": text} for role, text in zip(roles, said, strict=True)]}


def line(record: Record) -> bytes:
    """Return a record as a line without its end."""
    return json.dumps(record, ensure_ascii=False).encode()


def with_turn(number: int, index: int, **members: Any) -> bytes:
    """Return a conversation of which a message has other members."""
    record = chat(number)
    record["messages"][index] |= members
    return line(record)


Defects = dict[str, "Callable[[int], bytes]"]
ANYWHERE: Defects = {
    "line is not JSON": lambda _: b'{"prompt": "cut off',
    "array, not an object": lambda _: b'["a", "b"]',
    "blank line": lambda _: b"",
    "other keys": lambda n: line({"text": sentence(n, 9)}),
}
PAIRS: Defects = ANYWHERE | {
    "bytes that are not UTF-8": lambda n: line(pair(n)).replace(b'", "', b'\xff", "', 1),
    "key twice": lambda n: b'{"prompt": "x", ' + line(pair(n))[1:],
    "label is a number": lambda n: line({**pair(n), "completion": 4}),
    "empty completion": lambda n: line({**pair(n), "completion": ""}),
    "no separator": lambda n: line({**pair(n), "prompt": pair(n)["prompt"].removesuffix(SEPARATOR)}),
    "no space before the completion": lambda n: line({**pair(n), "completion": pair(n)["completion"].strip()}),
    "label in another case": lambda n: line({**pair(n), "completion": pair(n)["completion"].title()}),
    "record twice": lambda n: line(pair(n - 3)),
    "twice but for case": lambda n: line({**pair(n - 3), "prompt": pair(n - 3)["prompt"].upper()}),
    "same prompt, another label": lambda n: line({**pair(n - 3), "completion": pair(n - 2)["completion"]}),
    "more tokens than the limit": lambda n: line({**pair(n), "prompt": sentence(n, 4000) + SEPARATOR}),
    "wrongly decoded text": lambda n: line({**pair(n), "prompt": "The cafÃ© isnâ€™t far. " + pair(n)["prompt"]}),
}
CHATS: Defects = ANYWHERE | {
    "bytes that are not UTF-8": lambda n: line(chat(n)).replace(b"shortly", b"shortl\xff", 1),
    "unknown role": lambda n: with_turn(n, 2, role="bot"),
    "content is a number": lambda n: with_turn(n, 4, content=4),
    "empty answer": lambda n: with_turn(n, 4, content=""),
    "no answer": lambda n: line({"messages": chat(n)["messages"][:2]}),
    "no messages": lambda _: b'{"messages": []}',
    "ends with the user": lambda n: line({"messages": chat(n)["messages"][:4]}),
    "system message in the middle": lambda n: with_turn(n, 2, role="system"),
    "weight that is neither 0 nor 1": lambda n: with_turn(n, 4, weight=3),
    "call of a tool that is not defined": lambda n: with_turn(
        n, 2, tool_calls=[{"id": "a", "type": "function", "function": {"name": "f", "arguments": "{}"}}]
    ),
    "conversation twice": lambda n: line(chat(n - 3)),
    "wrongly decoded text": lambda n: with_turn(n, 4, content="The cafÃ© isnâ€™t far."),
}


class Run(NamedTuple):
    """What a command took, and said: seconds, processor seconds, MiB of its largest process."""

    wall: float
    cpu: float
    memory: float
    said: str


def run(command: Sequence[str]) -> Run:
    """Run a command to its end."""
    with tempfile.TemporaryFile() as out:
        env = {**os.environ, "OPENAI_API_KEY": "none", "TOGETHER_API_KEY": "none", "TOGETHER_NO_BANNER": "1", "NO_COLOR": "1"}
        start = perf_counter()
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=out, stderr=out, env=env)
        _, _, usage = os.wait4(process.pid, 0)
        wall = perf_counter() - start
        out.seek(0)
        said = out.read().decode(errors="replace")
    return Run(wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024, said)


def installed(peer: Peer, folder: Path) -> Path:
    """Return where the programs of a peer are; it is installed where it is not there."""
    home = folder / re.sub(r"\W+", "-", peer.name)
    if peer.packages and not (home / "done").exists():
        subprocess.run([sys.executable, "-m", "venv", home], check=True)
        subprocess.run([home / "bin" / "pip", "install", "-q", *peer.packages], check=True)
        (home / "done").touch()
    return home / "bin"


def commands(peer: Peer, folder: Path, file: Path) -> list[str]:
    """Return the command of a peer for a file."""
    return [word.format(bin=installed(peer, folder), file=file) for word in peer.command]


def write(path: Path, lines: Iterator[bytes]) -> Path:
    """Write lines to a file."""
    with path.open("wb") as out:
        out.writelines(one + b"\n" for one in lines)
    return path


def reacted(peer: Peer, folder: Path, make: Callable[[int], Record], defects: Defects) -> set[str]:
    """Return to which defects a peer reacts: of 60 records with one defect it says something else than of 60 without."""

    def said(lines: list[bytes]) -> str:
        # Some write files beside the data, and mention those of the run before.
        shutil.rmtree(folder / "sixty", ignore_errors=True)
        (folder / "sixty").mkdir()
        file = write(folder / "sixty" / "data.jsonl", iter(lines))
        return re.sub(r"\d+", "", run(commands(peer, folder, file)).said)

    clean = [line(make(number)) for number in range(60)]
    control = said(clean)
    return {name for name, defect in defects.items() if said([*clean[:40], defect(40), *clean[41:]]) != control}


def timed(peers: Sequence[Peer], folder: Path, file: Path, runs: int) -> dict[str, Run]:
    """Return the medians of runs in turn, of the bare loop too."""
    every: dict[str, list[Run]] = {"orjson.loads alone": [], **{peer.name: [] for peer in peers}}
    for _ in range(runs):
        every["orjson.loads alone"].append(run([sys.executable, "-c", LOOP, str(file)]))
        for peer in peers:
            every[peer.name].append(run(commands(peer, folder, file)))
    return {name: Run(*(statistics.median(one[index] for one in some) for index in range(3)), "") for name, some in every.items()}


def table(times: dict[str, Run], found: dict[str, set[str]], defects: Defects) -> Iterator[str]:
    """Yield the rows of a table."""
    yield "| | seconds | processor seconds | MiB | defects |\n|---|---:|---:|---:|---:|"
    for name, took in sorted(times.items(), key=lambda item: item[1].wall):
        share = f"{len(found[name])} of {len(defects)}" if name in found else "–"
        yield f"| {name} | {took.wall:.1f} | {took.cpu:.1f} | {took.memory:,.0f} | {share} |"
    yield ""
    yield "| defect | " + " | ".join(found) + " |\n|---|" + "---|" * len(found)
    for defect in defects:
        yield f"| {defect} | " + " | ".join("yes" if defect in some else "no" for some in found.values()) + " |"
    yield ""


def picture(times: dict[str, Run], records: int) -> str:
    """Return bars of the seconds that each takes."""
    longest, bars = max(took.wall for took in times.values()), []
    for row, (name, took) in enumerate(sorted(times.items(), key=lambda item: item[1].wall)):
        y, width = 34 + 26 * row, max(2, 400 * took.wall / longest)
        kind = "ours" if name == "ftlint" else "other"
        bars.append(f'<text x="226" y="{y + 14}" text-anchor="end">{name}</text>')
        bars.append(f'<rect class="{kind}" x="236" y="{y}" width="{width:.0f}" height="18"/>')
        bars.append(f'<text x="{244 + width:.0f}" y="{y + 14}">{took.wall:.1f} s</text>')
    height = 44 + 26 * len(times)
    style = "text{font:14px sans-serif;fill:#57606a}.ours{fill:#1a7f37}.other{fill:#8c959f}"
    dark = "@media (prefers-color-scheme: dark){text{fill:#c9d1d9}.ours{fill:#3fb950}.other{fill:#6e7681}}"
    title = f"Seconds to check {records:,} conversations of 1 KB"
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 720 {height}" role="img" aria-label="{title}">'
    return "\n".join([head, f"<style>{style}{dark}</style>", f'<text x="10" y="20">{title}</text>', *bars, "</svg>\n"])


def main() -> None:
    """Measure, and write the page and its picture."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--records", type=int, default=100_000)
    parser.add_argument("--runs", type=int, default=3)
    args = parser.parse_args()
    folder = args.folder.resolve()
    folder.mkdir(parents=True, exist_ok=True)
    page = [HEAD]
    page += [
        f"{platform.machine()}, {os.cpu_count()} processors, Python {platform.python_version()}; medians of {args.runs} runs.\n"
    ]
    for title, make, defects, fits in (("Prompts and completions", pair, PAIRS, "pairs"), ("Conversations", chat, CHATS, "chat")):
        peers = [peer for peer in PEERS if getattr(peer, fits)]
        file = write(folder / f"{fits}.jsonl", (line(make(number)) for number in range(args.records)))
        times = timed(peers, folder, file, args.runs)
        found = {peer.name: reacted(peer, folder, make, defects) for peer in peers}
        size = file.stat().st_size / 1e6
        page += [f"## {title}\n", f"{args.records:,} records without a fault, {size:.0f} MB.\n", *table(times, found, defects)]
    (HERE / "benchmarks.md").write_text("\n".join(page), "utf-8")
    (HERE / "assets" / "benchmarks.svg").write_text(picture(times, args.records), "utf-8")


if __name__ == "__main__":
    main()
