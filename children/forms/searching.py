"""What can be asked for when searching for children."""

import re
from typing import Any

from django import forms

from children.queries import Search
from mavis.forms import Form
from mavis.rules import academic_year

NHS_NUMBER_DIGITS = 10
YEAR_GROUPS = range(-2, 15)


class SearchForm(Form):
    q = forms.CharField(
        label="Name or NHS number",
        help_text="For example, OKAFOR, Amara or 999 000 0018",
        required=False,
        max_length=300,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    school = forms.ChoiceField(
        label="School",
        required=False,
        error_messages={"invalid_choice": "Select one of your team’s schools"},
    )
    year_group = forms.ChoiceField(
        label="Year group",
        required=False,
        error_messages={"invalid_choice": "Select a year group of the list"},
    )
    archived = forms.BooleanField(label="Archived records only", required=False)
    missing_nhs_number = forms.BooleanField(label="Missing NHS number", required=False)

    def __init__(self, *args: Any, schools: list[tuple[int, str]], **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.fields["school"].choices = [("", "Any school"), *schools]  # type: ignore[attr-defined]
        self.fields["year_group"].choices = [  # type: ignore[attr-defined]
            ("", "Any year group"),
            *((year, academic_year.describe_year_group(year)) for year in YEAR_GROUPS),
        ]

    def clean_q(self) -> str:
        asked = " ".join(self.cleaned_data["q"].split())
        if _is_number(asked) and len(_digits(asked)) != NHS_NUMBER_DIGITS:
            raise forms.ValidationError("Enter all 10 digits of the NHS number")
        if asked and not _is_number(asked) and not re.search(r"[^\W\d_]", asked):
            raise forms.ValidationError("Enter a name or an NHS number")
        return asked

    def clean(self) -> dict[str, Any]:
        asked = super().clean() or self.cleaned_data
        if not self.errors and not any(asked.values()):
            self.add_error(
                "q", "Enter a name or an NHS number, or choose one of the filters"
            )
        return asked

    @property
    def narrowed(self) -> bool:
        """Test if one of the filters behind the expander is set."""
        return any(
            self.data.get(name)
            for name in ("school", "year_group", "archived", "missing_nhs_number")
        )

    def search(self) -> Search:
        """Return what was asked for, once the form is valid."""
        asked = self.cleaned_data
        number = _is_number(asked["q"])
        return Search(
            name="" if number else asked["q"],
            nhs_number=_digits(asked["q"]) if number else "",
            school_id=int(asked["school"]) if asked["school"] else None,
            year_group=int(asked["year_group"]) if asked["year_group"] else None,
            archived=asked["archived"],
            missing_nhs_number=asked["missing_nhs_number"],
        )


def _is_number(text: str) -> bool:
    return re.fullmatch(r"[0-9][0-9 \-]*", text) is not None


def _digits(text: str) -> str:
    return re.sub(r"[^0-9]", "", text)
