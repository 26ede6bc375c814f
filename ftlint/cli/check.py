"""`ftlint check`."""

from __future__ import annotations

import gc
import os
import shutil
import signal
import sys
import time
from contextlib import ExitStack
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

import click
from msgspec.structs import replace

from ftlint.cli.engine import engine_of
from ftlint.cli.options import check_options, config_of
from ftlint.cli.progress import progress
from ftlint.datasets import datasets_of
from ftlint.errors import InputError, RuleError, StaleError, UsageError, interrupted
from ftlint.report.formats import FORMATS, WIDTH, Format, Style, check_format, format_named, kept
from ftlint.sources import STDIN
from ftlint.sources.files import writing

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from ftlint.config import Config
    from ftlint.engine.dataset import Dataset
    from ftlint.report.report import Report
    from ftlint.session import Session


@click.command("check")
@click.argument("paths", nargs=-1)
@check_options
@click.option(
    "--fail-on",
    type=click.Choice(["error", "warning", "info", "never"]),
    help="Lowest level that makes the exit code 1; default: warning.",
)
@click.option("--baseline", metavar="FILE", help="Accepted numbers of findings (`ftlint baseline write`).")
@click.option("--exit-zero", is_flag=True, help="Exit with 0 whatever is found (not with --diff).")
@click.option("--output", multiple=True, metavar="FORMAT[=FILE]", help=f"{', '.join(FORMATS)}; repeatable.")
@click.option("--statistics", is_flag=True, help="Show how many findings each rule has.")
@click.option(
    "--max-findings",
    type=click.IntRange(1),
    metavar="N",
    help="Maximum number of findings kept per rule and file; default: 1,000.",
)
@click.option("--no-snippets", is_flag=True, default=None, help="Keep all text of the data out of every report.")
@click.option("--like", metavar="FILE", help="A sample of production inputs, to compare the prompts of training with.")
@click.option("--against", multiple=True, metavar="FILES", help="Evaluation sets, of which nothing must be in the training data.")
@click.option("--per-file-ignores", multiple=True, metavar="GLOB:RULES", help="Rules not to check in some files; repeatable.")
@click.option("--exclude", multiple=True, metavar="GLOB", help="Files not to check, instead of those of the configuration.")
@click.option(
    "--respect-gitignore/--no-respect-gitignore", default=None, help="Leave out of folders what git ignores; default: yes."
)
@click.option(
    "--stdin-filename", metavar="NAME", help="With `-`: the file that standard input is, by whose settings it is judged."
)
@click.option("--show-files", is_flag=True, help="List the files that would be checked, and check none.")
@click.option("--force-exclude", is_flag=True, help="Obey `exclude` for named files too.")
@click.option("--fix", is_flag=True, help="Repair files in place, safely: the format only.")
@click.option("--unsafe-fixes", is_flag=True, default=None, help="With --fix: also change texts and drop records.")
@click.option("--diff", is_flag=True, help="Show what --fix would change, and change nothing.")
@click.option("--dropped", metavar="FILE", help="Append the records that --unsafe-fixes drops to a file.")
@click.option("--label-map", metavar="FILE", help="Where the table of renamed labels is written, as JSON.")
@click.option("--fixable", multiple=True, metavar="RULES", help="Repair these rules too whose repair runs only on request.")
@click.option("--unfixable", multiple=True, metavar="RULES", help="Rules whose findings --fix leaves alone.")
@click.option("--watch", is_flag=True, help="Check again whenever the data changes (extra ftlint[watch]).")
@click.option("--color", type=click.Choice(["auto", "always", "never"]), default="auto", help="Colours in the report.")
@click.option("--quiet", "-q", is_flag=True, help="Print nothing but what --output asks for.")
def command(paths: tuple[str, ...], **options: Any) -> int:
    """Lint files, folders, globs or standard input (-).

    Without PATHS: what the configuration includes, else the current folder.
    """
    started = time.perf_counter()
    for name in ("dropped", "label_map"):
        if options[name] and not (options["fix"] or options["diff"]):
            raise UsageError(f"--{name.replace('_', '-')} requires --fix or --diff")
    # This process is ours: blocks of records come and go, and none of them is a cycle. It saves 8 %.
    gc.disable()
    config = config_of(options)
    settings = config.settings
    outputs = _outputs(settings.output or ([] if options["quiet"] else ["grouped"]))
    unreadable: list[str] = []
    datasets = datasets_of(
        paths,
        options["valid"],
        config,
        force_exclude=options["force_exclude"],
        problems=unreadable,
        stdin=options["stdin_filename"],
    )
    if options["show_files"]:
        return _show_files(datasets)
    if not datasets:
        return _nothing_checked(repaired_input=options["fix"] and STDIN in paths)
    if options["watch"]:
        return _watched(paths, datasets, config, repairs=options["fix"] or options["diff"])
    _refuse_to_overwrite(datasets, config, [*(file for _, file in outputs), options["dropped"], options["label_map"]])
    size = sum(dataset.size for dataset in datasets)
    repairs = options["fix"] or options["diff"]
    options["color"] = _wants_color(options["color"])
    with ExitStack() as cleanup:
        engine = cleanup.enter_context(engine_of(config, size))
        from ftlint.session import Session  # noqa: PLC0415 - the environment is set for polars, and processes are started without it

        formats = {name: format_named(name) for name, _ in outputs}
        to_screen = [formats[name] for name, file in outputs if not file]
        _refuse_to_mix(to_screen)
        wants_pictures = any(one.pictures for one in formats.values())
        limit = kept(formats.values(), settings.max_findings)
        # polars catches the interrupt key to stop its queries, and then nothing else is interrupted by it.
        signal.signal(signal.SIGINT, interrupted)
        finish: Callable[[], bool] = bool
        session = Session.of(config, engine=engine)
        # The bar is gone before the report is written.
        # A repair reads data, writes it, and reads what it wrote.
        with progress(3 * size if repairs else size, unit="bytes") as advance:
            if repairs:
                from ftlint.cli.repair import repairing  # noqa: PLC0415 - most checks repair nothing

                report, finish = cleanup.enter_context(
                    repairing(session, datasets, options, limit=limit, unreadable=unreadable, progress=advance)
                )
            else:
                edits = any(one.edits for one in formats.values())
                capped = not any(one.every for one in formats.values())
                report = session.check_datasets(
                    datasets, limit=limit, progress=advance, edits=edits, capped=capped, unreadable=unreadable
                )
        cleanup.callback(report.close)
        style = Style(
            color=options["color"],
            snippets=report.snippets,
            statistics=options["statistics"],
            paths=paths,
            options=_same_data(options),
            width=min(WIDTH, shutil.get_terminal_size().columns) if sys.stdout.isatty() else WIDTH,
            seconds=time.perf_counter() - started if sys.stdout.isatty() else None,
            pictures=_pictures(session, datasets) if report.snippets and not repairs and wants_pictures else (),
        )
        # Reports are safe on the disk before the data is replaced.
        for name, file in outputs:
            if file:
                _write(formats[name].render(report, replace(style, color=False, seconds=None)), file)
        if options["diff"]:
            differs = finish()
            _raise_problems(report)
            return int(differs)
        screen = (line for one in to_screen for line in one.render(report, style))
        # Once the data is replaced, what was found in it before can no longer be read.
        lines = list(screen) if repairs else screen
        finish()
        _copy(lines, sys.stderr.buffer if repairs and "-" in paths else sys.stdout.buffer)
        _raise_problems(report)
    return 0 if report.ok or options["exit_zero"] else 1


