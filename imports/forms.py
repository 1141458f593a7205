"""What a person fills in to upload a file, and to find a row."""

import re
from collections.abc import Sequence
from typing import Any

from django import forms
from django.conf import settings
from django.core.files.uploadedfile import UploadedFile

from children.forms.searching import NHS_NUMBER_DIGITS
from imports.pages import words
from imports.queries.audit_log import NOBODY, OPENED
from imports.receiving import limit
from imports.rules.differences import Field
from imports.rules.resolutions import Resolution, Take
from mavis.forms import Form
from mavis.models import EventKind
from schoolmoves.forms import DownloadMoves


class UploadType(Form):
    """Which kind of records someone wants to upload. There is one kind so far."""

    type = forms.ChoiceField(
        label="What type of records are you uploading?",
        choices=[("child-records", "Child records")],
        widget=forms.RadioSelect,
        error_messages={
            "required": "Select the type of records you are uploading",
            "invalid_choice": "Select the type of records you are uploading",
        },
    )


class UploadFile(Form):
    """The cohort file."""

    file = forms.FileField(
        label="Upload file",
        max_length=255,
        widget=forms.FileInput(attrs={"accept": ".csv,.xlsx"}),
        error_messages={
            "required": "Select a CSV or Excel file to upload",
            "missing": "Select a CSV or Excel file to upload",
            "invalid": "Select a CSV or Excel file to upload",
            "empty": "The file is empty. Select a file that has children in it",
            "max_length": "The file’s name is too long. Give it a shorter name",
        },
    )

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        rows = f"{settings.IMPORT_MAX_ROWS:,}"
        self.fields["file"].help_text = (
            "A CSV file, or an Excel workbook (.xlsx) with one sheet of children. At "
            f"most {rows} rows and {settings.IMPORT_MAX_MEGABYTES} MB."
        )

    def clean_file(self) -> "UploadedFile[bytes]":
        file: UploadedFile[bytes] = self.cleaned_data["file"]
        if (file.size or 0) > limit():
            raise forms.ValidationError(too_large(file.size or 0))
        return file


class UploadAgain(forms.Form):
    """A person's word that the same file shall be uploaded a second time."""

    again = forms.IntegerField(min_value=1)
    name = forms.CharField(max_length=255)


class ResolveCloseMatch(Form):
    """What someone decides about a close match.

    :param choices: values and words of the choices that are offered
    :param fields: names of the fields that differ, and what they are called
    """

    choice = forms.ChoiceField(
        label="What do you want to do?",
        widget=forms.RadioSelect,
        error_messages={
            "required": "Select what to do with the uploaded record",
            "invalid_choice": "Select what to do with the uploaded record",
        },
    )

    def __init__(
        self,
        *args: Any,
        choices: Sequence[tuple[str, str]],
        fields: Sequence[tuple[str, str]],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["choice"].choices = choices  # type: ignore[attr-defined]
        self.names = dict(fields)
        for name, label in fields:
            self.fields[f"take_{name}"] = forms.ChoiceField(
                label=words.sentence_case(label),
                required=False,
                choices=[(take.value, take.value) for take in Take],
                widget=forms.RadioSelect,
                error_messages={"invalid_choice": f"Select which {label} to keep"},
            )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("choice") == Resolution.CHOOSE_FIELDS:
            for name, label in self.names.items():
                if f"take_{name}" in cleaned and not cleaned[f"take_{name}"]:
                    self.add_error(f"take_{name}", f"Select which {label} to keep")
        return cleaned

    @property
    def taken(self) -> dict[Field, Take]:
        """Return the value to take of each field, where one was said."""
        given = {name: self.cleaned_data.get(f"take_{name}") for name in self.names}
        return {Field(name): Take(take) for name, take in given.items() if take}


class ResolveSharedNumber(Form):
    """What someone decides of two children for whom PDS has one number."""

    choice = forms.ChoiceField(
        label="What do you want to do?",
        widget=forms.RadioSelect,
        error_messages={
            "required": "Select what to do with the records",
            "invalid_choice": "Select what to do with the records",
        },
    )

    def __init__(
        self, *args: Any, choices: Sequence[tuple[str, str]], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["choice"].choices = choices  # type: ignore[attr-defined]


class SearchRows(forms.Form):
    """Words of a name, or a row number. It is posted, never part of an address."""

    search = forms.CharField(max_length=200, required=False)
    page = forms.CharField(max_length=10, required=False)


def too_large(size: int) -> str:
    """Return what to say of a file with this many bytes."""
    # Rounded up: a file just above the limit is not as large as the limit.
    megabytes = -(-size // (1024 * 1024))
    most = settings.IMPORT_MAX_MEGABYTES
    return (
        f"The file is {megabytes:,} MB and may be at most {most} MB. "
        "Split it into smaller files and upload them one after the other"
    )


class DecideMove(Form):
    """What a person decides about a school move. `seen` is what the page showed."""

    CONFIRM, IGNORE = "confirm", "ignore"

    decision = forms.ChoiceField(
        label="What do you want to do?",
        choices=[
            (CONFIRM, "Update record with new school"),
            (IGNORE, "Ignore new information"),
        ],
        widget=forms.RadioSelect,
        error_messages={
            "required": "Select whether to update the record or to ignore the move",
            "invalid_choice": "Select one of the two choices",
        },
    )
    seen = forms.CharField(max_length=200, required=False, widget=forms.HiddenInput)


class NarrowAuditLog(DownloadMoves):
    """Which part of the audit log is wanted, and of which days."""

    field_order = ("child", "kind", "person")

    child = forms.CharField(
        label="Child (optional)",
        help_text="A name or an NHS number. For example, OKAFOR, Amara or 999 000 0018",
        required=False,
        max_length=300,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    kind = forms.ChoiceField(
        label="What happened",
        required=False,
        error_messages={"invalid_choice": "Select something of the list"},
        choices=[
            ("", "Anything"),
            (OPENED, "Record opened"),
            *sorted(EventKind.choices, key=lambda choice: str(choice[1])),
        ],
    )
    person = forms.ChoiceField(
        label="Who did it",
        required=False,
        error_messages={"invalid_choice": "Select someone of the list"},
    )

    def __init__(self, *args: Any, people: list[tuple[int, str]], **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.fields["person"].choices = [  # type: ignore[attr-defined]
            ("", "Anybody"),
            (NOBODY, "Mavis, by itself"),
            *people,
        ]

    def clean_child(self) -> str:
        asked = " ".join(self.cleaned_data["child"].split())
        number = re.sub(r"[ -]", "", asked)
        if not re.fullmatch(r"[0-9]+", number):
            return asked
        if len(number) != NHS_NUMBER_DIGITS:
            raise forms.ValidationError("Enter all 10 digits of the NHS number")
        return number
