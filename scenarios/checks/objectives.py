"""What the drill is to show: objectives and training problems, and whether injects test them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from django.utils.translation import gettext as _

from scenarios.checks.finding import Finding, Kind, Place, finding, inject
from scenarios.checks.plan import Plan


def check_objectives(plan: Plan) -> Iterator[Finding]:
    """Objectives not tested enough, injects that test none, problems without injects."""
    document = plan.document
    if not document.objectives:
        yield finding(
            "no_objectives",
            Place(Kind.SCENARIO, "", "objectives"),
            _("Kịch bản không có mục tiêu nào: không có gì để đánh giá."),
            _("Ghi mục tiêu, rồi nêu mục tiêu ở từng tình huống."),
        )
    tested = Counter(code for entry in document.msel for code in set(entry.objectives))
    for objective in document.objectives:
        place = Place(Kind.OBJECTIVE, objective.code)
        if not tested[objective.code]:
            message = _("Không tình huống nào kiểm tra mục tiêu này.")
            suggestion = _("Nêu mục tiêu ở các tình huống kiểm tra nó, hoặc bỏ mục tiêu.")
            yield finding("objective_untested", place, message, suggestion)
        elif tested[objective.code] == 1:
            message = _(
                "Chỉ một tình huống kiểm tra mục tiêu này: hỏng một lần là không đánh giá được."
            )
            suggestion = _("Nêu mục tiêu ở thêm một tình huống.")
            yield finding("objective_tested_once", place, message, suggestion)
    if document.objectives:
        for entry in document.msel:
            if not entry.objectives:
                place = inject(entry.number, "objectives")
                message = _("Tình huống không kiểm tra mục tiêu nào.")
                yield finding("inject_without_objective", place, message, _("Chọn mục tiêu."))


def check_problems(plan: Plan) -> Iterator[Finding]:
    """Training problems nobody plays, and injects under a problem of another phase."""
    problems = {problem.code: problem for problem in plan.document.problems}
    used = {entry.problem for entry in plan.document.msel}
    for code in problems:
        if code not in used:
            yield finding(
                "problem_unused",
                Place(Kind.PROBLEM, code),
                _("Vấn đề huấn luyện không có tình huống nào."),
                _("Xếp tình huống vào vấn đề này, hoặc bỏ vấn đề."),
            )
    for entry in plan.document.msel:
        problem = problems.get(entry.problem or "")
        if problem and problem.phase != entry.phase:
            yield finding(
                "problem_other_phase",
                inject(entry.number, "problem"),
                _("Vấn đề huấn luyện %(problem)s thuộc giai đoạn khác.")
                % {"problem": problem.code},
                _("Chọn vấn đề của giai đoạn này, hoặc đổi giai đoạn."),
            )
