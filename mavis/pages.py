"""How values are shown on every page: dates, numbers, names, pages of a list."""

import datetime
import re
from collections.abc import Iterable
from dataclasses import dataclass
from math import ceil
from typing import Any

import phonenumbers
from django.utils import timezone

UNITED_KINGDOM = 44


def show_date(day: datetime.date | None) -> str:
    """Return a date as users read it: "1 September 2014"."""
    return f"{day.day} {day:%B %Y}" if day else ""


def show_datetime(moment: datetime.datetime | None) -> str:
    """Return a moment in UK time: "1 September 2014 at 2:05pm"."""
    if moment is None:
        return ""
    return f"{show_date(timezone.localtime(moment).date())} at {show_time(moment)}"


def show_time(moment: datetime.datetime) -> str:
    """Return the time of day in the United Kingdom: "2:05pm"."""
    local = timezone.localtime(moment)
    hour = local.hour % 12 or 12
    half = "am" if local.hour < 12 else "pm"
    return f"{hour}:{local:%M}{half}"


def show_nhs_number(number: str | None) -> str:
    """Return an NHS number in groups of 3, 3 and 4 digits.

    >>> show_nhs_number("9990000018")
    '999 000 0018'
    """
    return f"{number[:3]} {number[3:6]} {number[6:]}" if number else ""


def show_phone(number: str) -> str:
    """Return a stored (E.164) phone number as people in the UK write it.

    >>> show_phone("+447700900001"), show_phone("+33123456789")
    ('07700 900001', '+33 1 23 45 67 89')
    """
    if not number:
        return ""
    # The package takes a tenth of a millisecond, and an import tells of thousands.
    if _MOBILE.fullmatch(number):
        return f"0{number[3:7]} {number[7:]}"
    return show_any_phone(number)


# British mobile numbers, without pagers and personal numbers, which are grouped
# otherwise.
_MOBILE = re.compile(r"\+447[1-57-9][0-9]{8}")


def show_any_phone(number: str) -> str:
    """Return what `show_phone` does, by the package alone."""
    parsed = phonenumbers.parse(number)
    in_the_uk = parsed.country_code == UNITED_KINGDOM
    style = phonenumbers.PhoneNumberFormat
    return str(
        phonenumbers.format_number(
            parsed, style.NATIONAL if in_the_uk else style.INTERNATIONAL
        )
    )


def show_name(first_name: str, last_name: str) -> str:
    """Return a name as lists show it.

    >>> show_name("Amara", "Okafor")
    'OKAFOR, Amara'
    """
    return f"{last_name.upper()}, {first_name}"


def count_of(number: int, one: str, many: str = "") -> str:
    """Return a number with its noun, thousands separated.

    >>> count_of(1, "record"), count_of(1200, "child", "children")
    ('1 record', '1,200 children')
    """
    return f"{number:,} {one if number == 1 else many or one + 's'}"


@dataclass(frozen=True, slots=True)
class PageLink:
    """A numbered link of a pagination; without a number, pages are left out here."""

    number: int | None
    href: str
    current: bool


@dataclass(frozen=True, slots=True)
class Pagination:
    """One page of a list: which items it holds, and links to the other pages.

    Page 1 is the first; a page that does not exist becomes the nearest that does.
    """

    number: int
    last: int
    size: int
    total: int
    # The address of a page, but for its number: "/imports/?page=".
    address: str

    @classmethod
    def of(
        cls, *, total: int, page: str | int, size: int, address: str
    ) -> "Pagination":
        """Return page `page` (whatever was in the address) of `total` items."""
        last = max(1, ceil(total / size))
        text = str(page)
        # Ten digits and more are no page of ours; and [0-9] only.
        number = (
            int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 1
        )
        return cls(
            number=min(max(number, 1), last),
            last=last,
            size=size,
            total=total,
            address=address,
        )

    @property
    def offset(self) -> int:
        """Return how many items come before this page."""
        return (self.number - 1) * self.size

    @property
    def slice(self) -> slice:
        """Return what to cut out of the whole list."""
        return slice(self.offset, self.offset + self.size)

    @property
    def showing(self) -> str:
        """Return what to say above the list: "51 to 100 of 1,200"."""
        last_item = min(self.offset + self.size, self.total)
        return f"{self.offset + 1:,} to {last_item:,} of {self.total:,}"

    @property
    def previous_href(self) -> str:
        return self._href(self.number - 1) if self.number > 1 else ""

    @property
    def next_href(self) -> str:
        return self._href(self.number + 1) if self.number < self.last else ""

    @property
    def links(self) -> tuple[PageLink, ...]:
        """Return the first, the last and the pages around this one."""
        shown = {1, self.last, *range(self.number - 1, self.number + 2)}
        return tuple(self._links(sorted(n for n in shown if 1 <= n <= self.last)))

    def _links(self, numbers: list[int]) -> Iterable[PageLink]:
        before = 0
        for number in numbers:
            if number - before > 1:
                yield PageLink(number=None, href="", current=False)
            yield PageLink(number, self._href(number), current=number == self.number)
            before = number

    def _href(self, number: int) -> str:
        return f"{self.address}{number}"


FILTERS: dict[str, Any] = {
    "date": show_date,
    "datetime": show_datetime,
    "nhs_number": show_nhs_number,
    "phone": show_phone,
    "count_of": count_of,
}
