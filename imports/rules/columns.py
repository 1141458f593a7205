"""The columns of a cohort file, declared once, in the order of the template.

The same declarations read the file, tell the team what it must hold, and make the
templates (spec section 4).
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from mavis.rules import readers


@dataclass(frozen=True, kw_only=True)
class Column:
    """One column: how it is headed, read, explained and shown by an example."""

    header: str
    field: str  # what the value read is called; mostly a column of CohortRow
    read: Callable[[str], Any]  # clean text, not blank; raises readers.Unreadable
    required: bool = False
    blank: str = ""  # the sentence for a required cell that is blank
    guidance: str  # what the cell holds; on the upload page and in the template
    example: str
    # Most rows have a text of their own here.
    differs: bool = False

    @property
    def instruction(self) -> str:
        """What the template's second row says of this column."""
        return f"{'Required' if self.required else 'Optional'}. {self.guidance}"


NAME = "Letters (accents are fine), spaces, hyphens, apostrophes and full stops."
TEXT = f"Up to {readers.LONGEST_TEXT} characters."


def _parent(number: int, *, name: str, phone: str, email: str) -> tuple[Column, ...]:
    """Return the four columns of one parent or guardian."""
    return (
        Column(
            header=f"PARENT_{number}_NAME",
            field=f"parent_{number}_name",
            differs=True,
            read=readers.read_name,
            guidance=f"The parent or guardian’s full name. {NAME}",
            example=name,
        ),
        Column(
            header=f"PARENT_{number}_RELATIONSHIP",
            field=f"parent_{number}_relationship",
            read=readers.read_relationship,
            guidance=(
                "Mum, dad, guardian, unknown, or in your own words. Give a name, "
                "phone number or email address too."
            ),
            example="Mum" if number == 1 else "Dad",
        ),
        Column(
            header=f"PARENT_{number}_PHONE",
            field=f"parent_{number}_phone",
            differs=True,
            read=readers.read_phone,
            guidance=(
                "One phone number. An international one begins with + and the "
                "country code."
            ),
            example=phone,
        ),
        Column(
            header=f"PARENT_{number}_EMAIL",
            field=f"parent_{number}_email",
            differs=True,
            read=readers.read_email,
            guidance="One email address.",
            example=email,
        ),
    )


COLUMNS: tuple[Column, ...] = (
    Column(
        header="CHILD_SCHOOL_URN",
        field="school_urn",
        read=readers.read_urn,
        required=True,
        blank=(
            "Enter the school’s URN, 888888 for school unknown or 999999 for "
            "home-educated"
        ),
        guidance=(
            "The 6-digit unique reference number (URN) of one of your team’s schools. "
            "Use 888888 for school unknown and 999999 for home-educated."
        ),
        example="888888",
    ),
    Column(
        header="CHILD_FIRST_NAME",
        field="first_name",
        read=readers.read_name,
        required=True,
        blank="Enter a first name",
        guidance=NAME,
        example="Amara",
    ),
    Column(
        header="CHILD_LAST_NAME",
        field="last_name",
        read=readers.read_name,
        required=True,
        blank="Enter a last name",
        guidance=NAME,
        example="Okafor",
    ),
    Column(
        header="CHILD_PREFERRED_FIRST_NAME",
        field="preferred_first_name",
        read=readers.read_name,
        guidance=f"The first name the child goes by, if it is another. {NAME}",
        example="Ama",
    ),
    Column(
        header="CHILD_PREFERRED_LAST_NAME",
        field="preferred_last_name",
        read=readers.read_name,
        guidance=f"The last name the child goes by, if it is another. {NAME}",
        example="Okafor-Lee",
    ),
    Column(
        header="CHILD_DATE_OF_BIRTH",
        field="date_of_birth",
        read=readers.read_date_of_birth,
        required=True,
        blank="Enter a date of birth like 27/03/2014",
        guidance="In the form DD/MM/YYYY, YYYY-MM-DD or YYYYMMDD.",
        example="27/03/2014",
    ),
    Column(
        header="CHILD_YEAR_GROUP",
        field="year_group",
        read=readers.read_year_group,
        guidance=(
            "Only needed if the child is taught outside the year of their birth. A "
            "whole number, R for Reception, or N1 or N2 for nursery."
        ),
        example="8",
    ),
    Column(
        header="CHILD_REGISTRATION",
        field="registration",
        read=readers.read_text,
        guidance=f"The child’s class, for example 8T5. {TEXT}",
        example="8T5",
    ),
    Column(
        header="CHILD_GENDER",
        field="gender",
        read=readers.read_gender,
        guidance="Male, female, not known or not specified.",
        example="Female",
    ),
    Column(
        header="CHILD_ADDRESS_LINE_1",
        field="address_line_1",
        differs=True,
        read=readers.read_text,
        guidance=TEXT,
        example="1 High Street",
    ),
    Column(
        header="CHILD_ADDRESS_LINE_2",
        field="address_line_2",
        read=readers.read_text,
        guidance=TEXT,
        example="Coverwick",
    ),
    Column(
        header="CHILD_TOWN",
        field="town",
        read=readers.read_text,
        guidance=TEXT,
        example="London",
    ),
    Column(
        header="CHILD_POSTCODE",
        field="postcode",
        differs=True,
        read=readers.read_postcode,
        required=True,
        blank="Enter a postcode like SW1A 1AA",
        guidance=(
            "A full UK postcode. Use ZZ99 3VZ for no fixed abode, ZZ99 3WZ for not "
            "known and ZZ99 3CZ for abroad."
        ),
        example="SW1A 1AA",
    ),
    Column(
        header="CHILD_NHS_NUMBER",
        field="nhs_number_uploaded",
        differs=True,
        read=readers.read_nhs_number,
        guidance=(
            "10 digits; spaces and hyphens are fine. Without it the number is looked "
            "up in the Personal Demographics Service (PDS)."
        ),
        example="999 000 0018",
    ),
    *_parent(1, name="Ngozi Okafor", phone="07700 900123", email="ngozi@example.com"),
    *_parent(2, name="Sam Lee", phone="01632 960001", email="sam@example.com"),
)
BY_HEADER = {column.header: column for column in COLUMNS}
