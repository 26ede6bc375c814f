"""`ftlint mock`."""

from __future__ import annotations

import json
import sys
from contextlib import contextmanager
from dataclasses import asdict
from functools import wraps
from math import isfinite, nan
from pathlib import Path
from shlex import quote
from typing import TYPE_CHECKING, Any

import click

from ftlint.cli.progress import progress
from ftlint.errors import FtlintError, UsageError
from ftlint.sources.files import writing
from ftlint.text.words import numbered

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from ftlint.mock.experiments import Run
    from ftlint.mock.model import Model
    from ftlint.mock.records import Record
    from ftlint.mock.trainer import Step

    Command = Callable[..., int]

_NEEDED = {"numpy", "scipy", "sklearn", "fastapi", "starlette", "uvicorn", "filelock", "multipart", "python_multipart"}
_WIDTH = 40
"""Characters of the longest bar."""
_WORTHWHILE = 0.01
"""Accuracy that a doubling of the data brings, from which on more data is worth its work."""


@click.group("mock")
def command() -> None:
    """Stand in for the fine-tuning service, offline, with a small model that really learns.

    Every base model is the same small learner: only tokenizer, price and endpoint differ.
    """


def _needs_extra(function: Command) -> Command:
    """Say what to install where a package of the extra is not there."""

    @wraps(function)
    def wrapped(*args: Any, **options: Any) -> int:
        try:
            return function(*args, **options)
        except ModuleNotFoundError as error:
            if (error.name or "").partition(".")[0] in _NEEDED:
                raise FtlintError(f"ftlint mock needs {error.name}: pip install 'ftlint[mock]'") from error
            raise

    return wrapped


