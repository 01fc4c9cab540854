"""Every role on every address and every command, as the tables of roles say and no further."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from http.cookies import SimpleCookie
from pathlib import Path
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.core.management import call_command
from django.db import transaction
from django.test import Client
from django.urls import URLPattern, get_resolver, reverse
from django.utils.http import urlencode

from exercise.conduct import COMMANDS, Upload
from exercise.management.commands.roles_table import document as roles_document
from exercise.models import (
    Attachment,
    CorrectiveAction,
    Exercise,
    Inject,
    Posture,
    Tasking,
    verify,
)
from exercise.screens.access import ADMINISTRATION, HOME, OVER_ALL_DRILLS, OWN, PAGES, PLANNING
from exercise.screens.forms_by_command import FORMS
from exercise.screens.said import SENTENCES as SAID
from exercise.situation import log
from scenarios.imports import keeping, steps
from scenarios.models import Objective
from tests.factories import MINUTE, Drill, entry, make_drill
from units.models import OpenSession, User
from units.roles import ALLOWED, CONTROL, UNIT_MEMBERS, Role, may

pytestmark = pytest.mark.django_db

FORM = "application/x-www-form-urlencoded"
ROLES = [str(role) for role in Role]
STRANGERS = ["stranger", "planner", "administrator", "anonymous"]
PROBES = ("healthz", "readyz", "metrics")
"""Answered before the site looks at a request at all."""
SAFE, POST, BOTH = ("GET", "HEAD"), ("POST",), ("GET", "HEAD", "POST")
METHODS = {
    # the way in
    "landing": BOTH,
    "sign_out": POST,
    "go": BOTH,
    "code": BOTH,
    "setup": BOTH,
    "language": POST,
    "second_step": BOTH,
    "second_step_enrol": BOTH,
    "healthz": SAFE,
    "readyz": SAFE,
    "metrics": SAFE,
    "board_public": SAFE,
    "board_public_live": SAFE,
    "replay_public": SAFE,
    "report_shared": SAFE,
    # signed in, in no exercise in particular
    "home": SAFE,
    "load_sample": POST,
    "new_run": POST,
    "scenario_import": BOTH,
    "import_progress": SAFE,
    "import_columns": BOTH,
    "import_check": SAFE,
    "import_fix": POST,
    "import_units": POST,
    "import_leftover": SAFE,
    "import_write": POST,
    "import_done": BOTH,
    "import_forget": POST,
    "attachment": SAFE,
    "finding_file": SAFE,
    "account": SAFE,
    "account_sessions_end": POST,
    "account_session_end": POST,
    "account_second_factor": BOTH,
    "account_second_factor_change": POST,
    "account_password": POST,
    "accounts": SAFE,
    "accounts_one": SAFE,
    "accounts_end_sessions": POST,
    "accounts_reset_factor": POST,
    "accounts_active": POST,
    "accounts_planning": POST,
    "sign_ins": SAFE,
    "sign_ins_export": SAFE,
    "improvements": SAFE,
    "improvements_export": SAFE,
    "improvements_workbook": SAFE,
    # at the scenario desk
    "scenarios": SAFE,
    "scenario_new": POST,
    "scenario_sample": POST,
    "scenario_new_version": POST,
    "scenario_clone": POST,
    "msel": SAFE,
    "msel_table": SAFE,
    "msel_block": SAFE,
    "msel_chosen": SAFE,
    "msel_timeline": SAFE,
    "msel_here": SAFE,
    "msel_inject": SAFE,
    "msel_new": SAFE,
    "msel_row": SAFE,
    "msel_add": POST,
    "msel_save": POST,
    "msel_check": POST,
    "msel_do": POST,
    "scenario_head": SAFE,
    "scenario_units": SAFE,
    "scenario_people": SAFE,
    "scenario_objectives": SAFE,
    "scenario_phases": SAFE,
    "part_row": SAFE,
    "part_add": POST,
    "part_save": POST,
    "part_remove": POST,
    "part_shift": POST,
    "scenario_checks": SAFE,
    "scenario_counts": SAFE,
    "scenario_versions": SAFE,
    "scenario_step": POST,
    "scenario_run": POST,
    "scenario_compare": SAFE,
    "scenario_history": SAFE,
    "scenario_trend": SAFE,
    "scenario_checkpoint": POST,
    "scenario_take": POST,
    "scenario_export": SAFE,
    "scenario_file": SAFE,
    # in an exercise
    "improvement_add": POST,
    "improvement_edit": POST,
    "report_write": POST,
    "report_share": POST,
    "report_export": POST,
    "people_add": POST,
    "people_remove": POST,
    "people_link": POST,
    "people_slips": POST,
    "do": POST,
}
"""The methods of each address; those of an exercise that are not listed here are only looked at."""
FILES = {"attachment", "finding_file"}
"""The addresses of files: whose role may not have them finds nothing there."""
OUTSIDE = {
    "landing",
    "sign_out",
    "go",
    "code",
    "setup",
    "language",
    "healthz",
    "readyz",
    "metrics",
    "board_public",
    "board_public_live",
    "replay_public",
    "report_shared",
    "home",
    "load_sample",
    "new_run",
    "second_step",
    "second_step_enrol",
    *OWN,
    *OVER_ALL_DRILLS,
    *ADMINISTRATION,
    *PLANNING,
}
"""The addresses that belong to no exercise; every other one has its line in ``PAGES``."""


def addresses() -> dict[str, URLPattern]:
    return {str(found.name): found for found in get_resolver().url_patterns}


@contextmanager
def kept(blocker: Any) -> Iterator[None]:
    """Rows that a whole module shares; each test's own changes are rolled back within them."""
    with blocker.unblock():
        outer = transaction.atomic()
        outer.__enter__()
    try:
        yield
    finally:
        with blocker.unblock():
            transaction.set_rollback(True)
            outer.__exit__(None, None, None)


