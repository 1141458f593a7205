"""The same file through django-import-export, as well as that can be set up.

A ModelResource for children with cleaned fields, the same matching (NHS number, else
all four details, else three of four, which it leaves to a person as Mavis does), a
dry run for the review and then the real run. It does less than Mavis: no contacts,
memberships, PDS history, school moves, activity log or fingerprints, and no likeness.

The best configuration found: no bulk, no reports of differences or of skipped rows,
unchanged children not saved, and queries that find children by Mavis's own indexes.
"""

import time
from collections.abc import Sequence
from datetime import date
from typing import Any

from django.db.models import Q
from import_export import fields, resources, widgets
from tablib import Dataset

from children.models import Child
from mavis.benchmark.database import NOW, team
from mavis.benchmark.people import ACADEMIC_YEAR, HEADERS, Row, cells
from mavis.models import School
from mavis.rules import academic_year, readers
from mavis.rules.names import fold

# What a row may add to a child that is in Mavis already.
ADDED = (
    "preferred_first_name", "preferred_last_name", "registration", "nhs_number",
    "address_line_1", "address_line_2", "town",
)  # fmt: skip

# What is read is clean already; a null is none of the blanks that cleaning refuses.
MAY_BE_NULL = {field.name for field in Child._meta.fields if field.null}


class ImportEndedInErrors(Exception):
    """A row of the file could not be imported."""


class _Read(widgets.Widget):
    """Reads a cell as Mavis reads that column; a blank one is no value."""

    def __init__(self, read: Any, blank: Any = "") -> None:
        super().__init__()
        self._read, self._blank = read, blank

    def clean(self, value: str, row: Any = None, **_: Any) -> Any:
        return self._read(value) if value else self._blank


def _field(attribute: str, header: str, read: Any, blank: Any = "") -> fields.Field:
    return fields.Field(attribute, header, widget=_Read(read, blank))


class ChildResource(resources.ModelResource):
    first_name = _field("first_name", "CHILD_FIRST_NAME", readers.read_name)
    last_name = _field("last_name", "CHILD_LAST_NAME", readers.read_name)
    preferred_first_name = _field(
        "preferred_first_name", "CHILD_PREFERRED_FIRST_NAME", readers.read_name
    )
    preferred_last_name = _field(
        "preferred_last_name", "CHILD_PREFERRED_LAST_NAME", readers.read_name
    )
    date_of_birth = _field(
        "date_of_birth", "CHILD_DATE_OF_BIRTH", readers.read_date_of_birth
    )
    registration = _field("registration", "CHILD_REGISTRATION", readers.read_text)
    gender = _field("gender", "CHILD_GENDER", readers.read_gender, "not_known")
    address_line_1 = _field("address_line_1", "CHILD_ADDRESS_LINE_1", readers.read_text)
    address_line_2 = _field("address_line_2", "CHILD_ADDRESS_LINE_2", readers.read_text)
    town = _field("town", "CHILD_TOWN", readers.read_text)
    postcode = _field("postcode", "CHILD_POSTCODE", readers.read_postcode)
    nhs_number = _field("nhs_number", "CHILD_NHS_NUMBER", readers.read_nhs_number, None)

    class Meta:
        model = Child
        fields = (
            "first_name", "last_name", "preferred_first_name", "preferred_last_name",
            "date_of_birth", "registration", "gender", "address_line_1",
            "address_line_2", "town", "postcode", "nhs_number",
        )  # fmt: skip
        import_id_fields: tuple[str, ...] = ()
        force_init_instance = False
        skip_diff = True
        skip_html_diff = True
        report_skipped = False
        use_transactions = True
        batch_size = 1000

    def __init__(self) -> None:
        super().__init__()
        self._schools = dict(School.objects.values_list("urn", "pk"))
        self._team = team()

    def get_or_init_instance(self, loader: Any, row: Any) -> tuple[Child, bool]:
        """Return the child that a row is about, or a new one.

        One that only three details speak for is marked, and left to a person.
        """
        born = readers.read_date_of_birth(row["CHILD_DATE_OF_BIRTH"])
        postcode = readers.read_postcode(row["CHILD_POSTCODE"])
        keys = fold(row["CHILD_FIRST_NAME"]), fold(row["CHILD_LAST_NAME"])
        alike_or_same = Q(date_of_birth=born, first_name_key=keys[0]) | Q(
            postcode=postcode, last_name_key=keys[1]
        )
        if row["CHILD_NHS_NUMBER"]:
            alike_or_same |= Q(nhs_number=row["CHILD_NHS_NUMBER"])
        found = Child.objects.filter(alike_or_same, merged_into=None)
        alike: Any = None
        for child in found:
            same = child.nhs_number and child.nhs_number == row["CHILD_NHS_NUMBER"]
            agreeing = (
                (child.first_name_key == keys[0])
                + (child.last_name_key == keys[1])
                + (child.date_of_birth == born)
                + (child.postcode == postcode)
            )
            if agreeing == 4:
                return child, False
            differs = row["CHILD_NHS_NUMBER"] and child.nhs_number and not same
            if agreeing == 3 and not differs:
                alike = child
        if alike is not None:
            alike.is_for_a_person = True
            return alike, False
        return self._new(row, born, keys), True

    def _new(self, row: Any, born: date, keys: tuple[str, str]) -> Child:
        return Child(
            first_name_key=keys[0],
            last_name_key=keys[1],
            birth_academic_year=academic_year.containing(born),
            school_id=self._schools[row["CHILD_SCHOOL_URN"]],
            created_at=NOW,
        )

    def import_instance(self, instance: Any, row: Any, **kwargs: Any) -> None:
        if instance.pk is None:
            super().import_instance(instance, row, **kwargs)
            instance.nhs_number_confirmed = instance.nhs_number is not None
            if instance.registration:
                instance.registration_academic_year = ACADEMIC_YEAR
            instance.is_changed = True
            return
        instance.is_changed = False
        if getattr(instance, "is_for_a_person", False):
            return
        for name in ADDED:
            if not getattr(instance, name):
                self.fields[name].save(instance, row)
                instance.is_changed |= bool(getattr(instance, name))

    def skip_row(self, instance: Any, original: Any, row: Any, errors: Any) -> bool:
        return not instance.is_changed

    def validate_instance(self, instance: Child, *_: Any, **__: Any) -> None:
        instance.clean_fields(exclude=MAY_BE_NULL)


def import_rows(rows: Sequence[Row]) -> float:
    """Import these rows, a dry run and then the real one, and return the seconds.

    :raises ImportEndedInErrors: there was an error in a row
    """
    resource, dataset = ChildResource(), _dataset(rows)
    began = time.monotonic()
    for dry_run in (True, False):
        result = resource.import_data(dataset, dry_run=dry_run)
        if result.has_errors() or result.has_validation_errors():
            raise ImportEndedInErrors
    return time.monotonic() - began


def _dataset(rows: Sequence[Row]) -> Dataset:
    """Return the file, with the numbers that PDS gave: the peer asks nobody."""
    number = HEADERS.index("CHILD_NHS_NUMBER")
    lines = [cells(row) for row in rows]
    for line, row in zip(lines, rows, strict=True):
        line[number] = row.traced
    return Dataset(*lines, headers=HEADERS)
