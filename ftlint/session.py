"""A session: settings, rules and engine, resolved once; all that ftlint does with data begins here."""

from __future__ import annotations

import os
from collections.abc import Mapping
from contextlib import closing, nullcontext
from dataclasses import replace
from functools import cached_property, partial
from os import PathLike, fspath
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, TypeVar, overload

from ftlint import config as configuration
from ftlint.config import Config, Setting
from ftlint.datasets import datasets_of, options_of
from ftlint.dialects import broken_dialects, names
from ftlint.engine.check import check_dataset
from ftlint.engine.commit import commit, target_of
from ftlint.engine.dataset import Dataset
from ftlint.engine.engines import open_engine
from ftlint.engine.repair import Allowed, Repaired, proposed, repair_dataset
from ftlint.engine.serial import Serial
from ftlint.errors import ConfigError, InputError, UsageError, did_you_mean
from ftlint.report.adjust import accepted, adjusted, spared
from ftlint.report.report import Report
from ftlint.rule import LineRule, RecordRule
from ftlint.rule.registry import Selection, broken_packs, configured, known_rules, matching
from ftlint.sources import BLOCK, FRAME_NAME, LINE_NAME, RECORDS_NAME, Source, content_of
from ftlint.sources.data import lines_of, of_lines, on_disk, sources_of
from ftlint.sources.frames import frame_of, rows_of
from ftlint.sources.huggingface import is_of_datasets, rebuilt, splits_of, table_of
from ftlint.sources.memory import Repair
from ftlint.targets import target
from ftlint.text.tokens import tokenizer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from contextlib import AbstractContextManager
    from typing import Unpack

    import polars as pl

    from ftlint.dialects.context import Context
    from ftlint.engine.base import Engine
    from ftlint.engine.result import DatasetReport
    from ftlint.evaluation.evaluate import Evaluation
    from ftlint.prepare.pictures import Shown
    from ftlint.prepare.profile import Profile
    from ftlint.prepare.reshape import Reshaped
    from ftlint.prepare.split import Split
    from ftlint.report.finding import Finding
    from ftlint.rule import Rule

ConfigSource = str | PathLike[str] | Mapping[str, Any] | Config | None
"""A configuration file, its keys and values, or a resolved configuration."""

PathT = TypeVar("PathT", bound="str | PathLike[str]")
FrameT = TypeVar("FrameT", "pl.DataFrame", "pl.LazyFrame")

KEPT = 1000
"""Findings that are kept a rule and file, where nobody says otherwise."""

NEAR_DUPLICATES = "near-duplicate"
"""The rule that finds the records which `split` keeps together on request."""

_OF_THE_COMMAND = {"output", "include", "exclude", "respect_gitignore"}
"""Settings that say what a command reads and writes."""


