"""The application: all endpoints, and answers to what goes wrong."""

from __future__ import annotations

import errno
import sqlite3
from typing import TYPE_CHECKING

import orjson
from fastapi import APIRouter, FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import HTMLResponse, Response

from ftlint import __version__
from ftlint.mock.errors import ServiceError, bad_request
from ftlint.mock.server import files, fine_tunes, fine_tuning, generating, models
from ftlint.mock.server.gate import Gate
from ftlint.mock.server.page import page
from ftlint.mock.server.service import Service, answer

if TYPE_CHECKING:
    from fastapi import Request

UPLOAD = 512 << 20
"""Most bytes of an uploaded file, as in the service."""
REQUEST = 16 << 20
"""Most bytes of any other request."""


def application(service: Service, upload: int = UPLOAD) -> FastAPI:
    """Return the application for a service. upload: most bytes of an uploaded file."""
    app = FastAPI(
        title="ftlint mock",
        version=__version__,
        description="A stand-in for the OpenAI fine-tuning service. Every base model is the same small learner.",
        redirect_slashes=False,
        docs_url=None,
        redoc_url=None,
    )
    api = APIRouter(prefix="/v1")
    # What is asked most often comes first: routes are tried one after the other.
    for module in (generating, files, fine_tunes, fine_tuning, models):
        api.include_router(module.routes(service))
    app.include_router(api)

    @app.get("/", include_in_schema=False)
    def overview() -> HTMLResponse:
        return HTMLResponse(page(service))

    @app.get("/healthz", include_in_schema=False)
    def healthz() -> Response:
        return answer({"status": "ok"})

    @app.post("/_ftlint/reset", include_in_schema=False)
    def reset() -> Response:
        service.reset()
        return answer({"reset": True})

    # Room for what a multipart request has besides the file.
    app.add_middleware(Gate, upload=upload + (1 << 20), request=REQUEST)
    app.add_exception_handler(ServiceError, _refused)
    app.add_exception_handler(RequestValidationError, _malformed)
    app.add_exception_handler(HTTPException, _unknown)
    app.add_exception_handler(OSError, _failed)
    app.add_exception_handler(sqlite3.Error, _failed)
    app.add_exception_handler(Exception, _failed)
    return app


def _response(error: ServiceError) -> Response:
    return Response(orjson.dumps(error.body), status_code=error.status, media_type="application/json")


def _refused(_: Request, error: Exception) -> Response:
    assert isinstance(error, ServiceError)
    return _response(error)


def _malformed(_: Request, error: Exception) -> Response:
    """Answer a request whose values are not as they should be."""
    assert isinstance(error, RequestValidationError)
    first = error.errors()[0]
    place = [part for part in first["loc"] if isinstance(part, str)][1:]
    param = place[0] if place else None
    if first["type"] == "json_invalid":
        text = "We could not parse the JSON body of your request."
    elif first["type"] == "extra_forbidden":
        text = f"Unrecognized request argument supplied: {param}"
    elif first["type"] == "missing":
        text = f"You must provide a {param or 'body'} parameter"
    else:
        text = f"Invalid value for '{'.'.join(map(str, first['loc'][1:]))}': {first['msg']}"
    return _response(bad_request(text, param))


def _unknown(request: Request, error: Exception) -> Response:
    """Answer a request for an address that does not exist, or with a method that it has not."""
    assert isinstance(error, HTTPException)
    text = str(error.detail)
    if error.status_code in {404, 405}:
        text = f"Invalid URL ({request.method} {request.url.path})"
    return _response(ServiceError(error.status_code, text))


def _failed(_: Request, error: Exception) -> Response:
    """Answer a request that failed by no fault of its own."""
    if getattr(error, "errno", None) == errno.ENOSPC or "disk is full" in str(error):
        return _response(ServiceError(507, "There is no space left on the device of this mock", kind="server_error"))
    reason = error.strerror if isinstance(error, OSError) else error  # without the paths of this machine
    text = f"The mock failed: {type(error).__name__}: {reason}"
    return _response(ServiceError(500, text, kind="server_error"))
