"""What the endpoints share: the store, the thread that trains, and how answers are written."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import orjson
from starlette.responses import Response

from ftlint.mock.errors import ServiceError, bad_request, no_such_model
from ftlint.mock.jobs.worker import Runner
from ftlint.mock.model.bases import base_named
from ftlint.mock.model.model import Model

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from ftlint.mock.jobs.store import Body, Store
    from ftlint.mock.server.requests import FineTuneRequest, JobRequest


@dataclass
class Service:
    """A running service.

    plain_results: whether results files of the second generation come as they are, not in Base64; base_models: whether models
    that were never trained answer at all.
    """

    store: Store
    plain_results: bool = False
    base_models: bool = True
    runner: Runner = field(init=False)
    _untrained: dict[str, Model] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.runner = Runner(self.store)

    def close(self) -> None:
        """Stop training, and close the store."""
        self.runner.close()
        self.store.close()

    def reset(self) -> None:
        """Forget all files, jobs and models."""
        for job in self.store.all("jobs"):
            self.runner.cancel(job)
        with self.store.transaction():
            for table in ("files", "models", "jobs"):
                for body in self.store.all(table):
                    self.store.delete(table, body["id"])
                    for of_job in ("events", "checkpoints") if table == "jobs" else ():
                        self.store.forget(of_job, body["id"])

    def model(self, name: str) -> Model:
        """Return the model of this name; raises ServiceError where there is none."""
        result = self.store.model(name) or self._untrained.get(name)
        if result is not None:
            return result
        base = base_named(name) if self.base_models else None
        if base is None:
            raise no_such_model(name)
        return self._untrained.setdefault(name, Model.untrained(base))


def answer(body: Any) -> Response:
    """Return a body as JSON."""
    return Response(orjson.dumps(body, option=orjson.OPT_NON_STR_KEYS), media_type="application/json")


def found(body: Body | None, what: str, identity: str) -> Body:
    """Return an object that was asked for; raises ServiceError where it does not exist."""
    if body is None:
        raise ServiceError(404, f"No such {what}: {identity}", param="id")
    return body


def check_files(store: Store, request: FineTuneRequest | JobRequest, message: str) -> None:
    """Raise ServiceError for a file to train with that there is not, or that was not uploaded for it.

    message: what the client is told, over the `name` of the parameter and the `identity` of the file.
    """
    for name in ("training_file", "validation_file"):
        identity = getattr(request, name)
        if identity is None:
            continue
        body = store.get("files", identity)
        if body is None or body["purpose"] != "fine-tune":
            raise bad_request(message.format(name=name, identity=identity), name)


def listed(
    items: Sequence[Body], view: Callable[[Body], Body], *, limit: int | None = None, after: str | None = None
) -> Response:
    """Return a list, or the part of it that comes after an object."""
    start = next((number for number, item in enumerate(items, 1) if item["id"] == after), 0 if after is None else len(items))
    end = len(items) if limit is None else start + limit
    data = [view(item) for item in items[start:end]]
    ids = {"first_id": data[0].get("id"), "last_id": data[-1].get("id")} if data else {"first_id": None, "last_id": None}
    return answer({"object": "list", "data": data, **ids, "has_more": end < len(items)})
