"""What a person fills in to upload a file, and to find a row."""

from typing import Any

from django import forms
from django.conf import settings
from django.core.files.uploadedfile import UploadedFile

from imports.receiving import limit
from mavis.forms import Form


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
