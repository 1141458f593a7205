"""The teams of the demonstration, and their schools as GIAS would list them."""

from dataclasses import dataclass

from mavis.demo import catalogue
from mavis.rules import gias

CLOSED, OPEN = "Closed", "Open"
UNKNOWN_SCHOOL, HOME_EDUCATED = "888888", "999999"


@dataclass(frozen=True, slots=True)
class DemoTeam:
    workgroup: str
    name: str
    ods_code: str


COVERWICK = DemoTeam("coverwick", catalogue.COVERWICK, "DEM01")
NETHERBY = DemoTeam("netherby", catalogue.NETHERBY, "DEM02")
TEAMS = (COVERWICK, NETHERBY)


@dataclass(frozen=True, slots=True)
class DemoSchool:
    team: DemoTeam
    urn: str
    name: str
    type: str
    phase: str
    low_age: int
    high_age: int
    postcode: str
    status: str = OPEN


_COMMUNITY, _ACADEMY = "Community school", "Academy converter"
NURSERY = DemoSchool(
    COVERWICK, "990001", "Coverwick Nursery School", "Local authority nursery school",
    "Nursery", 2, 5, "LE9 7AB",
)  # fmt: skip
INFANTS = DemoSchool(
    COVERWICK, "990002", "Canal Street Infant School", _COMMUNITY,
    "Primary", 4, 7, "LE9 7BD",
)  # fmt: skip
PRIMARY = DemoSchool(
    COVERWICK, "990003", "Larkhill Primary School", _COMMUNITY,
    "Primary", 4, 11, "LE9 7DE",
)  # fmt: skip
MIDDLE = DemoSchool(
    COVERWICK, "990004", "Bramble Lane Middle School", _COMMUNITY,
    "Middle deemed secondary", 9, 13, "LE9 7EF",
)  # fmt: skip
ACADEMY = DemoSchool(
    COVERWICK, "990005", "Coverwick Academy", _ACADEMY,
    "Secondary", 11, 16, "LE9 7FG",
)  # fmt: skip
ALL_THROUGH = DemoSchool(
    COVERWICK, "990006", "The Priory School", _ACADEMY,
    "All-through", 4, 18, "LE9 7GH",
)  # fmt: skip
SPECIAL = DemoSchool(
    COVERWICK, "990007", "Millbrook School", "Community special school",
    "Not applicable", 4, 19, "LE9 7HJ",
)  # fmt: skip
COLLEGE = DemoSchool(
    COVERWICK, "990008", "Coverwick Sixth Form College", "Further education",
    "16 plus", 16, 19, "LE9 7JL",
)  # fmt: skip
CLOSED_PRIMARY = DemoSchool(
    COVERWICK, "990009", "Old Mill Primary School", _COMMUNITY,
    "Primary", 4, 11, "LE9 7LN", CLOSED,
)  # fmt: skip
NETHERBY_PRIMARY = DemoSchool(
    NETHERBY, "990021", "Netherby Primary School", _COMMUNITY,
    "Primary", 4, 8, "LE14 2AB",
)  # fmt: skip
NETHERBY_MIDDLE = DemoSchool(
    NETHERBY, "990022", "St Hilda’s Middle School", "Voluntary aided school",
    "Middle deemed primary", 8, 12, "LE14 2BD",
)  # fmt: skip
NETHERBY_HIGH = DemoSchool(
    NETHERBY, "990023", "Netherby High School", _ACADEMY,
    "Secondary", 11, 16, "LE14 2DE",
)  # fmt: skip
SCHOOLS = (
    NURSERY, INFANTS, PRIMARY, MIDDLE, ACADEMY, ALL_THROUGH, SPECIAL, COLLEGE,
    CLOSED_PRIMARY, NETHERBY_PRIMARY, NETHERBY_MIDDLE, NETHERBY_HIGH,
)  # fmt: skip


def gias_lines() -> list[dict[str, str]]:
    """Return the schools as the lines of a GIAS establishment file."""
    return [
        dict(
            zip(
                gias.HEADERS,
                (
                    school.urn,
                    school.name,
                    school.type,
                    school.phase,
                    school.status,
                    str(school.low_age),
                    str(school.high_age),
                    "School Lane",
                    "Coverwick" if school.team is COVERWICK else "Netherby",
                    school.postcode,
                ),
                strict=True,
            )
        )
        for school in SCHOOLS
    ]
