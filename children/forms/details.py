"""What can be changed of a child's record, one form a part of it.

What is entered is read by the rules for the same columns of a cohort file.
"""

import datetime
from collections.abc import Mapping
from typing import Any, ClassVar

from django import forms

from children.editing import Part
from children.models import Child, Gender
from children.pages.words import show_registration
from mavis.forms import Form, ReadField
from mavis.models import Team
from mavis.pages import show_nhs_number
from mavis.rules import academic_year, readers


class PartForm(Form):
    """A part of a child's record. `seen` is its version when the form was shown."""

    title: ClassVar[str]

    seen = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(
        self,
        data: Any = None,
        *,
        child: Child,
        team: Team,
        today: datetime.date,
        seen: str,
    ) -> None:
        self.child, self.team, self.today = child, team, today
        super().__init__(data, initial={**self.initial_values(), "seen": seen})

    def initial_values(self) -> dict[str, Any]:
        return {
            name: getattr(self.child, name)
            for name in self.base_fields
            if name != "seen"
        }

    def values(self) -> dict[str, Any]:
        """Return the new values by column of Child, once the form is valid."""
        return {
            name: value for name, value in self.cleaned_data.items() if name != "seen"
        }


class NameForm(PartForm):
    title = "Name"

    first_name = ReadField(
        readers.read_name,
        label="First name",
        error_messages={"required": "Enter a first name"},
    )
    last_name = ReadField(
        readers.read_name,
        label="Last name",
        error_messages={"required": "Enter a last name"},
    )
    preferred_first_name = ReadField(
        readers.read_name,
        label="Preferred first name",
        help_text="If the child goes by another first name",
        required=False,
    )
    preferred_last_name = ReadField(
        readers.read_name,
        label="Preferred last name",
        help_text="If the child goes by another last name",
        required=False,
    )


class DateOfBirthForm(PartForm):
    title = "Date of birth"

    date_of_birth = ReadField(
        readers.read_date_of_birth,
        label="Date of birth",
        help_text="For example, 27/03/2014",
        error_messages={"required": "Enter a date of birth like 27/03/2014"},
    )

    def initial_values(self) -> dict[str, Any]:
        return {"date_of_birth": f"{self.child.date_of_birth:%d/%m/%Y}"}

    def clean_date_of_birth(self) -> datetime.date:
        day: datetime.date = self.cleaned_data["date_of_birth"]
        if day > self.today:
            raise forms.ValidationError(
                "Enter a date of birth that is not in the future"
            )
        return day


class GenderForm(PartForm):
    title = "Gender"

    gender = forms.ChoiceField(
        label="Gender",
        choices=Gender.choices,
        widget=forms.RadioSelect,
        error_messages={
            "required": "Select a gender",
            "invalid_choice": "Select one of the genders in the list",
        },
    )


class AddressForm(PartForm):
    title = "Address"

    address_line_1 = ReadField(
        readers.read_text, label="Address line 1", required=False
    )
    address_line_2 = ReadField(
        readers.read_text, label="Address line 2", required=False
    )
    town = ReadField(readers.read_text, label="Town or city", required=False)
    postcode = ReadField(
        readers.read_postcode,
        label="Postcode",
        help_text=(
            "ZZ99 3VZ for no fixed abode, ZZ99 3WZ for not known, ZZ99 3CZ for abroad"
        ),
        error_messages={"required": "Enter a postcode like SW1A 1AA"},
    )


class YearGroupForm(PartForm):
    title = "Year group and registration"

    year_group = forms.ChoiceField(
        label="Year group",
        help_text="Only choose another one for a child taught outside their year",
        required=False,
        error_messages={"invalid_choice": "Select a year group in the list"},
    )
    registration = ReadField(
        readers.read_text,
        label="Registration",
        help_text="The child’s class, for example 8T5",
        required=False,
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.year = academic_year.containing(self.today)
        born = academic_year.containing(self.child.date_of_birth)
        by_birth = academic_year.describe_year_group(self._group(born))
        self.fields["year_group"].choices = [  # type: ignore[attr-defined]
            ("", f"{by_birth}, as the date of birth says"),
            *(
                (str(group), f"{academic_year.describe_year_group(group)}, given")
                for group in self._choices()
            ),
        ]

    def _choices(self) -> list[int]:
        """Return the year groups that may be given, and the one that was."""
        school = self.child.school
        allowed = academic_year.allowed_year_groups(
            special_school=school is not None and school.is_special,
            nursery=self.team.vaccinates_nursery,
        )
        given = self.child.birth_academic_year_given
        present = {self._group(self.child.birth_academic_year)} if given else set()
        return sorted({*allowed, *present})

    def _group(self, born: int) -> int:
        return academic_year.year_group(born, academic_year.containing(self.today))

    def initial_values(self) -> dict[str, Any]:
        child = self.child
        given = child.birth_academic_year_given
        return {
            "year_group": str(self._group(child.birth_academic_year)) if given else "",
            "registration": show_registration(child, self.today),
        }

    def values(self) -> dict[str, Any]:
        given = self.cleaned_data["year_group"]
        values: dict[str, Any] = {"birth_academic_year_given": bool(given)}
        if given:
            values["birth_academic_year"] = academic_year.birth_academic_year(
                int(given), self.year
            )
        registration = self.cleaned_data["registration"]
        # One of an earlier year has lapsed and is not shown: it is left as it is.
        if registration != show_registration(self.child, self.today):
            values["registration"] = registration
            values["registration_academic_year"] = self.year if registration else None
        return values


class NhsNumberForm(PartForm):
    title = "NHS number"

    nhs_number = ReadField(
        readers.read_nhs_number,
        blank=None,
        label="NHS number",
        help_text="10 digits, for example 999 000 0018. Leave it blank if not known",
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off", "inputmode": "numeric"}),
    )

    def initial_values(self) -> dict[str, Any]:
        return {"nhs_number": show_nhs_number(self.child.nhs_number)}


FORMS: Mapping[Part, type[PartForm]] = {
    Part.NAME: NameForm,
    Part.DATE_OF_BIRTH: DateOfBirthForm,
    Part.GENDER: GenderForm,
    Part.ADDRESS: AddressForm,
    Part.YEAR_GROUP: YearGroupForm,
    Part.NHS_NUMBER: NhsNumberForm,
}