def as_(user: User | None) -> Client:
    client = Client()
    if user is not None:
        client.force_login(user, "django.contrib.auth.backends.ModelBackend")
        client.get("/nowhere/")  # the session gets its row at its first request
    return client


ACTIONS = [{"vi": "Triển khai lực lượng", "en": "Deploy"}]


class Scene:
    """A drill in the middle of phase 1, with a client for everybody there is."""

    def __init__(self) -> None:
        injects = [
            entry(
                "1.01",
                5,
                ["U1", "U2"],
                mandatory=True,
                complete_within_s=3600,
                expected_actions=ACTIONS,
            ),
            entry("1.02", 10, ["U1", "U2"], complete_within_s=3600),
            entry("1.03", 11, ["U1"], complete_within_s=3600),
            entry("1.04", 50, ["U1"]),
            entry("1.05", 55, ["U1"]),
            entry("1.06", 56, ["U1"]),
            entry("1.07", 12, ["U1"]),
            entry("2.01", 245, ["U1", "U2"]),
        ]
        self.drill = make_drill(units=2, injects=injects, started=True)
        Objective.objects.create(
            scenario=self.drill.exercise.scenario, code="MT1", title={"vi": "Chỉ huy"}
        )
        for minutes in (5, 5, 1, 1, 1):
            self.drill.later(minutes).sweep()
        self._play()
        stranger = make_drill(units=2).user("director")
        administrator = User.objects.create_superuser("quan-tri", password=None, name="Quản trị")
        self.users: dict[str, User | None] = {role: self.drill.user(role) for role in ROLES}
        for role in ("lead", "staff"):
            self.users[role] = self.drill.user(role, "U1")
        planner = User.objects.create_user("soan-thao", password=None, name="Soạn", may_plan=True)
        self.users |= {"stranger": stranger, "administrator": administrator, "planner": planner}
        self.users["anonymous"] = None
        content = ContentFile("Số;Giờ;Nơi nhận;Nội dung\n9.01;N1 08:00;U1;Tin\n".encode())
        scenario = self.drill.exercise.scenario
        self.imported = keeping.keep(scenario, planner, "msel.csv", content)
        steps.read(self.imported)
        self._cookies = {who: as_(user).cookies for who, user in self.users.items()}

    def _play(self) -> None:
        drill, lead = self.drill, self.drill.actor("lead", "U1")
        for number in ("1.02", "1.03"):
            drill.do("acknowledge", lead, tasking_id=drill.tasking(number, "U1").pk)
        drill.do("complete", lead, tasking_id=drill.tasking("1.03", "U1").pk, text="Xong.")
        tasking = drill.tasking("1.02", "U1")
        made = drill.do("report", lead, tasking_id=tasking.pk, text="Đang làm.")
        self.attachment = Attachment(
            tasking=tasking, report=made, name="anh.pdf", content_type="application/pdf", size=5
        )
        self.attachment.file.save("anh.pdf", ContentFile(b"%PDF-"), save=True)
        drill.do("hold", inject_id=drill.inject("1.05").pk)
        drill.do("skip", inject_id=drill.inject("1.06").pk)
        self.actions = {state: self._action(state) for state in ("open", "in_progress", "done")}
        evaluator = drill.actor("evaluator")
        photo = Upload("anh.png", "image/png", "0" * 64, b"PNG")
        seen = {"kind": "strength", "text": "Trực ban ghi sổ đủ", "files": [photo]}
        self.finding_file = drill.do("record_finding", evaluator, **seen).files.get()
        drill.do("publish_evaluation")
        drill.fresh()

    def _action(self, state: str) -> CorrectiveAction:
        due = date(2030, 1, 1)
        words = {"finding": "Hạn chế", "measure": "Biện pháp", "owner_code": "U1", "due": due}
        made: CorrectiveAction = self.drill.do("add_action", **words)
        for command in {"open": (), "in_progress": ("begin",), "done": ("begin", "finish")}[state]:
            self.drill.do(f"{command}_action", action_id=made.pk, note="Đã làm")
        return made

    def client(self, who: str) -> Client:
        """A browser of its own for one visit: what it is told there does not stay."""
        client = Client()
        client.cookies = SimpleCookie(self._cookies[who].output(header=""))
        return client

    def ask(self, who: str, method: str, path: str, data: Any = None, **extra: Any) -> Any:
        with self.drill.at_now():
            return self.client(who).generic(
                method, path, urlencode(data or {}, doseq=True), content_type=FORM, **extra
            )

    def path(self, name: str) -> str:
        values: dict[str, Callable[[], Any]] = {
            "code": lambda: self.drill.exercise.code,
            "unit_id": lambda: self.drill.posture("U1").unit_id,
            "unit_code": lambda: "U1",
            "inject_id": lambda: self.drill.inject("1.02").pk,
            "tasking_id": lambda: self.drill.tasking("1.02", "U1").pk,
            "action_id": lambda: self.actions["open"].pk,
            "participant_id": lambda: self.drill.participant("staff", "U2").pk,
            "file_id": lambda: self.attachment.uuid,
            "token": lambda: self.drill.exercise.board_token,
            "form": lambda: "csv",
            "session_id": lambda: self.session_of("lead"),
            "user_id": lambda: self.drill.user("staff", "U2").pk,
            "command": lambda: "pause",
        }
        if name in PLANNING:
            values |= self.planned
        if name == "finding_file":
            values["file_id"] = lambda: self.finding_file.uuid
        wanted = addresses()[name].pattern.converters
        return reverse(name, kwargs={key: values[key]() for key in wanted})

    @property
    def planned(self) -> dict[str, Callable[[], Any]]:
        """What the addresses of the scenario desk name."""
        scenario = self.drill.exercise.scenario
        return {
            "code": lambda: scenario.code,
            "version": lambda: scenario.version,
            "inject_id": lambda: scenario.msel.get(number="1.02").pk,
            "number": lambda: 0,
            "name": lambda: "time",
            "act": lambda: "copy",
            "import_id": lambda: self.imported.pk,
            "part": lambda: "person",
            "pk": lambda: scenario.people.all()[0].pk,
            "step": lambda: "submit",
        }

    def session_of(self, who: str) -> int:
        return OpenSession.objects.filter(user=self.users[who]).values_list("pk", flat=True)[0]

    def everything(self) -> Any:
        """What a command could have changed."""
        at = {"exercise": self.drill.exercise}
        return (
            list(Exercise.objects.filter(pk=self.drill.exercise.pk).values()),
            list(Inject.objects.filter(**at).order_by("pk").values()),
            list(Tasking.objects.filter(**at).order_by("pk").values()),
            list(Posture.objects.filter(**at).order_by("pk").values()),
            list(CorrectiveAction.objects.filter(**at).order_by("pk").values()),
        )


