"""/fine_tuning/jobs: fine-tuning of the second generation."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from ftlint.mock.errors import bad_request
from ftlint.mock.jobs.jobs import ORGANIZATION, new_job, trainable
from ftlint.mock.server.requests import JobRequest, SettingsRequest
from ftlint.mock.server.service import Service, answer, check_files, found, listed

if TYPE_CHECKING:
    from collections.abc import Callable

    from ftlint.mock.jobs.store import Body

_SETTINGS = ("n_epochs", "batch_size", "learning_rate_multiplier")
Limit = Annotated[int, Query(ge=1, le=1000)]


def view(job: Body) -> Body:
    """Return a job as clients know it."""
    parameters = {name: (job["used"] or job["hyperparameters"])[name] for name in _SETTINGS}
    names = ("id", "created_at", "finished_at", "model", "fine_tuned_model", "status", "training_file", "validation_file")
    return {
        "object": "fine_tuning.job",
        **{name: job[name] for name in names},
        "organization_id": ORGANIZATION,
        "hyperparameters": parameters,
        "method": {"type": "supervised", "supervised": {"hyperparameters": parameters}},
        "result_files": job["result_files"],
        "trained_tokens": job["trained_tokens"] if job["status"] == "succeeded" else None,
        "error": job["error"],
        "seed": job["seed"],
        "metadata": job["metadata"],
        "integrations": [],
        "estimated_finish": None,
        "user_provided_suffix": job["suffix"],
    }


def event_view(body: Body) -> Body:
    """Return an event as clients know it."""
    return {"object": "fine_tuning.job.event", **body}


def routes(service: Service) -> APIRouter:
    """Return the endpoints."""
    router = APIRouter(prefix="/fine_tuning/jobs", tags=["fine_tuning"])
    store = service.store

    def job_of(identity: str) -> Body:
        job = store.get("jobs", identity)
        return found(None if job is None or job["legacy"] else job, "fine-tuning job", identity)

    @router.post("")
    def create(request: JobRequest) -> Response:
        """Start a job."""
        trainable(store, request.model, legacy=False)
        check_files(store, request, "invalid {name}: {identity}")
        job = new_job(store, legacy=False, model=request.model, settings=_settings(request))
        service.runner.submit(job["id"])
        return answer(view(job))

    @router.get("")
    def every(request: Request, limit: Limit = 20, after: str | None = None) -> Response:
        """List the jobs, the newest first; `metadata[key]=value` chooses some."""
        wanted = {key[9:-1]: value for key, value in request.query_params.items() if key.startswith("metadata[")}
        jobs = [job for job in store.all("jobs")[::-1] if not job["legacy"]]
        chosen = [job for job in jobs if wanted.items() <= (job["metadata"] or {}).items()]
        return listed(chosen, view, limit=limit, after=after)

    @router.get("/{job_id}")
    def one(job_id: str) -> Response:
        """Return a job."""
        return answer(view(job_of(job_id)))

    @router.get("/{job_id}/events")
    def events(job_id: str, limit: Limit = 20, after: str | None = None) -> Response:
        """List a job's events, the newest first."""
        return listed(store.of_job("events", job_of(job_id)["id"])[::-1], event_view, limit=limit, after=after)

    @router.get("/{job_id}/checkpoints")
    def checkpoints(job_id: str, limit: Limit = 10, after: str | None = None) -> Response:
        """List a job's checkpoints, the newest first."""
        return listed(store.of_job("checkpoints", job_of(job_id)["id"])[::-1], dict, limit=limit, after=after)

    def changing(change: Callable[[Body], Body | None], what: str) -> Callable[[str], Response]:
        def changed(job_id: str) -> Response:
            job = change(job_of(job_id))
            if job is None:
                raise bad_request(f"The job {job_id} is {job_of(job_id)['status']}: it cannot be {what}")
            return answer(view(job))

        changed.__doc__ = f"Answer with a job that is {what} now."
        return changed

    for action, change, what in (
        ("cancel", service.runner.cancel, "cancelled"),
        ("pause", service.runner.pause, "paused"),
        ("resume", service.runner.resume, "resumed"),
    ):
        router.post(f"/{{job_id}}/{action}", name=action)(changing(change, what))
    return router


def _settings(request: JobRequest) -> dict[str, Any]:
    asked = request.method.supervised.hyperparameters if request.method else request.hyperparameters or SettingsRequest()
    return {
        "training_file": request.training_file,
        "validation_file": request.validation_file,
        "hyperparameters": {name: getattr(asked, name) for name in _SETTINGS},
        "metadata": request.metadata,
        "suffix": request.suffix,
        "seed": request.seed or 0,
    }
