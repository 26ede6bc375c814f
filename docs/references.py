"""Reference pages that are made of the program: its commands, the keys of its configuration, its docstrings, rules' symptoms."""

from __future__ import annotations

import inspect
import json
from importlib.resources import files
from typing import TYPE_CHECKING, Any

import click
import griffe

import ftlint
from ftlint.cli.app import app
from ftlint.config import DatasetTable, Settings, SurveyTable, explained, json_schema

if TYPE_CHECKING:
    from collections.abc import Iterator


def commands_page() -> str:
    """Return the page of all commands, their arguments and options."""
    lines = ["# Commands", "", "All commands and options. `ftlint COMMAND --help` tells defaults too.", ""]
    context = click.Context(app, info_name="ftlint")
    for name in app.list_commands(context):
        command = app.get_command(context, name)
        assert command is not None
        lines += _command(command, click.Context(command, context, name))
    return "\n".join(lines)


def _command(command: click.Command, context: click.Context) -> Iterator[str]:
    """Yield the lines of a command, and of the commands below it."""
    yield from (f"## {context.command_path}", "", inspect.cleandoc((command.help or "").replace("\b", "")), "")
    yield from ("```text", f"{context.command_path} {' '.join(command.collect_usage_pieces(context))}", "```", "")
    options = [
        one for one in command.get_params(context) if isinstance(one, click.Option) and not one.hidden and one.name != "help"
    ]
    if options:
        yield from ("| option | what it does |", "|---|---|")
        yield from (f"| {_option(one)} | {_cell(one.help or '')} |" for one in options)
        yield ""
    if isinstance(command, click.Group):
        for name in command.list_commands(context):
            below = command.get_command(context, name)
            assert below is not None
            yield from _command(below, click.Context(below, context, name))


def _option(option: click.Option) -> str:
    names = ", ".join(f"`{name}`" for name in (*option.opts, *option.secondary_opts))
    if option.is_flag:
        return names
    kind = option.type
    values = kind.choices if isinstance(kind, click.Choice) else [option.metavar or kind.name.upper()]
    return f"{names} {_cell(', '.join(f'`{value}`' for value in values))}"


def _cell(text: str) -> str:
    """Return a text as a cell of a table."""
    return text.replace("|", "\\|").replace("\n", " ")


def settings_page() -> str:
    """Return the page of all keys of a configuration file."""
    lines = [
        "# Settings",
        "",
        "All keys of a configuration file. [Configuration](configuration.md) explains where such a file is and how its values",
        "are combined; [schema.json](schema.json) is the same for editors.",
        "",
    ]
    schema = json_schema()
    lines += _keys(Settings, schema["properties"])
    for heading, model in (("[[dataset]]", DatasetTable), ("[survey]", SurveyTable)):
        lines += [f"## {heading}", "", *_keys(model, schema["$defs"][model.__name__]["properties"])]
    lines += [
        "The tables `[rules.NAME]` have the options of a rule, which its [page](rules/index.md) lists. `[targets.NAME]` has the",
        "keys of a [target](targets.md#keys).",
    ]
    return "\n".join(lines) + "\n"


def _keys(model: type, properties: dict[str, Any]) -> Iterator[str]:
    texts = explained(model)
    yield from ("| key | value | default | what it is |", "|---|---|---|---|")
    for name, about in properties.items():
        default = about.get("default")
        shown = "" if default in (None, [], {}) or isinstance(default, dict) else f"`{json.dumps(default)}`"
        yield f"| `{name}` | {_kind(about)} | {shown} | {_cell(texts[name.replace('-', '_')])} |"
    yield ""


def _kind(about: dict[str, Any]) -> str:
    """Return what kind of value a JSON Schema describes."""
    if "anyOf" in about:
        return _kind(next(one for one in about["anyOf"] if one.get("type") != "null"))
    if "enum" in about:
        return ", ".join(f"`{value}`" for value in about["enum"])
    if "$ref" in about or about.get("type") == "object":
        return "table"
    if about.get("type") == "array":
        return "tables" if "$ref" in about["items"] else "list of strings"
    return {"string": "string", "boolean": "true, false", "integer": "number", "number": "number"}[about["type"]]


def target_keys() -> Iterator[str]:
    """Yield the table of a target's keys, which the comment at the top of targets.toml explains."""
    comment = (files("ftlint") / "targets.toml").read_text("utf-8").partition("\n\n")[0]
    yield from ("## Keys", "", "| key | what it is |", "|---|---|")
    keys, said = "", ""
    for line in [*comment.splitlines()[2:], "# end"]:
        text = line.removeprefix("# ")
        starts = not text.startswith(" ")
        if starts and said:
            yield f"| {', '.join(f'`{key}`' for key in keys.split(', '))} | {_cell(said)} |"
            said = ""
        if starts:  # what a key is stands from the 18th column on, or in the next line
            keys, said = (text, "") if text[16:17].strip() else (text[:17].strip(), text[17:])
        else:
            said = f"{said} {text.strip()}".strip()