@pytest.fixture(scope="module")
def scene(django_db_setup: None, django_db_blocker: Any) -> Iterator[Scene]:
    with kept(django_db_blocker):
        with django_db_blocker.unblock():
            made = Scene()
        yield made


@contextmanager
def undone() -> Iterator[None]:
    """What happens in the block leaves nothing behind."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


# ── addresses ───────────────────────────────────────────────────────────────────────────────────
def test_every_address_has_its_line_in_the_tables() -> None:
    names = set(addresses())
    assert len(names) == len(get_resolver().url_patterns), "two addresses of one name"
    assert names == set(PAGES) | OUTSIDE
    assert not set(PAGES) & OUTSIDE
    assert set(METHODS) <= names
    for name in set(PAGES) - FILES:
        assert str(addresses()[name].pattern).startswith("x/<slug:code>/"), name
    assert set(HOME) == set(Role)
    assert all(role in PAGES[HOME[role]] for role in Role)


NOT_YET = {"report_write", "report_share", "report_export", "report_progress", "report_file"}


def expected(name: str, who: str, method: str) -> set[int]:
    if method not in METHODS.get(name, SAFE):
        return {405}
    if who == "anonymous":
        return {302}
    if who in STRANGERS:
        return {404}
    if Role(who) not in PAGES[name]:
        return {404} if name in FILES else {403}
    if name == "do":
        return {302} if may(who, "pause") else {403}
    if name == "improvement_action" and Role(who) in UNIT_MEMBERS:
        return {404}  # until the drill is over
    if name in NOT_YET:
        return {404}  # no version of the report is signed, no file asked for, none named
    if name == "report" and Role(who) not in CONTROL:
        return {403}  # until one is signed
    unsaid = {"people_add": {422}, "improvement_add": {422}, "improvement_edit": {422}}
    return ({"exercise": {302}} | unsaid).get(name, {200, 302} if method == "POST" else {200})


@pytest.mark.parametrize("name", sorted(PAGES))
def test_a_page_is_open_to_its_roles_and_nobody_else(scene: Scene, name: str) -> None:
    path = scene.path(name)
    wrong = []
    for who in [*ROLES, *STRANGERS]:
        for method in ("GET", "HEAD", "POST"):
            with undone():
                answer = scene.ask(who, method, path)
            if answer.status_code not in expected(name, who, method):
                wrong.append((who, method, answer.status_code))
            elif who == "anonymous" and answer.status_code == 302:
                assert answer["Location"] == f"{reverse('landing')}?next={path}"
    assert wrong == []


@pytest.mark.parametrize("role", ROLES)
def test_an_exercise_leads_each_role_to_where_it_begins(scene: Scene, role: str) -> None:
    answer = scene.ask(role, "GET", scene.path("exercise"))
    assert answer["Location"] == reverse(HOME[Role(role)], args=[scene.drill.exercise.code])


@pytest.mark.parametrize("name", sorted(OUTSIDE))
def test_addresses_outside_an_exercise_answer_everybody_sensibly(scene: Scene, name: str) -> None:
    path = scene.path(name)
    signed_in = {"home", "load_sample", "new_run", *OWN, *OVER_ALL_DRILLS, *ADMINISTRATION}
    signed_in |= set(PLANNING)
    for who in [*ROLES, *STRANGERS]:
        for method in ("GET", "HEAD", "POST"):
            with undone():
                status = scene.ask(who, method, path).status_code
            if method not in METHODS[name]:
                assert status == 405, (who, method)
            elif name in signed_in and who == "anonymous":
                assert status == 302
            elif name in ADMINISTRATION and who != "administrator":
                assert status == 403, who
            elif name in OVER_ALL_DRILLS:
                assert status == (403 if who in ("evaluator", "observer") else 200), who
            elif name in PLANNING:
                refused = {403} if who not in ("planner", "administrator") else None
                assert status in (refused or {200, 204, 302, 404, 409, 422}), (who, method, status)
            elif name == "account_session_end":
                # Another person's session is not there; one's own, the one in use, is kept.
                assert status == (302 if who == "lead" else 404), who
            elif name == "load_sample":
                assert status == (302 if who == "administrator" else 403), who
            elif name == "new_run":
                assert status == 404  # no scenario named
            elif name == "replay_public":
                assert status == 404  # the board's token opens nothing of the past
            elif name == "metrics":
                assert status == 404  # for machines, whoever signs in
            elif name in ("report_shared", "replay_public"):
                assert status == 404  # a token of another kind
            elif name == "readyz":
                assert status == 503  # no broker here
            else:
                assert status in {200, 302, 410, 422}, (who, method)


def test_a_tasking_of_another_unit_is_not_found(scene: Scene) -> None:
    code, foreign = scene.drill.exercise.code, scene.drill.tasking("1.02", "U2").pk
    for role, names in (
        ("lead", ("tasking", "tasking_live")),
        ("staff", ("tasking", "tasking_live")),
        ("evaluator", ("evaluate_tasking",)),
    ):
        for name in names:
            path = reverse(name, args=[code, foreign])
            assert scene.ask(role, "GET", path).status_code == 404


def test_a_file_is_for_control_its_unit_and_its_evaluator(scene: Scene) -> None:
    path = scene.path("attachment")
    with scene.drill.at_now():
        other = as_(scene.drill.user("staff", "U2"))
        assert other.get(path).status_code == 404
    assert scene.ask("observer", "GET", path).status_code == 404
    assert scene.ask("evaluator", "GET", path).status_code == 200


def test_a_photo_of_a_finding_is_never_for_those_it_is_about(scene: Scene) -> None:
    """Not even once the evaluation is published: there may be others in the picture."""
    path = scene.path("finding_file")
    answers = {who: scene.ask(who, "GET", path).status_code for who in ROLES}
    assert {who for who, status in answers.items() if status == 200} == {
        "director",
        "controller",
        "evaluator",
    }
    with undone(), scene.drill.at_now():
        unit = scene.drill.posture("U2").unit
        other = User.objects.create_user("danh-gia-khac", password=None, name="Đánh giá khác")
        scene.drill.exercise.participants.create(user=other, role="evaluator", unit=unit)
        assert as_(other).get(path).status_code == 404


def test_every_post_wants_the_key_of_its_form(scene: Scene) -> None:
    for name, methods in METHODS.items():
        if "POST" not in methods:
            continue
        client = Client(enforce_csrf_checks=True)
        user = None if name in {"landing", "go", "code"} else scene.users["director"]
        if user:
            client.force_login(user, "django.contrib.auth.backends.ModelBackend")
        with undone(), scene.drill.at_now():
            assert client.post(scene.path(name), {"any": "thing"}).status_code == 403, name


def test_a_form_with_its_key_is_accepted(scene: Scene) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(scene.users["director"], "django.contrib.auth.backends.ModelBackend")  # type: ignore[arg-type]
    with undone(), scene.drill.at_now():
        page = client.get(scene.path("console"))
        key = page.context["csrf_token"]
        answer = client.post(
            scene.path("do"), headers={"X-CSRFToken": str(key), "HX-Request": "true"}
        )
    assert answer.status_code == 200


# ── commands ────────────────────────────────────────────────────────────────────────────────────
def test_the_four_tables_of_commands_hold_the_same() -> None:
    assert set(FORMS) == set(COMMANDS)
    assert set(ALLOWED) == set(COMMANDS)
    assert set(SAID) == set(COMMANDS)
    assert all(ALLOWED[command] for command in COMMANDS), "a command nobody may give"


def arguments(scene: Scene, command: str) -> dict[str, Any]:
    """What makes the command succeed in the scene, where one state can."""
    drill = scene.drill
    inject = {
        "release": "1.04",
        "hold": "1.04",
        "unhold": "1.05",
        "skip": "1.04",
        "restore": "1.06",
        "resend": "1.01",
    }.get(command, "1.02")
    tasking = {
        "verify": "1.03",
        "return_tasking": "1.03",
        "report": "1.02",
        "complete": "1.02",
        "start_work": "1.03",
        "waive": "1.01",
    }.get(command, "1.01")
    action = {
        "finish_action": "in_progress",
        "verify_action": "done",
        "reopen_action": "done",
    }.get(command, "open")
    return {
        "action_id": scene.actions[action].pk,
        "revision": "1",
        "finding": "Hạn chế khác",
        "measure": "Biện pháp khác",
        "owner_code": "U1",
        "due": "2030-01-01",
        "inject_id": drill.inject(inject).pk,
        "tasking_id": drill.tasking(tasking, "U1").pk,
        "unit_code": "U1",
        "unit_codes": ["U1"],
        "reason": "Lý do đủ dài để hiểu",
        "text": "Đã làm xong.",
        "note": "Ghi chú",
        "pace": "4",
        "to": ["U1"] if command == "add_inject" else "+30",
        "missed": "hold",
        "leaving": "transition",
        "override_reason": "Lý do đủ dài để hiểu",
        "policy": "space",
        "spacing_s": "60",
        "minutes": "30",
        "place": "Tầng 3",
        "words": "Có khói",
        "title_vi": "Tin mới",
        "content_vi": "Nội dung mới",
        "channel": "phone",
        "inject_ids": ["1"],
        "decision": "release",
        "rating": "P",
        "action": "1",
        "objective": "MT1",
        "kind": "strength",
    }


@pytest.mark.parametrize("command", sorted(COMMANDS))
def test_a_command_is_its_roles_own(scene: Scene, command: str) -> None:
    path = reverse("do", args=[scene.drill.exercise.code, command])
    data, before = arguments(scene, command), scene.everything()
    htmx: dict[str, Any] = {"headers": {"HX-Request": "true"}}
    for who in ROLES:
        if may(who, command):
            continue
        for how in (htmx, {}):
            assert scene.ask(who, "POST", path, data, **how).status_code == 403, (who, how)
    for who, status in (("stranger", 404), ("administrator", 404), ("anonymous", 401)):
        assert scene.ask(who, "POST", path, data, **htmx).status_code == status
    assert scene.ask("anonymous", "POST", path, data).status_code == 302
    assert scene.everything() == before
    for who in ROLES:
        for how, good in ((htmx, {200, 204, 409, 422}), ({}, {302})):
            if may(who, command):
                with undone():
                    assert scene.ask(who, "POST", path, data, **how).status_code in good, who


BY_STATE = {
    "start",
    "resume",
    "close",
    "extend_stand_down",
    "lift_real_world_stop",
    "report_posture",
    "confirm_posture",
    "return_posture",
    "decide_overdue",
    "start_work",
    "publish_evaluation",
    "begin_report",
    "write_report",
    "review_report",
    "return_report",
    "sign_report",
}
"""Refused in the scene's state, whoever gives them."""


