"""A task of a pipeline, as Airflow runs it: a function that takes a path, and fails before money is spent.

from airflow.decorators import task

gate = task(approve)
"""

from __future__ import annotations

import ftlint


def approve(train: str, valid: str | None = None, target: str = "davinci") -> str:
    """Return the training file's path where its data is fit to train on; else raise ftlint.FindingsError."""
    ftlint.check(train, valid=valid, target=target, fail_on="error").raise_for_findings()
    return train