def symptoms_page(rules: Any) -> str:
    """Return the table of what trainers and services say, and which rules find its cause."""
    lines = [
        "# Symptoms",
        "",
        "What trainers and services print or do, and the rules that find the cause in the data. `ftlint why 'TEXT'` searches",
        "the same table, and takes the message as it was printed.",
        "",
        "| what you saw | where | rules |",
        "|---|---|---|",
    ]
    found: dict[tuple[str, str], list[str]] = {}
    for rule in rules:
        for symptom in rule.symptoms.items():
            found.setdefault(symptom, []).append(f"[{rule.code} {rule.name()}](rules/{rule.name()}.md)")
    lines += [f"| {_cell(text)} | {_cell(source)} | {', '.join(links)} |" for (text, source), links in sorted(found.items())]
    return "\n".join(lines) + "\n"


def library_page() -> str:
    """Return the page of all that `import ftlint` gives, made of its docstrings."""
    package = griffe.load("ftlint")
    lines = [
        "# Library",
        "",
        "Everything below is a name of `ftlint`; [In Python](python.md) shows it at work. Rules, dialects and formats of your",
        "own use further modules, which their pages name: [a rule](extend/rule.md), [a dialect](extend/dialect.md), [a",
        "format](extend/format.md).",
        "",
    ]
    names = [name for name in ftlint.__all__ if name not in {"__version__", "integrations"}]
    for name in sorted(names, key=lambda name: (name[0].isupper(), name)):
        item = package[name]
        item = item.final_target if item.is_alias else item
        lines += _class(item, name) if item.is_class else _function(item, f"ftlint.{name}", "##")
    return "\n".join(lines)


def _class(item: Any, name: str) -> Iterator[str]:
    yield from (f"## ftlint.{name}", "", *_docstring(item))
    init = item.members.get("__init__")
    if init is not None and init.docstring:
        yield from _docstring(init)
    public = [one for one in item.members.values() if one.is_attribute and not one.name.startswith("_")]
    if public:
        yield from ("| attribute | type |", "|---|---|")
        yield from (f"| `{one.name}` | `{_cell(str(one.annotation or ''))}` |" for one in public)
        yield ""
    for member in item.members.values():
        if member.is_function and not member.name.startswith("_") and member.docstring:
            yield from _function(member, f"{name}.{member.name}", "###")


def _function(item: Any, name: str, heading: str) -> Iterator[str]:
    short = name.removeprefix("ftlint.")
    yield from (f"{heading} {name}", "", "```text", _signature(item, short), "```", "", *_docstring(item))


def _signature(item: Any, name: str) -> str:
    """Return a signature, a line for each parameter where it is long."""
    inside, _, returns = str(item.signature()).partition("(")[2].rpartition(")")
    if " -> " in inside:  # the last bracket is of what is returned
        inside, _, returns = inside.rpartition(") -> ")
        returns = f" -> {returns})"
    parameters = [one for one in _parts(inside) if one not in {"self", "cls"}]
    short = f"{name}({', '.join(parameters)}){returns}"
    return short if len(short) <= 100 else "\n".join([f"{name}(", *(f"    {one}," for one in parameters), f"){returns}"])


def _parts(text: str) -> Iterator[str]:
    """Yield what is between commas that are in no bracket."""
    depth, start = 0, 0
    for at, sign in enumerate(text):
        depth += (sign in "[(") - (sign in "])")
        if sign == "," and depth == 0:
            yield text[start:at].strip()
            start = at + 1
    if text[start:].strip():
        yield text[start:].strip()


def _docstring(item: Any) -> Iterator[str]:
    """Yield the lines of a docstring in Google's style as Markdown."""
    for section in item.docstring.parse("google") if item.docstring else ():
        kind = section.kind.value
        if kind == "text":
            yield from (section.value, "")
        elif kind in {"parameters", "attributes"}:
            yield from (*(f"- `{one.name}`: {_joined(one.description)}" for one in section.value), "")
        elif kind == "raises":
            yield from (*(f"- raises `{one.annotation}`: {_joined(one.description)}" for one in section.value), "")
        elif kind == "examples":
            yield from ("```pycon", *(text for _, text in section.value), "```", "")


def _joined(text: str) -> str:
    return " ".join(text.split())