@pytest.mark.parametrize("command", sorted(COMMANDS))
def test_a_command_that_is_carried_out_says_so_in_both_languages(
    scene: Scene, command: str
) -> None:
    role = next(role for role in ROLES if may(role, command))
    path = reverse("do", args=[scene.drill.exercise.code, command])
    for language in ("vi", "en"):
        with undone():
            headers = {"HX-Request": "true", "Accept-Language": language}
            answer = scene.ask(role, "POST", path, arguments(scene, command), headers=headers)
        text = answer.content.decode()
        assert answer.status_code in ((409, 422) if command in BY_STATE else (200,)), text
        assert "%(" not in text
        assert 'class="toast"' in text


def test_an_unknown_command_is_not_found(scene: Scene) -> None:
    for role in ROLES:
        path = reverse("do", args=[scene.drill.exercise.code, "launch"])
        assert scene.ask(role, "POST", path).status_code == 404


# ── the journal's sentences ─────────────────────────────────────────────────────────────────────
def kinds_in_source() -> set[str]:
    """Every kind conduct writes, read from the calls of ``note``."""
    found: set[str] = set()
    for file in (Path(__file__).parents[2] / "exercise" / "conduct").glob("*.py"):
        for function in ast.walk(ast.parse(file.read_text())):
            if isinstance(function, ast.FunctionDef):
                for call in ast.walk(function):
                    if isinstance(call, ast.Call) and getattr(call.func, "attr", "") == "note":
                        found |= _texts(call.args[0], function)
    return found


