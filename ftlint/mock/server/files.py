"""/files."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Annotated

from fastapi import APIRouter, Form, Query, UploadFile
from starlette.responses import Response

from ftlint.mock.errors import bad_request
from ftlint.mock.jobs.jobs import new_file
from ftlint.mock.jobs.validation import refusal_of_upload
from ftlint.mock.server.service import Service, answer, found, listed

if TYPE_CHECKING:
    from ftlint.mock.jobs.store import Body

RESULTS = "fine-tune-results"


def view(body: Body) -> Body:
    """Return a file as clients know it."""
    names = ("id", "purpose", "filename", "bytes", "created_at")
    return {"object": "file", **{name: body[name] for name in names}, "status": "processed", "status_details": None}


def routes(service: Service) -> APIRouter:
    """Return the endpoints."""
    router = APIRouter(prefix="/files", tags=["files"])
    store = service.store

    @router.post("")
    def create(file: UploadFile, purpose: Annotated[str, Form()]) -> Response:
        """Take a file for fine-tuning."""
        if purpose != "fine-tune":
            raise bad_request(f"'{purpose}' is not one of ['fine-tune'] - 'purpose' (this mock takes no other)", "purpose")
        content = file.file.read()
        refused = refusal_of_upload(content)
        if refused:
            raise bad_request(refused)
        return answer(view(new_file(store, file.filename or "file", purpose, content)))

    @router.get("")
    def every(
        purpose: str | None = None,
        limit: Annotated[int, Query(ge=1, le=10000)] = 10000,
        order: str = "desc",
        after: str | None = None,
    ) -> Response:
        """List the files, the newest first."""
        files = [body for body in store.all("files") if purpose in {None, body["purpose"]}]
        return listed(files if order == "asc" else files[::-1], view, limit=limit, after=after)

    @router.get("/{file_id}/content")
    def content(file_id: str) -> Response:
        """Return a file's content; results of the second generation in Base64, as the service has it."""
        body = found(store.get("files", file_id), "File object", file_id)
        data = store.read(body)
        encoded = body["purpose"] == RESULTS and body["filename"] == "step_metrics.csv" and not service.plain_results
        return Response(base64.b64encode(data) if encoded else data, media_type="application/octet-stream")

    # The first client asks for the path of a file on its own disk, to see whether it is the id of an uploaded one.
    @router.get("/{file_id:path}")
    def one(file_id: str) -> Response:
        """Return a file."""
        return answer(view(found(store.get("files", file_id), "File object", file_id)))

    @router.delete("/{file_id}")
    def delete(file_id: str) -> Response:
        """Delete a file."""
        found(store.delete("files", file_id), "File object", file_id)
        return answer({"id": file_id, "object": "file", "deleted": True})

    return router
