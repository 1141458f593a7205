"""Parts of the main file: children whom Mavis has, or may have, at the same school."""

from imports.rules.outcomes import Outcome
from mavis.demo.cast import Birthday, Expected, Part, Person, Record
from mavis.demo.parts.expecting import NOT_FOUND, VERIFIED, new
from mavis.demo.places import ACADEMY, COVERWICK, MIDDLE, PRIMARY

TWINS = (
    Part(
        shows="a twin who is in Mavis",
        person=Person(
            serial=20, first_name="Xanthe", last_name="Cole", born=Birthday(7, 9, 14),
            gender="female", home="11 Larch Avenue", postcode="LE9 8XY",
        ),
        records=(Record(team=COVERWICK, school=ACADEMY, serial=20),),
        school=ACADEMY,
        expected=Expected(outcome=Outcome.ALREADY_IN_MAVIS, uploaded_number=VERIFIED),
    ),
    Part(
        shows="a twin who is not: alike in all but the first name, and new",
        person=Person(
            serial=21, first_name="Yara", last_name="Cole", born=Birthday(7, 9, 14),
            gender="female", home="11 Larch Avenue", postcode="LE9 8XY",
        ),
        school=ACADEMY,
        expected=new(VERIFIED),
    ),
)  # fmt: skip

ALREADY_IN_MAVIS = (
    Part(
        shows="a child already in Mavis, with nothing to add",
        person=Person(
            serial=22, first_name="Kofi", last_name="Mensah", born=Birthday(9, 5, 9),
            gender="male", home="75 Station Road", postcode="LE9 9AB",
        ),
        records=(Record(team=COVERWICK, school=ACADEMY, serial=22),),
        school=ACADEMY,
        expected=Expected(outcome=Outcome.ALREADY_IN_MAVIS, uploaded_number=VERIFIED),
    ),
    Part(
        shows="a child already in Mavis, whose record gains what it did not have",
        person=Person(
            serial=23, first_name="Lily", last_name="Bowes", born=Birthday(8, 12, 1),
            gender="female", home="6 Rectory Green", postcode="LE9 9BD",
        ),
        records=(
            Record(team=COVERWICK, school=ACADEMY, changes={"gender": "not_known"}),
        ),
        school=ACADEMY,
        gives_number=False,
        row={
            "CHILD_PREFERRED_FIRST_NAME": "Lil",
            "CHILD_REGISTRATION": "8T2",
            "PARENT_1_NAME": "Tom Bowes",
            "PARENT_1_RELATIONSHIP": "Dad",
            "PARENT_1_PHONE": "07700 900123",
        },
        expected=Expected(
            outcome=Outcome.ALREADY_IN_MAVIS,
            additions=(
                "nhs_number", "preferred_first_name", "registration", "gender",
                "contacts",
            ),
        ),
    ),
    Part(
        shows="a record in capitals, which takes the name as it is written",
        person=Person(
            serial=24, first_name="Zoë", last_name="Lindqvist", born=Birthday(4, 4, 18),
            gender="female", home="14 Elm Crescent", postcode="LE9 9DE",
        ),
        records=(
            Record(
                team=COVERWICK,
                school=PRIMARY,
                serial=24,
                changes={"first_name": "ZOE", "last_name": "LINDQVIST"},
            ),
        ),
        school=PRIMARY,
        expected=Expected(
            outcome=Outcome.ALREADY_IN_MAVIS,
            uploaded_number=VERIFIED,
            additions=("first_name", "last_name"),
        ),
    ),
)  # fmt: skip

CLOSE_MATCHES = (
    Part(
        shows="a close match: the family has moved house",
        person=Person(
            serial=25, first_name="Mia", last_name="Carver", born=Birthday(9, 8, 8),
            gender="female", home="29 Hazel Drive", postcode="LE9 9EF",
        ),
        pds={"FORMER_POSTCODE": "LE9 9WX"},
        records=(
            Record(
                team=COVERWICK,
                school=ACADEMY,
                serial=25,
                contact={"name": "Jo Carver", "email": "jo.carver@example.com"},
                changes={"address_line_1": "3 Dove Court", "postcode": "LE9 9WX"},
            ),
        ),
        school=ACADEMY,
        row={"PARENT_1_NAME": "Jo Carver", "PARENT_1_EMAIL": "jo.carver@example.com"},
        expected=Expected(
            outcome=Outcome.CLOSE_MATCH,
            uploaded_number=VERIFIED,
            differences=("postcode",),
            candidates=1,
        ),
    ),
    Part(
        shows="a close match: the last name is spelt in another way",
        person=Person(
            serial=26, first_name="Sofia", last_name="Petrova", born=Birthday(5, 2, 20),
            gender="female", home="10 Apple Garth", postcode="LE9 9FG",
        ),
        records=(
            Record(team=COVERWICK, school=PRIMARY, changes={"last_name": "Petrov"}),
        ),
        school=PRIMARY,
        gives_number=False,
        expected=Expected(
            outcome=Outcome.CLOSE_MATCH,
            differences=("last_name",),
            additions=("nhs_number",),
            candidates=1,
        ),
    ),
    Part(
        shows="a close match with two children who may be the one in the file",
        person=Person(
            serial=27, first_name="Alex", last_name="Turner", born=Birthday(6, 10, 5),
            gender="not known", home="82 Bridge Street", postcode="LE9 9GH",
        ),
        pds=None,
        records=(
            Record(
                team=COVERWICK,
                school=PRIMARY,
                changes={
                    "postcode": "LE9 9XY",
                    "address_line_1": "1 Copper Row",
                    "gender": "female",
                },
            ),
            Record(
                team=COVERWICK,
                school=MIDDLE,
                changes={
                    "postcode": "LE9 9YZ",
                    "address_line_1": "57 Thorn Road",
                    "gender": "male",
                },
            ),
        ),
        school=PRIMARY,
        gives_number=False,
        expected=Expected(
            outcome=Outcome.CLOSE_MATCH, traced=NOT_FOUND, candidates=2
        ),
    ),
)  # fmt: skip
