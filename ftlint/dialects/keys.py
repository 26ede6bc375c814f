"""What is known of keys: which only name a record, and which say something that a trainer, service or grader reads."""

from __future__ import annotations

NAMING = frozenset(["id", "_id", "uuid", "idx", "index", "row_id", "source", "meta", "metadata", "timestamp", "url"])
"""Keys that name or count a record, or say where it came from; records that differ in these alone are the same."""

_TEXTS = """
prompt completion text instruction input output response answer query question problem context history system system_prompt
systemInstruction messages conversation conversations contents content interactions segments turns dialog dialogue
"""
_PREFERENCES = """
chosen rejected chosen_messages rejected_messages rejected_response preferred_output non_preferred_output completions labels
label kto_tag score scores chosen_score rejected_score rating margin
"""
_GRADERS = """
reference reference_answer reference_answers solution solutions ground_truth ground_truths gold gold_answer expected ideal target
targets answer_key answers final_answer rubric rubrics grader grading reward reward_model reward_spec data_source ability
extra_info env env_config test tests test_cases verification_info numbers choices options constraints
"""
_GRADED = frozenset(_GRADERS.split()) - {"expected", "ideal", "target", "targets"}
_TOOLS = "tools available_tools functions tool_choice tool_calls tool_call_id function_call parallel_tool_calls"
_MEDIA = "image images image_path video videos audio audios objects file files documents"
_LEARNED = """
weight weights loss loss_scale train training masked mask only_last chat_template_kwargs thinking reasoning reasoning_content
thought prefix refusal name channel input_ids attention_mask token_type_ids schemaVersion
"""

READ = frozenset(f"{_TEXTS} {_PREFERENCES} {_GRADERS} {_TOOLS} {_MEDIA} {_LEARNED}".split())
"""Keys that some record format, trainer, service or grader reads, each in its own way. What such a key holds may be what is to be
learned, so that no repair takes it away.

Sources: the formats of TRL 1.16, axolotl 0.19, LLaMA-Factory 0.9.6, ms-swift 4.6, unsloth 2026.10, mlx-lm 0.32, torchtune, NeMo,
open-instruct and verl, and those of the services of OpenAI, Azure, Together, Fireworks, Gemini, Bedrock and Mistral (2026-11).
"""


def is_read(key: str) -> bool:
    """Whether a key is one that something reads, `reference_…` of any kind among them; its case says nothing."""
    bare = key.strip()
    return bare in READ or bare.lower() in READ or bare.lower().startswith(("reference_", "ref_", "gold_", "expected_"))


_ASKED = "context input question query instruction source text sentence q problem user"
_ANSWERED = """
response output answer label target class category reply result a expected ideal ground_truth groundtruth gold reference
reference_answer solution answer_w correct_answer assistant expected_output expected_answer gold_answer final_answer answer_key
"""


def is_graded(key: str) -> bool:
    """Whether graders read a key: what it holds is compared with an answer, and is none to be learned."""
    return key.strip().lower() in _GRADED or key.strip().lower().startswith(("reference_", "ref_", "gold_"))


SYNONYMS = {"prompt": tuple(_ASKED.split()), "completion": tuple(_ANSWERED.split())}
"""Names that people give to what is asked and what is to be answered, by the name that a record has for it."""

TURNS = (frozenset({"role", "content"}), frozenset({"from", "value"}), frozenset({"role", "parts"}), frozenset({"role", "text"}))
"""Keys of one turn of a conversation."""

_PARTS = frozenset({"text", "image_url", "image", "input_audio", "audio", "video", "file", "tool_use", "tool_result", "refusal"})


def is_fragment(value: object) -> bool:
    """Whether an object is a part of a record, and none by itself: a turn of a conversation, a part of a content, a tool."""
    if not isinstance(value, dict):
        return False
    if any(turn <= value.keys() for turn in TURNS):
        return True
    if "role" in value and value.keys() & {"tool_calls", "function_call", "refusal", "audio", "tool_call_id"}:
        return True
    if value.keys() == {"label", "text"} and isinstance(value["label"], bool):
        return True  # a segment, of which the label says whether it is learned
    kind = value.get("type")
    return isinstance(kind, str) and (kind in _PARTS or (kind == "function" and isinstance(value.get("function"), dict)))