def _texts(node: ast.expr, function: ast.FunctionDef) -> set[str]:
    """The texts an expression can be, as far as this code goes."""
    if isinstance(node, ast.Constant):
        return {str(node.value)}
    if isinstance(node, ast.IfExp):
        return _texts(node.body, function) | _texts(node.orelse, function)
    if isinstance(node, ast.JoinedStr):
        head, value = node.values
        assert isinstance(head, ast.Constant)
        assert isinstance(value, ast.FormattedValue)
        return {f"{head.value}{rest}" for rest in _texts(value.value, function)}
    assert isinstance(node, ast.Name), ast.dump(node)
    texts: set[str] = set()
    for one in ast.walk(function):
        if isinstance(one, ast.Assign) and any(_is(target, node.id) for target in one.targets):
            texts |= _texts(one.value, function)
        if isinstance(one, ast.For) and isinstance(one.target, ast.Tuple):
            place = next((n for n, name in enumerate(one.target.elts) if _is(name, node.id)), None)
            rows = next(
                (
                    line.value
                    for line in ast.walk(function)
                    if isinstance(line, ast.Assign) and _is(line.targets[0], _name(one.iter))
                ),
                None,
            )
            if place is not None and isinstance(rows, ast.Tuple):
                for row in rows.elts:
                    assert isinstance(row, ast.Tuple)
                    texts |= _texts(row.elts[place], function)
    assert texts, f"no text found for {node.id} in {function.name}"
    return texts


