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
def _alone(monkeypatch, tmp_path_factory):
    """No test sees the variables of the machine that it runs on, nor leaves temporary files."""
    for name in list(os.environ):
        if name.startswith("FTLINT_"):
            monkeypatch.delenv(name)
    temporary = tmp_path_factory.mktemp("temporary")
    monkeypatch.setenv("TMPDIR", str(temporary))
    monkeypatch.setattr("tempfile.tempdir", str(temporary))
    yield
    assert gc.isenabled(), "a library call switched garbage collection off"
    assert list(temporary.iterdir()) == []
