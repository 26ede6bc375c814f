"""Normal forms of texts."""

from __future__ import annotations

import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from ftlint.text.normal import _TYPED, normal, signatures

TYPED = st.text(st.sampled_from("ab19 .-'!+#:)(\0‘’‚‛‐‑‒–—−ﬁİßÅé"), max_size=12)


@given(st.text() | TYPED, st.text() | TYPED, st.sampled_from((0, 32, 256)))
def test_texts_of_one_normal_form_share_their_signature(one, other, head):
    pair = [one, f" {other.swapcase()}! ", other, one.upper(), one.translate(_TYPED), one.replace("-", "−").replace("'", "’")]
    found = signatures(pl.Series(pair, dtype=pl.String), head=head).to_list()
    for i, text in enumerate(pair):
        for j in range(i):
            if normal(text) == normal(pair[j]):
                assert found[i] == found[j], (text, pair[j])
