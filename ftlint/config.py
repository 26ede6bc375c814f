"""Configuration: files, environment variables, command line; one resolved set of values, each with its source."""

from __future__ import annotations

import json
import os
import re
import tomllib
from dataclasses import dataclass, field, fields
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Literal, TypedDict

import msgspec

from ftlint.errors import ConfigError, did_you_mean
from ftlint.options import LONGEST_LINE, DatasetOptions
from ftlint.targets import target as target_named

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from pydantic import TypeAdapter, ValidationError

FILES = ("ftlint.toml", ".ftlint.toml", "pyproject.toml")
PREFIX = "FTLINT_"
_NOT_SETTINGS = {"FTLINT_SPILL_BYTES", "FTLINT_TRACEBACK"}
_BARE_QUOTE = re.compile(r'(?<!\\)((?:\\\\)*)"')
TEXTS = ("separator", "stop")
"""Keys whose values take JSON escapes where they come from a shell."""


LevelName = Literal["error", "warning", "info"]
TaskName = Literal["classification", "generation", "open-ended"]
LearnedName = Literal["all", "completion", "assistant", "last"]
FailOn = Literal["error", "warning", "info", "never"]


class _Strict:
    __pydantic_config__: ClassVar[dict[str, str]] = {"extra": "forbid"}


@dataclass(frozen=True)
class SurveyTable(_Strict):
    """`[survey]`: the sample by which separator, stop and task are inferred.

    Attributes:
        records: How many records are looked at.
        share: The majority that a separator or stop needs, above 0.5.
    """

    records: int = 10_000
    share: float = 0.8

    def __post_init__(self) -> None:
        if self.records < 1:
            raise ValueError("survey.records must be 1 or more")
        if not 0.5 < self.share <= 1:
            raise ValueError("survey.share must be above 0.5 and at most 1")


@dataclass(frozen=True)
class DatasetTable(_Strict):
    """`[[dataset]]`: files that belong together, by globs, and what is known of them.

    Attributes:
        train: Training files.
        valid: Validation files.
        target: For these files, instead of the general one; likewise the following.
        encoding: As in general.
        dialect: As in general.
        separator: As in general.
        stop: As in general.
        task: As in general.
        tokenizer: As in general.
        limit: As in general.
        learns: As in general.
    """

    train: list[str]
    valid: list[str] = field(default_factory=list)
    target: str | None = None
    encoding: str | None = None
    dialect: str | None = None
    separator: str | None = None
    stop: str | None = None
    task: TaskName | None = None
    tokenizer: str | None = None
    limit: int | None = None
    learns: LearnedName | None = None

    def __post_init__(self) -> None:
        _check_limit("dataset.limit", self.limit)
        if not self.train:
            raise ValueError("dataset.train names no file")
        for key in ("separator", "stop"):
            _check_text(f"dataset.{key}", getattr(self, key))


