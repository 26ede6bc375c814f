"""What a rule is: its base classes, by what it looks at."""

from __future__ import annotations

import ast
import inspect
import re
from typing import TYPE_CHECKING, Any, ClassVar

from msgspec.structs import replace

from ftlint.dialects import named
from ftlint.dialects.base import RECORDS, TEXTS
from ftlint.errors import reason
from ftlint.rule.violations import APPLICABILITIES, Applicability, Level, Location, Violations

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    import polars as pl

    from ftlint.dialects.base import Tables
    from ftlint.dialects.context import Context
    from ftlint.metrics import Gathered, Metric
    from ftlint.options import DatasetOptions
    from ftlint.records.line import Line
    from ftlint.rule.examples import Example
    from ftlint.rule.fixes import Fix, FixContext, Row
    from ftlint.sources import Source
    from ftlint.targets import Target

DOCUMENTATION = "https://ftlint.readthedocs.io/rules/"


class Rule:
    """What every rule says of itself. The docstring's first line is the summary, then come the two headings."""

    code: ClassVar[str]
    "Short id: the family's three letters and three digits."
    level: ClassVar[Level]
    "How bad it is, where the rule does not say otherwise for a case."
    message: ClassVar[str]
    "One finding in a sentence; a format string over the finding's arguments, `{text!r}` in JSON quotes."
    headline: ClassVar[str] = ""
    "Many findings in a phrase that follows their number: `prompts do not end with the separator`."
    once: ClassVar[bool] = False
    "Whether a finding stands for many records (a label, a key), so that a share of the records would say nothing."
    detail: ClassVar[str] = ""
    "What is shown of one finding below the headline, instead of the text around it; a format string."
    dialects: ClassVar[tuple[str, ...] | None] = None
    "Dialects that the rule is for; None: every one."
    requires: ClassVar[tuple[str, ...]] = ()
    "What records must have (`capabilities` of their dialect): `messages`, `pair`, `labels`, …"
    tasks: ClassVar[tuple[str, ...] | None] = None
    "Tasks that the rule is for; None: every one."
    convention: ClassVar[str | None] = None
    "A convention of the target (`separator`, `leading_space`, `stop`) without which the rule is silent."
    roles: ClassVar[tuple[str, ...]] = ("train", "valid")
    "Whether training or validation files are judged."
    column: ClassVar[str | None] = None
    "The text in which the fault is, where `explain` does not say otherwise."
    fixable: ClassVar[Applicability | None] = None
    "How safely the fault can be repaired at best; None: only by a person. It follows from the examples."
    depends: ClassVar[bool] = False
    "Whether a fault can be repaired, and how safely, depends on the case. It follows from the examples."
    reveals: ClassVar[bool] = False
    "Whether other rules may find more, and repair it, when it is repaired: lines become records, texts become equal."
    reads_broken: ClassVar[bool] = False
    "Whether the rule, which judges the whole dataset, has something to say where most lines are not records."
    decisive: ClassVar[bool] = False
    "Whether an error of the rule leaves in doubt what a record asks or answers, so that nothing is done with the data before."
    pages: ClassVar[str] = DOCUMENTATION
    "Address under which the pages of the rule's pack are; a pack of somebody else has its own."
    enabled: ClassVar[bool] = True
    "Whether the rule is on unless configured."
    formerly: ClassVar[tuple[str, ...]] = ()
    "Names and codes that the rule had before; settings and baselines may still have them."
    private: ClassVar[bool] = False
    "Whether it points at what must not be printed: its message holds nothing of the data, and a report with it shows no text."
    asked_by: ClassVar[str] = ""
    "The setting that turns the rule on where it is given."
    symptoms: ClassVar[Mapping[str, str]] = {}
    "Messages of trainers, loaders and services that the fault causes, each with its source."
    examples: ClassVar[tuple[Example, ...]] = ()
    "Good and bad files: documentation and tests."

    class Options:
        """The rule's options."""

    def __init_subclass__(cls, **more: Any) -> None:
        """Derive from the examples how safely the fault can be repaired, and whether that depends on the case."""
        super().__init_subclass__(**more)
        ways = [example.fix for example in cls.__dict__.get("examples", ()) if example.at]
        if ways and "fixable" not in cls.__dict__:
            cls.fixable = next((way for way in APPLICABILITIES if way in ways), None)
        if ways and "depends" not in cls.__dict__:
            cls.depends = len(set(ways)) > 1

    def __init__(self, options: Any = None) -> None:
        self.options: Any = options if options is not None else self.Options()

    @classmethod
    def name(cls) -> str:
        """Return the rule's id, from the name of its class: `MissingSeparator` is `missing-separator`."""
        return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "-", cls.__name__).lower()

    @classmethod
    def family(cls) -> str:
        """Return the rule's family, from the name of its folder; a pack of one module is one family."""
        return cls.__module__.split(".")[-2:][0]

    @classmethod
    def documentation(cls) -> str:
        """Return the docstring; from the source where Python was told to drop it (`-OO`)."""
        if cls.__doc__:
            return inspect.cleandoc(cls.__doc__)
        [definition] = ast.parse(inspect.getsource(cls)).body
        return ast.get_docstring(definition) or "" if isinstance(definition, ast.ClassDef) else ""

    @classmethod
    def symptom(cls, target: Target) -> str:
        """Return what a target, or its loader, says of the fault; nothing where that is not known."""
        by = (target.source.lower(), target.loader)
        speakers = {said: source.split()[0].lower() for said, source in cls.symptoms.items()}
        return next((said for said, speaker in speakers.items() if any(one.startswith(speaker) for one in by)), "")

    @classmethod
    def summary(cls) -> str:
        """Return the first line of the docstring."""
        return cls.documentation().split("\n", 1)[0]

    @classmethod
    def url(cls) -> str:
        """Return the address of the rule's page."""
        return f"{cls.pages}{cls.name()}/"

    @classmethod
    def failure(cls, error: BaseException | str) -> str:
        """Return a sentence that says that the rule failed, of which pack it is, and why."""
        why = error if isinstance(error, str) else reason(error)
        return f"rule {cls.name()} of {cls.__module__.partition('.')[0]} failed: {why}"

    def applicability(self, context: Context) -> Applicability | None:  # noqa: ARG002 - the hook's signature
        """Return how safely the fault can be repaired in this dataset."""
        return self.fixable

    def prescan(self, tables: Tables, context: Context) -> Any:  # noqa: ARG002 - the hook's signature
        """Return what the rule wants to know of the surveyed records; later it is in `context.hints`, under the rule's code."""
        return None

    def hides(self, text: str) -> bool:  # noqa: ARG002 - the hook's signature
        """Whether a text has something that must not be printed; asked of rules that are `private`."""
        return False

    def look_at_others(self, options: DatasetOptions, valid: Sequence[Source]) -> Any:  # noqa: ARG002 - likewise
        """Return what the rule wants to know of files that are not trained on; it is kept like what `prescan` returns."""
        return None

    def locate(self, row: Mapping[str, Any], args: Mapping[str, Any], context: Context) -> Location | None:  # noqa: ARG002
        """Return where in a record the fault is, for a finding with a line; None: nowhere in particular."""
        return Location(named(context.dialect).pointer(self.column, row)) if self.column else None

    def fix(self, violations: Violations, fix_context: FixContext) -> Fix | None:  # noqa: ARG002 - the hook's signature
        """Return the repair of these violations; None where there is none."""
        return None

    def applies(self, context: Context) -> bool:
        """Whether the rule is for this dataset at all."""
        return (
            (self.dialects is None or context.dialect in self.dialects)
            and set(self.requires) <= named(context.dialect).capabilities
            and (self.tasks is None or context.task in self.tasks)
            and (self.convention is None or bool(getattr(context.target, self.convention)))
        )


