"""No two conversations share a case."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.channels.conversation import Scope, conversation_key

PART = st.text(min_size=1, max_size=12)
WHOSE = st.tuples(PART, PART, PART, st.sampled_from(list(Scope)), PART)


def test_all_combinations_have_keys_of_their_own() -> None:
    channels, tenants, places = ("slack", "teams"), ("T1", "T2", "T"), ("C1", "C2", "D1", "C")
    who = ("U1", "U2", "1700000000.000100", "1700000000.000200", "1C1", "U1/thread")
    combinations = list(itertools.product(channels, tenants, places, Scope, who))
    keys = {conversation_key(*combination) for combination in combinations}
    assert len(keys) == len(combinations)


@given(WHOSE, WHOSE)
def test_keys_are_the_same_only_if_all_parts_are(one: tuple, other: tuple) -> None:  # type: ignore[type-arg]
    assert (conversation_key(*one) == conversation_key(*other)) == (one == other)


@given(WHOSE)
def test_a_key_fits_the_stores_column_and_shows_no_id(whose: tuple) -> None:  # type: ignore[type-arg]
    key = conversation_key("slack", *whose[1:])
    assert len(key) <= 64
    assert key.startswith("slack-")
    assert set(key[6:]) <= set("0123456789abcdef")


@pytest.mark.parametrize("missing", range(3))
def test_an_unknown_user_shares_with_nobody(missing: int) -> None:
    parts = ["T1", "C1", "U1"]
    parts[missing] = ""
    tenant, place, who = parts
    with pytest.raises(ValueError, match="needs"):
        conversation_key("slack", tenant, place, Scope.USER, who)
