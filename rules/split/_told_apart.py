"""Whether a small model can distinguish two sets of texts, and by which features."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from msgspec import Struct

from ftlint.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_PARTS = 5
_SHOWN = 3
_WORD = re.compile(r"\w+|[^\w\s]")


class Apart(Struct, frozen=True):
    """How well the model distinguishes the texts (AUROC, out of fold), and readable features of either side."""

    auroc: float
    theirs: str
    ours: str


def told_apart(theirs: Sequence[str], ours: Sequence[str], fewest: int) -> Apart | None:
    """Return how well `ours` are told from `theirs`; None where there are too few of either.

    The model sees words, length and the last character.

    Raises:
        UsageError: Where scikit-learn is not installed.
    """
    if min(len(theirs), len(ours)) < fewest:
        return None
    try:
        from sklearn.feature_extraction import DictVectorizer  # noqa: PLC0415 - an extra
        from sklearn.linear_model import LogisticRegression  # noqa: PLC0415 - likewise
        from sklearn.metrics import roc_auc_score  # noqa: PLC0415 - likewise
        from sklearn.model_selection import StratifiedKFold, cross_val_predict  # noqa: PLC0415 - likewise
    except ImportError as error:
        raise UsageError("SPL006 needs an extra: pip install 'ftlint[mock]'") from error
    vectorizer = DictVectorizer()
    table = vectorizer.fit_transform([dict.fromkeys(_traits(text), 1.0) for text in (*theirs, *ours)])
    side = [0] * len(theirs) + [1] * len(ours)
    model = LogisticRegression(C=1, max_iter=200, class_weight="balanced")
    parts = StratifiedKFold(_PARTS, shuffle=True, random_state=0)
    chances = cross_val_predict(model, table, side, cv=parts, method="predict_proba")[:, 1]
    weights = model.fit(table, side).coef_[0]
    names = vectorizer.get_feature_names_out()
    order = weights.argsort()
    shown = [", ".join(names[index] for index in indexes) for indexes in (order[:_SHOWN], order[::-1][:_SHOWN])]
    return Apart(float(roc_auc_score(side, chances)), *shown)


def _traits(text: str) -> Iterator[str]:
    """Yield what a model sees of a text: its words, about how long it is, and what it ends with."""
    words = _WORD.findall(text.casefold())
    yield from (f'"{word}"' for word in words)
    size = 1 << max(0, len(words) - 1).bit_length()
    yield f"up to {size:,} words"
    yield (
        f"the end {text.rstrip()[-1:]!r}"
        if text.rstrip()[-1:] and not text.rstrip()[-1:].isalnum()
        else "an end without punctuation"
    )
