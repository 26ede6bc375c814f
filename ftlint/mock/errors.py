"""Answers of the service other than success."""

from __future__ import annotations

from typing import Any


class ServiceError(Exception):
    """A request that the service refuses; its fields are those of the error object that clients know."""

    def __init__(
        self,
        status: int,
        message: str,
        *,
        param: str | None = None,
        code: str | None = None,
        kind: str = "invalid_request_error",
    ) -> None:
        """Keep what the client is told. status: of HTTP; kind: the error's type."""
        super().__init__(message)
        self.status = status
        self.body: dict[str, Any] = {"error": {"message": message, "type": kind, "param": param, "code": code}}


def bad_request(message: str, param: str | None = None, code: str | None = None) -> ServiceError:
    """Return the error for a request that makes no sense."""
    return ServiceError(400, message, param=param, code=code)


def no_such_model(name: str) -> ServiceError:
    """Return the error for a model that does not exist."""
    return ServiceError(404, f"The model `{name}` does not exist", param="model", code="model_not_found")
