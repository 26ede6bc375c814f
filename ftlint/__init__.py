"""ftlint: linter, validator and fixer for LLM fine-tuning datasets.

    report = ftlint.check("train.jsonl", target="davinci")
    report.ok, report.counts["SEP001"], report.findings

What is heavy is loaded where it is first used.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ftlint import integrations
    from ftlint.api import check, convert, evaluate, fix, profile, render, split
    from ftlint.errors import ConfigError, FindingsError, FtlintError, InputError, UsageError
    from ftlint.report.finding import Finding, RelatedLocation
    from ftlint.report.report import Report
    from ftlint.session import Session

__version__ = "0.1.0"

__all__ = [
    "ConfigError",
    "Finding",
    "FindingsError",
    "FtlintError",
    "InputError",
    "RelatedLocation",
    "Report",
    "Session",
    "UsageError",
    "__version__",
    "check",
    "convert",
    "evaluate",
    "fix",
    "integrations",
    "profile",
    "render",
    "split",
]

_HOMES = {
    "ConfigError": "errors",
    "Finding": "report.finding",
    "FindingsError": "errors",
    "FtlintError": "errors",
    "InputError": "errors",
    "RelatedLocation": "report.finding",
    "Report": "report.report",
    "Session": "session",
    "UsageError": "errors",
    "check": "api",
    "convert": "api",
    "evaluate": "api",
    "fix": "api",
    "profile": "api",
    "render": "api",
    "split": "api",
}


def __getattr__(name: str) -> Any:
    if name == "integrations":
        return import_module("ftlint.integrations")
    if name in _HOMES:
        return getattr(import_module(f"ftlint.{_HOMES[name]}"), name)
    raise AttributeError(f"module 'ftlint' has no attribute {name!r}")


def __dir__() -> list[str]:
    return __all__
