"""The step of the GitHub Action: installs ftlint, checks once, and tells GitHub in every way that it has.

Everything comes as environment, and nothing goes through a shell. INPUT_PATHS (one a line), INPUT_ARGS, INPUT_VERSION and
INPUT_SUMMARY are the inputs of the action. ACTION_PYTHON: a Python that has ftlint already; then nothing is installed.
"""

from __future__ import annotations

import os
import secrets
import shlex
import subprocess
import sys
import tempfile
import venv
from pathlib import Path

MOST = 1_000_000
"""Bytes of a step's summary; GitHub shows nothing of one above 1,024 KiB (docs.github.com, adding a job summary)."""


def main() -> int:
    """Run the step; return the exit code of ftlint."""
    try:
        arguments = shlex.split(os.environ.get("INPUT_ARGS", ""))
    except ValueError as error:
        annotate(f"the input `args` is not quoted as for a shell: {error}")
        append("GITHUB_OUTPUT", "exit-code=2\n")
        return 2
    folder = Path(tempfile.mkdtemp(prefix="ftlint-", dir=os.environ.get("RUNNER_TEMP")))
    files = {name: folder / f"ftlint.{suffix}" for name, suffix in (("sarif", "sarif"), ("markdown", "md"), ("github", "txt"))}
    outputs = ["grouped", *(f"{name}={file}" for name, file in files.items())]
    paths = [line.strip() for line in os.environ.get("INPUT_PATHS", "").splitlines() if line.strip()]
    if "--" in arguments:
        at = arguments.index("--")
        arguments, paths = arguments[:at], [*arguments[at + 1 :], *paths]
    try:
        own = python(folder)
    except (subprocess.CalledProcessError, OSError) as error:
        annotate(f"ftlint could not be installed: {error}")
        append("GITHUB_OUTPUT", "exit-code=2\n")
        return 2
    command = [own, "-m", "ftlint", "check", *(f"--output={output}" for output in outputs), *arguments, "--", *paths]
    code, said = silenced(command)
    if code == 2 and not files["github"].exists():
        annotate(said)
    if files["github"].exists():
        sys.stdout.buffer.write(files["github"].read_bytes())  # whatever the runner's encoding is
        sys.stdout.flush()
    if files["markdown"].exists() and os.environ.get("INPUT_SUMMARY", "true") == "true":
        append("GITHUB_STEP_SUMMARY", files["markdown"].read_text("utf-8"))
    sarif = f"sarif-file={files['sarif']}\n" if files["sarif"].exists() else ""
    append("GITHUB_OUTPUT", f"exit-code={code}\n{sarif}")
    return code


def python(folder: Path) -> str:
    """Return a Python that has ftlint; installs the version that is asked for, or the action's own."""
    known = os.environ.get("ACTION_PYTHON")
    if known:
        return known
    environment = folder / "environment"
    venv.create(environment, with_pip=True)
    made = environment / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    version = os.environ.get("INPUT_VERSION", "")
    wanted = f"ftlint=={version}" if version else str(Path(__file__).parent.parent)
    subprocess.run([made, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--", wanted], check=True)
    return str(made)


def silenced(command: list[str]) -> tuple[int, str]:
    """Run a command while the runner obeys nothing that is printed: paths and data may look like its commands.

    Returns its exit code, and the last line that it wrote to standard error.
    """
    token = secrets.token_hex(16)
    print(f"::stop-commands::{token}", flush=True)
    done = subprocess.run(command, check=False, stderr=subprocess.PIPE)
    sys.stderr.buffer.write(done.stderr)
    sys.stderr.flush()
    print(f"\n::{token}::", flush=True)
    return done.returncode, (done.stderr.decode("utf-8", "replace").strip().splitlines() or [""])[-1]


def annotate(text: str) -> None:
    """Show a text at the head of the run; one line, with nothing in it that the runner obeys."""
    escaped = text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")
    sys.stdout.buffer.write(f"::error title=ftlint::{escaped}\n".encode())
    sys.stdout.flush()


def append(variable: str, text: str) -> None:
    """Add a text to the file that a variable of the runner names, where it has room."""
    name = os.environ.get(variable)
    if name:
        with Path(name).open("a", encoding="utf-8") as file:
            if file.tell() + len(text.encode()) <= MOST:
                file.write(text)


if __name__ == "__main__":
    sys.exit(main())
