"""Labels that a model of the other records finds improbable: confident learning (Northcutt, Jiang, Chuang 2021), by cleanlab."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from ftlint.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

_PARTS = 5
"""Number of cross-validation folds; a label needs at least as many records."""

_FEATURES = 1 << 18
_WORD = r"\w+|[^\w\s]"
"""A word, or a punctuation character."""
_ALPHA = 1e-4
_PASSES = 15
_STEPS = 20_000
"""Stochastic gradient descent: its regularisation, its number of epochs, and its minimum number of steps."""


def suspects(texts: Sequence[str], labels: Sequence[str], seed: int) -> list[tuple[int, str, float]]:
    """Return what seems to be labelled wrongly: place, the label that is expected, and the probability of the one that is given.

    The model is a logistic regression over words and pairs of words; its work grows with the number of texts and labels.

    Raises:
        UsageError: Where the libraries are not installed.
    """
    try:
        import numpy as np  # noqa: PLC0415 - an extra
        from cleanlab.filter import find_label_issues  # noqa: PLC0415 - likewise
    except ImportError as error:
        raise UsageError("LBL008 needs an extra: pip install 'ftlint[mock]'") from error
    counts = Counter(labels)
    indexes = [position for position, label in enumerate(labels) if counts[label] >= _PARTS and texts[position].strip()]
    names = sorted({labels[position] for position in indexes})
    if len(names) < 2:
        return []
    number = {name: index for index, name in enumerate(names)}
    given = np.array([number[labels[position]] for position in indexes])
    probability = _out_of_fold([texts[position] for position in indexes], given, seed)
    results = find_label_issues(given, probability, return_indices_ranked_by="self_confidence", n_jobs=1)
    expected = probability.argmax(axis=1)
    return [
        (indexes[index], names[expected[index]], float(probability[index, given[index]]))
        for index in results
        if expected[index] != given[index]
    ]


def _out_of_fold(texts: Sequence[str], given: Any, seed: int) -> Any:
    """Return the probability of each label for each text, by a model that has not seen it. given: labels as numbers."""
    import numpy as np  # noqa: PLC0415 - an extra
    from sklearn.feature_extraction.text import HashingVectorizer, TfidfTransformer  # noqa: PLC0415 - takes a second
    from sklearn.linear_model import SGDClassifier  # noqa: PLC0415 - likewise
    from sklearn.model_selection import StratifiedKFold, cross_val_predict  # noqa: PLC0415 - likewise
    from sklearn.pipeline import make_pipeline  # noqa: PLC0415 - likewise

    words = HashingVectorizer(n_features=_FEATURES, ngram_range=(1, 2), alternate_sign=False, norm=None, token_pattern=_WORD)
    table = words.transform(texts)
    table = table[:, np.unique(table.indices)]  # a model has weights for what occurs alone
    learner = SGDClassifier(
        loss="log_loss", alpha=_ALPHA, max_iter=max(_PASSES, _STEPS // len(texts)), tol=None, random_state=seed
    )
    parts = StratifiedKFold(_PARTS, shuffle=True, random_state=seed)
    model = make_pipeline(TfidfTransformer(sublinear_tf=True), learner)
    return cross_val_predict(model, table, given, cv=parts, method="predict_proba")
