"""Pictures of what was measured, by matplotlib (extra `ftlint[plot]`): PNG or SVG by the file's name."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from ftlint import FtlintError, UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

FORMATS = (".png", ".svg")


def check_plot(file: str | None) -> None:
    """Raise UsageError for a file that no picture can be written to, before the work is done."""
    if file is None:
        return
    if Path(file).suffix.lower() not in FORMATS:
        raise UsageError(f"--plot {file}: a picture is a .png or .svg file")
    try:
        import matplotlib as mpl  # noqa: PLC0415, F401 - only to see whether it is there
    except ImportError as error:
        raise UsageError("--plot needs matplotlib: pip install 'ftlint[plot]'") from error


def lines(
    file: str,
    x: Sequence[float],
    series: Mapping[str, Sequence[float]],
    *,
    title: str,
    horizontal: str,
    vertical: str,
    log: bool = False,
) -> None:
    """Draw values against x as lines, one a series. log: the horizontal axis has powers of two."""
    figure, axes = _figure(title, horizontal, vertical)
    for name, values in series.items():
        axes.plot(x, values, label=name, marker="o" if len(x) <= 20 else None)
    if log:
        axes.set_xscale("log", base=2)
        axes.set_xticks(list(x), [f"{value:,}" for value in x])
        axes.minorticks_off()
    if len(series) > 1:
        axes.legend()
    _save(figure, file)


Series = tuple["Sequence[float]", "Sequence[float]"]
"""Values of x and of y."""


def frames(file: str, content: Mapping[str, Mapping[str, Series]], *, title: str, horizontal: str) -> None:
    """Draw a frame for each measure, with a line for each series in it; lines of many points are smoothed.

    Args:
        content: By the measure's name, its series by theirs.
    """
    from matplotlib.figure import Figure  # noqa: PLC0415 - an extra

    figure = Figure(figsize=(7, 3.2 * len(content)), layout="constrained", dpi=150)
    figure.suptitle(title, x=0.01, ha="left")
    for axes, (measure, series) in zip(figure.subplots(len(content), squeeze=False)[:, 0], content.items(), strict=True):
        for name, (x, y) in series.items():
            smooth = smoothed(y, max(1, len(y) // _SMOOTHED))
            axes.plot(x, smooth, label=name, marker="o" if len(x) <= 20 else None)
        axes.set_ylabel(measure)
        axes.grid(alpha=0.3)
        axes.spines[["top", "right"]].set_visible(False)
        axes.legend()
    axes.set_xlabel(horizontal)
    _save(figure, file)


_SMOOTHED = 40
"""Points from which on a line is smoothed, and about so many are left."""


def smoothed(values: Sequence[float], window: int) -> list[float]:
    """Return the mean of each value and those around it, `window` on either side, fewer at the ends."""
    sums = [0.0]
    for value in values:
        sums.append(sums[-1] + value)
    results = []
    for index in range(len(values)):
        half = min(window, index, len(values) - 1 - index)
        results.append((sums[index + half + 1] - sums[index - half]) / (2 * half + 1))
    return results


def bars(file: str, values: Mapping[str, float], *, title: str, horizontal: str) -> None:
    """Draw a bar for each value, the first on top."""
    figure, axes = _figure(title, horizontal, "")
    names = list(values)[::-1]
    drawn = axes.barh(names, [values[name] for name in names])
    axes.bar_label(drawn, [f"{values[name]:.3g}" for name in names], padding=3)
    axes.margins(x=0.15)
    figure.set_figheight(max(2.5, 1.2 + 0.35 * len(names)))
    _save(figure, file)


def matrix(file: str, labels: Sequence[str], counts: Sequence[Sequence[int]], *, title: str) -> None:
    """Draw a confusion matrix: a row for each true label, a column for each that was predicted."""
    figure, axes = _figure(title, "predicted", "true")
    axes.imshow(counts, cmap="Blues")
    size = 4 + 0.35 * len(labels)
    figure.set_size_inches(size, size)
    axes.set_xticks(range(len(labels)), labels, rotation=90)
    axes.set_yticks(range(len(labels)), labels)
    axes.grid(visible=False)
    most = max(max(row) for row in counts)
    for row, line in enumerate(counts if len(labels) <= 20 else []):
        for column, count in enumerate(line):
            axes.text(column, row, str(count), ha="center", va="center", color="white" if count > most / 2 else "black")
    _save(figure, file)


def _figure(title: str, horizontal: str, vertical: str) -> tuple[Any, Any]:
    # A figure by itself: pyplot keeps global state, and looks for a screen.
    from matplotlib.figure import Figure  # noqa: PLC0415 - an extra

    figure = Figure(figsize=(7, 4.2), layout="constrained", dpi=150)
    axes = figure.add_subplot()
    axes.set_title(title, loc="left")
    axes.set_xlabel(horizontal)
    axes.set_ylabel(vertical)
    axes.grid(alpha=0.3)
    axes.spines[["top", "right"]].set_visible(False)
    return figure, axes


def _save(figure: Any, file: str) -> None:
    try:
        figure.savefig(file, metadata={"Date": None} if file.lower().endswith(".svg") else None)
    except OSError as error:
        raise FtlintError(f"cannot write {file}: {error.strerror}") from error
