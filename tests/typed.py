"""What mypy must accept of a caller, and refuse: an ignore that is not needed is an error too. Checked with the package."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import polars as pl

import ftlint

RECORDS: list[dict[str, Any]] = [{"prompt": "vino ->", "completion": " edible"}]


def accepted() -> None:
    """Hold calls whose types are right."""
    report: ftlint.Report = ftlint.check(RECORDS, target="davinci", select=["SEP"], fail_on="error", jobs=2, max_findings=None)
    path: Path = ftlint.fix(Path("train.jsonl"), unsafe=True)[0]
    text: str = ftlint.fix("train.jsonl")[0]
    data: bytes = ftlint.fix(b"{}")[0]
    records: list[dict[str, Any]] = ftlint.fix(RECORDS, task="generation")[0]
    frame: pl.DataFrame = ftlint.fix(pl.DataFrame(RECORDS))[0]
    lazy: pl.LazyFrame = ftlint.fix(pl.LazyFrame(RECORDS))[0]
    findings: list[ftlint.Finding] = ftlint.Session(target="davinci").check_line("{}", report.survey)
    print(path, text, data, records, frame, lazy, findings)


def refused() -> None:
    """Hold calls whose types are wrong."""
    ftlint.check(RECORDS, tarjet="davinci")  # type: ignore[call-arg]
    ftlint.check(RECORDS, fail_on="errr")  # type: ignore[arg-type]
    ftlint.check(RECORDS, task="classify")  # type: ignore[arg-type]
    ftlint.check(RECORDS, jobs="2")  # type: ignore[arg-type]
    ftlint.Session(select="SEP", jobs=1.5)  # type: ignore[arg-type]
    wrong: str = ftlint.fix(b"{}")[0]  # type: ignore[assignment]
    ftlint.check(RECORDS).limit = 3  # type: ignore[misc]
    print(wrong)
