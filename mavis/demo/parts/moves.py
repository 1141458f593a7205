"""Parts of the main file: children whom Mavis has elsewhere."""

from imports.rules.outcomes import NotImported, Outcome
from mavis.demo.cast import Birthday, Expected, Part, Person, Record
from mavis.demo.parts.expecting import AT_ONCE, FOR_PERSON, VERIFIED
from mavis.demo.places import (
    ACADEMY,
    ALL_THROUGH,
    COVERWICK,
    NETHERBY,
    NETHERBY_HIGH,
    NETHERBY_PRIMARY,
    UNKNOWN_SCHOOL,
)

MOVES = (
    Part(
        shows="a school move within the team",
        person=Person(
            serial=28, first_name="Oscar", last_name="Lind", born=Birthday(7, 7, 7),
            gender="male", home="31 Priory Lane", postcode="LE9 9HJ",
        ),
        records=(Record(team=COVERWICK, school=ALL_THROUGH, serial=28),),
        school=ACADEMY,
        expected=Expected(
            outcome=Outcome.ALREADY_IN_MAVIS, uploaded_number=VERIFIED, move=FOR_PERSON
        ),
    ),
    Part(
        shows="a school move of a child who was home-educated",
        person=Person(
            serial=29, first_name="Poppy", last_name="Ash", born=Birthday(8, 9, 22),
            gender="female", home="44 Spring Vale", postcode="LE9 9JL",
        ),
        records=(Record(team=COVERWICK, home_educated=True, serial=29),),
        school=ACADEMY,
        expected=Expected(
            outcome=Outcome.ALREADY_IN_MAVIS, uploaded_number=VERIFIED, move=FOR_PERSON
        ),
    ),
    Part(
        shows="a child whose school was not known: set at once",
        person=Person(
            serial=30, first_name="Quinn", last_name="Barlow", born=Birthday(10, 11, 11),
            gender="male", home="19 West Terrace", postcode="LE9 9LN",
        ),
        records=(Record(team=COVERWICK, serial=30),),
        school=ACADEMY,
        expected=Expected(
            outcome=Outcome.ALREADY_IN_MAVIS, uploaded_number=VERIFIED, move=AT_ONCE
        ),
    ),
    Part(
        shows="a child moving in from the neighbouring team's area",
        person=Person(
            serial=31, first_name="Ruby", last_name="Tanner", born=Birthday(7, 1, 1),
            gender="female", home="68 Castle Street", postcode="LE9 9NP",
        ),
        records=(Record(team=NETHERBY, school=NETHERBY_HIGH, serial=31),),
        school=ACADEMY,
        expected=Expected(
            outcome=Outcome.ALREADY_IN_MAVIS,
            uploaded_number=VERIFIED,
            move=FOR_PERSON,
            from_other_team=True,
        ),
    ),
    Part(
        shows="not imported: the neighbouring team has the child at a school",
        person=Person(
            serial=32, first_name="Samir", last_name="Haddad", born=Birthday(2, 6, 17),
            gender="male", home="13 Ash Grove", postcode="LE9 9PQ",
        ),
        records=(Record(team=NETHERBY, school=NETHERBY_PRIMARY, serial=32),),
        school=UNKNOWN_SCHOOL,
        expected=Expected(
            outcome=Outcome.NOT_IMPORTED,
            reason=NotImported.AT_SCHOOL_OF_ANOTHER_TEAM,
            uploaded_number=VERIFIED,
            from_other_team=True,
        ),
    ),
    Part(
        shows="not imported: the child's record was archived as imported in error",
        person=Person(
            serial=33, first_name="Tilly", last_name="Moon", born=Birthday(9, 3, 15),
            gender="female", home="36 Cherry Close", postcode="LE9 9QR",
        ),
        records=(
            Record(
                team=COVERWICK,
                school=ACADEMY,
                serial=33,
                archive_reason="imported_in_error",
            ),
        ),
        school=ACADEMY,
        expected=Expected(
            outcome=Outcome.NOT_IMPORTED,
            reason=NotImported.ARCHIVED,
            uploaded_number=VERIFIED,
        ),
    ),
)  # fmt: skip
