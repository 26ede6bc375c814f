"""An offline stand-in for the fine-tuning service, with a small model that really learns (extra `ftlint[mock]`).

    model = ftlint.mock.train("train.jsonl")
    model.answer("the puck and the rink ->", max_tokens=1)

    with ftlint.mock.serving() as server:      # the service over HTTP, on a free port
        client = openai.OpenAI(base_url=server.url, api_key="sk-test")

Every base model is the same small learner: only encoding, price and endpoint differ. What it teaches is how data becomes
behaviour, not how good a model of OpenAI's would be.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ftlint.mock.experiments.experiments import evaluate, impact, learning_curve, sweep
    from ftlint.mock.experiments.train import train
    from ftlint.mock.model.model import Model
    from ftlint.mock.server.serving import serving

__all__ = ["Model", "evaluate", "impact", "learning_curve", "serving", "sweep", "train"]

_HOMES = {
    "Model": "model.model",
    "evaluate": "experiments.experiments",
    "impact": "experiments.experiments",
    "learning_curve": "experiments.experiments",
    "serving": "server.serving",
    "sweep": "experiments.experiments",
    "train": "experiments.train",
}


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        return getattr(import_module(f"ftlint.mock.{_HOMES[name]}"), name)
    raise AttributeError(f"module 'ftlint.mock' has no attribute {name!r}")


def __dir__() -> list[str]:
    return __all__
