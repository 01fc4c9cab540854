"""What the commands on the after-action report take from a page."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from exercise.conduct.reporting import LONGEST_CHAPTER
from exercise.models import Chapter
from exercise.review.files import FORMATS
from exercise.screens.forms import CommandForm, NoArguments


class VersionForm(CommandForm):
    """Which version."""

    number = forms.IntegerField(min_value=1, max_value=100_000)


class ReturnReportForm(VersionForm):
    """Why it is given back."""

    reason = forms.CharField(label=_("Lý do"), max_length=500)


class WriteReportForm(VersionForm):
    """One chapter's text, and how often it was written when the page was drawn."""

    chapter = forms.ChoiceField(choices=Chapter.choices)
    text = forms.CharField(
        label=_("Nội dung"), max_length=LONGEST_CHAPTER, required=False, strip=False
    )
    revision = forms.IntegerField(min_value=0, max_value=1_000_000)


REPORT_FORMS: dict[str, type[CommandForm]] = {
    "begin_report": NoArguments,
    "write_report": WriteReportForm,
    "review_report": VersionForm,
    "return_report": ReturnReportForm,
    "sign_report": VersionForm,
}


class ShareForm(forms.Form):
    """Which version."""

    version = forms.IntegerField(min_value=1, max_value=100_000)


class ExportForm(forms.Form):
    """Which file, of which version; the newest where none is named."""

    form = forms.ChoiceField(choices=[(name, name) for name in FORMATS])
    version = forms.IntegerField(min_value=1, max_value=100_000, required=False)