def _watched(paths: Sequence[str], datasets: Iterable[Dataset], config: Config, *, repairs: bool) -> int:
    """Check again and again."""
    if repairs:
        raise UsageError("--watch only checks; run --fix by itself")
    from ftlint.cli.watch import watch  # noqa: PLC0415 - rarely wanted

    return watch([word for word in sys.argv[1:] if word != "--watch"], paths, datasets, config)


def _pictures(session: Session, datasets: Iterable[Dataset]) -> list[str]:
    return [part for dataset in datasets for source in dataset.train for part in session.pictures(source)]


def _show_files(datasets: Iterable[Dataset]) -> int:
    for path in dict.fromkeys(source.path for dataset in datasets for source in dataset.sources):
        click.echo(path)
    return 0


def _nothing_checked(*, repaired_input: bool) -> int:
    """Say that all is excluded; whoever pipes a text through to be repaired gets it back."""
    click.echo("ftlint: every file is excluded; nothing was checked", err=True)
    if repaired_input:
        shutil.copyfileobj(sys.stdin.buffer, sys.stdout.buffer)
    return 0


def _raise_problems(report: Report) -> None:
    """Raise an error where ftlint could not do all of its job."""
    if report.failures:
        raise RuleError(f"{'; '.join(report.failures)}; all other rules were checked")
    if report.unreadable:
        raise InputError(f"{'; '.join(report.unreadable)}; all other files were checked")
    if report.stale:
        raise StaleError(
            f"the baseline accepts more findings than exist; run `ftlint baseline prune`: {'; '.join(report.stale[:5])}"
        )