class Session:
    """Settings, rules and engine, made once for any number of calls.

    Example:
        >>> session = Session(task="classification", select=["SEP", "LBL"])
        >>> report = session.check([{"prompt": "vino ->", "completion": " edible"}])
        >>> report.records
        1

    """

    def __init__(self, config: ConfigSource = None, **settings: Unpack[Setting]) -> None:
        """Resolve settings.

        Args:
            config: A configuration file, or its keys and values; without it no file is read.
            **settings: Keys of a configuration file: `target="davinci"`, `select=["SEP"]`, `jobs=4`. `max_findings` is the
                number of findings kept a rule and file (None: all); counts are exact whatever it is. More than one process
                needs the caller's `if __name__ == "__main__"`.

        Raises:
            ConfigError: For settings that do not fit.

        """
        _refuse_forks()
        if isinstance(config, Config) and settings:
            raise ConfigError("a resolved configuration takes no further settings; give its file, or its keys and values")
        given = _given(config, settings)
        self.config = config if isinstance(config, Config) else _resolved(config, given)
        _check_dialects(self.config)
        kept = self.config.settings.max_findings or KEPT
        self.limit: int | None = None if "max_findings" in given and given["max_findings"] is None else kept
        self._chosen: Sequence[Rule] | None = None
        self._engine: Engine | None = None

    @classmethod
    def of(cls, config: Config, *, rules: Sequence[Rule] | None = None, engine: Engine | None = None) -> Session:
        """Return the session of a resolved configuration.

        Args:
            config: As `load` returns it.
            rules: Instead of those that are installed and selected.
            engine: One that was started by the caller; without it one is started for each call, as `engine` and `jobs` say.

        """
        session = cls(config)
        session._chosen, session._engine = rules, engine
        return session

    @cached_property
    def rules(self) -> list[Rule]:
        """The rules that are checked, with their options."""
        if self._chosen is not None:
            return list(self._chosen)
        settings = self.config.settings
        selection = Selection(
            None if settings.select is None else tuple(settings.select),
            tuple(settings.extend_select),
            tuple(settings.ignore),
            frozenset(name for name in ("like", "against") if getattr(settings, name)),
        )
        _check_names(self.config)
        return configured(selection.rules(), settings.rules)

    def shows(self, codes: Iterable[str]) -> bool:
        """Whether a report may show texts of the data, given the codes of the rules that found something."""
        private = {rule.code for rule in self.rules if rule.private}
        return not self.config.settings.no_snippets and private.isdisjoint(codes)

    def check(self, data: Any, *, valid: Any = None) -> Report:
        """Check a dataset.

        Args:
            data: A path (or several in a list), a binary or text file object, an iterable of dicts, a polars, pandas or Arrow
                frame, or a Dataset or DatasetDict of Hugging Face's.
            valid: A validation file of the same kinds.

        Raises:
            InputError: For what cannot be read.

        """
        if is_of_datasets(data):
            data, others = splits_of(data)
            valid = others if valid is None else valid
        paths = [data] if isinstance(data, (str, PathLike)) else data
        of_files = isinstance(paths, list) and paths and all(isinstance(path, (str, PathLike)) for path in paths)
        if of_files and valid is None and self.config.settings.dataset:
            # Files of a `[[dataset]]` that are all here are judged together, as they are by the command.
            datasets = datasets_of([fspath(path) for path in paths], None, self.config)
            with self._started(datasets) as engine:
                return self.check_datasets(datasets, engine=engine, edits=True, limit=self.limit).rendered()
        training = self._readable(sources_of(data))
        if valid is None and len(training) > 1:
            datasets = [Dataset([source], self._options(source)) for source in training]
        else:
            validation = [] if valid is None else self._readable(sources_of(valid))
            options = self._options(training[0]) if training else self.config.options()
            datasets = [Dataset(training, options, validation)]
        with self._started(datasets) as engine:
            report = self.check_datasets(datasets, engine=engine, edits=True, limit=self.limit)
        return report.rendered()

    def check_datasets(
        self,
        datasets: Sequence[Dataset],
        *,
        engine: Engine | None = None,
        block: int = BLOCK,
        progress: Callable[[int], None] | None = None,
        edits: bool = False,
        limit: int | None = KEPT,
        capped: bool = True,
        unreadable: Sequence[str] = (),
    ) -> Report:
        """Check datasets whose sources are open; they are open until the report is closed.

        Args:
            datasets: Files that are judged together, for each report.
            engine: Without one, this process alone.
            block: Bytes of a block.
            progress: Called with the bytes of each block that is done.
            edits: Whether findings come with the edits of their repairs.
            limit: Findings kept a rule and file; None: all. Without `capped` all are known, whatever is kept.
            capped: Whether the lines of more violations than that are forgotten as soon as they are counted.
            unreadable: A sentence for each file that could not be read.

        """
        by = engine or self._engine or Serial()
        kept = limit if capped and not self.config.settings.baseline else None
        reports = [check_dataset(one, self.rules, by, block=block, progress=progress, limit=kept) for one in datasets]
        for dataset, report in zip(datasets, reports, strict=True):
            report.fix = partial(proposed, dataset=dataset, report=report)
        return self._report(reports, limit=limit, edits=edits, unreadable=unreadable)

    def _report(self, reports: Iterable[Any], **more: Any) -> Report:
        settings = self.config.settings
        broken = (*broken_packs(), *broken_dialects())
        whole = list(reports)
        shows = self.shows(_codes(whole))
        left = tuple(adjusted(report, self.config) for report in whole)
        made = Report(left, tuple(self.rules), fail_on=settings.fail_on, broken_packs=broken, snippets=shows)
        return accepted(replace(made, **more), self.config)

    def check_line(self, text: str | bytes, context: Context | None = None) -> list[Finding]:
        """Return what rules about lines and records find in one line, as for an editor.

        Args:
            text: A line.
            context: What is known of the dataset (`survey` of an earlier report); without it the line speaks for itself.

        """
        line = text.encode("utf-8", "surrogatepass") if isinstance(text, str) else text
        return self.check_lines(line, context).findings

    def check_lines(
        self, content: bytes, context: Context | None = None, *, path: str = LINE_NAME, limit: int | None = None
    ) -> Report:
        """Check lines by themselves, by the rules about lines and records alone; arguments are those of `check_line`.

        Args:
            path: The file that they are of.
            limit: Findings kept a rule; None: all.

        """
        options = self.config.options() if path == LINE_NAME else options_of(path, self.config)
        dataset = Dataset([Source(path, len(content), content)], options)
        rules = [rule for rule in self.rules if isinstance(rule, (LineRule, RecordRule))]
        whole = check_dataset(dataset, rules, Serial(), known=context)
        whole.fix = partial(proposed, dataset=dataset, report=whole)
        report = Report([adjusted(whole, self.config)], rules, limit, edits=True, snippets=self.shows(_codes([whole])))
        return report.rendered()

    @overload
    def fix(self, data: PathT, *, unsafe: bool = False) -> tuple[PathT, Report]: ...
    @overload
    def fix(self, data: FrameT, *, unsafe: bool = False) -> tuple[FrameT, Report]: ...
    @overload
    def fix(
        self, data: bytes | bytearray | memoryview | IO[bytes] | IO[str], *, unsafe: bool = False
    ) -> tuple[bytes, Report]: ...
    @overload
    def fix(self, data: Sequence[Mapping[str, Any]], *, unsafe: bool = False) -> tuple[list[dict[str, Any]], Report]: ...
    @overload
    def fix(self, data: Any, *, unsafe: bool = False) -> tuple[Any, Report]: ...
    def fix(self, data: Any, *, unsafe: bool = False) -> tuple[Any, Report]:
        """Repair a dataset; return it, and the report on what is left.

        Args:
            data: A path, which is repaired in place and returned; a frame, of which one of its kind comes back; bytes or a file
                object: bytes; a Dataset of Hugging Face's: one; an iterable of dicts: a list.
            unsafe: Whether texts may change and records be dropped. `fixable` and `unfixable` among the settings name rules.

        Raises:
            InputError: For what cannot be read or written.

        """
        if is_of_datasets(data):
            table, report = self.fix(table_of(data), unsafe=unsafe)
            return rebuilt(data, table), report
        frame = frame_of(data)
        rows = None
        if frame is not None:
            rows = rows_of(frame)
        elif not isinstance(data, (str, PathLike, bytes, bytearray, memoryview)) and not hasattr(data, "read"):
            items = list(data)
            rows = None if items and all(isinstance(item, (str, PathLike)) for item in items) else items
            data = items if rows is None else data
        lines = None if rows is None else lines_of(rows, of_frame=frame is not None)
        name = RECORDS_NAME if frame is None else FRAME_NAME
        sources = self._readable(sources_of(data) if lines is None else [of_lines(name, lines)])
        if len(sources) != 1:
            raise InputError("cannot repair several datasets in one call; call it for each")
        [source] = sources
        source.refuse_repair()
        datasets = [Dataset([source], self._options(source))]
        with self._started(datasets) as engine:
            [repaired], report = self.fix_datasets(
                datasets, unsafe=unsafe, engine=engine, target=target_of, track=rows is not None, limit=self.limit
            )
        report = report.rendered(close=False)
        original, new, origins = repaired.files[0]
        try:
            if original.origin:
                commit(original, new)
                return data, report
            content = b"".join(new.parts())
        finally:
            repaired.close()
            source.close()
        if rows is None or lines is None or origins is None:
            return content, report
        after = list(zip(origins, content.split(b"\n"), strict=False))
        repair = Repair([line.rstrip(b"\n") for line in lines], after, repaired.keys)
        return (repair.of_records(rows) if frame is None else repair.of_frame(frame)), report

    def fix_datasets(
        self,
        datasets: Sequence[Dataset],
        *,
        unsafe: bool,
        engine: Engine | None = None,
        limit: int | None = KEPT,
        target: Callable[[Source], Path | None] = lambda _: None,
        dropped: IO[bytes] | None = None,
        track: bool = False,
        progress: Callable[[int], None] | None = None,
        unreadable: Sequence[str] = (),
    ) -> tuple[list[Repaired], Report]:
        """Repair datasets into temporary files, which the caller puts in place or deletes; the report is on what is left.

        The arguments are those of `check_datasets` and `repair_dataset`. Where the session was given rules, their repairs
        that run on request run too.
        """
        settings, by = self.config.settings, engine or self._engine or Serial()
        fixable = matching(settings.fixable, "fixable") if self._chosen is None else map(type, self._chosen)
        allowed = Allowed(
            unsafe or settings.unsafe_fixes,
            frozenset(fixable),
            frozenset(matching(settings.unfixable, "unfixable")),
            spared(self.config),
        )
        repaired = [
            repair_dataset(dataset, self.rules, by, allowed, dropped=dropped, target=target, track=track, progress=progress)
            for dataset in datasets
        ]
        left = self._report([item.report for item in repaired], limit=limit, unreadable=unreadable)
        for item in repaired:
            left.found.update(item.found)
            left.fixed.update(item.applied)
        notes = tuple(note for item in repaired for note in item.notes)
        return repaired, replace(left, notes=notes, snippets=left.snippets and self.shows(left.found))

    def profile(self, data: Any, *, exact_tokens: bool = False, positive_class: str | None = None) -> Profile:
        """Return what a dataset is: labels, tokens, costs, and how to train on it and ask the model afterwards.

        Args:
            data: One path, file object, frame or iterable of dicts, as of `check`.
            exact_tokens: Whether all tokens are counted instead of estimated.
            positive_class: Of two labels the one that counts as positive.

        Raises:
            InputError: For data without records.
            UsageError: For an unknown label.

        """
        from ftlint.prepare.profile import profile  # noqa: PLC0415 - a check needs none of it

        with closing(self._single(data, "profiled")) as source, self._started([source]) as engine:
            return profile(source, self._options(source), engine, exact=exact_tokens, positive=positive_class)

    def pictures(self, source: Source) -> list[str]:
        """Return pictures of a file as parts of a page: labels, lengths, and of a known tokenizer the worst records as tokens."""
        from ftlint.prepare.looks import looks  # noqa: PLC0415 - a check needs none of it

        with self._started([source]) as engine:
            return list(looks(source, self._options(source), engine))

    def show(self, record: Mapping[str, Any] | str | bytes) -> Shown:
        """Return a record as its trainer makes it: its tokens, which of them are learned, what is cut and lost.

        Args:
            record: An object, or a line of JSON. The settings `target`, `tokenizer`, `limit` and `learns` say what is made of it.

        Raises:
            InputError: For what is no record, for a folder without a tokenizer, and for a template that does not end.

        """
        data = [record] if isinstance(record, Mapping) else record.encode() if isinstance(record, str) else record
        with closing(self._single(data, "shown")) as source:
            return self.shown(source, [1])[0]

    def shown(self, source: Source, lines: Sequence[int]) -> list[Shown]:
        """Return the records on some lines of a file, which count from 1, as their trainer makes them; see `show`."""
        from ftlint.prepare.show import shown  # noqa: PLC0415 - a check needs none of it

        return shown(source, self._options(source), lines)

    def worst(self, source: Source) -> list[int]:
        """Return the lines of the records of a file that lose most learned tokens, which count from 1."""
        from ftlint.prepare.show import worst  # noqa: PLC0415 - a check needs none of it

        with self._started([source]) as engine:
            return worst(source, self._options(source), engine)

    def first_with(self, rule: str, source: Source, most: int = 3) -> list[int]:
        """Return the first lines of a file in which a rule finds something."""
        rules = configured(Selection(tuple(rule.split(","))).rules(), self.config.settings.rules)
        with self._started([source]) as engine:
            report = Session.of(self.config, rules=rules, engine=engine).check_datasets(
                [Dataset([source], self._options(source))]
            )
            return list(dict.fromkeys(finding.line for finding in report.findings if finding.line))[:most]

    def split(
        self,
        data: Any,
        files: Mapping[str, str | PathLike[str]],
        *,
        shares: Mapping[str, float],
        seed: int = 0,
        group: str | None = None,
        near_duplicates: bool = False,
        force: bool = False,
        left_behind: Sequence[str] = (),
    ) -> Split:
        """Split a dataset: labels in all parts, no prompt in two.

        Args:
            data: One path, file object, frame or iterable of dicts, as of `check`.
            files: Where each part is written.
            shares: Of each part, which make 1; the first is trained on.
            seed: Another seed is another split.
            group: A key; records with the same value stay together.
            near_duplicates: Whether records with nearly equal prompts stay together.
            force: Whether to replace files that exist, and to split data with errors.
            left_behind: Files of further parts that are not made; none of an earlier split may be left.

        Raises:
            UsageError: For files that exist, unless forced.
            InputError: For data that is not fit to be split.

        """
        from ftlint.prepare.split import split  # noqa: PLC0415 - a check needs none of it

        _check_shares(shares)
        if set(files) != set(shares):
            raise UsageError(f"files and shares must name the same parts, not {', '.join(files)} and {', '.join(shares)}")
        with closing(self._single(data, "split")) as source, self._started([source]) as engine:
            return split(
                source,
                self._options(source),
                configured([rule for rule in known_rules() if rule.decisive], {}),
                engine,
                shares=shares,
                files={name: fspath(file) for name, file in files.items()},
                seed=seed,
                group=group,
                near=configured([rule for rule in known_rules() if near_duplicates and rule.name() == NEAR_DUPLICATES], {}),
                force=force,
                left_behind=left_behind,
            )

    def deal(self, data: Any, *, shares: Mapping[str, float], seed: int = 0) -> dict[str, list[int]]:
        """Return the records of each part that `split` would make, as their indexes: of lines, or of what was iterated.

        Args:
            data: One path, file object, frame or iterable of dicts, as of `check`.
            shares: Of each part, which make 1; the first is trained on.
            seed: Another seed is another split.

        Raises:
            InputError: For data with too few records.

        """
        from ftlint.prepare.split import deal  # noqa: PLC0415 - a check needs none of it

        _check_shares(shares)
        with closing(self._single(data, "dealt out")) as source, self._started([source]) as engine:
            table = deal(source, self._options(source), [], engine, shares=shares, seed=seed, force=True).table
        rows = table.select("line", "part").rows()
        return {name: [line for line, part in rows if part == number] for number, name in enumerate(shares)}

    def records(self, data: Any) -> list[dict[str, Any]]:
        """Return the records of a dataset as prompts and completions, or of other shapes as conversations; others are left out.

        Args:
            data: One path, file object, frame or iterable of dicts, as of `check`.

        """
        from ftlint.prepare.reshape import records_as  # noqa: PLC0415 - a check needs none of it

        with closing(self._single(data, "read")) as source:
            return list(records_as(source, self._options(source)))

    def convert(self, data: Any, out: str | PathLike[str], *, to: str) -> Reshaped:
        """Write the records of a dataset in another shape, where nothing of them is lost.

        Args:
            data: One path, file object, frame or iterable of dicts, as of `check`.
            out: The file that is written; one that exists is replaced.
            to: `chat`, `sharegpt`, `alpaca`, `prompt-completion`, … (`ftlint convert --help`).

        Raises:
            UsageError: For an unknown shape.
            InputError: For a record that would lose something; nothing is written then.

        """
        from ftlint.prepare.reshape import SHAPES, reshape  # noqa: PLC0415 - a check needs none of it

        if to not in SHAPES:
            raise UsageError(f"unknown shape {to!r}{did_you_mean(to, SHAPES)} (known are {', '.join(SHAPES)})")
        with closing(self._single(data, "converted")) as source:
            return reshape(source, self._options(source), to, fspath(out))

    def evaluate(
        self, predictions: Any, labels: Any, *, train: Any = None, positive_class: str | None = None, beta: float = 1.0
    ) -> Evaluation:
        """Return how good a model's answers are (extra `ftlint[evaluate]`).

        Args:
            predictions: A path, or an iterable with a text, a response of the API, or an object with a `text` for each record.
            labels: The records that were asked, with the right answers, in the same order; data as of `check`.
            train: What was trained on, so that labels that were never asked for are named; data as of `check`.
            positive_class: Of two labels the one that is looked for; the rarer where None.
            beta: Of F-beta.

        Raises:
            InputError: For data without records, or another number of predictions than records.
            UsageError: For a positive class that is not a label.

        """
        from ftlint.evaluation.answers import answers_of  # noqa: PLC0415 - an extra
        from ftlint.evaluation.evaluate import evaluate  # noqa: PLC0415 - likewise
        from ftlint.evaluation.predictions import of_values, read  # noqa: PLC0415 - likewise

        is_path = isinstance(predictions, (str, PathLike))
        given = read(content_of(fspath(predictions)), fspath(predictions)) if is_path else of_values(predictions)

        def answers(data: Any) -> list[str]:
            results: list[str] = []
            for source in sources_of(data):
                with closing(source):
                    results += answers_of(source, self._options(source))
            return results

        trained = [] if train is None else answers(train)
        return evaluate(answers(labels), given, trained=trained, positive=positive_class, beta=beta)

    def _options(self, source: Source) -> Any:
        """Return what is configured of a file; of what is none, in general."""
        return options_of(str(source.origin), self.config) if source.origin else self.config.options()

    def _single(self, data: Any, what: str) -> Source:
        sources = self._readable(sources_of(data))
        if len(sources) != 1:
            raise InputError(f"only one dataset can be {what} in one call; call it for each")
        return sources[0]

    def _readable(self, sources: list[Source]) -> list[Source]:
        """Return sources that the engine can read: other processes read files."""
        return sources if self._is_alone else on_disk(sources)

    @property
    def _is_alone(self) -> bool:
        settings = self.config.settings
        return self._engine is None and (settings.engine == "serial" or (settings.engine == "auto" and self._jobs == 1))

    @property
    def _jobs(self) -> int:
        """How many processes may work: one where nobody asks for more, by their number or by the name of an engine."""
        settings = self.config.settings
        return settings.jobs or (1 if settings.engine in {"auto", "serial"} else os.cpu_count() or 1)

    def _started(self, data: Sequence[Dataset | Source]) -> AbstractContextManager[Engine]:
        """Return an engine for data, to be entered."""
        if self._engine is not None:
            return nullcontext(self._engine)  # the caller's, which goes on
        settings = self.config.settings
        return open_engine(settings.engine, self._jobs, sum(one.size for one in data))


