"""The report as a file, and the command that writes it."""

from __future__ import annotations

import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction

from exercise.conduct import create_exercise
from exercise.models import JournalEntry
from exercise.review.files import FORMATS, written
from exercise.review.files import json as json_file
from exercise.review.report import build_report
from tests.factories import T0, Drill, entry, make_drill, make_scenario
from tests.players.test_play import play, players_of

pytestmark = pytest.mark.django_db


class _Undone(Exception):
    """Ends a run whose rows are to go away again."""


def rehearsed(scenario, since):
    """The report's bytes of one seeded rehearsal, of which nothing is kept."""
    found = b""
    try:
        with transaction.atomic():
            drill = Drill(create_exercise(scenario, code="dien-tap-thu", rehearsal=True), now=since)
            play(drill, players_of(drill, late={"U2"}), minutes=90)
            found = json_file.write(build_report(drill.fresh()))
            raise _Undone
    except _Undone:
        return found


def test_a_seeded_rehearsal_yields_the_same_bytes_on_another_day(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    both = ["U1", "U2"]
    injects = [
        entry("1.01", 15, both, mandatory=True, complete_within_s=3600),
        entry("1.02", 20, both),
    ]
    scenario = make_scenario(2, injects, stand_downs=[(0.5, 0.75)])
    first = rehearsed(scenario, T0)
    assert rehearsed(scenario, T0 + 40 * 86_400_000_000 + 123_457) == first
    said = json.loads(first)
    assert said["format"] == "exercise-report/1"
    assert said["key"]["released"] == 2
    assert said["head"]["run"] == "dien-tap-thu"


@pytest.fixture
def drill():
    drill = make_drill(2, started=True).later(5)
    drill.sweep()
    drill.do("acknowledge", drill.actor("lead", "U1"), tasking_id=drill.tasking("1.01", "U1").pk)
    drill.do("pause")
    drill.later(3).do("resume")
    drill.fresh()
    return drill


def names(value):
    if isinstance(value, dict):
        return set(value) | {name for part in value.values() for name in names(part)}
    if isinstance(value, list):
        return {name for part in value for name in names(part)}
    return set()


def test_wall_time_is_left_out_unless_asked_for(drill):
    report = build_report(drill.exercise)
    without, whole = (json.loads(json_file.write(report, with_wall=w)) for w in (False, True))
    missing = names(whole) - names(without)
    assert missing == {
        "journal_head",
        "started_wall_us",
        "ended_wall_us",
        "wall_length_us",
        "late_wall_us",
        # of versions of the narrative:
        "written_wall_us",
        "reviewed_wall_us",
        "signed_wall_us",
        "signed_head",
        "content_hash",
    }
    assert whole["interruptions"]["rows"][0]["wall_length_us"] == 180_000_000


def test_keys_are_sorted_and_letters_are_letters(drill):
    written_ = written(build_report(drill.exercise), "json").decode()
    said = json.loads(written_)
    assert list(said) == sorted(said)
    assert "Kế hoạch và thực tế" in written_
    assert written_.endswith("}\n")
    assert said["head"]["first_day"] == "2023-10-10"
    assert said["calendar"]["zero"] == "2023-10-10T07:00:00+07:00"
    assert said["head"]["units"][0] == {"code": "U1", "short": "ĐV U1", "name": "Đơn vị U1"}


@pytest.mark.parametrize("name", sorted(FORMATS))
def test_every_format_writes_a_file(drill, name):
    assert written(build_report(drill.exercise), name)
    assert "/" in FORMATS[name].media_type


def run(*arguments, **options):
    errors = StringIO()
    call_command("report", *arguments, stderr=errors, no_color=True, **options)
    return errors.getvalue()


@pytest.mark.parametrize(("language", "title"), [("vi", "Diễn tập số"), ("en", "Exercise number")])
def test_the_command_writes_the_report_in_the_language_asked_for(drill, tmp_path, language, title):
    out = tmp_path / "bao-cao.json"
    assert run(drill.exercise.code, str(out), format="json", lang=language) == ""
    said = json.loads(out.read_bytes())
    assert said["language"] == language
    assert said["head"]["title"].startswith(title)
    assert [path.name for path in tmp_path.iterdir()] == ["bao-cao.json"]


def test_the_command_writes_to_standard_output(drill, capfdbinary):
    run(drill.exercise.code, "-")
    assert json.loads(capfdbinary.readouterr().out)["head"]["run"] == drill.exercise.code


def test_the_command_tells_of_a_broken_journal_and_writes_the_report_nevertheless(drill, tmp_path):
    on = " ON exercise_journalentry" if connection.vendor == "postgresql" else ""
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TRIGGER journal_no_update{on}")
    JournalEntry.objects.filter(exercise=drill.exercise, seq=4).update(actor_name="Ai đó")
    out = tmp_path / "bao-cao.json"
    assert "mục 4 (nội dung đã bị sửa)" in run(drill.exercise.code, str(out))
    assert json.loads(out.read_bytes())["head"]["verified"] is False


def test_the_command_says_what_is_wrong(drill, tmp_path):
    with pytest.raises(CommandError, match="No exercise khong-co"):
        run("khong-co", "-")
    with pytest.raises(CommandError, match="Cannot write"):
        run(drill.exercise.code, str(tmp_path / "nowhere" / "out.json"))
