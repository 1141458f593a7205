"""Parts of the main file: children whom Mavis does not have."""

from mavis.demo.cast import Birthday, Part, Person
from mavis.demo.parts.expecting import NOT_FOUND, VERIFIED, new
from mavis.demo.places import (
    ACADEMY,
    CLOSED_PRIMARY,
    HOME_EDUCATED,
    INFANTS,
    PRIMARY,
    SPECIAL,
)

NEW_CHILDREN = (
    Part(
        shows="a new child, whose NHS number PDS confirms",
        person=Person(
            serial=1, first_name="Amara", last_name="Okafor", born=Birthday(8, 3, 27),
            gender="female", home="12 Canal Row", postcode="LE9 8AB",
        ),
        school=ACADEMY,
        row={
            "CHILD_PREFERRED_FIRST_NAME": "Ama",
            "CHILD_REGISTRATION": "8T5",
            "PARENT_1_NAME": "Ngozi Okafor",
            "PARENT_1_RELATIONSHIP": "Mum",
            "PARENT_1_PHONE": "07700 900101",
            "PARENT_1_EMAIL": "ngozi.okafor@example.com",
        },
        expected=new(VERIFIED),
    ),
    Part(
        shows="an NHS number that PDS finds at once",
        person=Person(
            serial=2, first_name="Ben", last_name="Whitlock", born=Birthday(3, 11, 4),
            gender="male", home="3 Tanner's Yard", postcode="LE9 8BD",
        ),
        school=PRIMARY,
        gives_number=False,
        expected=new(),
    ),
    Part(
        shows="an NHS number found although PDS has an older address",
        person=Person(
            serial=3, first_name="Chloe", last_name="Fenwick-Ames",
            born=Birthday(0, 1, 19), gender="female", home="41 Kiln Lane",
            postcode="LE9 8DE",
        ),
        pds={"POSTCODE": "LE3 5QT", "ADDRESS_LINE_1": "9 Foundry Court"},
        school=INFANTS,
        gives_number=False,
        expected=new(),
    ),
    Part(
        shows="an NHS number found by the start of a shortened first name",
        person=Person(
            serial=4, first_name="Dan", last_name="Hartley", born=Birthday(9, 7, 30),
            gender="male", home="8 Weaver Close", postcode="LE9 8EF",
        ),
        pds={"GIVEN_NAME": "Daniel"},
        school=ACADEMY,
        gives_number=False,
        expected=new(),
    ),
    Part(
        shows="a child whom PDS does not know",
        person=Person(
            serial=5, first_name="Ellie", last_name="Marsh", born=Birthday(5, 9, 1),
            gender="female", home="27 Glebe Street", postcode="LE9 8FG",
        ),
        pds=None,
        school=PRIMARY,
        gives_number=False,
        expected=new(traced=NOT_FOUND),
    ),
    Part(
        shows="a new child at a special school, beyond Year 11",
        person=Person(
            serial=6, first_name="Gwen", last_name="Prior", born=Birthday(13, 2, 8),
            gender="female", home="5 Beacon Hill", postcode="LE9 8GH",
        ),
        school=SPECIAL,
        expected=new(VERIFIED),
    ),
    Part(
        shows="a new child who is home-educated",
        person=Person(
            serial=7, first_name="Zain", last_name="Iqbal", born=Birthday(6, 5, 16),
            gender="male", home="90 Quarry Road", postcode="LE9 8HJ",
        ),
        school=HOME_EDUCATED,
        expected=new(VERIFIED),
    ),
    Part(
        shows="a new child taught below the year of their birth",
        person=Person(
            serial=8, first_name="Rhys", last_name="Vaughan", born=Birthday(5, 8, 29),
            gender="male", home="16 Moor View", postcode="LE9 8JL",
        ),
        school=PRIMARY,
        row={"CHILD_YEAR_GROUP": "Year 4"},
        expected=new(VERIFIED),
    ),
    Part(
        shows="digits in a name, and a school that has closed: both are warnings",
        person=Person(
            serial=9, first_name="Leo", last_name="Grant 2nd", born=Birthday(2, 10, 12),
            gender="male", home="33 Mill Race", postcode="LE9 8LN",
        ),
        pds=None,
        school=CLOSED_PRIMARY,
        gives_number=False,
        expected=new(traced=NOT_FOUND),
    ),
)  # fmt: skip
