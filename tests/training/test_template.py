"""Templates are rendered as transformers renders them."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from ftlint.training.cleaned import cleaned
from ftlint.training.refused import RefusedError
from ftlint.training.template import Template

TALK = [{"role": "user", "content": "Hi."}, {"role": "assistant", "content": "Yes."}]


def write(source, messages=TALK, **more):
    return Template(source, more.pop("special", None), **more).write(messages).text


def test_line_feeds_and_spaces_of_blocks_are_not_text():
    assert write("{% for m in messages %}\n    {% if true %}\n{{ m.role }}\n    {% endif %}\n{% endfor %}") == "user\nassistant\n"


def test_json_is_not_escaped_for_html():
    source = "{{ messages[0] | tojson }}|{{ messages[0] | tojson(indent=1) }}"
    assert write(source, [{"a": "<é'&>"}]) == '{"a": "<é\'&>"}|{\n "a": "<é\'&>"\n}'


def test_special_tokens_that_are_missing_are_not_defined():
    assert write("{{ bos_token }}|{{ eos_token }}", special={"eos_token": "</s>"}) == "|</s>"
    with pytest.raises(RefusedError, match="bos_token"):
        write("{{ bos_token + 'a' }}")


def test_the_date_is_the_same_every_day_unless_it_is_given():
    source = "{{ strftime_now('%d %b %Y') }}"
    assert write(source) == "01 Jan 2026"
    assert write(source, now=datetime(2030, 5, 6, tzinfo=UTC)) == "06 May 2030"


def test_a_template_refuses_in_its_own_words():
    with pytest.raises(RefusedError) as error:
        write("{{ raise_exception('System role not supported') }}")
    assert str(error.value) == "System role not supported"


def test_spans_of_what_is_generated():
    template = Template("{% for m in messages %}<{% generation %}{{ m.content }}{% endgeneration %}>{% endfor %}")
    written = template.write(TALK)
    assert template.marked
    assert [written.text[start:end] for start, end in written.spans] == ["Hi.", "Yes."]
    assert not Template("generation").marked


def test_spans_in_a_macro_are_as_wrong_as_in_transformers():
    written = Template("ab{% macro f() %}cd{% generation %}ef{% endgeneration %}{% endmacro %}{{ f() }}").write(TALK)
    assert (written.text, list(written.spans)) == ("abcdef", [(2, 4)])


def test_loops_can_be_left():
    source = "{% for m in messages %}{% if loop.last %}{% break %}{% endif %}{{ m.role }}{% continue %}x{% endfor %}"
    assert write(source) == "user"


def test_lists_and_joined_texts_are_what_they_are():
    source = "{% set a = [messages[0].role, 1] + [2] %}{{ a }}{{ a | length }}{{ 'x' ~ a[1] ~ none ~ 1.5 }}"
    assert write(source) == "['user', 1, 2]3x1None1.5"
    assert write("{% set b, c = 1, 2 %}{{ b + c }}") == "3"
    assert write("{{ {'a': messages[0].role}['a'] }}{{ ('%s-%03d' % ('a', 7)) }}{{ 2 ** 3 * 2 % 5 }}") == "usera-0071"


def test_messages_are_cleaned_as_transformers_does():
    messages = [{"role": "assistant", "content": None, "reasoning": "so", "tool_calls": [{"id": None}]}]
    assert cleaned(messages) == [
        {"role": "assistant", "reasoning": "so", "tool_calls": [{"id": None}], "thinking": "so", "reasoning_content": "so"}
    ]
