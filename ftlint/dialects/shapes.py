"""Dialects whose keys and types are checked, and nothing else of them yet.

Sources of the shapes: the record formats of TRL 1.16, axolotl 0.19, LLaMA-Factory 0.9.6, ms-swift 4.6, torchtune, and of the
services of OpenAI, Together, Google (Gemini) and Amazon (Bedrock), November 2026.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ftlint.dialects.base import WRONG_TYPE, Dialect, Fault

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_TEXT, _LIST, _OBJECT, _BOOLEAN = (str,), (list,), (dict,), (bool,)
_SAID = (str, list, dict)
"""A text, messages, or one message."""

_NAMES = {str: "a string", list: "an array", dict: "an object", bool: "a boolean"}


_GRADED = (
    "solution",
    "solutions",
    "reference_answer",
    "ground_truth",
    "reward_model",
    "rubric",
    "test_cases",
    "verification_info",
)
"""What a grader reads beside a prompt."""


class Recognised(Dialect[None]):
    """A dialect of which only keys and types are known.

    shapes: for each the types that the value of a required key may have. optional: keys that a record may have besides.
    """

    nothing = None

    def __init__(self, name: str, *shapes: Mapping[str, tuple[type, ...]], optional: str = "", weak: bool = False) -> None:
        self.name, self.kinds, self.weak = name, shapes, weak
        self.shapes = tuple(frozenset(shape) for shape in shapes)
        self.optional = frozenset(optional.split())

    def takes(self, types: Mapping[str, type]) -> bool:
        """Whether values have the types of one of the shapes."""
        return any(
            shape.keys() <= types.keys() and all(types[key] in kinds for key, kinds in shape.items()) for shape in self.kinds
        )

    def knows(self, signature: tuple[tuple[str, type], ...]) -> tuple[int, bool]:
        """Return how many keys of an object are this dialect's; what has other types is another dialect's."""
        count, fits = super().knows(signature)
        return (count, True) if fits else (0, False)

    def faults(self, value: Mapping[str, Any]) -> Iterator[Fault]:
        """Yield the values that are not of their type; nothing for a record."""
        shape = next(shape for shape in self.kinds if shape.keys() <= value.keys())
        for key, kinds in shape.items():
            if type(value[key]) not in kinds:
                wanted = " or ".join(_NAMES[kind] for kind in kinds)
                yield Fault(WRONG_TYPE, f"/{key}", wanted, is_text=kinds == _TEXT)


RECOGNISED = (
    Recognised(
        "preference",
        {"input": _OBJECT, "preferred_output": _LIST, "non_preferred_output": _LIST},
        {"conversations": _LIST, "chosen": _SAID, "rejected": _SAID},
        {"prompt": _SAID, "chosen": _SAID, "rejected": _SAID},
        {"question": _TEXT, "chosen": _SAID, "rejected": _SAID},
        {"messages": _LIST, "chosen": _SAID, "rejected": _SAID},
        {"messages": _LIST, "rejected_response": _TEXT},
        {"messages": _LIST, "rejected_messages": _LIST},
        {"chosen_messages": _LIST, "rejected_messages": _LIST},
        {"chosen": (str, list), "rejected": (str, list)},
        optional="system tools margin",
    ),
    Recognised(
        "kto",
        {"prompt": _SAID, "completion": _SAID, "label": _BOOLEAN},
        {"messages": _LIST, "kto_tag": _BOOLEAN},
        {"conversations": _LIST, "kto_tag": _BOOLEAN},
    ),
    Recognised("stepwise", {"prompt": _TEXT, "completions": _LIST, "labels": _LIST}),
    Recognised("prompt-completion-messages", {"prompt": _LIST, "completion": _LIST}, optional="tools chat_template_kwargs"),
    Recognised("converse", {"schemaVersion": _TEXT, "messages": _LIST}, optional="system inferenceConfig toolConfig"),
    Recognised("gemini", {"contents": _LIST}, optional="systemInstruction tools toolConfig generationConfig"),
    Recognised("sharegpt", {"conversations": _LIST}, optional="system tools images videos audios"),
    Recognised("instruction", {"instruction": _TEXT, "output": _TEXT}, optional="input system history images videos audios"),
    Recognised("dolly", {"instruction": _TEXT, "response": _TEXT}, optional="context category"),
    Recognised("interactions", {"interactions": _LIST}, optional="tools available_tools system_prompt only_last"),
    Recognised("segments", {"segments": _LIST}),
    Recognised("tokens", {"input_ids": _LIST}, optional="labels attention_mask position_ids token_type_ids"),
    Recognised(
        "reinforcement",
        *({"prompt": (str, list), key: (str, int, float, bool, list, dict)} for key in _GRADED),
        optional="data_source ability extra_info reward_model",
    ),
    Recognised("text-label", {"text": _TEXT, "label": (str, int, bool)}),
    Recognised("text", {"text": _TEXT}, weak=True),
)
