"""The fixture `ftlint_mock`, for everybody's tests. Light: pytest loads it in every run."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ftlint.mock.server.serving import Serving


@pytest.fixture
def ftlint_mock(monkeypatch: pytest.MonkeyPatch) -> Iterator[Serving]:
    """Serve the offline fine-tuning service on a free port, and point clients of OpenAI's to it (both generations)."""
    from ftlint.mock.server.serving import serving  # noqa: PLC0415 - most test runs do not ask for it

    with serving() as server:
        for name in ("OPENAI_BASE_URL", "OPENAI_API_BASE"):
            monkeypatch.setenv(name, server.url)
        monkeypatch.setenv("OPENAI_API_KEY", "sk-ftlint-mock")
        for name in ("NO_PROXY", "no_proxy"):
            monkeypatch.setenv(name, "127.0.0.1")
        # The first generation of the client reads its variables when it is imported.
        client = sys.modules.get("openai")
        if client is not None and hasattr(client, "api_base"):
            monkeypatch.setattr(client, "api_base", server.url)
            monkeypatch.setattr(client, "api_key", "sk-ftlint-mock")
        yield server
