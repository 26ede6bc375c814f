"""`ftlint evaluate`."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING, Any

import click

from ftlint.cli.options import config_of, data_options
from ftlint.errors import UsageError
from ftlint.text.words import numbered, quote

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ftlint.evaluation.evaluate import Evaluation

_SHOWN = 5
_EXTRA = "pip install 'ftlint[evaluate]'"


@click.command("evaluate")
@click.argument("predictions")
@click.option("--labels", metavar="FILE", required=True, help="The records that were asked, with the right answers, in order.")
@click.option("--train", metavar="FILE", help="What was trained on: labels that were never asked for are named.")
@click.option("--positive-class", metavar="LABEL", help="Of two labels the one that is looked for; default: the rarer.")
@click.option("--beta", type=click.FloatRange(0, min_open=True), default=1.0, show_default=True, help="Of F-beta.")
@click.option("--output", type=click.Choice(["text", "json"]), default="text", help="json: for programs.")
@click.option("--plot", metavar="FILE", help="Picture of the confusion matrix (.png, .svg).")
@data_options
def command(predictions: str, **options: Any) -> int:
    """Measure how good a model's answers are.

    PREDICTIONS is a file with an answer for each record of --labels, in the same order: text (a line each), JSON, JSON Lines,
    responses of the API with or without logprobs, or the results of a batch; - is standard input.
    """
    try:
        from ftlint.evaluation import plots  # noqa: PLC0415 - an extra
        from ftlint.evaluation import predictions as reading  # noqa: PLC0415 - likewise
        from ftlint.evaluation.answers import answers_of  # noqa: PLC0415 - likewise
        from ftlint.evaluation.evaluate import evaluate  # noqa: PLC0415 - likewise
    except ImportError as error:
        raise UsageError(f"`ftlint evaluate` needs an extra: {_EXTRA}") from error
    from ftlint.datasets import options_of  # noqa: PLC0415 - keeps the command's help instant
    from ftlint.sources import content_of, open_source  # noqa: PLC0415 - likewise

    plots.check_plot(options["plot"])
    config = config_of(options)

    def answers(file: str) -> list[str]:
        with closing(open_source(file)) as source:
            return answers_of(source, options_of(file, config))

    made = evaluate(
        answers(options["labels"]),
        reading.read(content_of(predictions), predictions),
        trained=answers(options["train"]) if options["train"] else (),
        positive=options["positive_class"],
        beta=options["beta"],
    )
    if options["output"] == "json":
        import orjson  # noqa: PLC0415 - only where it is asked for

        click.echo(orjson.dumps(made.as_dict(), option=orjson.OPT_INDENT_2))
    else:
        for line in _summary_lines(made):
            click.echo(line)
    if options["plot"]:
        if not made.measures.confusion:
            raise UsageError(f"cannot plot free-text answers; {options['plot']} was not written")
        confusion = made.measures.confusion
        plots.matrix(options["plot"], confusion["labels"], confusion["matrix"], title=f"accuracy {made.measures.accuracy:.3f}")
    return 0


def _summary_lines(made: Evaluation) -> Iterator[str]:
    """Yield what was measured."""
    about = f", {quote(made.positive)} against the rest" if made.positive is not None else ""
    yield f"{numbered(made.records, 'answer')}, {numbered(len(made.labels), 'label') if made.labels else 'free text'}{about}"
    for name, value in made.measures.as_dict().items():
        if isinstance(value, float):
            low, high = made.intervals.get(name, (value, value))
            shown = name.replace("_", " ") if name != "f_beta" else f"f{made.beta:g}"
            yield f"  {shown:14} {value:.4f}   95 %: {low:.4f} to {high:.4f}"
    if made.calibration:
        yield f"  {'calibration':14} {made.calibration.error:.4f}   expected error; Brier score {made.calibration.brier:.4f}"
    elif made.labels:
        yield "  no log-probabilities: no cross entropy, auroc, auprc and calibration (ask with logprobs)"
    confusion = made.measures.confusion
    mistakes = [
        (count, true, said)
        for true, row in zip(confusion.get("labels", ()), confusion.get("matrix", ()), strict=True)
        for said, count in zip(confusion["labels"], row, strict=True)
        if count and true != said
    ]
    for count, true, said in sorted(mistakes, reverse=True)[:_SHOWN]:
        yield f"  {numbered(count, 'time'):>9} {quote(true)} was taken for {quote(said)}"
    for text, count in list(made.unknown.items())[:_SHOWN]:
        yield f"  {numbered(count, 'time'):>9} the answer was {quote(text[:60])}, which begins with no label"
    for what, names in (("never asked for", made.never_asked), ("never predicted", made.never_given)):
        if names:
            more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
            yield f"  {what}: {', '.join(map(quote, names[:_SHOWN]))}{more}"
