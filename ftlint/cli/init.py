"""`ftlint init`."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from ftlint.errors import UsageError

_HOOK = """\
repos:
  - repo: https://github.com/ftlint/ftlint
    rev: v{version} # once it is released
    hooks:
      - id: ftlint
      - id: ftlint-dataset
"""

_WORKFLOW = """\
name: Data

on: [pull_request]

permissions:
  contents: read

jobs:
  ftlint:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@11bd71901bbe5b1630ceea73d27597364c9af683 # v4.2.2
        with:
          lfs: true
          persist-credentials: false
      - uses: ftlint/ftlint@v{version} # once it is released
"""

OFFERED = (
    ("hook of pre-commit", ".pre-commit-config.yaml", _HOOK),
    ("workflow of GitHub Actions", ".github/workflows/data.yml", _WORKFLOW),
)
"""What is offered besides the configuration in a git repository: name, file, and what is in it."""


@click.command("init")
@click.option("--yes", "-y", is_flag=True, help="Write the hook and the workflow too, without asking (in a git repository).")
def command(*, yes: bool) -> int:
    """Look at the data in this folder, and write a commented ftlint.toml with what was inferred."""
    from ftlint import __version__  # noqa: PLC0415 - keeps the command's help instant
    from ftlint.config import find  # noqa: PLC0415 - likewise
    from ftlint.prepare.initial import configuration, groups_of  # noqa: PLC0415 - likewise
    from ftlint.report.formats.text import plain  # noqa: PLC0415 - likewise
    from ftlint.sources.discovery import find_files  # noqa: PLC0415 - likewise

    here = Path.cwd()
    known = find(here)
    if known and known.parent == here.resolve():
        raise UsageError(f"{known.name} is there already: `ftlint config` prints what it says")
    groups, left = groups_of([file.removeprefix("./") for file in find_files(["."], respect_gitignore=True)])
    if not groups:
        raise UsageError(f"no data found: {'; '.join(left[:3])}")
    Path("ftlint.toml").write_text("\n".join(configuration(groups)) + "\n", "utf-8")
    click.echo(f"wrote ftlint.toml: {len(groups):,} dataset{'s' * (len(groups) > 1)}")
    for group in groups:
        click.echo(f"  {plain(', '.join((*group.train, *group.valid)))}: {group.context.dialect} records")
    for reason in left:
        click.echo(f"  left out {plain(reason)}")
    if Path(".git").exists():
        for name, file, text in OFFERED:
            _offer(name, Path(file), text.format(version=__version__), yes=yes)
    click.echo("next: ftlint check")
    return 0


def _offer(name: str, file: Path, text: str, *, yes: bool) -> None:
    """Write a file, where that is wanted; one that is there stays as it is."""
    if file.exists():
        if "ftlint" not in file.read_text("utf-8", "replace"):
            click.echo(f"{file} is there already; a {name} would add:\n{text}")
        return
    if yes or (sys.stdin.isatty() and click.confirm(f"Write a {name} ({file})?")):
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, "utf-8")
        click.echo(f"wrote {file}")