class _Number(click.FloatRange):
    """A number in a range; `nan` is in none."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        found = super().convert(value, param, ctx)
        return found if isfinite(found) else self.fail(f"{value} is not in the range {self._describe_range()}", param, ctx)


def _training(function: Command) -> Command:
    """Add the options of commands that train."""
    options = [
        click.option("--base", metavar="NAME", help="Base model; default: davinci, or gpt-4o-mini for conversations."),
        click.option(
            "--n-epochs",
            type=click.IntRange(1, 50),
            metavar="N",
            help="Passes over the data; default: 4, or 10 below 500 records.",
        ),
        click.option("--batch-size", type=click.IntRange(1), metavar="N", help="Records a step; default: 0.2 % of them."),
        click.option(
            "--learning-rate-multiplier",
            type=_Number(0, min_open=True),
            metavar="X",
            help="Default: 0.1, or 0.2 for large batches.",
        ),
        click.option(
            "--prompt-loss-weight",
            type=_Number(0, 1),
            metavar="X",
            help="How much is learned from prompts; default: 0.1.",
        ),
        click.option("--seed", type=click.IntRange(0), default=0, metavar="N", help="The same seed gives the same model."),
    ]
    for option in reversed(options):
        function = option(function)
    return function


def _reporting(function: Command) -> Command:
    """Add the options of commands that report something."""
    function = click.option("--plot", metavar="FILE", help="Also draw it: a .png or .svg file.")(function)
    return click.option("--output", type=click.Choice(["text", "json"]), default="text", help="json: for programs.")(function)


def _valid(function: Command) -> Command:
    return click.option("--valid", metavar="FILE", help="Records to judge with; default: a fifth of the data is held out.")(
        function
    )


@command.command("serve")
@click.option("--port", type=click.IntRange(0, 65535), default=8765, show_default=True, help="Port of 127.0.0.1; 0: a free one.")
@click.option("--state", metavar="DIR", help="Folder that keeps files, jobs and models; default: all is forgotten at the end.")
@click.option(
    "--clock", type=click.Choice(["system", "fixed"]), default="system", help="fixed: names and times are the same in every run."
)
@click.option("--plain-results", is_flag=True, help="Results files of /fine_tuning/jobs as they are, not in Base64.")
@click.option("--no-base-models", is_flag=True, help="Models that were never trained do not answer (404).")
@click.option(
    "--max-upload", type=click.IntRange(1), default=512, show_default=True, metavar="MIB", help="Largest file that is taken."
)
@click.option("--output", type=click.Choice(["text", "json"]), default="text", help="json: the address as one line of JSON.")
@_needs_extra
def serve(port: int, output: str, *, no_base_models: bool, max_upload: int, clock: str, **options: Any) -> int:
    """Serve the fine-tuning service on 127.0.0.1, until it is stopped."""
    from ftlint.mock.server.serving import Serving  # noqa: PLC0415 - the extra

    server = Serving(port=port, fixed_clock=clock == "fixed", base_models=not no_base_models, upload=max_upload << 20, **options)
    if output == "json":
        click.echo(json.dumps({"url": server.url}))
    else:
        click.echo(f"ftlint mock serves at {server.url}  (stop it with Ctrl-C)")
        click.echo(
            f"  export OPENAI_BASE_URL={server.url} OPENAI_API_BASE={server.url} OPENAI_API_KEY=sk-test NO_PROXY=127.0.0.1"
        )
        click.echo(f"  files, jobs and models: http://127.0.0.1:{server.port}/")
    sys.stdout.flush()
    server.run()
    return 0


@command.command("train")
@click.argument("data")
@click.option("--model", "-m", metavar="FILE", help="Where the model is written (.npz).")
@click.option("--valid", metavar="FILE", help="Records to judge with after each epoch.")
@_training
@_reporting
@_needs_extra
def train(data: str, model: str | None, valid: str | None, output: str, plot: str | None, **options: Any) -> int:
    """Train a model on DATA, and show how its loss falls."""
    from ftlint.mock import plots  # noqa: PLC0415 - the extra
    from ftlint.mock.records import records_of  # noqa: PLC0415 - likewise
    from ftlint.mock.training import trainer_of  # noqa: PLC0415 - likewise

    plots.check_plot(plot)
    trainer = trainer_of(
        records_of(data), options["base"], _settings(options), valid=records_of(valid) if valid else (), seed=options["seed"]
    )
    steps: list[Step] = []
    epochs: list[dict[str, float]] = []
    interrupted = False
    with progress(trainer.total, unit="steps") as advance:
        try:
            for step in trainer.steps():
                steps.append(step)
                advance(1)
                if step.ends_epoch:
                    epochs.append(_epoch(steps, trainer.validate() if valid else None))
        except KeyboardInterrupt:
            interrupted = True
    if model:
        with writing(model) as file:
            trainer.model().save(file)
    result = {"model": model, "steps": len(steps), "of": trainer.total, "epochs": epochs}
    if output == "json":
        _print_json({**result, "losses": [step.training.loss for step in steps]})
    else:
        for epoch in epochs:
            click.echo("  ".join(f"{name.replace('_', ' ')} {_number(value)}" for name, value in epoch.items()))
        if model:
            click.echo(f"{model}: trained for {len(steps):,} of {trainer.total:,} steps")
            click.echo(f"ask it: ftlint mock predict --model {quote(model)} PROMPT")
    if plot and steps:
        series = {"training": [step.training.loss for step in steps]}
        plots.lines(plot, [step.number for step in steps], series, title=data, horizontal="step", vertical="loss (nats a token)")
    if interrupted:
        raise KeyboardInterrupt
    return 0


def _epoch(steps: Sequence[Step], validation: Any) -> dict[str, float]:
    """Return what an epoch came to: means over its steps, and the scores of the validation file."""
    own = [step for step in steps if step.epoch == steps[-1].epoch]
    found: dict[str, float] = {
        "epoch": own[-1].epoch,
        "training_loss": sum(step.training.loss for step in own) / len(own),
        "training_token_accuracy": sum(step.training.token_accuracy for step in own) / len(own),
    }
    if validation:
        found |= {"validation_loss": validation.loss, "validation_token_accuracy": validation.token_accuracy}
    return found


@command.command("predict")
@click.argument("prompts", nargs=-1, required=True)
@click.option("--model", "-m", metavar="FILE|ID", help="A model file, or with --state the id of a model of the service.")
@click.option("--state", metavar="DIR", help="State folder of the service.")
@click.option("--train", "data", metavar="FILE", help="Train on this data first.")
@click.option("--max-tokens", type=click.IntRange(1), default=16, show_default=True, metavar="N", help="Longest answer.")
@click.option("--stop", multiple=True, metavar="TEXT", help="Text that ends an answer; repeatable.")
@click.option("--temperature", type=_Number(0, 2), default=0.0, metavar="X", help="0: always the likeliest token.")
@_training
@_reporting
@_needs_extra
def predict(prompts: tuple[str, ...], output: str, plot: str | None, **options: Any) -> int:
    r"""Complete PROMPTS, and show how sure the model is of the first token. Escapes such as \n are undone."""
    from ftlint.mock import plots  # noqa: PLC0415 - the extra
    from ftlint.mock.asking import asked  # noqa: PLC0415 - likewise

    plots.check_plot(plot)
    _check_source(options["data"], options)
    model = _model(options["data"], options)
    stops = [_unescaped("--stop", stop) for stop in options["stop"]]
    how = {name: options[name] for name in ("max_tokens", "temperature", "seed")}
    answers = [asked(model, _unescaped("PROMPT", prompt), stop=stops, **how) for prompt in prompts]
    if output == "json":
        _print_json([asdict(answer) for answer in answers])
    else:
        for answer in answers:
            shown = "  ".join(f"{token!r} {share:.1%}" for token, share in answer.first.items())
            click.echo(f"{answer.prompt!r} → {answer.text!r}  ({answer.finish_reason})\n    first token: {shown}")
    if plot:
        plots.bars(
            plot,
            {repr(token): share for token, share in answers[0].first.items()},
            title=answers[0].prompt,
            horizontal="probability",
        )
    return 0


@command.command("evaluate")
@click.argument("data", required=False)
@_valid
@click.option("--model", "-m", metavar="FILE|ID", help="Judge this model instead of training one.")
@click.option("--state", metavar="DIR", help="State folder of the service that has the model.")
@click.option(
    "--positive-class", metavar="TEXT", help="Of two labels the one that is looked for; default: the rarer. With JSON escapes."
)
@click.option("--beta", type=_Number(0, min_open=True), default=1.0, metavar="X", help="Of F-beta.")
@click.option("--stop", metavar="TEXT", help="Text that ends every answer.")
@_training
@_reporting
@_needs_extra
def evaluate(data: str | None, valid: str | None, output: str, plot: str | None, **options: Any) -> int:
    """Train on DATA (or take a model), and measure how well it foretells the answers of other records."""
    from ftlint.mock import plots  # noqa: PLC0415 - the extra
    from ftlint.mock.experiments import judged  # noqa: PLC0415 - likewise
    from ftlint.mock.records import records_of  # noqa: PLC0415 - likewise

    plots.check_plot(plot)
    _check_source(data, options)
    if options["model"]:
        if not valid:
            raise UsageError("--model is judged with --valid FILE")
        training: Sequence[Record] = ()
        judging: Sequence[Record] = records_of(valid)
        model = _model(None, options)
    else:
        assert data
        training, judging = _split(data, valid)
        with _run(options, [len(training)]) as run:
            model = run.model(training)
    stop, positive = (
        _unescaped(f"--{name.replace('_', '-')}", options[name]) if options[name] else None for name in ("stop", "positive_class")
    )
    found = judged(model, judging, training, positive=positive, beta=options["beta"], stop=stop)
    if output == "json":
        _print_json(found.as_dict())
    else:
        for name, value in found.as_dict().items():
            if isinstance(value, float):
                click.echo(f"{name.replace('_', ' '):14} {value:.4f}")
        _print_confusion(found.confusion)
    if plot and not found.confusion:
        click.echo(f"ftlint: the answers are free text, of which there is no picture; {plot} is not written", err=True)
    elif plot:
        plots.matrix(plot, found.confusion["labels"], found.confusion["matrix"], title=f"accuracy {found.accuracy:.3f}")
    return 0


@command.command("learning-curve")
@click.argument("data")
@_valid
@click.option("--fractions", default="0.25,0.5,1", metavar="X,Y,…", help="Parts of the data to train on; default: 0.25,0.5,1.")
@_training
@_reporting
@_needs_extra
def learning_curve(data: str, valid: str | None, fractions: str, output: str, plot: str | None, **options: Any) -> int:
    """Train on parts of DATA, and show what more data brings."""
    from ftlint.mock import experiments, plots  # noqa: PLC0415 - the extra

    plots.check_plot(plot)
    parts = sorted({_float(text, "--fractions") for text in fractions.split(",")})
    for part in parts:
        experiments.check_fraction(part)
    training, judging = _split(data, valid)
    points: list[dict[str, float]] = []
    with _run(options, [experiments.records_in(part, len(training)) for part in parts]) as run, _kept() as interrupted:
        experiments.learning_curve(training, judging, fractions=parts, run=run, done=points)
    slope = experiments.slope_of(points)
    if output == "json":
        _print_json({"points": points, "slope": slope})
    else:
        for point in points:
            bar = "█" * round(point["accuracy"] * _WIDTH)
            click.echo(f"{point['fraction']:6.1%}  {point['records']:8,} records  accuracy {point['accuracy']:.4f}  {bar}")
        if slope is not None:
            click.echo(_brought(slope, points))
    if plot and points:
        plots.lines(
            plot,
            [point["records"] for point in points],
            {"accuracy": [point["accuracy"] for point in points]},
            title=data,
            horizontal="records",
            vertical="accuracy",
            log=True,
        )
    return interrupted()


def _brought(slope: float, points: Sequence[Mapping[str, float]]) -> str:
    """Return what the last step of a curve brought, and what that means."""
    before, last = points[-2:]
    gain = (last["accuracy"] - before["accuracy"]) * 100
    more = "more data will bring more" if slope > _WORTHWHILE else "more data of this kind will bring little"
    return f"from {before['records']:,} to {last['records']:,} records accuracy changed by {gain:+.1f} points: {more}"


@command.command("sweep")
@click.argument("data")
@_valid
@click.option("--base", metavar="NAME", help="Base model.")
@click.option("--n-epochs", metavar="N,…", help="Values to try.")
@click.option("--batch-size", metavar="N,…", help="Values to try.")
@click.option("--learning-rate-multiplier", metavar="X,…", help="Values to try.")
@click.option("--prompt-loss-weight", metavar="X,…", help="Values to try.")
@click.option("--seed", type=click.IntRange(0), default=0, metavar="N", help="The same seed gives the same results.")
@_reporting
@_needs_extra
def sweep(data: str, valid: str | None, output: str, plot: str | None, **options: Any) -> int:
    """Train with every combination of settings, and show which did best.

    Without any setting: n_epochs 1, 2, 4, 8 and learning_rate_multiplier 0.05, 0.1, 0.2.
    """
    from ftlint.mock import experiments, plots  # noqa: PLC0415 - the extra

    plots.check_plot(plot)
    grid = _grid(options)
    training, judging = _split(data, valid)
    found: list[dict[str, float]] = []
    with _run({"base": options["base"], "seed": options["seed"]}, None) as run, _kept() as interrupted:
        for point in experiments.sweep(training, judging, grid, run=run):
            found.append(point)
            if output == "text":
                click.echo("  ".join(f"{name} {_number(value)}" for name, value in point.items() if name != "records"))
    best = max(found, key=lambda point: (point["accuracy"], -point["cross_entropy"]), default=None)
    if output == "json":
        _print_json({"points": found, "best": best})
    elif best:
        click.echo("best: " + " ".join(f"--{name.replace('_', '-')} {best[name]}" for name in grid))
    if plot and found:
        named = {" ".join(f"{name} {_number(point[name])}" for name in grid): point["accuracy"] for point in found}
        plots.bars(plot, named, title=data, horizontal="accuracy")
    return interrupted()


@command.command("impact")
@click.argument("data")
@_valid
@click.option("--unsafe-fixes", is_flag=True, help="Also repair what changes texts or drops records.")
@click.option("--separator", metavar="TEXT", help="Text that shall end every prompt.")
@click.option("--stop", metavar="TEXT", help="Text that shall end every completion.")
@_training
@_reporting
@_needs_extra
def impact(data: str, valid: str | None, output: str, plot: str | None, **options: Any) -> int:
    """Train on DATA as it is and as the fixes leave it, and show what the findings cost in accuracy."""
    from ftlint.mock import experiments, plots  # noqa: PLC0415 - the extra

    plots.check_plot(plot)
    content = experiments.content_of(data)
    if valid:
        judging = experiments.content_of(valid)
    else:
        content, judging = experiments.held_out_lines(content)
        held = judging.count(b"\n") + 1
        click.echo(f"ftlint: {numbered(held, 'record')} held out to judge with", err=True)
    settings = {name: _unescaped(f"--{name}", options[name]) for name in ("separator", "stop") if options[name] is not None}
    with _run(options, None) as run:
        found = experiments.impact(content, judging, unsafe=options["unsafe_fixes"], settings=settings, run=run)
    if output == "json":
        _print_json({**asdict(found), "gained": found.gained})
    else:
        repaired = {code: number - found.left.get(code, 0) for code, number in found.findings.items()}
        shown = ", ".join(f"{code} {number:,}" for code, number in sorted(repaired.items()) if number > 0)
        click.echo(f"judged with {numbered(found.judged, 'validation record')}")
        click.echo(f"as it is   accuracy {found.before.accuracy:.4f}  cross entropy {found.before.cross_entropy:.4f}")
        click.echo(f"repaired   accuracy {found.after.accuracy:.4f}  cross entropy {found.after.cross_entropy:.4f}")
        click.echo(f"the repairs bring {found.gained * 100:+.1f} points of accuracy (repaired: {shown or 'nothing'})")
    if plot:
        values = {"as it is": found.before.accuracy, "repaired": found.after.accuracy}
        plots.bars(plot, values, title=data, horizontal="accuracy")
    return 0


def _settings(options: Mapping[str, Any]) -> dict[str, int | float]:
    names = ("n_epochs", "batch_size", "learning_rate_multiplier", "prompt_loss_weight")
    return {name: options[name] for name in names if options.get(name) is not None}


def _grid(options: Mapping[str, Any]) -> dict[str, list[float]]:
    """Return the values to try of each setting."""
    from ftlint.mock.training import check_settings  # noqa: PLC0415 - the extra

    grid: dict[str, list[float]] = {}
    for name, whole in (
        ("n_epochs", True),
        ("batch_size", True),
        ("learning_rate_multiplier", False),
        ("prompt_loss_weight", False),
    ):
        if options[name]:
            values = [_float(text, f"--{name.replace('_', '-')}") for text in options[name].split(",")]
            for value in values:
                check_settings({name: value})
            grid[name] = [int(value) for value in values] if whole else values
    return grid or {"n_epochs": [1, 2, 4, 8], "learning_rate_multiplier": [0.05, 0.1, 0.2]}


@contextmanager
def _run(options: Mapping[str, Any], sizes: Sequence[int] | None) -> Iterator[Run]:
    """Yield how experiments train, with a progress bar. sizes: records of each training, where they are known."""
    from ftlint.mock.experiments import Run  # noqa: PLC0415 - the extra
    from ftlint.targets import default_hyperparameters  # noqa: PLC0415 - likewise

    settings = _settings(options)
    total = 0
    for size in sizes or ():
        defaults = asdict(default_hyperparameters(size)) | settings
        total += int(defaults["n_epochs"]) * -(-size // int(defaults["batch_size"]))
    with progress(total, unit="steps") as advance:
        yield Run(options["base"], settings, options["seed"], lambda _: advance(1))


@contextmanager
def _kept() -> Iterator[Callable[[], int]]:
    """Let Ctrl-C end the work but not what is done with it; what is yielded is the exit code."""
    code = 0
    try:
        yield lambda: code
    except KeyboardInterrupt:
        code = 130
        click.echo("ftlint: interrupted; this is what was done until then", err=True)


def _split(data: str, valid: str | None) -> tuple[list[Record], list[Record]]:
    """Return records to train on and to judge with."""
    from ftlint.mock.experiments import held_out  # noqa: PLC0415 - the extra
    from ftlint.mock.records import records_of  # noqa: PLC0415 - likewise

    if valid:
        return records_of(data), records_of(valid)
    training, judging = held_out(records_of(data))
    click.echo(f"ftlint: {len(judging):,} of {len(training) + len(judging):,} records are held out to judge with", err=True)
    return training, judging


def _check_source(data: str | None, options: Mapping[str, Any]) -> None:
    """Raise UsageError where it is not plain which model is meant, or options say what nothing comes of."""
    if (options["model"] is None) == (data is None):
        raise UsageError("name either a --model, or data to train on")
    if options["state"] and not options["model"]:
        raise UsageError("--state is where a --model is; name its id")
    idle = [f"--{name.replace('_', '-')}" for name in (*_settings(options), *(["base"] if options["base"] else []))]
    if options["model"] and idle:
        raise UsageError(f"{' and '.join(idle)}: a --model is trained already")


def _model(data: str | None, options: Mapping[str, Any]) -> Model:
    """Return the model that is named, or trained on data."""
    from ftlint.mock.model import Model  # noqa: PLC0415 - the extra
    from ftlint.mock.records import records_of  # noqa: PLC0415 - likewise
    from ftlint.mock.store import saved_model  # noqa: PLC0415 - likewise

    if data:
        records = records_of(data)
        with _run(options, [len(records)]) as run:
            return run.model(records)
    if options["state"]:
        return saved_model(Path(options["state"]), options["model"])
    return Model.load(options["model"])


def _unescaped(name: str, text: str) -> str:
    """Return a text with JSON's escapes undone, as in `ftlint check --separator`. name: of the option, for errors."""
    from ftlint.config import unescaped  # noqa: PLC0415 - imports pydantic

    return unescaped(name, text)


def _float(text: str, option: str) -> float:
    try:
        number = float(text)
    except ValueError:
        number = nan
    if not isfinite(number):
        raise UsageError(f"{option}: {text!r} is not a number")
    return number


def _number(value: float) -> str:
    return f"{value:,}" if isinstance(value, int) else f"{value:.4g}"


def _print_json(value: Any) -> None:
    import orjson  # noqa: PLC0415 - only where it is asked for

    click.echo(orjson.dumps(value, option=orjson.OPT_INDENT_2 | orjson.OPT_SERIALIZE_NUMPY))


def _print_confusion(confusion: Mapping[str, Any]) -> None:
    """Print the pairs of labels that are mistaken most often."""
    if not confusion:
        return
    labels, matrix = confusion["labels"], confusion["matrix"]
    wrong = [(count, labels[a], labels[b]) for a, row in enumerate(matrix) for b, count in enumerate(row) if a != b and count]
    for count, true, foretold in sorted(wrong, reverse=True)[:5]:
        click.echo(f"{numbered(count, 'time'):>10} {true!r} was taken for {foretold!r}")
