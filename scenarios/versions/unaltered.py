"""Whether an approved version still says what was approved: its rows against its content hash."""

from __future__ import annotations

from django.utils.translation import gettext as _

from scenarios.checks import Finding, Kind, Place, check, finding
from scenarios.models import Scenario
from scenarios.reading import Document
from scenarios.writing import unchecked_document_of


def altered(scenario: Scenario, document: Document | None = None) -> bool:
    """Whether an approved version no longer says what was approved. Of a draft there is nothing to
    compare with, nor of versions from before they had a hash.

    Args:
        document: what it says now, where that is at hand.
    """
    if scenario.is_draft or not scenario.content_hash:
        return False
    return (document or unchecked_document_of(scenario)).content_hash != scenario.content_hash


def check_version(scenario: Scenario) -> list[Finding]:
    """What ``scenarios.checks`` finds in a stored version as it stands in the rows; of an approved
    one also whether it was changed since.
    """
    document = unchecked_document_of(scenario)
    found = check(document)
    if altered(scenario, document):
        wrong = finding(
            "approved_altered",
            Place(Kind.SCENARIO),
            _("Nội dung đã khác với bản được duyệt."),
            _("Lập phiên bản mới, kiểm tra, trình và duyệt lại."),
        )
        found = sorted([wrong, *found], key=lambda one: one.sort_key)
    return found
