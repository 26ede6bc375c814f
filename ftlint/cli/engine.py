"""The engine of a command."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from ftlint.engine.engines import open_engine

if TYPE_CHECKING:
    from ftlint.config import Config
    from ftlint.engine.base import Engine


def engine_of(config: Config, size: int) -> Engine:
    """Return the engine that the options name, to be entered before polars is loaded. size: bytes of the data."""
    # Processes work in parallel, one block each; threads inside them would only get in each other's way.
    os.environ.setdefault("POLARS_MAX_THREADS", "1")
    return open_engine(config.settings.engine, config.settings.jobs or os.cpu_count() or 1, size)
