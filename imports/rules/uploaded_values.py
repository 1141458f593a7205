"""What a record takes from a row, column by column."""

from collections.abc import Iterable, Mapping
from typing import Any, Protocol

from imports.rules.differences import Field

# The columns of a child that each field stands for; those of a row have the same
# names. Contacts are not among a child's columns: see children.rules.contacts.
COLUMNS: Mapping[Field, tuple[str, ...]] = {
    Field.FIRST_NAME: ("first_name", "first_name_key"),
    Field.LAST_NAME: ("last_name", "last_name_key"),
    Field.DATE_OF_BIRTH: ("date_of_birth",),
    Field.YEAR_GROUP: ("birth_academic_year", "birth_academic_year_given"),
    Field.NHS_NUMBER: ("nhs_number", "nhs_number_confirmed"),
    Field.PREFERRED_FIRST_NAME: ("preferred_first_name",),
    Field.PREFERRED_LAST_NAME: ("preferred_last_name",),
    Field.REGISTRATION: ("registration",),
    Field.GENDER: ("gender",),
    Field.POSTCODE: ("postcode",),
    # One unit: a new first line with the old second one would be nobody's address.
    Field.ADDRESS: ("address_line_1", "address_line_2", "town"),
    Field.CONTACTS: (),
}


class Record(Protocol):
    """Anything that has the columns above: a row of a file, a child."""

    def __getattribute__(self, name: str, /) -> Any: ...


def taken_from(
    row: Record, fields: Iterable[Field], *, academic_year: int
) -> dict[str, Any]:
    """Return the new values of a child's columns when these fields are taken.

    :param academic_year: the year the import is for, which a registration is of
    """
    fields = set(fields)
    values = {
        column: getattr(row, column)
        for field, columns in COLUMNS.items()
        if field in fields
        for column in columns
    }
    if Field.REGISTRATION in fields:
        values["registration_academic_year"] = academic_year
    return values
