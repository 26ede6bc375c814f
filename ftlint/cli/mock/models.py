"""`ftlint mock train`, `predict` and `evaluate`: one model."""

from __future__ import annotations

from dataclasses import asdict
from shlex import quote
from typing import TYPE_CHECKING, Any

import click

from ftlint.cli.mock.options import Number, judges, needs_extra, reports, settings_of, trains, unescape
from ftlint.cli.mock.setup import check_source, configured_run, model_of, split_data
from ftlint.cli.mock.shown import print_confusion, print_json, rounded
from ftlint.cli.progress import progress
from ftlint.errors import UsageError
from ftlint.sources.files import writing

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ftlint.mock.data.records import Record
    from ftlint.mock.model.trainer import Score, Step


_LOOKS = 25
"""How often a picture has the validation file judged, the ends of epochs aside."""


@click.command("train")
@click.argument("data")
@click.option("--model", "-m", metavar="FILE", help="Where the model is written (.npz).")
@click.option("--valid", metavar="FILE", help="Records to judge with after each epoch.")
@trains
@reports
@needs_extra
def train(data: str, model: str | None, valid: str | None, output: str, plot: str | None, **options: Any) -> int:
    """Train a model on DATA, and show how its loss falls."""
    from ftlint.evaluation import plots  # noqa: PLC0415 - the extra
    from ftlint.mock.data.records import records_of  # noqa: PLC0415 - likewise
    from ftlint.mock.experiments.train import trainer_of  # noqa: PLC0415 - likewise

    plots.check_plot(plot)
    trainer = trainer_of(
        records_of(data), options["base"], settings_of(options), valid=records_of(valid) if valid else (), seed=options["seed"]
    )
    steps: list[Step] = []
    looked: list[tuple[int, Score]] = []
    interrupted = False
    often = max(1, trainer.total // _LOOKS) if valid and plot else trainer.total + 1
    with progress(trainer.total, unit="steps") as advance:
        try:
            for step in trainer.steps():
                steps.append(step)
                advance(1)
                if valid and (step.ends_epoch or step.number % often == 0):
                    looked.append((step.number, trainer.validate()))
        except KeyboardInterrupt:
            interrupted = True
    epochs = _epochs(steps, dict(looked))
    if model:
        with writing(model) as file:
            trainer.model().save(file)
    result = {"model": model, "steps": len(steps), "of": trainer.total, "epochs": epochs}
    if output == "json":
        print_json({**result, "losses": [step.training.loss for step in steps]})
    else:
        for epoch in epochs:
            click.echo("  ".join(f"{name.replace('_', ' ')} {rounded(value)}" for name, value in epoch.items()))
        if model:
            click.echo(f"{model}: trained for {len(steps):,} of {trainer.total:,} steps")
            click.echo(f"ask it: ftlint mock predict --model {quote(model)} PROMPT")
    if plot and steps:
        plots.frames(plot, _curves(steps, looked), title=data, horizontal="step")
    if interrupted:
        raise KeyboardInterrupt
    return 0


def _curves(steps: Sequence[Step], looked: Sequence[tuple[int, Score]]) -> dict[str, dict[str, Any]]:
    """Return loss and accuracy of training, and of validation where that was looked at, over the steps."""
    numbers = [step.number for step in steps]
    at = [number for number, _ in looked]
    content = {}
    for measure, name in (("loss (nats a token of answers)", "loss"), ("accuracy (share of answers)", "sequence_accuracy")):
        series = {"training": (numbers, [getattr(step.training, name) for step in steps])}
        if looked:
            series["validation"] = (at, [getattr(score, name) for _, score in looked])
        content[measure] = series
    return content


def _epochs(steps: Sequence[Step], looked: Mapping[int, Score]) -> list[dict[str, float]]:
    """Return what each epoch that has ended came to: means over its steps, and the scores of the validation file."""
    results = []
    for last in (step for step in steps if step.ends_epoch):
        own = [step for step in steps if step.epoch == last.epoch]
        epoch: dict[str, float] = {
            "epoch": last.epoch,
            "training_loss": sum(step.training.loss for step in own) / len(own),
            "training_token_accuracy": sum(step.training.token_accuracy for step in own) / len(own),
        }
        if score := looked.get(last.number):
            epoch |= {"validation_loss": score.loss, "validation_token_accuracy": score.token_accuracy}
        results.append(epoch)
    return results


@click.command("predict")
@click.argument("prompts", nargs=-1, required=True)
@click.option("--model", "-m", metavar="FILE|ID", help="A model file, or with --state the id of a model of the service.")
@click.option("--state", metavar="DIR", help="State folder of the service.")
@click.option("--train", "data", metavar="FILE", help="Train on this data first.")
@click.option("--max-tokens", type=click.IntRange(1), default=16, show_default=True, metavar="N", help="Longest answer.")
@click.option("--stop", multiple=True, metavar="TEXT", help="Text that ends an answer; repeatable.")
@click.option("--temperature", type=Number(0, 2), default=0.0, metavar="X", help="0: always the likeliest token.")
@trains
@reports
@needs_extra
def predict(prompts: tuple[str, ...], output: str, plot: str | None, **options: Any) -> int:
    r"""Complete PROMPTS, and show how sure the model is of the first token. Escapes such as \n are undone."""
    from ftlint.evaluation import plots  # noqa: PLC0415 - the extra
    from ftlint.mock.experiments.predict import asked  # noqa: PLC0415 - likewise

    plots.check_plot(plot)
    check_source(options["data"], options)
    model = model_of(options["data"], options)
    stops = [unescape("--stop", stop) for stop in options["stop"]]
    how = {name: options[name] for name in ("max_tokens", "temperature", "seed")}
    answers = [asked(model, unescape("PROMPT", prompt), stop=stops, **how) for prompt in prompts]
    if output == "json":
        print_json([asdict(answer) for answer in answers])
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


@click.command("evaluate")
@click.argument("data", required=False)
@judges
@click.option("--model", "-m", metavar="FILE|ID", help="Judge this model instead of training one.")
@click.option("--state", metavar="DIR", help="State folder of the service that has the model.")
@click.option(
    "--positive-class", metavar="TEXT", help="Of two labels the one that is looked for; default: the rarer. With JSON escapes."
)
@click.option("--beta", type=Number(0, min_open=True), default=1.0, metavar="X", help="Of F-beta.")
@click.option("--stop", metavar="TEXT", help="Text that ends every answer.")
@trains
@reports
@needs_extra
def evaluate(data: str | None, valid: str | None, output: str, plot: str | None, **options: Any) -> int:
    """Train on DATA (or take a model), and measure how well it predicts the answers of other records."""
    from ftlint.evaluation import plots  # noqa: PLC0415 - the extra
    from ftlint.mock.data.records import records_of  # noqa: PLC0415 - likewise
    from ftlint.mock.experiments.experiments import judged  # noqa: PLC0415 - likewise

    plots.check_plot(plot)
    check_source(data, options)
    if options["model"]:
        if not valid:
            raise UsageError("--model requires --valid FILE")
        training: Sequence[Record] = ()
        judging: Sequence[Record] = records_of(valid)
        model = model_of(None, options)
    else:
        assert data
        training, judging = split_data(data, valid)
        with configured_run(options, [len(training)]) as run:
            model = run.model(training)
    stop, positive = (
        unescape(f"--{name.replace('_', '-')}", options[name]) if options[name] else None for name in ("stop", "positive_class")
    )
    results = judged(model, judging, training, positive=positive, beta=options["beta"], stop=stop)
    if output == "json":
        print_json(results.as_dict())
    else:
        for name, value in results.as_dict().items():
            if isinstance(value, float):
                click.echo(f"{name.replace('_', ' '):14} {value:.4f}")
        print_confusion(results.confusion)
    if plot and not results.confusion:
        click.echo(f"ftlint: cannot plot free-text answers; {plot} was not written", err=True)
    elif plot:
        plots.matrix(plot, results.confusion["labels"], results.confusion["matrix"], title=f"accuracy {results.accuracy:.3f}")
    return 0
