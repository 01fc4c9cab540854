from __future__ import annotations

import time

import pytest
from django.core import signing
from hypothesis import given
from hypothesis import strategies as st

from exercise.live import tokens


@pytest.mark.parametrize("audience", ["control.vi", "unit-VP.en", "unit-a_1-b.vi", "board.vi"])
def test_a_token_says_whom_it_was_made_for(audience: str) -> None:
    assert tokens.read(tokens.issue(7, audience), 7) == tokens.Audience(audience)


def test_a_share_link_leaves_its_stamp_and_not_its_secret() -> None:
    token = tokens.issue(7, "board.vi", secret="s3cret")
    assert tokens.read(token, 7).stamp == tokens.stamp_of("s3cret") != tokens.stamp_of("other")
    assert "s3cret" not in token


def test_a_token_says_who_holds_it() -> None:
    assert tokens.read(tokens.issue(7, "control.vi", participant_id=31), 7).holder == "31"
    assert tokens.read(tokens.issue(7, "board.vi"), 7).holder == ""


def test_a_token_says_in_which_session_it_was_asked_for() -> None:
    token = tokens.issue(7, "control.vi", participant_id=31, session_id=5)
    assert tokens.read(token, 7) == tokens.Audience("control.vi", holder="31", session="s5")


def test_a_token_from_before_sessions_were_named_is_still_good() -> None:
    old = signing.TimestampSigner(salt="live").sign("7:control.vi::31")
    assert tokens.read(old, 7) == tokens.Audience("control.vi", holder="31")


def test_a_token_for_another_exercise_is_refused() -> None:
    with pytest.raises(tokens.BadToken):
        tokens.read(tokens.issue(7, "control.vi"), 8)


def test_any_changed_letter_is_refused() -> None:
    token = tokens.issue(7, "unit-VP.vi")
    for place, letter in enumerate(token):
        changed = token[:place] + ("A" if letter != "A" else "B") + token[place + 1 :]
        with pytest.raises(tokens.BadToken):
            tokens.read(changed, 7)


def test_what_another_part_of_the_product_signed_is_refused() -> None:
    foreign = signing.TimestampSigner(salt="other").sign("7:control.vi:")
    with pytest.raises(tokens.BadToken):
        tokens.read(foreign, 7)


def test_a_token_runs_out(monkeypatch: pytest.MonkeyPatch) -> None:
    assert tokens.MAX_AGE_S <= 3600
    token = tokens.issue(7, "control.vi")
    now_s = signing.time.time()
    monkeypatch.setattr(signing.time, "time", lambda: now_s + tokens.MAX_AGE_S - 2)
    tokens.read(token, 7)
    monkeypatch.setattr(signing.time, "time", lambda: now_s + tokens.MAX_AGE_S + 2)
    with pytest.raises(tokens.BadToken):
        tokens.read(token, 7)


def test_a_token_of_a_share_link_runs_out_with_the_link() -> None:
    now_s = int(time.time())
    assert tokens.read(tokens.issue(7, "board.vi", until_s=now_s + 60), 7).ends_s == now_s + 60
    with pytest.raises(tokens.BadToken):
        tokens.read(tokens.issue(7, "board.vi", until_s=now_s - 1), 7)


def test_a_token_made_by_the_version_before_is_still_read() -> None:
    old = signing.TimestampSigner(salt="live").sign("7:board.vi:0123456789ab:")
    assert tokens.read(old, 7) == tokens.Audience("board.vi", "0123456789ab")


PARTS = st.sampled_from(
    [
        "7",
        "8",
        ":",
        ".",
        "control.vi",
        "board.vi",
        "unit-VP.vi",
        "-",
        "@",
        "\x00",
        "\n",
        "٣",
        "9" * 19,
    ]
)


@given(st.one_of(st.text(max_size=80), st.lists(PARTS, max_size=8).map("".join)), st.integers())
def test_nothing_that_was_not_signed_here_is_read(text: str, exercise_id: int) -> None:
    with pytest.raises(tokens.BadToken):
        tokens.read(text, exercise_id)


@given(st.data())
def test_no_part_of_a_good_token_can_be_changed(data: st.DataObject) -> None:
    token = tokens.issue(7, "unit-VP.vi", participant_id=3, until_s=4_000_000_000)
    start = data.draw(st.integers(0, len(token)))
    end = data.draw(st.integers(start, len(token)))
    changed = token[:start] + data.draw(PARTS | st.text(max_size=5)) + token[end:]
    if changed != token:
        with pytest.raises(tokens.BadToken):
            tokens.read(changed, 7)


@given(st.lists(PARTS, max_size=6).map("".join))
def test_even_signed_only_the_shape_of_a_token_is_read(value: str) -> None:
    signed = signing.TimestampSigner(salt="live").sign(value)
    try:
        found = tokens.read(signed, 7)
    except tokens.BadToken:
        return
    assert value.startswith(f"7:{found.name}:")
