from __future__ import annotations

import pytest
from django.core import signing

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
