"""What requests may hold. A null is an absent value: the first client sends many."""

from __future__ import annotations

from typing import Annotated, Any, Literal

import orjson
from pydantic import BaseModel, ConfigDict, Field, model_validator

from ftlint.mock.data.chat import Declared, Tool

Auto = Literal["auto"]
_MOST = 2**31 - 1
"""Bound of integers that have no other."""

Suffix = Annotated[str, Field(min_length=1, max_length=64)]


class Request(BaseModel):
    """A request's body."""

    model_config = ConfigDict(extra="forbid", strict=True)

    @model_validator(mode="before")
    @classmethod
    def _without_nulls(cls, data: Any) -> Any:
        if not isinstance(data, dict):
            return data
        # What cannot be written as JSON could not be answered: half a character, an integer of more than 64 bits, deep nesting.
        try:
            orjson.dumps(data)
        except orjson.JSONEncodeError as error:
            raise ValueError(f"not JSON that can be answered: {error}") from error
        return {key: value for key, value in data.items() if value is not None}


class FineTuneRequest(Request):
    """Body of POST /fine-tunes."""

    training_file: str
    validation_file: str | None = None
    model: str = "curie"
    n_epochs: Annotated[int, Field(ge=1, le=50)] = 4
    batch_size: Annotated[int | None, Field(ge=1, le=256)] = None
    learning_rate_multiplier: Annotated[float | None, Field(gt=0, le=1000)] = None
    prompt_loss_weight: Annotated[float, Field(ge=0, le=1)] = 0.1
    compute_classification_metrics: bool = False
    classification_n_classes: Annotated[int | None, Field(ge=2, le=_MOST)] = None
    classification_positive_class: str | None = None
    classification_betas: Annotated[list[Annotated[float, Field(gt=0, le=1000)]], Field(max_length=20)] | None = None
    suffix: Annotated[str | None, Field(min_length=1, max_length=40)] = None
    seed: Annotated[int, Field(ge=0, le=_MOST)] = 0


class SettingsRequest(Request):
    """Hyperparameters of a job."""

    n_epochs: Annotated[int, Field(ge=1, le=50)] | Auto = "auto"
    batch_size: Annotated[int, Field(ge=1, le=256)] | Auto = "auto"
    learning_rate_multiplier: Annotated[float, Field(gt=0, le=1000)] | Auto = "auto"


class SupervisedRequest(Request):
    """Settings of the supervised method."""

    hyperparameters: SettingsRequest = SettingsRequest()


class MethodRequest(Request):
    """How a job trains; this service knows one method."""

    type: Literal["supervised"]
    supervised: SupervisedRequest = SupervisedRequest()


class JobRequest(Request):
    """Body of POST /fine_tuning/jobs."""

    model: str
    training_file: str
    validation_file: str | None = None
    hyperparameters: SettingsRequest | None = None
    method: MethodRequest | None = None
    suffix: Suffix | None = None
    seed: Annotated[int | None, Field(ge=0, le=_MOST)] = None
    metadata: Annotated[
        dict[Annotated[str, Field(max_length=64)], Annotated[str, Field(max_length=512)]] | None, Field(max_length=16)
    ] = None
    integrations: Annotated[list[dict[str, Any]] | None, Field(max_length=0)] = None


Penalty = Annotated[float, Field(ge=-2, le=2)]
Token = Annotated[int, Field(ge=0, le=_MOST)]
_Key = Annotated[int, Field(ge=0, le=_MOST, strict=False)]
"""The names of members are strings in JSON."""
Bias = dict[_Key, Annotated[float, Field(ge=-100, le=100)]]
Stop = str | Annotated[list[str], Field(max_length=4)]


class _Sampled(Request):
    model: str
    temperature: Annotated[float, Field(ge=0, le=2)] = 1.0
    top_p: Annotated[float, Field(ge=0, le=1)] = 1.0
    n: Annotated[int, Field(ge=1, le=128)] = 1
    stop: Stop | None = None
    presence_penalty: Penalty = 0.0
    frequency_penalty: Penalty = 0.0
    logit_bias: Annotated[Bias | None, Field(max_length=1024)] = None
    stream: bool = False
    stream_options: dict[str, Any] | None = None
    seed: Annotated[int | None, Field(ge=-(2**63), lt=2**63)] = None
    user: str | None = None

    @property
    def stops(self) -> list[str]:
        """The stops, as a list."""
        return [self.stop] if isinstance(self.stop, str) else self.stop or []


class CompletionRequest(_Sampled):
    """Body of POST /completions."""

    prompt: str | list[str] | list[Token] | list[list[Token]] | None = None
    max_tokens: Annotated[int, Field(ge=0, le=_MOST)] = 16
    best_of: Annotated[int | None, Field(ge=1, le=20)] = None
    logprobs: Annotated[int | None, Field(ge=0, le=5)] = None
    echo: bool = False


class EngineRequest(CompletionRequest):
    """Body of POST /engines/{model}/completions."""

    model: str = ""


class FunctionName(Request):
    """The name of a function."""

    name: str


class ToolName(Request):
    """The tool that is to be called."""

    type: Literal["function"]
    function: FunctionName


class SchemaRequest(Request):
    """A JSON Schema that answers have to fit."""

    name: str
    description: str | None = None
    schema_: Annotated[dict[str, Any] | None, Field(alias="schema")] = None
    strict: bool | None = None


class FormatRequest(Request):
    """The form of answers."""

    type: Literal["text", "json_object", "json_schema"]
    json_schema: SchemaRequest | None = None


class ChatRequest(_Sampled):
    """Body of POST /chat/completions. What changes no answer of this mock is taken, and everything else is refused."""

    messages: Annotated[list[dict[str, Any]], Field(min_length=1)]
    max_tokens: Annotated[int | None, Field(ge=1, le=_MOST)] = None
    max_completion_tokens: Annotated[int | None, Field(ge=1, le=_MOST)] = None
    logprobs: bool = False
    top_logprobs: Annotated[int, Field(ge=0, le=20)] = 0
    tools: Annotated[list[Tool], Field(max_length=128)] | None = None
    tool_choice: Literal["none", "auto", "required"] | ToolName | None = None
    parallel_tool_calls: bool = True
    functions: Annotated[list[Declared], Field(max_length=128)] | None = None
    function_call: Literal["none", "auto"] | FunctionName | None = None
    response_format: FormatRequest | None = None
    metadata: dict[str, Any] | None = None
    store: bool | None = None
    service_tier: str | None = None
    safety_identifier: str | None = None
    prompt_cache_key: str | None = None
