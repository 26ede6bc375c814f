"""/fine-tunes: fine-tuning of the first generation."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import orjson
from fastapi import APIRouter
from starlette.responses import Response, StreamingResponse

from ftlint.mock.errors import bad_request
from ftlint.mock.jobs.jobs import ALIVE, ORGANIZATION, event, new_job, trainable
from ftlint.mock.server import files
from ftlint.mock.server.models import delete_model
from ftlint.mock.server.requests import FineTuneRequest
from ftlint.mock.server.service import Service, answer, check_files, found

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from ftlint.mock.jobs.store import Body

_STATUS = {"validating_files": "pending", "queued": "pending", "paused": "pending"}
_LOOK = 0.05
"""Seconds between two looks for new events of a stream."""


def event_view(body: Body) -> Body:
    """Return an event as clients know it."""
    return {"object": "fine-tune-event", **{name: body[name] for name in ("level", "message", "created_at")}}


def view(service: Service, job: Body, *, events: bool = True) -> Body:
    """Return a job as clients know it."""

    def of(identity: str | None) -> list[Body]:
        body = service.store.get("files", identity) if identity else None
        return [files.view(body)] if body else []

    asked = job["hyperparameters"]
    used = job["used"] or asked
    parameters = {name: used[name] for name in ("n_epochs", "batch_size", "prompt_loss_weight", "learning_rate_multiplier")}
    body = {
        "object": "fine-tune",
        "id": job["id"],
        "hyperparams": {**parameters, **job["sent"]},
        "organization_id": ORGANIZATION,
        "model": job["model"],
        "training_files": of(job["training_file"]),
        "validation_files": of(job["validation_file"]),
        "result_files": [file for identity in job["result_files"] for file in of(identity)],
        "created_at": job["created_at"],
        "updated_at": job["updated_at"],
        "status": _STATUS.get(job["status"], job["status"]),
        "fine_tuned_model": job["fine_tuned_model"],
    }
    return body | {"events": [event_view(one) for one in service.store.of_job("events", job["id"])]} if events else body


def routes(service: Service) -> APIRouter:
    """Return the endpoints."""
    router = APIRouter(prefix="/fine-tunes", tags=["fine-tunes"])
    store = service.store

    def job_of(identity: str) -> Body:
        job = store.get("jobs", identity)
        return found(job if job and job["legacy"] else None, "fine-tune job", identity)

    @router.post("")
    def create(request: FineTuneRequest) -> Response:
        """Start a fine-tune."""
        trainable(store, request.model, legacy=True)
        check_files(store, request, "No such File object: {identity}")
        job = new_job(store, legacy=True, model=request.model, settings=_settings(request))
        service.runner.submit(job["id"])
        waiting = service.runner.ahead(job["id"])
        if waiting:
            event(store, job, f"Fine-tune is in the queue. Queue number: {waiting}")
        return answer(view(service, job))

    @router.get("")
    def every() -> Response:
        """List the fine-tunes, the oldest first."""
        jobs = [view(service, job, events=False) for job in store.all("jobs") if job["legacy"]]
        return answer({"object": "list", "data": jobs})

    @router.get("/{fine_tune_id}")
    def one(fine_tune_id: str) -> Response:
        """Return a fine-tune with its events."""
        return answer(view(service, job_of(fine_tune_id)))

    @router.post("/{fine_tune_id}/cancel")
    def cancel(fine_tune_id: str) -> Response:
        """Cancel a fine-tune."""
        job = service.runner.cancel(job_of(fine_tune_id))
        if job is None:
            raise bad_request(f"The fine-tune {fine_tune_id} is over already: it cannot be cancelled")
        return answer(view(service, job))

    @router.get("/{fine_tune_id}/events", response_model=None)
    def events(fine_tune_id: str, stream: bool = False) -> Response:  # noqa: FBT001, FBT002 - a parameter of the query
        """Return a fine-tune's events, or stream them until it is over."""
        job = job_of(fine_tune_id)
        if stream:
            return StreamingResponse(_streamed(service, job["id"]), media_type="text/event-stream")
        return answer({"object": "list", "data": [event_view(one) for one in store.of_job("events", job["id"])]})

    @router.delete("/{fine_tune_id}")
    def delete(fine_tune_id: str) -> Response:
        """Delete the model of a fine-tune."""
        return delete_model(service, job_of(fine_tune_id)["fine_tuned_model"] or "")

    return router


def _settings(request: FineTuneRequest) -> dict[str, Any]:
    """Return the settings of a job; raises ServiceError for some that contradict each other."""
    classes, positive = request.classification_n_classes, request.classification_positive_class
    wanted = None
    if request.compute_classification_metrics:
        if request.validation_file is None:
            raise bad_request("`compute_classification_metrics` needs a `validation_file`", "validation_file")
        if classes is None and positive is None:
            message = "`compute_classification_metrics` needs `classification_n_classes`, or `classification_positive_class`"
            raise bad_request(message, "classification_n_classes")
        if positive is None and classes == 2:
            raise bad_request("Two classes need a `classification_positive_class`", "classification_positive_class")
        betas = request.classification_betas or [1.0]
        wanted = {"n_classes": classes, "positive_class": positive, "betas": betas}
    names = ("n_epochs", "batch_size", "learning_rate_multiplier", "prompt_loss_weight")
    return {
        "training_file": request.training_file,
        "validation_file": request.validation_file,
        "hyperparameters": {name: getattr(request, name) for name in names},
        # What the service repeats only where it was sent.
        "sent": {name: value for name, value in request.model_dump(exclude_unset=True).items() if "classification" in name},
        "classification": wanted,
        "suffix": request.suffix,
        "seed": request.seed,
    }


async def _streamed(service: Service, job: str) -> AsyncIterator[bytes]:
    """Yield the events of a job as they come, until it is over."""
    sent = 0
    while True:
        # The status first: what is over sends no more events.
        status = (service.store.get("jobs", job) or {}).get("status")
        for body in service.store.of_job("events", job, after=sent):
            sent += 1
            yield b"data: %b\n\n" % orjson.dumps(event_view(body))
        if status not in ALIVE:
            break
        await asyncio.sleep(_LOOK)
    yield b"data: [DONE]\n\n"
