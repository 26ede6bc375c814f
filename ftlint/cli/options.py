"""Options that say what the data is and how it is judged; every command that reads data has them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

import click

from ftlint.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from ftlint.config import Config

F = TypeVar("F", bound="Callable[..., Any]")

_TARGET = click.option("--target", metavar="NAME", help="Model that the data is for (`ftlint config --targets`).")

_DATA = (
    click.option("--encoding", metavar="NAME", help="Tokenizer; overrides that of the target."),
    click.option("--dialect", metavar="NAME", help="Shape of the records; overrides the inferred one."),
    click.option("--separator", metavar="TEXT", help=r"Text that ends every prompt, with JSON escapes: '\n\n###\n\n'."),
    click.option("--stop", metavar="TEXT", help="Text that ends every completion, with JSON escapes."),
    click.option("--task", type=click.Choice(["classification", "generation", "open-ended"]), help="What the model is to do."),
    click.option("--tokenizer", metavar="DIR", help="Folder (or mistral-common's file) of the model's tokenizer and template."),
    click.option("--limit", type=click.IntRange(1), metavar="N", help="Maximum tokens per record; overrides the target's limit."),
    click.option(
        "--learns",
        type=click.Choice(["all", "completion", "assistant", "last"]),
        help="What is learned; overrides what the target says.",
    ),
    click.option("--jobs", type=click.IntRange(1), metavar="N", help="Processes; default: all processors."),
    click.option("--engine", metavar="NAME", help="Execution engine: auto, serial, processes, ray, or one from a package."),
    click.option("--config", multiple=True, metavar="FILE|KEY=VALUE", help="Configuration file, or a value of it."),
    click.option("--isolated", is_flag=True, help="Ignore configuration files and FTLINT_ variables."),
)

_JUDGED = (
    click.option("--valid", metavar="FILE", help="Validation file that belongs to the training file."),
    click.option("--select", multiple=True, metavar="RULES", help="Rules to check: names, codes, prefixes, families or ALL."),
    click.option("--extend-select", multiple=True, metavar="RULES", help="Rules to check besides."),
    click.option("--ignore", multiple=True, metavar="RULES", help="Rules not to check."),
)

_SCALARS = (
    "target",
    "encoding",
    "dialect",
    "task",
    "tokenizer",
    "limit",
    "learns",
    "fail_on",
    "max_findings",
    "no_snippets",
    "jobs",
    "engine",
    "unsafe_fixes",
    "like",
    "baseline",
    "respect_gitignore",
)
_LISTS = ("select", "extend_select", "ignore", "against", "output", "fixable", "unfixable", "exclude")


def data_options(command: F) -> F:
    """Give a command the options that say what the data is."""
    return _with((_TARGET, *_DATA), command)


def options_without_target(command: F) -> F:
    """Give a command the same, without the target."""
    return _with(_DATA, command)


def check_options(command: F) -> F:
    """Give a command those, and the ones that say what is looked for."""
    return _with((*_JUDGED, _TARGET, *_DATA), command)


def _with(options: Sequence[Callable[[F], F]], command: F) -> F:
    for option in reversed(options):
        command = option(command)
    return command


def _outputs(texts: Iterable[str]) -> list[str]:
    """Return the reports that are asked for; several formats without files may be one word with commas."""
    from ftlint.config import words  # noqa: PLC0415 - pydantic takes 50 ms

    return [word for text in texts for word in ([text] if "=" in text.partition(",")[0] else words([text]))]


def _ignores(texts: Iterable[str]) -> dict[str, list[str]]:
    """Return rules by glob, given as GLOB:RULES; raises UsageError for what is not of this form."""
    from ftlint.config import words  # noqa: PLC0415 - pydantic takes 50 ms

    results: dict[str, list[str]] = {}
    for text in texts:
        glob, equals, rules = text.rpartition(":")
        if not (glob and equals and rules.strip()):
            raise UsageError(f"--per-file-ignores {text!r} should be GLOB:RULES, as in 'old/*.jsonl:size,text'")
        results.setdefault(glob, []).extend(words([rules]))
    return results


def config_of(options: Mapping[str, Any]) -> Config:
    """Return the configuration that the options and the files make up."""
    from ftlint import config  # noqa: PLC0415 - pydantic takes 50 ms

    overrides: dict[str, Any] = {name: options[name] for name in _SCALARS if options.get(name) is not None}
    for name in _LISTS:
        if options.get(name):
            # A report's file may have a comma in its name.
            overrides[name] = _outputs(options[name]) if name == "output" else config.words(options[name])
            if not overrides[name]:
                raise UsageError(f"--{name.replace('_', '-')} is empty (an unset variable?)")
    if options.get("per_file_ignores"):
        overrides["per_file_ignores"] = _ignores(options["per_file_ignores"])
    overrides |= {name: config.unescaped(f"--{name}", options[name]) for name in config.TEXTS if options.get(name) is not None}
    file, values = config.given(options["config"])
    return config.load({**values, **overrides}, file=file, isolated=options["isolated"])
