"""What git leaves out: the `.gitignore` files of a repository."""

from __future__ import annotations

import os
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pathspec import GitIgnoreSpec


def is_ignored(path: str) -> bool:
    """Whether git ignores a file or folder: by the `.gitignore` of its folder, or of one above it in the same repository.

    The last pattern that fits decides, and those of a closer folder come after those of one above it, as git has it. Whether
    the file is tracked all the same is not looked at.
    """
    file = Path(os.path.abspath(path))  # noqa: PTH100 - links stay
    ignored = False
    for folder in _folders(str(file.parent)):
        spec = _spec(folder)
        if spec is not None:
            found = spec.check_file(file.relative_to(folder).as_posix() + "/" * file.is_dir()).include
            ignored = ignored if found is None else found
    return ignored


def is_ignored_below(file: str, folder: str) -> bool:
    """Whether git ignores a file, or one of the folders between it and a folder that it is in."""
    path, top = Path(os.path.abspath(file)), Path(os.path.abspath(folder))  # noqa: PTH100 - links stay
    return any(is_ignored(str(one)) for one in (path, *path.parents) if one != top and one.is_relative_to(top))


@cache
def _folders(folder: str) -> tuple[str, ...]:
    """Return the folders from the top of the repository down to this one; none outside of a repository."""
    above: list[str] = []
    for one in _upward(Path(folder)):
        above.append(str(one))
        if (one / ".git").exists():
            return tuple(reversed(above))
    return ()


def _upward(folder: Path) -> Iterator[Path]:
    yield folder
    yield from folder.parents


@cache
def _spec(folder: str) -> GitIgnoreSpec | None:
    """Return the patterns of a folder: its `.gitignore`, and at the top of a repository `.git/info/exclude` before it."""
    files = (Path(folder, ".git", "info", "exclude"), Path(folder, ".gitignore"))
    text = "\n".join(file.read_text("utf-8-sig", "replace") for file in files if file.is_file())
    if not text.strip():
        return None
    from pathspec import GitIgnoreSpec  # noqa: PLC0415 - only a folder with such a file needs it

    return GitIgnoreSpec.from_lines(text.split("\n"))
