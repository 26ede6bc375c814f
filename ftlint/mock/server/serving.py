"""Running the service: in this process, until it is told to stop, or in a thread beside a test."""

from __future__ import annotations

import socket
import threading
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import uvicorn

from ftlint import UsageError
from ftlint.mock.jobs.store import Clock, Store
from ftlint.mock.server.app import UPLOAD, application
from ftlint.mock.server.service import Service

if TYPE_CHECKING:
    from collections.abc import Iterator
    from os import PathLike

HOST = "127.0.0.1"


class Serving:
    """A service that can be run. url: what clients take as base address, with /v1."""

    def __init__(
        self,
        *,
        port: int = 0,
        state: str | PathLike[str] | None = None,
        fixed_clock: bool = False,
        plain_results: bool = False,
        base_models: bool = True,
        upload: int = UPLOAD,
    ) -> None:
        """Take a port (0: a free one) and open a state folder (none: all is forgotten at the end).

        Raises UsageError where that cannot be.
        """
        self._socket = _bound(port)
        self.port: int = self._socket.getsockname()[1]
        self.url = f"http://{HOST}:{self.port}/v1"
        try:
            store = Store(Path(state) if state is not None else None, Clock(fixed=fixed_clock))
        except BaseException:
            self._socket.close()
            raise
        self.service = Service(store, plain_results=plain_results, base_models=base_models)
        config = uvicorn.Config(
            application(self.service, upload), log_level="warning", access_log=False, timeout_graceful_shutdown=1, lifespan="off"
        )
        self._server = uvicorn.Server(config)

    def run(self) -> None:
        """Serve until the process is told to stop."""
        try:
            self._server.run(sockets=[self._socket])
        finally:
            self.close()

    def close(self) -> None:
        """Free the port and the folder."""
        self._socket.close()
        self.service.close()

    @contextmanager
    def in_thread(self) -> Iterator[Serving]:
        """Serve in a thread for as long as the block runs."""
        run = partial(self._server.run, sockets=[self._socket])
        thread = threading.Thread(target=run, name="ftlint-mock", daemon=True)
        thread.start()
        try:
            yield self
        finally:
            self._server.should_exit = True
            thread.join()
            self.close()


def _bound(port: int) -> socket.socket:
    # The protocol is named, or asyncio would not send short answers at once (TCP_NODELAY), and each would take 40 ms.
    result = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    result.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        result.bind((HOST, port))
        result.listen(128)
    except OSError as error:
        result.close()
        raise UsageError(f"port {port} of {HOST} cannot be used: {error.strerror}; --port 0 takes a free one") from error
    return result


@contextmanager
def serving(**settings: Any) -> Iterator[Serving]:
    """Run a service in a thread for as long as the block runs, and yield it.

    settings: those of `Serving`. Clients take its `url` as their base address.
    """
    with Serving(**settings).in_thread() as server:
        yield server