def _outputs(texts: Iterable[str]) -> list[tuple[str, str]]:
    """Return format and file (empty: the screen) of each report that is asked for."""
    outputs = []
    for text in texts:
        name, equals, file = text.partition("=")
        if equals and not file:
            raise UsageError(f"--output {text} names no file (an unset variable?)")
        outputs.append((check_format(name), file))
    return outputs


def _refuse_to_mix(to_screen: Sequence[Format]) -> None:
    """Raise UsageError for several formats on the screen of which one is broken by what is written beside it."""
    if len(to_screen) > 1 and any(one.alone for one in to_screen):
        raise UsageError("only one format goes to standard output; write the others to files: --output json=report.json")


def _refuse_to_overwrite(datasets: Iterable[Dataset], config: Config, written: Iterable[str | None]) -> None:
    """Raise UsageError where something is to be written over the data, the configuration, or something else that is written."""
    taken = {os.path.realpath(source.origin) for dataset in datasets for source in dataset.sources if source.origin}
    taken |= {os.path.realpath(file) for file in (*config.files, *([config.baseline] if config.baseline else ()))}
    for path in filter(None, written):
        if os.path.realpath(path) in taken:
            raise UsageError(f"{path} is data, configuration, or written twice; name another file for it")
        if not Path(path).exists() or Path(path).is_file():
            taken.add(os.path.realpath(path))


def _same_data(options: dict[str, Any]) -> list[str]:
    """Return the given options that say what the data is, as they are written: further commands need them too."""
    given = [("--isolated", "")] if options["isolated"] else []
    given += [("--config", text) for text in options["config"]]
    names = ("valid", "target", "encoding", "dialect", "separator", "stop", "task", "stdin_filename")
    given += [(f"--{name.replace('_', '-')}", options[name]) for name in names if options[name] is not None]
    given += [("--against", text) for text in options["against"]]
    return [word for option in given for word in option if word]


def _wants_color(choice: str) -> bool:
    if choice == "auto":
        if os.environ.get("NO_COLOR"):
            return False
        return sys.stdout.isatty() or bool(os.environ.get("FORCE_COLOR"))
    return choice == "always"


def _write(lines: Iterable[str], file: str) -> None:
    """Write lines to a file."""
    with writing(file) as stream:
        _copy(lines, stream)


def _copy(lines: Iterable[str], stream: IO[bytes]) -> None:
    stream.writelines(line.encode("utf-8", "replace") + b"\n" for line in lines)
    stream.flush()
