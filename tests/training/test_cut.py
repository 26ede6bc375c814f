"""What is left of a record that is too long."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ftlint.training.cut import cut

ANSWERS = frozenset({1, 3})
MESSAGES = [None, 0, 0, None, 1, 1, None, 2, None, 3]


def kept(limit, side):
    return "".join("x" if one else "." for one in cut(MESSAGES, limit, side, ANSWERS)[0])


@pytest.mark.parametrize(
    ("side", "limit", "expected", "at"),
    [
        ("right", 4, "xxxx......", 4),
        ("right", 9, "xxxxxxxxx.", 9),
        ("right", 10, "xxxxxxxxxx", None),
        ("left", 4, "......xxxx", 6),
        ("drop", 9, "..........", 0),
        ("", 4, "xxxxxxxxxx", None),
        ("right", 0, "xxxxxxxxxx", None),
    ],
)
def test_sides(side, limit, expected, at):
    assert kept(limit, side) == expected
    where = cut(MESSAGES, limit, side, ANSWERS)[1]
    assert (None if where is None else where.at) == at


@pytest.mark.parametrize(
    ("asked", "answered", "room", "left"),
    [(10, 2, 6, (4, 2)), (2, 10, 6, (2, 4)), (10, 10, 10, (5, 5)), (30, 10, 20, (15, 5)), (0, 8, 5, (0, 5)), (8, 0, 5, (5, 0))],
)
def test_shares_of_a_question_and_its_answer(asked, answered, room, left):
    got, _ = cut([0] * asked + [1] * answered, room, "proportion", ANSWERS)
    assert (sum(got[:asked]), sum(got[asked:])) == left


@given(st.lists(st.sampled_from([None, 0, 1, 2, 3]), min_size=1, max_size=40), st.integers(1, 40))
def test_in_proportion_no_more_is_kept_than_there_is_room(messages, limit):
    got, where = cut(messages, limit, "proportion", ANSWERS)
    assert sum(got) <= max(limit, 0) or where is None
    assert (where is None) == (len(messages) <= limit)