class _Process:
    """What polars' threads have to do with this process: they do not survive a fork."""

    used = False
    forked = False


def _forked() -> None:
    _Process.forked = _Process.used


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forked)


def _refuse_forks() -> None:
    """Raise UsageError in a process that was forked after ftlint had worked in its parent: it would wait for ever."""
    if _Process.forked:
        raise UsageError(
            "this process was forked after ftlint had been used in it, which polars' threads do not survive; "
            'start it with the method "spawn" (multiprocessing.get_context("spawn"))'
        )
    _Process.used = True


def _check_shares(shares: Mapping[str, float]) -> None:
    """Raise UsageError for shares that do not make a whole."""
    if len(shares) < 2 or not all(0 < share < 1 for share in shares.values()) or abs(sum(shares.values()) - 1) > 1e-6:
        raise UsageError(f"shares must be two or more numbers between 0 and 1 that make 1, not {dict(shares)}")


def _given(config: ConfigSource, settings: Mapping[str, Any]) -> dict[str, Any]:
    """Return the settings of a call: those of a mapping, with the others over them, table by table."""
    given: dict[str, Any] = {}
    for values in (config if isinstance(config, Mapping) else {}, settings):
        for key, value in values.items():
            name = key.replace("-", "_")
            given[name] = {**given.get(name, {}), **value} if isinstance(value, Mapping) and given.get(name) else value
    return given


