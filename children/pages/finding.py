"""The list of the children that a search found."""

import datetime
from dataclasses import dataclass

from children import queries
from children.models import Child
from children.pages.words import HIDDEN, show_known_as, show_school, show_year_group
from mavis.long_lists import page_of
from mavis.models import Team
from mavis.pages import Pagination, show_date, show_name, show_nhs_number
from mavis.rules import academic_year

PER_PAGE = 50
# Stands for the details of a child that another team has.
NOT_SHOWN = "Not shown"


@dataclass(frozen=True, slots=True)
class FoundChild:
    """A child in the list of what a search found."""

    child_id: int
    name: str
    known_as: str
    nhs_number: str
    date_of_birth: str
    postcode: str
    school: str
    year_group: str
    is_archived: bool

    @classmethod
    def of(cls, child: Child, *, today: datetime.date) -> "FoundChild":
        if child.is_elsewhere:  # type: ignore[attr-defined]
            return cls.left_behind(child)
        return cls(
            child_id=child.pk,
            name=show_name(child.first_name, child.last_name),
            known_as=show_known_as(child),
            nhs_number=show_nhs_number(child.nhs_number),
            date_of_birth=show_date(child.date_of_birth),
            postcode=HIDDEN if child.restricted else child.postcode,
            school=show_school(child),
            year_group=show_year_group(child, today),
            is_archived=child.archived_at is not None,  # type: ignore[attr-defined]
        )

    @classmethod
    def left_behind(cls, child: Child) -> "FoundChild":
        """Return an archived child that another team has: its name is all to be seen."""
        return cls(
            child_id=child.pk,
            name=show_name(child.first_name, child.last_name),
            known_as="",
            nhs_number=NOT_SHOWN,
            date_of_birth=NOT_SHOWN,
            postcode=NOT_SHOWN,
            school=NOT_SHOWN,
            year_group=NOT_SHOWN,
            is_archived=True,
        )


@dataclass(frozen=True, slots=True)
class Found:
    """One page of what a search found."""

    pagination: Pagination
    children: tuple[FoundChild, ...]

    @classmethod
    def of(
        cls,
        team: Team,
        search: queries.Search,
        *,
        page: str,
        address: str,
        today: datetime.date,
    ) -> "Found":
        year = academic_year.containing(today)
        pagination, children = page_of(
            queries.found(team, search, year=year),
            page=page,
            size=PER_PAGE,
            address=address,
        )
        return cls(
            pagination=pagination,
            children=tuple(FoundChild.of(child, today=today) for child in children),
        )
