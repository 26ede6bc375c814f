"""Whatever a record is, and however it is damaged: no rule about learning fails, and what can be shown is shown."""

from __future__ import annotations

from random import Random

import kinds
import pytest
from toys import TEMPLATES, folder

import ftlint
from ftlint.errors import FtlintError
from ftlint.targets import shipped


@pytest.fixture(scope="module")
def folders(tmp_path_factory):
    place = tmp_path_factory.mktemp("tokenizers")
    return [folder(place / name, template) for name, template in TEMPLATES.items()]


@pytest.mark.parametrize("seed", range(40))
def test_no_rule_fails(folders, seed):
    rng = Random(seed)
    settings = {
        "tokenizer": rng.choice([None, *folders]),
        "target": rng.choice([None, *shipped()]),
        "limit": rng.choice([None, 1, 5, 40, 300]),
        "learns": rng.choice([None, "all", "completion", "assistant", "last"]),
    }
    session = ftlint.Session(select=["LRN"], **{key: value for key, value in settings.items() if value is not None})
    data = kinds.file(seed)
    assert session.check(data).failures == []
    for line in data.splitlines()[:3]:
        try:
            made = session.show(line)
        except FtlintError:
            continue
        rendering = made.rendering
        assert (
            len({len(one) for one in (rendering.ids, rendering.offsets, rendering.wanted, rendering.kept, rendering.messages)})
            == 1
        )
        assert rendering.count == sum(rendering.learned)
        assert str(made)
        assert made._repr_html_()