def _resolved(config: ConfigSource, given: Mapping[str, Any]) -> Config:
    """Return the configuration of a library call: a file only where one is named."""
    for name in given:
        if name in _OF_THE_COMMAND:
            raise ConfigError(f"{name.replace('_', '-')} is a setting of the command line only")
    file = Path(config) if isinstance(config, (str, PathLike)) else None
    chosen = {name: value for name, value in given.items() if name not in {"max_findings", "jobs"} or value is not None}
    for name in ("jobs", "max_findings"):
        if name in chosen and (type(chosen[name]) is not int or chosen[name] < 1):
            raise ConfigError(f"{name} must be a number of 1 or more, not {chosen[name]!r}")
    return configuration.load(chosen, file=file, isolated=True)


def _check_dialects(config: Config) -> None:
    """Raise ConfigError for names of dialects and tokenizers that mean nothing."""
    for name in config.settings.targets:
        own = target(name, config.settings.targets)
        tokenizer(own.encoding)
        for dialect in own.dialects:
            if dialect not in names():
                raise ConfigError(f"targets.{name}: unknown dialect {dialect!r}{did_you_mean(dialect, names())}")
    named = config.settings.dialect
    if named is not None and named not in names():
        raise ConfigError(f"unknown dialect {named!r}{did_you_mean(named, names())} (known are {', '.join(names())})")


def _check_names(config: Config) -> None:
    """Raise ConfigError for names of rules in the settings that mean nothing."""
    matching(config.settings.levels, "levels")
    for words in config.settings.per_file_ignores.values():
        matching(words, "per-file-ignores")


def _codes(reports: Iterable[DatasetReport]) -> set[str]:
    """Return the codes of the rules that found something."""
    return {rule.code for report in reports for rule, violations in report.violations if len(violations)}
