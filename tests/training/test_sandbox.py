"""A template is hostile input: whatever it does, it ends, and makes nothing that is too large."""

from __future__ import annotations

import pytest

from ftlint.errors import InputError
from ftlint.training.refused import RefusedError
from ftlint.training.sandbox import EndlessError
from ftlint.training.template import Template

ENDLESS = [
    "{% for a in range(99999) %}{% for b in range(99999) %}x{% endfor %}{% endfor %}",
    "{% for a in range(99999) %}{% for b in range(99999) %}{% set c = b %}{% endfor %}{% endfor %}",
    "{% set n = namespace(x='a') %}{% for i in range(60) %}{% set n.x = n.x ~ n.x %}{% endfor %}",
    "{% set n = namespace(x='a') %}{% for i in range(60) %}{% set n.x = n.x + n.x %}{% endfor %}",
    "{% set n = namespace(x=['a']) %}{% for i in range(60) %}{% set n.x = [n.x, n.x] %}{% endfor %}{{ n.x }}",
    "{% set n = namespace(x=['a']) %}{% for i in range(60) %}{% set n.x = (n.x, n.x) %}{% endfor %}{{ n.x }}",
    "{% set n = namespace(x=['a']) %}{% for i in range(60) %}{% set n.x = {'a': n.x, 'b': n.x} %}{% endfor %}{{ n.x | tojson }}",
    "{% set n = namespace(x=['a']) %}{% for i in range(60) %}{% set n.x = dict(a=n.x, b=n.x) %}{% endfor %}",
    "{% set n = namespace(x=3) %}{% for i in range(60) %}{% set n.x = n.x * n.x %}{% endfor %}",
    "{% set n = namespace(x=3) %}{{ n.x ** 99999 }}",
    "{{ 'x' | center(1000000000) }}",
    "{{ 'x'.ljust(1000000000) }}",
    "{{ 'x' * 1000000000 }}",
    "{{ 1000000000 * 'x' }}",
    "{{ [1] * 1000000000 }}",
    "{{ '%999999999d' % 1 }}",
    "{{ '%*d' % (999999999, 1) }}",
    "{{ '%999999999d' | format(1) }}",
    "{{ '{:999999999}'.format(1) }}",
    "{{ range(99999) | map('center', 9000) | join }}",
    "{% set x = 'a' * 1000000 %}{{ x.replace('a', x) }}",
    "{% set x = 'a' * 1000000 %}{{ x | replace('a', x) }}",
    "{% set x = 'a' * 1000000 %}{% set y = [x, x, x, x, x, x, x, x] %}{{ (y + y + y + y + y) | join(x) }}",
    "{% set x = 'a' * 1000000 %}{{ x.join(range(99) | map('string') | list) }}",
    "{{ ('a ' * 1000000) | wordwrap(1, wrapstring='x' * 100000) }}",
    "{{ ('a\n' * 1000000) | indent('x' * 100000) }}",
    "{{ ('\t' * 1000000).expandtabs(1000) }}",
    "{% macro f(n) %}{% if n %}{{ f(n - 1) }}{{ f(n - 1) }}{% endif %}{% endmacro %}{{ f(40) }}",
    "{% set n = namespace(x='a') %}{% for i in range(60) %}{% set y %}{{ n.x * 2 }}{% endset %}{% set n.x = y %}{% endfor %}",
    "{% set x = 'a' * 9999999 %}{% set y %}{% for i in range(9999) %}{{ x }}{% endfor %}{% endset %}",
    "{% set x = 'a' * 9999999 %}{% generation %}{% for i in range(9999) %}{{ x }}{% endfor %}{% endgeneration %}",
    "{{ ('x' * 300000).translate({120: 'y' * 100000}) | length }}",
    "{% set s = 'a' * 3000000 %}{% for a in range(90000) %}{% set q = s.count('ab') %}{% endfor %}",
    "{{ ('x ' * 9000000) | wordwrap(1) }}",
    "{{ range(99999) | map('string') | join('y' * 10000) }}",
    "{{ ('y' * 10000).join('x' * 3000000) }}",
    "{% for x in range(99999) | batch(1) %}{% for y in range(99999) | batch(1) %}{% endfor %}{% endfor %}",
]
"""Templates that would run for days, or fill the memory."""


@pytest.mark.parametrize("source", ENDLESS)
def test_a_template_ends(source):
    with pytest.raises(EndlessError, match="the chat template"):
        Template(source).write([{"role": "user", "content": "Hi."}])


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("{% macro f(n) %}{{ f(n) }}{% endmacro %}{{ f(1) }}", "calls itself without end"),
        ("{% for m in messages recursive %}{{ loop(messages) }}{% endfor %}", "calls itself without end"),
        ("{{ messages.append(1) }}", "unsafe"),
        ("{{ ''.__class__.__mro__ }}", "__class__"),
        ("{{ lipsum(9) }}", "lipsum"),
        ("{% set n = namespace(_a=1) %}", "_a"),
        ("{% set n = namespace() %}{% set n._a = 1 %}", "_a"),
        ("{% include '/etc/passwd' %}", "no loader"),
    ],
)
def test_a_template_reaches_nothing(source, words):
    with pytest.raises(RefusedError, match=words):
        Template(source).write([{"role": "user", "content": "Hi."}])


def test_what_is_long_because_the_record_is_long_is_fine():
    source = "{% set n = namespace(x='') %}{% for m in messages %}{% set n.x = n.x + m.content %}{% endfor %}{{ n.x }}"
    messages = [{"role": "user", "content": "word " * 200}] * 200
    assert len(Template(source).write(messages).text) == 200_000
    assert len(Template("{{ messages[0].content }}").write([{"role": "user", "content": "x" * 5_000_000}]).text) == 5_000_000


def test_what_is_no_template_says_so():
    with pytest.raises(InputError, match="not valid Jinja"):
        Template("{% for %}")
    for source in ("{% break %}", "{% for m in messages %}{% macro f() %}{% continue %}{% endmacro %}{% endfor %}"):
        with pytest.raises(InputError, match="not valid Jinja"):
            Template(source)
    with pytest.raises(InputError, match="nested too deeply"):
        Template("{{ " + "(" * 20_000 + "1" + ")" * 20_000 + " }}")
