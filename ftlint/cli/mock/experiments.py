"""`ftlint mock learning-curve`, `sweep` and `impact`: several models, compared."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import click

from ftlint.cli.mock.options import as_float, judges, needs_extra, reports, trains, unescape
from ftlint.cli.mock.setup import configured_run, kept, split_data
from ftlint.cli.mock.shown import print_json, rounded
from ftlint.text.words import numbered

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_WIDTH = 40
"""Characters of the longest bar."""
_WORTHWHILE = 0.01
"""Accuracy that a doubling of the data brings, from which on more data is worth its work."""


@click.command("learning-curve")
@click.argument("data")
@judges
@click.option("--fractions", default="0.25,0.5,1", metavar="X,Y,…", help="Parts of the data to train on; default: 0.25,0.5,1.")
@trains
@reports
@needs_extra
def learning_curve(data: str, valid: str | None, fractions: str, output: str, plot: str | None, **options: Any) -> int:
    """Train on parts of DATA, and show what more data brings."""
    from ftlint.evaluation import plots  # noqa: PLC0415 - the extra
    from ftlint.mock.experiments import experiments  # noqa: PLC0415 - likewise

    plots.check_plot(plot)
    parts = sorted({as_float(text, "--fractions") for text in fractions.split(",")})
    for part in parts:
        experiments.check_fraction(part)
    training, judging = split_data(data, valid)
    points: list[dict[str, float]] = []
    with configured_run(options, [experiments.records_in(part, len(training)) for part in parts]) as run, kept() as interrupted:
        experiments.learning_curve(training, judging, fractions=parts, run=run, done=points)
    slope = experiments.slope_of(points)
    if output == "json":
        print_json({"points": points, "slope": slope})
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


@click.command("sweep")
@click.argument("data")
@judges
@click.option("--base", metavar="NAME", help="Base model.")
@click.option("--n-epochs", metavar="N,…", help="Values to try.")
@click.option("--batch-size", metavar="N,…", help="Values to try.")
@click.option("--learning-rate-multiplier", metavar="X,…", help="Values to try.")
@click.option("--prompt-loss-weight", metavar="X,…", help="Values to try.")
@click.option("--seed", type=click.IntRange(0), default=0, metavar="N", help="The same seed gives the same results.")
@reports
@needs_extra
def sweep(data: str, valid: str | None, output: str, plot: str | None, **options: Any) -> int:
    """Train with every combination of settings, and show which did best.

    Without any setting: n_epochs 1, 2, 4, 8 and learning_rate_multiplier 0.05, 0.1, 0.2.
    """
    from ftlint.evaluation import plots  # noqa: PLC0415 - the extra
    from ftlint.mock.experiments import experiments  # noqa: PLC0415 - likewise

    plots.check_plot(plot)
    grid = _grid(options)
    training, judging = split_data(data, valid)
    results: list[dict[str, float]] = []
    with configured_run({"base": options["base"], "seed": options["seed"]}, None) as run, kept() as interrupted:
        for point in experiments.sweep(training, judging, grid, run=run):
            results.append(point)
            if output == "text":
                click.echo("  ".join(f"{name} {rounded(value)}" for name, value in point.items() if name != "records"))
    best = max(results, key=lambda point: (point["accuracy"], -point["cross_entropy"]), default=None)
    if output == "json":
        print_json({"points": results, "best": best})
    elif best:
        click.echo("best: " + " ".join(f"--{name.replace('_', '-')} {best[name]}" for name in grid))
    if plot and results:
        named = {" ".join(f"{name} {rounded(point[name])}" for name in grid): point["accuracy"] for point in results}
        plots.bars(plot, named, title=data, horizontal="accuracy")
    return interrupted()


def _grid(options: Mapping[str, Any]) -> dict[str, list[float]]:
    """Return the values to try of each setting."""
    from ftlint.mock.experiments.train import check_settings  # noqa: PLC0415 - the extra

    grid: dict[str, list[float]] = {}
    for name, whole in (
        ("n_epochs", True),
        ("batch_size", True),
        ("learning_rate_multiplier", False),
        ("prompt_loss_weight", False),
    ):
        if options[name]:
            values = [as_float(text, f"--{name.replace('_', '-')}") for text in options[name].split(",")]
            for value in values:
                check_settings({name: value})
            grid[name] = [int(value) for value in values] if whole else values
    return grid or {"n_epochs": [1, 2, 4, 8], "learning_rate_multiplier": [0.05, 0.1, 0.2]}


@click.command("impact")
@click.argument("data")
@judges
@click.option("--unsafe-fixes", is_flag=True, help="Also repair what changes texts or drops records.")
@click.option("--separator", metavar="TEXT", help="Text that shall end every prompt.")
@click.option("--stop", metavar="TEXT", help="Text that shall end every completion.")
@trains
@reports
@needs_extra
def impact(data: str, valid: str | None, output: str, plot: str | None, **options: Any) -> int:
    """Train on DATA as it is and as the fixes leave it, and show what the findings cost in accuracy."""
    from ftlint.evaluation import plots  # noqa: PLC0415 - the extra
    from ftlint.mock.experiments import experiments  # noqa: PLC0415 - likewise

    plots.check_plot(plot)
    content = experiments.content_of(data)
    if valid:
        judging = experiments.content_of(valid)
    else:
        content, judging = experiments.held_out_lines(content)
        held = judging.count(b"\n") + 1
        click.echo(f"ftlint: {numbered(held, 'record')} held out to judge with", err=True)
    settings = {name: unescape(f"--{name}", options[name]) for name in ("separator", "stop") if options[name] is not None}
    with configured_run(options, None) as run:
        results = experiments.impact(content, judging, unsafe=options["unsafe_fixes"], settings=settings, run=run)
    if output == "json":
        print_json({**asdict(results), "gained": results.gained})
    else:
        repaired = {code: number - results.left.get(code, 0) for code, number in results.findings.items()}
        shown = ", ".join(f"{code} {number:,}" for code, number in sorted(repaired.items()) if number > 0)
        click.echo(f"judged with {numbered(results.judged, 'validation record')}")
        click.echo(f"as it is   accuracy {results.before.accuracy:.4f}  cross entropy {results.before.cross_entropy:.4f}")
        click.echo(f"repaired   accuracy {results.after.accuracy:.4f}  cross entropy {results.after.cross_entropy:.4f}")
        click.echo(f"the repairs bring {results.gained * 100:+.1f} points of accuracy (repaired: {shown or 'nothing'})")
    if plot:
        values = {"as it is": results.before.accuracy, "repaired": results.after.accuracy}
        plots.bars(plot, values, title=data, horizontal="accuracy")
    return 0
