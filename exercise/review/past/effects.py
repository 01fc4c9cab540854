"""What each kind of journal entry did to the rows beside the changes of state it names.

This is the other half of ``exercise.conduct``: a command that sets a field which a screen shows
says in its entry what it takes to know the field's value, and here it is read back. A test plays
any course and lays the result beside the rows.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from exercise.conduct.delivery import soon_us
from exercise.conduct.phases import PHASE_OVER
from exercise.models import StopReason
from exercise.review.past.story import Entry, Fields, Plan, Story

Effect = Callable[[Story, Plan, Entry], None]
EFFECTS: dict[str, Effect] = {}


def on(*kinds: str) -> Callable[[Effect], Effect]:
    """Say of which kinds of entry a function is the effect."""

    def known(effect: Effect) -> Effect:
        EFFECTS.update(dict.fromkeys(kinds, effect))
        return effect

    return known


class Unreadable(Exception):
    """An entry does not fit what came before it: somebody wrote past ``exercise.conduct``.

    Attributes:
        seq: number of the entry.
    """

    def __init__(self, seq: int) -> None:
        super().__init__(seq)
        self.seq = seq


def read_on(story: Story, entries: Iterable[Entry], plan: Plan) -> Iterator[Entry]:
    """Take the story on by these entries; answers each once it has been read.

    Raises:
        Unreadable: when an entry does not fit.
    """
    for entry in entries:
        try:
            for change in entry.changes:
                _change(story, change)
            effect = EFFECTS.get(entry.kind)
            if effect is not None:
                effect(story, plan, entry)
        except (AttributeError, IndexError, KeyError, TypeError, ValueError) as problem:
            raise Unreadable(entry.seq) from problem
        story.seq = entry.seq
        yield entry


def _change(story: Story, change: dict[str, Any]) -> None:
    of, new = change["of"], change["new"]
    if of == "exercise":
        if change["field"] == "clock":
            story.clock = new
            story.exercise["clock_version"] += 1
        else:
            story.exercise[change["field"]] = new
        return
    rows = {"posture": story.postures, "inject": story.injects, "tasking": story.taskings}[of]
    rows.setdefault(change["key"], {})[change["field"]] = new


# ── the exercise ────────────────────────────────────────────────────────────────────────────────
def _stopped(story: Story, why: str, **more: object) -> None:
    story.exercise |= {"stop_reason": str(why), **more}


@on("exercise_started")
def _started(story: Story, plan: Plan, entry: Entry) -> None:
    story.exercise["started_wall_us"] = entry.wall_us


@on("exercise_ended")
def _ended(story: Story, plan: Plan, entry: Entry) -> None:
    story.exercise["ended_wall_us"] = entry.wall_us
    _goes_on(story, plan, entry)
    if (row := story.phases.get(story.exercise["phase"])) is not None:
        row |= {"ended_us": entry.exercise_us, "ended_wall_us": entry.wall_us}


@on("clock_resumed", "stand_down_ended")
def _goes_on(story: Story, plan: Plan, entry: Entry) -> None:
    _stopped(story, StopReason.NONE, stand_down_id=None, resume_wall_us=None)


@on("clock_paused")
def _paused(story: Story, plan: Plan, entry: Entry) -> None:
    _stopped(story, StopReason.DIRECTOR, resume_wall_us=None)


@on("pace_set")
def _paced(story: Story, plan: Plan, entry: Entry) -> None:
    if story.exercise["stop_reason"] == StopReason.STAND_DOWN and story.clock[2] != 1000:
        story.exercise["resume_wall_us"] = entry.wall_us


@on("clock_jumped")
def _jumped(story: Story, plan: Plan, entry: Entry) -> None:
    if story.exercise["stop_reason"] == StopReason.STAND_DOWN:
        _stopped(story, StopReason.DIRECTOR, resume_wall_us=None)
    story.exercise["stand_down_id"] = None


@on("stand_down_begun")
def _stand_down(story: Story, plan: Plan, entry: Entry) -> None:
    _stopped(
        story,
        StopReason.STAND_DOWN,
        stand_down_id=plan.stand_downs.get(entry.exercise_us),
        resume_wall_us=entry.data["resume_wall_us"],
    )


@on("stand_down_extended")
def _extended(story: Story, plan: Plan, entry: Entry) -> None:
    story.exercise["resume_wall_us"] = entry.data["resume_wall_us"]


@on("outage_recovered")
def _recovered(story: Story, plan: Plan, entry: Entry) -> None:
    _stopped(story, StopReason.OUTAGE)


@on("wall_clock_set_back")
def _set_back(story: Story, plan: Plan, entry: Entry) -> None:
    if story.exercise["resume_wall_us"] is not None:
        story.exercise["resume_wall_us"] -= entry.data["back_us"]


@on("real_world_called")
def _real_world(story: Story, plan: Plan, entry: Entry) -> None:
    _stopped(
        story,
        StopReason.REAL_WORLD,
        resume_wall_us=None,
        real_world_wall_us=entry.wall_us,
        real_world_place=entry.data["place"],
        real_world_words=entry.data["words"],
        real_world_by=entry.actor_name,
    )


@on("real_world_lifted")
def _lifted(story: Story, plan: Plan, entry: Entry) -> None:
    words = dict.fromkeys(("real_world_place", "real_world_words", "real_world_by"), "")
    _stopped(story, StopReason.DIRECTOR, real_world_wall_us=None, **words)


# ── phases and postures ─────────────────────────────────────────────────────────────────────────
@on("phase_started")
def _phase_started(story: Story, plan: Plan, entry: Entry) -> None:
    phase, shift_us = entry.data["phase"], entry.data["shift_us"]
    story.phases[phase] |= {"started_us": entry.exercise_us, "started_wall_us": entry.wall_us}
    for number, fields in story.injects.items():
        planned = plan.injects[number]
        waits = fields["state"] in ("standby", "scheduled", "held")
        if waits and planned.phase == phase and planned.planned_us is not None:
            fields["due_us"] = planned.planned_us + shift_us


@on("phase_ended")
def _phase_ended(story: Story, plan: Plan, entry: Entry) -> None:
    story.phases[entry.data["phase"]] |= {
        "ended_us": entry.exercise_us,
        "ended_wall_us": entry.wall_us,
        "override_reason": entry.data["override_reason"],
    }


@on("posture_reported")
def _since(story: Story, plan: Plan, entry: Entry) -> None:
    story.postures[entry.unit_code] |= {
        "since_us": entry.exercise_us,
        "since_wall_us": entry.wall_us,
    }


@on("posture_ordered", "posture_confirmed", "posture_returned")
def _answered(story: Story, plan: Plan, entry: Entry) -> None:
    _since(story, plan, entry)
    story.postures[entry.unit_code]["return_reason"] = entry.data.get("reason", "")


# ── injects ─────────────────────────────────────────────────────────────────────────────────────
def _taskings(story: Story, entry: Entry, codes: Iterable[str]) -> Iterable[Fields]:
    return [story.taskings[f"{entry.inject_number}/{code}"] for code in codes]


@on("inject_released")
def _released(story: Story, plan: Plan, entry: Entry) -> None:
    now_us = entry.exercise_us
    planned = plan.injects[entry.inject_number]
    story.injects[entry.inject_number] |= {
        "released_us": now_us,
        "released_wall_us": entry.wall_us,
        "lateness_us": entry.data["lateness_us"],
        "overdue_wall_us": None,
    }
    for fields in _taskings(story, entry, entry.data["to"]):
        fields |= {
            "delivered_us": now_us,
            "delivered_wall_us": entry.wall_us,
            "ack_due_us": _after(now_us, planned.acknowledge_us),
            "complete_due_us": _after(now_us, planned.complete_us),
            "due_soon_us": soon_us(now_us, planned.complete_us or planned.acknowledge_us),
        }


def _after(now_us: int, length_us: int | None) -> int | None:
    return None if length_us is None else now_us + length_us


@on("inject_held", "inject_skipped")
def _out_of_the_queue(story: Story, plan: Plan, entry: Entry) -> None:
    story.injects[entry.inject_number]["overdue_wall_us"] = None


@on("inject_restored")
def _restored(story: Story, plan: Plan, entry: Entry) -> None:
    """It has its planned moment again; in a phase that began while it was skipped, first now."""
    fields, planned = story.injects[entry.inject_number], plan.injects[entry.inject_number]
    started_us = story.phases[planned.phase].get("started_us")
    no_moment = fields.get("due_us") is None
    if no_moment and planned.planned_us is not None and started_us is not None:
        fields["due_us"] = planned.planned_us + started_us - plan.phases[planned.phase]


@on("condition_met", "inject_rescheduled")
def _has_a_moment(story: Story, plan: Plan, entry: Entry) -> None:
    story.injects[entry.inject_number] |= {
        "due_us": entry.data["due_us"],
        "overdue_wall_us": None,
    }


@on("inject_scheduled")
def _scheduled(story: Story, plan: Plan, entry: Entry) -> None:
    _has_a_moment(story, plan, entry)
    story.injects[entry.inject_number]["planned_us"] = entry.data["due_us"]


@on("injects_overdue")
def _overdue(story: Story, plan: Plan, entry: Entry) -> None:
    if entry.data["policy"] == "hold":
        for number in entry.data["numbers"]:
            story.injects[number]["overdue_wall_us"] = entry.wall_us


@on("inject_closed")
def _closed(story: Story, plan: Plan, entry: Entry) -> None:
    story.injects[entry.inject_number]["closed_us"] = entry.exercise_us


def _reopened(story: Story, entry: Entry) -> None:
    if any(change["of"] == "inject" for change in entry.changes):
        story.injects[entry.inject_number]["closed_us"] = None


@on("inject_recalled")
def _recalled(story: Story, plan: Plan, entry: Entry) -> None:
    for fields in _taskings(story, entry, entry.data["to"]):
        fields |= {"reason": entry.data["reason"], "reacknowledge": False}


def _asked_to_read(plan: Plan, entry: Entry, fields: Fields) -> None:
    allowed_us = plan.injects[entry.inject_number].acknowledge_us
    fields["ack_due_us"] = _after(entry.exercise_us, allowed_us)
    if fields.get("complete_due_us") is None:
        fields["due_soon_us"] = soon_us(entry.exercise_us, allowed_us)


@on("inject_resent")
def _resent(story: Story, plan: Plan, entry: Entry) -> None:
    for fields in _taskings(story, entry, entry.data["to"]):
        fields["nudges"] = fields.get("nudges", 0) + 1
        _asked_to_read(plan, entry, fields)


@on("inject_corrected")
def _corrected(story: Story, plan: Plan, entry: Entry) -> None:
    fields = story.injects[entry.inject_number]
    fields |= {"version": entry.data["version"], "title": entry.data["title"]}
    _reopened(story, entry)
    for tasking in _taskings(story, entry, entry.data["reacknowledge"]):
        tasking["reacknowledge"] = True
        _asked_to_read(plan, entry, tasking)


# ── taskings ────────────────────────────────────────────────────────────────────────────────────
def _of(story: Story, entry: Entry) -> Fields:
    return story.taskings[f"{entry.inject_number}/{entry.unit_code}"]


def _true_us(fields: Fields, entry: Entry) -> int:
    """When it was really done: control enters late what came by phone or on paper."""
    after_us: int | None = entry.data.get("after_us")
    return entry.exercise_us if after_us is None else int(fields["delivered_us"]) + after_us


@on("tasking_opened")
def _opened(story: Story, plan: Plan, entry: Entry) -> None:
    _of(story, entry)["opened_us"] = entry.exercise_us


@on("tasking_acknowledged")
def _acknowledged(story: Story, plan: Plan, entry: Entry) -> None:
    fields = _of(story, entry)
    fields |= {
        "acknowledged_us": _true_us(fields, entry),
        "on_behalf": entry.data.get("channel", ""),
    }


@on("tasking_reacknowledged", "tasking_rereading_waived")
def _read_again(story: Story, plan: Plan, entry: Entry) -> None:
    _of(story, entry)["reacknowledge"] = False


@on("tasking_started")
def _work(story: Story, plan: Plan, entry: Entry) -> None:
    fields = _of(story, entry)
    # Older journals do not say when a work began that control entered: then, not later than known.
    fields["started_us"] = fields.get("started_us") or _true_us(fields, entry)


@on("tasking_completed")
def _completed(story: Story, plan: Plan, entry: Entry) -> None:
    fields = _of(story, entry)
    fields["completed_us"] = _true_us(fields, entry)
    if "channel" in entry.data:
        fields["on_behalf"] = entry.data["channel"]


@on("tasking_verified")
def _verified(story: Story, plan: Plan, entry: Entry) -> None:
    _of(story, entry)["verified_us"] = entry.exercise_us


@on("tasking_returned")
def _returned(story: Story, plan: Plan, entry: Entry) -> None:
    _of(story, entry).update(reason=entry.data["reason"], completed_us=None)
    _reopened(story, entry)


@on("tasking_waived", "tasking_cancelled")
def _let_off(story: Story, plan: Plan, entry: Entry) -> None:
    # A phase that ended gives no reason of its own in the entry.
    _of(story, entry).update(reason=entry.data.get("reason", PHASE_OVER), reacknowledge=False)


@on("tasking_nudged")
def _nudged(story: Story, plan: Plan, entry: Entry) -> None:
    fields = _of(story, entry)
    fields["nudges"] = fields.get("nudges", 0) + 1
