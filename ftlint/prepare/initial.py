"""A first configuration: which files of a folder belong together, and what was inferred of them."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from glob import escape
from pathlib import PurePath
from typing import TYPE_CHECKING

from msgspec import Struct

from ftlint.dialects import named
from ftlint.engine.survey import survey
from ftlint.errors import InputError
from ftlint.options import DatasetOptions
from ftlint.sources import open_source
from ftlint.targets import ANY

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ftlint.dialects.context import Context

_ROLE = re.compile(r"(?<![a-z])(train(?:ing)?|valid(?:ation)?|val|dev|eval(?:uation)?|test(?:ing)?)(?![a-z])", re.IGNORECASE)
"""A word of a file's name that says what the file is for."""

_BESIDE = re.compile(rf"[-_. ]?{_ROLE.pattern}", re.IGNORECASE)
"""The same, with the sign that parts it from the rest."""

_NUMBER = re.compile(r"\d+")

TRAIN, VALID = "train", "valid"


class Group(Struct, frozen=True):
    """Files that belong together.

    Attributes:
        train, valid: Their paths; without a word that says so in its name, a file is for training.
        context: What was inferred of the files for training.
    """

    train: tuple[str, ...]
    valid: tuple[str, ...]
    context: Context


def groups_of(files: Sequence[str]) -> tuple[list[Group], list[str]]:
    """Return files that hold records, by what belongs together, and a sentence for each file that holds none.

    Files of one folder and one shape belong together whose names differ only in numbers and in the word that says what they are
    for; a file without such a word is what the others are held out of.
    """
    together: dict[tuple[str, ...], dict[str, list[str]]] = defaultdict(lambda: {TRAIN: [], VALID: []})
    plain: dict[tuple[str, ...], dict[str, list[str]]] = defaultdict(lambda: {TRAIN: [], VALID: []})
    surveyed: dict[str, Context] = {}
    left = []
    for file in files:
        try:
            context = surveyed[file] = _surveyed([file])
        except InputError as error:
            left.append(f"{file}: {str(error).removeprefix(f'{file}: ')}")
            continue
        if not (context.surveyed and context.recognised):
            left.append(f"{file}: no records of a known shape")
            continue
        path = PurePath(file)
        role = _ROLE.search(path.name)
        kind = TRAIN if not role or role[0].lower().startswith("train") else VALID
        named = _NUMBER.sub("0", _BESIDE.sub("", path.name)) if role else path.name
        (together if role else plain)[str(path.parent), context.dialect, named][kind].append(file)
    for key, roles in plain.items():
        # A file that says nothing of what it is for is trained on, unless a part of it is there that says so.
        whole = together.get(key)
        if whole and not whole[TRAIN]:
            whole[TRAIN] += roles[TRAIN]
        else:
            together[(*key, "")] = roles
    pairs = [(roles[TRAIN], roles[VALID]) for roles in together.values() if roles[TRAIN]]
    pairs += [([file], []) for roles in together.values() if not roles[TRAIN] for file in roles[VALID]]
    order = {file: number for number, file in enumerate(files)}
    pairs.sort(key=lambda pair: order[pair[0][0]])
    groups = [
        Group(tuple(train), tuple(valid), surveyed[train[0]] if len(train) == 1 else _surveyed(train)) for train, valid in pairs
    ]
    return groups, left


def _surveyed(files: Sequence[str]) -> Context:
    sources = [open_source(file) for file in files]
    try:
        return survey(sources, DatasetOptions())
    finally:
        for source in sources:
            source.close()


def configuration(groups: Sequence[Group]) -> Iterator[str]:
    """Yield the lines of a configuration file."""
    yield "# Configuration of ftlint. Commented lines show defaults, examples or inferred values; uncomment one to enforce it."
    yield "# `ftlint config` prints all keys."
    yield ""
    yield '# fail-on = "warning"  # exit code 1 from this level on: error, warning, info, never'
    yield '# target = "trl"  # the model or trainer that the data is for; `ftlint config --targets` lists all'
    yield "# ignore = []  # rules, by code, name or family: `ftlint rule` lists all"
    yield "# against = []  # evaluation sets that must not be in the training data"
    for group in groups:
        context = group.context
        yield ""
        yield f"# {_about(context)}"
        yield "[[dataset]]"
        yield f"train = {_list(group.train)}"
        yield (
            f"valid = {_list(group.valid)}"
            if group.valid
            else "# valid = []  # a validation file: leaks between the two are found"
        )
        yield f"# dialect = {_text(context.dialect)}"
        if context.target.name != ANY.name:
            yield f"# target = {_text(context.target.name)}  # assumed"
        facts = named(context.dialect).facts(context.known)
        yield from (f"# {key} = {_text(facts[key])}" for key in ("separator", "stop") if facts.get(key))


def _about(context: Context) -> str:
    task = f", {context.task}" if named(context.dialect).tells_task else ""
    return f"{context.surveyed:,} records surveyed: {named(context.dialect).shown or context.dialect}{task}"


def _list(files: Sequence[str]) -> str:
    return f"[{', '.join(_text(escape(PurePath(file).as_posix())) for file in files)}]"


def _text(text: str) -> str:
    """Return a text as TOML writes it: as JSON does, but for DELETE."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
