"""The fixture `ftlint_dataset`, for everybody's tests. Light: pytest loads it in every run."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    from ftlint.report.report import Report


@pytest.fixture(scope="session")
def ftlint_dataset() -> Callable[..., Report]:
    """Return a function that checks a dataset, once a session, fails where it is not clean, and returns the report."""
    from ftlint.api import check  # noqa: PLC0415 - most test runs do not ask for it
    from ftlint.report.formats import Style, reporter  # noqa: PLC0415 - likewise

    seen: dict[str, Report] = {}

    def clean(path: str, **settings: Any) -> Report:
        file = Path(path).resolve()
        stamp = (file.stat().st_size, file.stat().st_mtime_ns) if file.exists() else None
        key = repr((file, stamp, sorted(settings.items())))
        if key not in seen:
            seen[key] = check(path, **settings)
        if not seen[key].ok:
            pytest.fail("\n".join(reporter("grouped")(seen[key], Style())), pytrace=False)
        return seen[key]

    return clean