def _name(node: ast.expr) -> str:
    return node.id if isinstance(node, ast.Name) else ""


def _is(node: ast.expr, name: str) -> bool:
    return bool(name) and _name(node) == name


def test_every_kind_that_conduct_writes_has_its_sentence() -> None:
    kinds = kinds_in_source()
    assert {"tasking_due_soon", "inject_held", "tasking_reacknowledged"} <= kinds
    assert kinds - set(log.SENTENCES) == set()
    assert set(log.SENTENCES) >= log.PUBLIC_KINDS | log.UNIT_KINDS | log.QUIET_KINDS


def long_course() -> Drill:
    """A day on which nearly everything happens."""
    injects = [
        entry(
            "1.01",
            5,
            ["U1", "U2"],
            mandatory=True,
            expected_actions=ACTIONS,
            complete_within_s=3600,
        ),
        entry("1.02", 6, ["U1", "U2"]),
        entry("1.03", None, ["U1"], when=("1.01", "completed")),
        entry("1.04", 20, ["U1"], complete_within_s=1200),
        entry("1.05", 120, ["U1"]),
        entry("2.01", 245, ["U1", "U2"], mandatory=True, complete_within_s=3600),
        entry("3.01", 485, ["U1"]),
    ]
    drill = make_drill(units=2, injects=injects, stand_downs=[(1, 1.5)], started=True)
    Objective.objects.create(scenario=drill.exercise.scenario, code="MT1", title={"vi": "Chỉ huy"})
    lead, evaluator = drill.actor("lead", "U1"), drill.actor("evaluator")
    drill.later(5).sweep()
    drill.later(1).sweep()
    for unit in drill.units:
        who = drill.actor("lead", unit)
        tasking = drill.tasking("1.01", unit).pk
        drill.do("open_tasking", who, tasking_id=tasking)
        drill.do("acknowledge", who, tasking_id=tasking)
        drill.do("start_work", who, tasking_id=tasking)
        drill.do("complete", who, tasking_id=tasking, text="Đã làm <b>xong</b> {actor}")
    first = drill.tasking("1.01", "U1").pk
    drill.do("rate", evaluator, tasking_id=first, rating="S", note="Chậm")
    drill.do("rate_action", evaluator, tasking_id=first, action=1, rating="M", note="Thiếu xe")
    drill.do("rate_objective", evaluator, unit_code="U1", objective="MT1", rating="S")
    drill.do("record_finding", evaluator, kind="strength", text="Đến <b>sớm</b>", place="{x}")
    drill.do("publish_evaluation")
    drill.do("withdraw_evaluation")
    drill.do("verify", tasking_id=first)
    drill.do("return_tasking", tasking_id=drill.tasking("1.01", "U2").pk, reason="Thiếu số liệu ạ")
    drill.do("complete", drill.actor("lead", "U2"), tasking_id=drill.tasking("1.01", "U2").pk)
    second = drill.inject("1.02").pk
    drill.do("nudge", tasking_id=drill.tasking("1.02", "U2").pk)
    drill.do("acknowledge", lead, tasking_id=drill.tasking("1.02", "U1").pk)
    texts = {name: drill.inject("1.02").title for name in ("title", "content")}
    drill.do("correct", inject_id=second, reason="Sai tên đơn vị", **texts)
    drill.do("acknowledge", lead, tasking_id=drill.tasking("1.02", "U1").pk)
    drill.do("resend", inject_id=second)
    drill.do("acknowledge_for", tasking_id=drill.tasking("1.02", "U2").pk, channel="phone")
    drill.later(1).sweep()
    drill.do("recall", inject_id=second, reason="Phát nhầm đơn vị")
    drill.later(13).sweep()
    drill.later(1).sweep()
    drill.later(11).sweep()
    drill.do("acknowledge", lead, tasking_id=drill.tasking("1.04", "U1").pk)
    drill.later(9).sweep()
    drill.later(6).sweep()
    drill.do("waive", tasking_id=drill.tasking("1.04", "U1").pk, reason="Không còn cần nữa")
    added = {"title": texts["title"], "content": texts["content"], "to": ["U1"]}
    drill.do("add_inject", in_minutes=90, **added)
    drill.do("call_real_world_stop", lead, place="Tầng 3 {x}", words="Cháy <script>")
    drill.do("lift_real_world_stop")
    drill.do("resume")
    drill.later(15).sweep()
    drill.do("extend_stand_down", minutes=5)
    drill.later(40).sweep()
    late = drill.inject("1.05").pk
    for command in ("hold", "unhold", "skip", "restore"):
        drill.do(command, inject_id=late)
    drill.do("set_pace", rate_permille=2000)
    drill.do("set_overdue_policy", policy="space", spacing_s=60)
    drill.do("revoke_board_link")
    drill.do("extend_board_link")
    position_us = drill.fresh().clock.position_us(drill.now)
    drill.do("jump", to_us=position_us + MINUTE, missed="skip")
    for unit in drill.units:
        drill.do("report_posture", drill.actor("lead", unit), unit_code=unit, note="Báo cáo")
    drill.do("return_posture", unit_code="U2", reason="Chưa đủ quân số")
    drill.do("report_posture", drill.actor("lead", "U2"), unit_code="U2")
    for unit in drill.units:
        drill.do("confirm_posture", unit_code=unit)
    drill.do("pause")
    drill.do("resume")
    drill.do(
        "advance_phase",
        leaving="transition",
        override_reason="Cần đi tiếp cho kịp",
        unfinished="cancel",
    )
    drill.do("end")
    drill.do("close")
    drill.fresh()
    return drill


def test_every_entry_of_a_long_day_reads_as_a_sentence() -> None:
    drill = long_course()
    assert verify(drill.exercise).verified
    kinds = set(drill.kinds)
    assert kinds - set(log.SENTENCES) == set()
    assert len(kinds) > 38, sorted(set(log.SENTENCES) - kinds)
    entries = list(drill.exercise.journal.order_by("seq"))
    for public in (False, True):
        for row in log.rows(drill.exercise, entries, public=public):
            assert row.sentence
            assert "<script>" not in row.sentence
            assert "plain_title" not in row.sentence


def test_the_printed_tables_of_roles_are_those_of_the_code() -> None:
    printed = Path(__file__).parents[2] / "docs" / "roles.md"
    assert printed.read_text() == roles_document()
    call_command("roles_table", check=True)
