from __future__ import annotations

import gc
import os

import pytest
from hypothesis import settings

# Machines are shared: how long an example takes says nothing.
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")

# As in the command: processes do not compete for processors with threads.
os.environ.setdefault("POLARS_MAX_THREADS", "2")


@pytest.fixture(autouse=True)
def _no_configuration(monkeypatch):
    """No test sees the variables of the machine that it runs on."""
    for name in list(os.environ):
        if name.startswith("FTLINT_"):
            monkeypatch.delenv(name)
    yield
    assert gc.isenabled(), "a library call switched garbage collection off"
