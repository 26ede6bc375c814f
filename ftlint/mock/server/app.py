"""The application: all endpoints, and answers to what goes wrong."""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING, Any

import orjson
from fastapi import APIRouter, FastAPI
from fastapi.exceptions import RequestValidationError
from fastapi.openapi.utils import get_openapi
from starlette.exceptions import HTTPException
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.responses import HTMLResponse, Response

from ftlint import __version__
from ftlint.mock.errors import ServiceError, bad_request
from ftlint.mock.jobs.store import is_full
from ftlint.mock.server import files, fine_tunes, fine_tuning, generating, models, watching
from ftlint.mock.server.gate import LOOPBACK, Gate
from ftlint.mock.server.page import page
from ftlint.mock.server.service import Service, answer

if TYPE_CHECKING:
    from fastapi import Request

UPLOAD = 512 << 20
"""Most bytes of an uploaded file, as in the service."""
_SHOWN = 80
"""Characters of a wrong value that are repeated."""
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
    app.include_router(watching.routes(service))

    @app.get("/", include_in_schema=False)
    def overview() -> HTMLResponse:
        return HTMLResponse(page())

    @app.get("/favicon.ico", include_in_schema=False)
    def icon() -> Response:
        return Response(status_code=204)  # browsers ask for one, and complain where it is refused

    @app.get("/healthz", include_in_schema=False)
    def healthz() -> Response:
        return answer({"status": "ok"})

    @app.post("/_ftlint/reset", include_in_schema=False)
    def reset() -> Response:
        service.reset()
        return answer({"reset": True})

    app.openapi = lambda: _described(app)  # type: ignore[method-assign] # as FastAPI's documentation has it
    # Room for what a multipart request has besides the file.
    app.add_middleware(Gate, upload=upload + (1 << 20), request=REQUEST)
    # A web page whose name leads to this machine (DNS rebinding) is not to read the data.
    app.add_middleware(TrustedHostMiddleware, allowed_hosts=list(LOOPBACK))
    app.add_exception_handler(ServiceError, _refused)
    app.add_exception_handler(RequestValidationError, _malformed)
    app.add_exception_handler(HTTPException, _unknown)
    app.add_exception_handler(OSError, _failed)
    app.add_exception_handler(sqlite3.Error, _failed)
    app.add_exception_handler(Exception, _failed)
    return app


def _described(app: FastAPI) -> dict[str, Any]:
    """Return the OpenAPI description, with the codes that are sent; FastAPI's own would have 422 for what is 400 here."""
    if app.openapi_schema is None:
        schema = get_openapi(title=app.title, version=app.version, description=app.description, routes=app.routes)
        body = {"content": {"application/json": {"schema": _ERROR}}}
        for methods in schema["paths"].values():
            for operation in methods.values():
                operation["responses"].pop("422", None)
                operation["responses"] |= {code: {"description": what, **body} for code, what in _CODES.items()}
        app.openapi_schema = schema
    return app.openapi_schema


_CODES = {
    "400": "The request is not as it should be",
    "401": "There is no API key",
    "403": "The request comes from a web page of another machine",
    "404": "There is no such object",
    "413": "The request is too large",
}
_ERROR = {
    "type": "object",
    "required": ["error"],
    "properties": {
        "error": {
            "type": "object",
            "required": ["message", "type", "param", "code"],
            "properties": {
                "message": {"type": "string"},
                "type": {"type": "string"},
                "param": {"type": ["string", "null"]},
                "code": {"type": ["string", "null"]},
            },
        }
    },
}


def _response(error: ServiceError) -> Response:
    return Response(orjson.dumps(error.body), status_code=error.status, media_type="application/json")


def _refused(_: Request, error: Exception) -> Response:
    assert isinstance(error, ServiceError)
    return _response(error)


def _malformed(_: Request, error: Exception) -> Response:
    """Answer a request whose values are not as they should be."""
    assert isinstance(error, RequestValidationError)
    # Of a value that may be of several kinds, the one that it comes closest to says what is wrong.
    first = max(error.errors(), key=lambda one: (one["type"] not in _KINDS, len(one["loc"])))
    index = [part for part in first["loc"][1:] if part not in _VARIANTS and not str(part).startswith(_UNIONS)]
    param = next((part for part in index if isinstance(part, str)), None)
    where = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in index).lstrip(".")
    if first["type"] == "json_invalid":
        text = "We could not parse the JSON body of your request."
    elif first["type"] == "extra_forbidden":
        text = f"Unrecognized request argument supplied: {where}"
    elif first["type"] == "missing":
        text = f"You must provide a {where or 'body'} parameter"
    elif first["type"] in _KINDS:
        text = f"{_shown(first['input'])} is not of type '{_KINDS[first['type']]}' - '{where}'"
    else:
        text = f"Invalid value for '{where}': {first['msg']}"
    return _response(bad_request(text, param))


_KINDS = {
    "int_type": "integer",
    "int_parsing": "integer",
    "int_from_float": "integer",
    "float_type": "number",
    "float_parsing": "number",
    "bool_type": "boolean",
    "bool_parsing": "boolean",
    "string_type": "string",
    "list_type": "array",
    "dict_type": "object",
    "model_type": "object",
    "model_attributes_type": "object",
}
"""What the service calls the types of JSON, by the fault that a value of another one is."""

_UNIONS = ("list[", "constrained-", "function-", "literal[", "dict[", "nullable[")
_VARIANTS = {"str", "int", "float", "bool", "ToolName", "FunctionName"}
"""What places are called where a value may be of several kinds."""


def _shown(value: Any) -> str:
    text = orjson.dumps(value).decode() if not isinstance(value, str) else repr(value)
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"


def _unknown(request: Request, error: Exception) -> Response:
    """Answer a request for an address that does not exist, or with a method that it has not."""
    assert isinstance(error, HTTPException)
    text = str(error.detail)
    if error.status_code in {404, 405}:
        text = f"Invalid URL ({request.method} {request.url.path})"
    return _response(ServiceError(error.status_code, text))


def _failed(_: Request, error: Exception) -> Response:
    """Answer a request that failed by no fault of its own."""
    if is_full(error):
        return _response(ServiceError(507, "There is no space left on the device of this mock", kind="server_error"))
    reason = error.strerror if isinstance(error, OSError) else error  # without the paths of this machine
    text = f"The mock failed: {type(error).__name__}: {reason}"
    return _response(ServiceError(500, text, kind="server_error"))
