"""What other libraries see of ftlint; each is imported where it is used."""

from __future__ import annotations

from importlib import import_module
from typing import Any

__all__ = ["huggingface", "pandera"]


def __getattr__(name: str) -> Any:
    if name in __all__:
        return import_module(f"ftlint.integrations.{name}")
    raise AttributeError(f"module 'ftlint.integrations' has no attribute {name!r}")
