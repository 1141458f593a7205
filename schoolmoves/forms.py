"""Between which days school moves are downloaded."""

from datetime import date
from typing import Any

from mavis.forms import Form, ReadField
from mavis.rules import dates
from mavis.rules.readers import Unreadable


def read_day(text: str) -> date:
    """Read a day as the date of birth in a file is written."""
    try:
        day = dates.parse(text)
    except dates.NoSuchDay as error:
        raise Unreadable("date_does_not_exist", "Enter a day that exists") from error
    if day is None:
        raise Unreadable("not_a_date", "Enter a date like 01/09/2026, or leave it out")
    return day


class DownloadMoves(Form):
    """Both days count; without them every move does."""

    from_date = ReadField(
        read_day,
        blank=None,
        required=False,
        label="From date (optional)",
        help_text="For example, 01/09/2026",
    )
    to_date = ReadField(
        read_day,
        blank=None,
        required=False,
        label="To date (optional)",
        help_text="For example, 31/12/2026",
    )

    def clean(self) -> dict[str, Any]:
        entered = super().clean() or self.cleaned_data
        first, last = entered.get("from_date"), entered.get("to_date")
        if first and last and last < first:
            self.add_error(
                "to_date", "Enter a to date that is not before the from date"
            )
        return entered
