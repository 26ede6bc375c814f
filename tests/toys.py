"""A toy tokenizer and templates with the habits of real ones."""

from __future__ import annotations

import json

from tokenizers import Tokenizer, decoders, models, pre_tokenizers, processors, trainers

CHATML = (
    "{% for m in messages %}{{ '<|im_start|>' + m.role + '\n' + (m.content or '') + '<|im_end|>\n' }}{% endfor %}"
    "{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}"
)
MARKED = (
    "{% for m in messages %}{{ '<|im_start|>' + m.role + '\n' }}{% if m.role == 'assistant' %}"
    "{% generation %}{{ m.content + '<|im_end|>' }}{% endgeneration %}{% else %}{{ m.content + '<|im_end|>' }}{% endif %}"
    "{{ '\n' }}{% endfor %}"
)
THINKING = (
    "{% for m in messages %}{% set text = m.content.split('</think>')[-1].strip() if not loop.last else m.content %}"
    "{{ '<|im_start|>' + m.role + '\n' + ('<think></think>' if loop.last else '') + text + '<|im_end|>\n' }}{% endfor %}"
)
TRIMMING = (
    "{{ bos_token }}{% for m in messages %}{{ '<|im_start|>' + m.role + '\n' + m.content | trim + '<|im_end|>' }}{% endfor %}"
)
BARE = "{% for m in messages %}{{ m.role + ': ' + m.content + '\n' }}{% endfor %}"
TEMPLATES = {"chatml": CHATML, "marked": MARKED, "thinking": THINKING, "trimming": TRIMMING, "bare": BARE}


def folder(place, template):
    """Write a folder with a byte-level BPE of a few hundred tokens; return its path."""
    made = Tokenizer(models.BPE())
    made.pre_tokenizer, made.decoder = pre_tokenizers.ByteLevel(add_prefix_space=False), decoders.ByteLevel()
    special = ["<|im_start|>", "<|im_end|>", "<s>"]
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    trainer = trainers.BpeTrainer(vocab_size=320, special_tokens=special, initial_alphabet=alphabet, show_progress=False)
    made.train_from_iterator(["the river runs through the town and the bridge over the river is old"], trainer)
    made.post_processor = processors.TemplateProcessing("<s> $A", "<s> $A $B", special_tokens=[("<s>", made.token_to_id("<s>"))])
    place.mkdir(parents=True, exist_ok=True)
    made.save(str(place / "tokenizer.json"))
    config = {"bos_token": "<s>", "eos_token": {"content": "<|im_end|>"}, "pad_token": None, "chat_template": template}
    (place / "tokenizer_config.json").write_text(json.dumps(config), "utf-8")
    return str(place)


def talk(*turns):
    """Return a conversation of roles and contents."""
    return {"messages": [{"role": role, "content": content} for role, content in turns]}
