"""Targets: shipped, extended, and refused."""

from __future__ import annotations

import pytest

import ftlint
from ftlint.targets import target


def test_targets():
    assert (target("davinci").limit, target("text-davinci-002").limit, target("text-davinci-002").encoding) == (
        2048,
        4000,
        "p50k_base",
    )
    own = {"mine": {"extends": "curie", "limit": 99}}
    assert (target("mine", own).limit, target("mine", own).encoding) == (99, "r50k_base")
    with pytest.raises(ftlint.ConfigError, match="circular extend"):
        target("a", {"a": {"extends": "b"}, "b": {"extends": "a"}})
    with pytest.raises(ftlint.ConfigError, match="unknown key 'limt'; did you mean limit"):
        target("a", {"a": {"limt": 3}})
