"""Where a child is taught, and why a child is archived, as a person says it."""

from typing import Any

from django import forms

from children.models import ArchiveReason
from mavis.forms import Form, ReadField
from mavis.rules import readers
from schoolmoves.rules.moving import Place

HOME_EDUCATED = "home"
UNKNOWN = "unknown"


def value_of(place: Place) -> str:
    """Return what stands for a place in the form."""
    if place.school_id is not None:
        return str(place.school_id)
    return HOME_EDUCATED if place.home_educated else UNKNOWN


class SchoolForm(Form):
    """`seen` is the place that the page showed as the present one."""

    seen = forms.CharField(widget=forms.HiddenInput, required=False)
    school = forms.ChoiceField(
        label="School",
        error_messages={
            "required": "Select a school",
            "invalid_choice": "Select one of your team’s schools",
        },
    )

    def __init__(
        self, data: Any = None, *, schools: list[tuple[int, str]], present: Place
    ) -> None:
        value = value_of(present)
        super().__init__(data, initial={"school": value, "seen": value})
        choices = [
            *((str(school_id), name) for school_id, name in schools),
            (HOME_EDUCATED, "Home-educated"),
            (UNKNOWN, "School not known"),
        ]
        self.fields["school"].choices = choices  # type: ignore[attr-defined]

    def place(self) -> Place:
        """Return the place that was chosen, once the form is valid."""
        chosen = self.cleaned_data["school"]
        if chosen in (HOME_EDUCATED, UNKNOWN):
            return Place(home_educated=chosen == HOME_EDUCATED)
        return Place(int(chosen))


class ArchiveForm(Form):
    reason = forms.ChoiceField(
        label="Why is this record being archived?",
        choices=ArchiveReason.choices,
        widget=forms.RadioSelect,
        error_messages={
            "required": "Select a reason",
            "invalid_choice": "Select one of the reasons in the list",
        },
    )
    details = ReadField(
        readers.read_text,
        label="Details, if other",
        help_text="Why the record is archived",
        required=False,
    )

    def clean(self) -> dict[str, Any]:
        entered = super().clean() or self.cleaned_data
        if entered.get("reason") != ArchiveReason.OTHER:
            entered["details"] = ""
        elif not entered.get("details") and "details" not in self.errors:
            self.add_error("details", "Enter why the record is archived")
        return entered
