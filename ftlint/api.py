"""What other programs call: the short forms of a session's calls, of which each resolves its settings anew."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, overload

from ftlint.session import Session

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from os import PathLike
    from typing import IO, Unpack

    from ftlint.config import Setting
    from ftlint.evaluation.evaluate import Evaluation
    from ftlint.prepare.profile import Profile
    from ftlint.prepare.reshape import Reshaped
    from ftlint.prepare.split import Split
    from ftlint.report.report import Report
    from ftlint.session import ConfigSource, FrameT, PathT
    from ftlint.training.rendering import Rendering


def check(data: Any, *, valid: Any = None, config: ConfigSource = None, **settings: Unpack[Setting]) -> Report:
    """Check a dataset and return the report; see `Session.check`.

    Args:
        data: A path (or several in a list), a binary or text file object, an iterable of dicts, a polars, pandas or Arrow
            frame, or a Dataset or DatasetDict of Hugging Face's.
        valid: A validation file of the same kinds.
        config: A configuration file, or its keys and values; without it no file is read.
        **settings: Keys of a configuration file: `target="davinci"`, `select=["SEP"]`, `rules={"rare-label": {"minimum": 50}}`,
            `jobs=4`, `max_findings=None`.

    Raises:
        InputError: For what cannot be read.
        ConfigError: For settings that do not fit.

    Example:
        >>> report = check([{"prompt": "vino ->", "completion": " edible"}], task="classification")
        >>> report.records
        1

    """
    return Session(config, **settings).check(data, valid=valid)


def render(record: Mapping[str, Any] | str | bytes, *, config: ConfigSource = None, **settings: Unpack[Setting]) -> Rendering:
    """Return a record as its trainer makes it: text, tokens, what is learned, cut and lost; see `Session.show`.

    Args:
        record: An object, or a line of JSON.
        config: As of `check`.
        **settings: As of `check`; `target="trl"`, `tokenizer="DIR"`, `limit=2048`, `learns="assistant"` say what is made of it.

    Raises:
        InputError: For what is no record, for a folder without a tokenizer, and for a template that does not end.
        ConfigError: For settings that do not fit.

    Example:
        >>> made = render({"prompt": "vino ->", "completion": " edible"}, target="davinci")
        >>> [token.text for token in made.tokens if token.learned]
        [' edible']

    """
    return Session(config, **settings).show(record).rendering


@overload
def fix(
    data: PathT, *, unsafe: bool = False, config: ConfigSource = None, **settings: Unpack[Setting]
) -> tuple[PathT, Report]: ...
@overload
def fix(
    data: FrameT, *, unsafe: bool = False, config: ConfigSource = None, **settings: Unpack[Setting]
) -> tuple[FrameT, Report]: ...
@overload
def fix(
    data: bytes | bytearray | memoryview | IO[bytes] | IO[str],
    *,
    unsafe: bool = False,
    config: ConfigSource = None,
    **settings: Unpack[Setting],
) -> tuple[bytes, Report]: ...
@overload
def fix(
    data: Sequence[Mapping[str, Any]], *, unsafe: bool = False, config: ConfigSource = None, **settings: Unpack[Setting]
) -> tuple[list[dict[str, Any]], Report]: ...
@overload
def fix(data: Any, *, unsafe: bool = False, config: ConfigSource = None, **settings: Unpack[Setting]) -> tuple[Any, Report]: ...
def fix(data: Any, *, unsafe: bool = False, config: ConfigSource = None, **settings: Unpack[Setting]) -> tuple[Any, Report]:
    r"""Repair a dataset; return it, and the report on what is left; see `Session.fix`.

    Args:
        data: A path, which is repaired in place and returned; a frame, of which one of its kind comes back; bytes or a file
            object: bytes; a Dataset of Hugging Face's: one; an iterable of dicts: a list.
        unsafe: Whether texts may change and records be dropped.
        config: As of `check`.
        **settings: As of `check`; `fixable` and `unfixable` name rules.

    Raises:
        InputError: For what cannot be read or written.
        ConfigError: For settings that do not fit.

    Example:
        >>> data, report = fix(b'{"prompt": "vino ->", "completion": " edible"},\n')
        >>> data
        b'{"prompt": "vino ->", "completion": " edible"}\n'

    """
    return Session(config, **settings).fix(data, unsafe=unsafe)


def profile(
    data: Any,
    *,
    exact_tokens: bool = False,
    positive_class: str | None = None,
    config: ConfigSource = None,
    **settings: Unpack[Setting],
) -> Profile:
    """Return what a dataset is: labels, tokens, costs, and how to train on it; see `Session.profile`.

    Args:
        data: One path, file object, frame or iterable of dicts, as of `check`.
        exact_tokens: Whether all tokens are counted instead of estimated.
        positive_class: Of two labels the one that counts as positive.
        config: As of `check`.
        **settings: As of `check`.

    Raises:
        InputError: For data without records.
        UsageError: For an unknown label.
        ConfigError: For settings that do not fit.

    """
    return Session(config, **settings).profile(data, exact_tokens=exact_tokens, positive_class=positive_class)


def split(
    data: Any,
    files: Mapping[str, str | PathLike[str]],
    *,
    shares: Mapping[str, float],
    seed: int = 0,
    group: str | None = None,
    near_duplicates: bool = False,
    force: bool = False,
    left_behind: Sequence[str] = (),
    config: ConfigSource = None,
    **settings: Unpack[Setting],
) -> Split:
    """Split a dataset: labels in all parts, no prompt in two; arguments and errors are those of `Session.split`."""
    return Session(config, **settings).split(
        data,
        files,
        shares=shares,
        seed=seed,
        group=group,
        near_duplicates=near_duplicates,
        force=force,
        left_behind=left_behind,
    )


def convert(
    data: Any, out: str | PathLike[str], *, to: str, config: ConfigSource = None, **settings: Unpack[Setting]
) -> Reshaped:
    """Write the records of a dataset in another shape; arguments and errors are those of `Session.convert`."""
    return Session(config, **settings).convert(data, out, to=to)


def evaluate(
    predictions: Any,
    labels: Any,
    *,
    train: Any = None,
    positive_class: str | None = None,
    beta: float = 1.0,
    config: ConfigSource = None,
    **settings: Unpack[Setting],
) -> Evaluation:
    """Return how good a model's answers are; arguments and errors are those of `Session.evaluate`."""
    return Session(config, **settings).evaluate(predictions, labels, train=train, positive_class=positive_class, beta=beta)