class LineRule(Rule):
    """A rule about a line that is not a record; `fault` is the reader's name of what is wrong with it."""

    fault: ClassVar[str]

    def report(self, results: Mapping[Level, Violations], gathered: Gathered) -> Iterable[Violations]:  # noqa: ARG002 - the hook's signature
        """Return the faults, given the lines that have one."""
        return results.values()

    def explain(self, line: Line, context: Context) -> Location:  # noqa: ARG002 - the hook's signature
        """Return where in the line the fault is."""
        return Location()


class RecordRule(Rule):
    """A rule that a column expression decides, over the rows of one table."""

    table: ClassVar[str] = RECORDS
    "The table whose rows are judged: `records`, or another one that the dialect has."
    traces: ClassVar[frozenset[str] | None] = None
    "Traces (`ftlint.records.traces`) of which a block must have one for a row to be wrong; None: it needs none."

    def suspects(self, context: Context) -> pl.Expr | None:  # noqa: ARG002 - the hook's signature
        """Return a cheap expression, where `violates` is dear; a row is wrong where both are true."""
        return None

    def violates(self, context: Context) -> pl.Expr | Mapping[Level, pl.Expr] | None:
        """Return an expression that is true where a row is wrong, or one for each level."""
        raise NotImplementedError

    def check(self, row: Row, level: Level, context: Context) -> bool:  # noqa: ARG002 - likewise
        """Whether a row that `violates` lets through at a level is wrong: for what no expression can say."""
        return True

    def report(self, results: Mapping[Level, Violations], gathered: Gathered) -> Iterable[Violations]:  # noqa: ARG002 - the hook's signature
        """Return the faults, given the rows that violate the rule at each level."""
        return results.values()

    def explain(self, row: Mapping[str, Any], context: Context) -> Location:
        """Return where in a record the fault is, given the row of the rule's table; by default the whole of `column`."""
        return Location(named(context.dialect).pointer(self.column, row) if self.column else None)


class TextRule(RecordRule):
    """A rule about each text of a record, whatever it is called: its expressions are over `pl.col("text")`."""

    table: ClassVar[str] = TEXTS

    def find(self, text: str, context: Context) -> Location | None:
        """Return where in a text the fault is, without a pointer; None where it has none."""
        raise NotImplementedError

    def explain(self, row: Mapping[str, Any], context: Context) -> Location:
        """Point at the fault."""
        result = self.find(row["text"], context) or Location()
        key = named(context.dialect).title(row["pointer"])
        return replace(result, pointer=row["pointer"], args={**result.args, "key": key})


class DatasetRule(Rule):
    """A rule that needs the whole dataset: metrics gather, it judges."""

    metrics: ClassVar[tuple[type[Metric], ...]] = ()
    compares: ClassVar[tuple[type[Metric], ...]] = ()
    "Metrics of the training files that a rule about validation files compares with."

    def wants(self, context: Context) -> tuple[type[Metric], ...]:  # noqa: ARG002 - the hook's signature
        """Return the metrics that the rule needs for this dataset."""
        return self.metrics

    def judge(self, gathered: Gathered) -> Iterable[Violations]:
        """Return the faults of the dataset."""
        raise NotImplementedError