@dataclass(frozen=True)
class Settings(_Strict):
    """All keys of a configuration file, where they are written with dashes.

    Attributes:
        select: Rules to check, instead of those that are on by default.
        extend_select: Rules to check besides.
        ignore: Rules not to check.
        per_file_ignores: Rules not to check in some files, by glob.
        levels: Other levels for rules.
        fixable: Rules whose findings are repaired too where that is done on request only.
        unfixable: Rules whose findings are not repaired.
        unsafe_fixes: Whether `--fix` may change texts and drop records.
        include: What is checked without paths, besides the files of `[[dataset]]`.
        exclude: What is not checked, by glob.
        respect_gitignore: Whether folders are looked at without what git ignores.
        fail_on: The lowest level that makes the exit code 1.
        output: Formats of reports, each with `=FILE` for a file.
        max_findings: Maximum number of findings kept per rule and file; 1,000 by default. Counts are exact all the same.
        no_snippets: Whether all text of the data stays out of reports.
        jobs: Number of processes; by default that of the processors.
        engine: The execution engine: `auto`, `serial`, `processes`, `ray`, or one from a package.
        target: The model or trainer that the data is for.
        encoding: The tokenizer; overrides that of the target.
        dialect: The shape of the records; overrides the inferred one.
        separator: The text that ends every prompt; overrides the inferred one.
        stop: The text that ends every completion; overrides the inferred one.
        task: What the model is to do; overrides the inferred value.
        naming_keys: Keys that only name a record: records that differ in these alone are duplicates.
        longest_line: Bytes; a longer line is not read.
        tokenizer: The folder of the model's tokenizer and chat template.
        limit: Maximum tokens per record; overrides the target's limit.
        learns: What is learned; overrides what the target says.
        like: A file with a sample of production inputs.
        against: Evaluation sets, of which nothing must be in the training data.
        extend: Another configuration file, below this one.
        baseline: The file of accepted findings.
        survey: The sample by which separator, stop and task are inferred.
        dataset: Files that belong together.
        targets: Targets of your own, by name.
        rules: Options of rules, by name.
    """

    select: list[str] | None = None
    extend_select: list[str] = field(default_factory=list)
    ignore: list[str] = field(default_factory=list)
    per_file_ignores: dict[str, list[str]] = field(default_factory=dict)
    levels: dict[str, LevelName] = field(default_factory=dict)
    fixable: list[str] = field(default_factory=list)
    unfixable: list[str] = field(default_factory=list)
    unsafe_fixes: bool = False
    include: list[str] = field(default_factory=list)
    exclude: list[str] = field(default_factory=list)
    respect_gitignore: bool = True
    fail_on: FailOn = "warning"
    output: list[str] = field(default_factory=list)
    max_findings: int | None = None
    no_snippets: bool = False
    jobs: int | None = None
    engine: str = "auto"
    target: str | None = None
    encoding: str | None = None
    dialect: str | None = None
    separator: str | None = None
    stop: str | None = None
    task: TaskName | None = None
    naming_keys: list[str] | None = None
    longest_line: int = LONGEST_LINE
    tokenizer: str | None = None
    limit: int | None = None
    learns: LearnedName | None = None
    like: str | None = None
    against: list[str] = field(default_factory=list)
    extend: str | None = None
    baseline: str | None = None
    survey: SurveyTable = SurveyTable()
    dataset: list[DatasetTable] = field(default_factory=list)
    targets: dict[str, dict[str, Any]] = field(default_factory=dict)
    rules: dict[str, dict[str, Any]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.select == []:
            raise ValueError("select is empty: nothing would be checked")
        for key in ("target", "encoding", "dialect", "separator", "stop", "baseline", "like", "tokenizer"):
            _check_text(key, getattr(self, key))
        for key in ("jobs", "max_findings", "longest_line", "limit"):
            _check_limit(_dashed(key), getattr(self, key))


class Setting(TypedDict, total=False):
    """The same keys, as a call takes them; `None` is the default, and of `max_findings` all."""

    select: Sequence[str] | None
    extend_select: Sequence[str]
    ignore: Sequence[str]
    per_file_ignores: Mapping[str, Sequence[str]]
    levels: Mapping[str, LevelName]
    fixable: Sequence[str]
    unfixable: Sequence[str]
    unsafe_fixes: bool
    fail_on: FailOn
    max_findings: int | None
    no_snippets: bool
    jobs: int | None
    engine: str
    target: str | None
    encoding: str | None
    dialect: str | None
    separator: str | None
    stop: str | None
    task: TaskName | None
    naming_keys: Sequence[str] | None
    longest_line: int
    tokenizer: str | None
    limit: int | None
    learns: LearnedName | None
    like: str | None
    against: Sequence[str]
    baseline: str | None
    survey: Mapping[str, Any]
    dataset: Sequence[Mapping[str, Any]]
    targets: Mapping[str, Mapping[str, Any]]
    rules: Mapping[str, Mapping[str, Any]]


def _check_limit(key: str, value: int | None) -> None:
    if value is not None and value < 1:
        raise ValueError(f"{key} must be 1 or more")


def _check_text(key: str, text: str | None) -> None:
    """Raise ValueError for a text that nothing can end with."""
    if text == "":
        raise ValueError(f"{key} is empty")
    if text and any("\ud800" <= char <= "\udfff" for char in text):
        raise ValueError(f"{key} is {text!r}, a lone surrogate")


class Config(msgspec.Struct, frozen=True):
    """Resolved settings.

    Attributes:
        sources: For each key that is not the default, where it comes from.
        root: What globs are relative to.
        files: Those read.
    """

    settings: Settings = msgspec.field(default_factory=Settings)
    sources: Mapping[str, str] = msgspec.field(default_factory=dict)
    root: Path = msgspec.field(default_factory=Path.cwd)
    files: tuple[str, ...] = ()

    @property
    def baseline(self) -> Path | None:
        """The baseline's file, if there is one; a configuration file names it from its own folder."""
        name = self.settings.baseline
        return None if name is None else Path(self._from("baseline", name))

    def _from(self, key: str, name: str) -> str:
        """Return a path that a key names; a configuration file names it from its own folder."""
        return str((self.root if self.sources.get(key) in self.files else Path()) / name)

    def _placed(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """Return a target of the configuration, with the path of its tokenizer."""
        tokenizer = values.get("tokenizer")
        return {**values, **({"tokenizer": self._from("targets", tokenizer)} if isinstance(tokenizer, str) else {})}

    def options(self, table: DatasetTable | None = None) -> DatasetOptions:
        """Return what is configured of a dataset, for one of the tables more closely than in general."""
        names = ("target", "encoding", "dialect", "separator", "stop", "task", "tokenizer", "limit", "learns")
        chosen = {name: getattr(table, name, None) or getattr(self.settings, name) for name in names}
        own = {name: self._placed(values) for name, values in self.settings.targets.items()}
        if chosen["tokenizer"]:
            of_table = table is not None and table.tokenizer is not None
            chosen["tokenizer"] = self._from("dataset" if of_table else "tokenizer", chosen["tokenizer"])
        naming = None if self.settings.naming_keys is None else frozenset(self.settings.naming_keys)
        survey = self.settings.survey
        return DatasetOptions(
            **chosen,
            records=survey.records,
            share=survey.share,
            own=own,
            naming=naming,
            like=None if self.settings.like is None else self._from("like", self.settings.like),
            against=tuple(self._from("against", name) for name in self.settings.against),
            longest=self.settings.longest_line,
        )


def load(
    overrides: Mapping[str, Any] | None = None,
    *,
    file: Path | None = None,
    isolated: bool = False,
    environment: Mapping[str, str] | None = None,
    start: Path | None = None,
    named: str = "command line",
) -> Config:
    """Return the configuration: overrides (of the command line) over variables over a file over defaults.

    Args:
        file: The configuration file; without it the closest one upward from `start` (the working directory).
        isolated: Take neither file nor variables.
        named: What the overrides are called in messages.

    Raises:
        ConfigError: For what does not fit, naming source and key.
    """
    start = start or Path.cwd()
    layers: list[tuple[str, Mapping[str, Any]]] = []
    result = file if file or isolated else find(start)
    if result:
        layers += _file_layers(result, ())
    files = tuple(source for source, _ in layers)
    root = result.resolve().parent if result else start
    if not isolated:
        layers += _variables(os.environ if environment is None else environment)
    layers += [(named, {_dashed(key): value}) for key, value in (overrides or {}).items()]
    if outside := next((source for source, layer in layers if "extend" in layer), None):
        raise ConfigError(f"{outside}: extend is valid in configuration files only; use --config")
    values: dict[str, Any] = {}
    sources: dict[str, str] = {}
    for source, layer in layers:
        validated(layer, source)
        for key, value in layer.items():
            values[key] = _merged(values.get(key, {}), value) if isinstance(value, dict) else value
            sources[key] = source
    settings = validated(values, "configuration")
    for name in settings.targets:
        target_named(name, settings.targets)
    return Config(settings, sources, root, files)


def find(start: Path) -> Path | None:
    """Return the closest configuration file, upward from a folder."""
    for folder in (start.resolve(), *start.resolve().parents):
        for name in FILES:
            path = folder / name
            if path.is_file() and (name != "pyproject.toml" or "ftlint" in _table(_toml(path), "tool", path)):
                return path
    return None


def validated(values: Mapping[str, Any], source: str) -> Settings:
    """Return settings from keys and values; raises ConfigError, naming source and key, for what does not fit."""
    if not values:
        return Settings()
    from pydantic import ValidationError  # noqa: PLC0415 - takes 100 ms, and most runs configure nothing

    known = {_dashed(field.name) for field in fields(Settings)}
    for key in values:
        if key not in known:
            raise ConfigError(f"{source}: unknown key {key!r}{did_you_mean(key, known)}")
    try:
        return _adapter().validate_python({key.replace("-", "_"): value for key, value in values.items()})
    except ValidationError as error:
        raise ConfigError(f"{source}: {_sentence(error)}") from error


@cache
def _adapter() -> TypeAdapter[Settings]:
    from pydantic import TypeAdapter  # noqa: PLC0415 - likewise

    return TypeAdapter(Settings)


def _sentence(error: ValidationError) -> str:
    """Return the first fault of a validation as a sentence that names the key."""
    first = error.errors()[0]
    *path, key = ([_dashed(str(part)) for part in first["loc"]]) or [""]
    if first["type"] == "unexpected_keyword_argument" and path:
        table = {"survey": SurveyTable, "dataset": DatasetTable}[path[0]]
        return f"unknown key {'.'.join([*path, key])!r}{did_you_mean(key, [field.name for field in fields(table)])}"
    reason = first["msg"].removeprefix("Value error, ").removeprefix("Input ")
    return reason if first["type"] == "value_error" else f"{'.'.join([*path, key])} {reason}, not {first['input']!r}"


def _dashed(name: str) -> str:
    return name.replace("_", "-")


def _merged(old: Any, new: Mapping[str, Any]) -> dict[str, Any]:
    """Return a table with the values of a later one over its own, table by table."""
    merged = dict(old) if isinstance(old, dict) else {}
    for key, value in new.items():
        merged[key] = _merged(merged.get(key, {}), value) if isinstance(value, dict) else value
    return merged


def _file_layers(path: Path, seen: tuple[Path, ...]) -> list[tuple[str, Mapping[str, Any]]]:
    """Return the layers of a file: what it extends first, then its own values."""
    if path.resolve() in seen:
        raise ConfigError(f"{path}: circular extend")
    data = _toml(path)
    table = _table(_table(data, "tool", path), "ftlint", path) if path.name == "pyproject.toml" else data
    validated(table, str(path))
    own = {key: value for key, value in table.items() if key != "extend"}
    below = _file_layers(path.parent / table["extend"], (*seen, path.resolve())) if "extend" in table else []
    return [*below, (str(path), own)]


def _table(values: Mapping[str, Any], key: str, path: Path) -> dict[str, Any]:
    table = values.get(key, {})
    if not isinstance(table, dict):
        raise ConfigError(f"{path}: {key} should be a table, not {table!r}")
    return table


def _toml(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text("utf-8"))
    except OSError as error:
        raise ConfigError(f"cannot read {path}: {error.strerror}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path}: {error}") from error


def _variables(environment: Mapping[str, str]) -> list[tuple[str, Mapping[str, Any]]]:
    """Return a layer for each FTLINT_ variable; raises ConfigError for one that is not a setting."""
    layers: list[tuple[str, Mapping[str, Any]]] = []
    types = {field.name: str(field.type) for field in fields(Settings)}
    scalars = [name for name, kind in types.items() if "dict" not in kind and "Table" not in kind]
    for variable in sorted(environment):
        if variable.startswith(PREFIX) and variable not in _NOT_SETTINGS:
            name = variable.removeprefix(PREFIX).lower()
            if name in types and name not in scalars:
                raise ConfigError(f"{variable}: {_dashed(name)} is a table; set it in a configuration file or with --config")
            if name not in scalars:
                known = [PREFIX + known.upper() for known in scalars]
                raise ConfigError(f"unknown variable {variable}{did_you_mean(variable, known)}")
            text = environment[variable]
            if not text.strip(" ,"):
                raise ConfigError(f"{variable} is empty (an unset variable?)")
            value = words([text]) if "list" in types[name] else unescaped(name, text) if name in TEXTS else text
            layers.append((variable, {_dashed(name): value}))
    return layers


def given(texts: Iterable[str]) -> tuple[Path | None, dict[str, Any]]:
    """Return the file that `--config` names, if one does, and the values of those that are `KEY=VALUE`."""
    file, values = None, dict[str, Any]()
    for text in texts:
        if "=" in text and not Path(text).exists():
            values = _merged(values, parse_override(text))
        else:
            file = Path(text)
    return file, values


def parse_override(text: str) -> dict[str, Any]:
    """Return the values of `KEY=VALUE`, where VALUE is TOML or a bare text, and KEY may have dots."""
    key, _, value = text.partition("=")
    if key.strip() in TEXTS and not value.lstrip().startswith(('"', "'")):
        return {key.strip(): unescaped(key.strip(), value)}
    try:
        return tomllib.loads(f"{key} = {value}")
    except tomllib.TOMLDecodeError as error:
        if value.lstrip().startswith(('"', "'")):
            raise ConfigError(f"--config {text}: {error}") from error
        try:
            return tomllib.loads(f"{key} = {_toml_string(value)}")
        except tomllib.TOMLDecodeError as error:
            raise ConfigError(f"--config {text}: {error}") from error


def unescaped(name: str, text: str) -> str:
    """Return a text with its JSON escapes resolved; one that has none stays as it is. Raises ConfigError for bad escapes."""
    try:
        quoted = _BARE_QUOTE.sub(r'\1\\"', text).replace("\n", "\\n").replace("\t", "\\t")
        resolved = str(json.loads(f'"{quoted}"'))
        resolved.encode()
    except ValueError as error:
        raise ConfigError(f"{name} {text!r} is not text with JSON escapes; a backslash is written \\\\") from error
    return resolved


def _toml_string(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def words(values: Iterable[str]) -> list[str]:
    """Return the words of comma lists."""
    return [part.strip() for value in values for part in value.split(",") if part.strip()]


def explained(model: type) -> dict[str, str]:
    """Return what the docstring of a class says of its attributes."""
    import inspect  # noqa: PLC0415 - takes 10 ms, and only the documentation asks

    _, _, attributes = (inspect.getdoc(model) or "").partition("Attributes:\n")
    named = (line.strip().partition(": ") for line in attributes.splitlines())
    return {name: text for name, _, text in named}


def json_schema() -> dict[str, Any]:
    """Return the JSON Schema of a configuration file, for editors."""
    schema = _adapter().json_schema()
    for model, described in (
        (Settings, schema),
        (DatasetTable, schema["$defs"]["DatasetTable"]),
        (SurveyTable, schema["$defs"]["SurveyTable"]),
    ):
        texts = explained(model)
        for name, value in described["properties"].items():
            value["description"] = texts[name]
        described["description"] = str(model.__doc__).partition("\n")[0]
    schema["properties"] = {_dashed(name): value for name, value in schema["properties"].items()}
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema, "title": "ftlint configuration"}
