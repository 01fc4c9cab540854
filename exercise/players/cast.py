"""Who plays which seat, and which seats people have taken.

A seat is what one hand plays: a unit, the directing, the controllers' desk, an evaluator. The
accounts are the people's own. Whoever signs in with one of them after the run began takes its seat,
and the players leave it alone for good in this run.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from exercise.conduct import Actor
from exercise.models import Exercise, Participant
from exercise.players.habits import Habits
from units.models import User
from units.roles import UNIT_MEMBERS, Role

DIRECTING, CONTROL = "director", "controller"


def unit_seat(code: str) -> str:
    """The seat of a unit's people."""
    return f"unit:{code}"


def seat_of(participant: Participant) -> str:
    """The seat a person's account belongs to."""
    if participant.role in UNIT_MEMBERS:
        return unit_seat(participant.unit.code) if participant.unit else ""
    if participant.role == Role.EVALUATOR:
        return f"evaluator:{participant.user.username}"
    return str(participant.role)


@dataclass
class Cast:
    """The people of an exercise by seat, leads before staff, and the seats that people took."""

    seats: dict[str, list[Participant]] = field(default_factory=dict)
    taken: set[str] = field(default_factory=set)

    @classmethod
    def of(cls, participants: Iterable[Participant], *, since_wall_us: int) -> Cast:
        """Sort people into seats; one who signed in after ``since_wall_us`` takes his."""
        seats: dict[str, list[Participant]] = defaultdict(list)
        taken = set()
        for participant in participants:
            seat = seat_of(participant)
            seats[seat].append(participant)
            signed_in = participant.user.last_login
            if signed_in is not None and signed_in.timestamp() * 1_000_000 > since_wall_us:
                taken.add(seat)
        for people in seats.values():
            people.sort(key=lambda one: (one.role != Role.LEAD, one.pk))
        return cls(dict(seats), taken)

    @classmethod
    def read(cls, exercise: Exercise, *, since_wall_us: int) -> Cast:
        """The cast as the database has it now."""
        rows = Participant.objects.filter(exercise=exercise).select_related("user", "unit")
        return cls.of(rows, since_wall_us=since_wall_us)

    def plays(self, seat: str) -> bool:
        """Whether the players act for this seat."""
        return seat in self.seats and seat not in self.taken

    def first(self, seat: str) -> Actor:
        """The lead of a unit, the first director."""
        return Actor.of(self.seats[seat][0])

    def someone(self, seat: str, habits: Habits, *names: object) -> Actor:
        """One of the seat's people, always the same one for the same matter."""
        people = self.seats[seat]
        return Actor.of(people[habits.draw(seat, *names, "who").randrange(len(people))])

    def evaluators(self) -> list[tuple[str, Participant]]:
        """The evaluators the players act for, with their seats."""
        return [
            (seat, people[0])
            for seat, people in self.seats.items()
            if people[0].role == Role.EVALUATOR and seat not in self.taken
        ]


def fill_empty_seats(exercise: Exercise) -> None:
    """Give a rehearsal the people its scenario leaves out: a director, a lead for each unit."""
    cast = Cast.read(exercise, since_wall_us=0)
    if DIRECTING not in cast.seats:
        _add(exercise, "tong-dao-dien-tap-thu", "Tổng đạo diễn (tập thử)", Role.DIRECTOR, None)
    for posture in exercise.postures.select_related("unit"):
        people = cast.seats.get(unit_seat(posture.unit.code), [])
        if not any(one.role == Role.LEAD for one in people):
            username = f"truong-{posture.unit.code.lower()}-tap-thu"
            _add(exercise, username, f"Trưởng {posture.unit}", Role.LEAD, posture.unit_id)


def _add(exercise: Exercise, username: str, name: str, role: Role, unit_id: int | None) -> None:
    user, made = User.objects.get_or_create(username=username, defaults={"name": name[:150]})
    if made:
        user.set_unusable_password()
        user.save(update_fields=["password"])
    Participant.objects.get_or_create(
        exercise=exercise, user=user, defaults={"role": role, "unit_id": unit_id}
    )
