"""/models."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fastapi import APIRouter
from starlette.responses import Response

from ftlint.mock.errors import ServiceError, no_such_model
from ftlint.mock.model.bases import bases
from ftlint.mock.server.service import Service, answer, listed

if TYPE_CHECKING:
    from ftlint.mock.jobs.store import Body

OWNER = "ftlint-mock"


def view(body: Body) -> Body:
    """Return a model as clients know it."""
    return {"id": body["id"], "object": "model", "created": body["created"], "owned_by": OWNER, "permission": []}


def delete_model(service: Service, name: str) -> Response:
    """Delete a fine-tuned model."""
    if service.store.delete("models", name) is None:
        raise ServiceError(404, "That model does not exist", param="model")
    return answer({"id": name, "object": "model", "deleted": True})


def routes(service: Service) -> APIRouter:
    """Return the endpoints."""
    router = APIRouter(prefix="/models", tags=["models"])

    def known() -> list[Body]:
        return [{"id": name, "created": 0} for name in bases()] + service.store.all("models")

    @router.get("")
    def every() -> Response:
        """List base models and fine-tuned ones."""
        return listed(known(), view)

    @router.get("/{model}")
    def one(model: str) -> Response:
        """Return a model."""
        body = next((body for body in known() if body["id"] == model), None)
        if body is None:
            raise no_such_model(model)
        return answer(view(body))

    @router.delete("/{model}")
    def delete(model: str) -> Response:
        """Delete a fine-tuned model."""
        return delete_model(service, model)

    return router
