"""Parts of the smaller sample files."""

from mavis.demo.cast import Birthday, Part, Person
from mavis.demo.parts.expecting import VERIFIED, new
from mavis.demo.places import ACADEMY, INFANTS, PRIMARY, SPECIAL, DemoSchool


def _starter(
    serial: int,
    name: str,
    month_and_day: tuple[int, int],
    gender: str,
    home: str,
    postcode: str,
    *,
    school: DemoSchool = INFANTS,
) -> Part:
    """Return a Reception child without a number, whom PDS finds."""
    first_name, _, last_name = name.partition(" ")
    return Part(
        shows="a new starter",
        person=Person(
            serial=serial,
            first_name=first_name,
            last_name=last_name,
            born=Birthday(0, *month_and_day),
            gender=gender,
            home=home,
            postcode=postcode,
        ),
        school=school,
        gives_number=False,
        expected=new(),
    )


STARTERS = (
    _starter(100, "Albie Hutton", (9, 8), "male", "1 Lark Rise", "LE9 6AB"),
    _starter(101, "Beatrix Odell", (10, 17), "female", "4 Lark Rise", "LE9 6AB"),
    _starter(102, "Caleb Owusu", (11, 26), "male", "9 Maple Court", "LE9 6BD"),
    _starter(103, "Delilah Quinn", (12, 4), "female", "2 Maple Court", "LE9 6BD"),
    _starter(104, "Ezra Tennant", (1, 13), "male", "16 Park Street", "LE9 6DE"),
    _starter(105, "Freya Mistry", (2, 22), "female", "23 Park Street", "LE9 6DE", school=PRIMARY),
    _starter(106, "Gethin Rees", (3, 31), "male", "7 Pine Walk", "LE9 6EF", school=PRIMARY),
    _starter(107, "Hafsa Malik", (4, 9), "female", "12 Pine Walk", "LE9 6EF", school=PRIMARY),
    _starter(108, "Idris Boateng", (5, 18), "male", "30 River View", "LE9 6FG", school=PRIMARY),
    _starter(109, "Josie Greenwood", (6, 27), "female", "8 Rose Lane", "LE9 6GH"),
    _starter(110, "Kian Doherty", (7, 6), "male", "15 Rose Lane", "LE9 6GH"),
    _starter(111, "Lottie Szymanski", (8, 31), "female", "22 Willow Way", "LE9 6HJ"),
)  # fmt: skip

AT_SPECIAL_SCHOOL = (
    Part(
        shows="a date cell, and a phone number that has lost its 0",
        person=Person(
            serial=120, first_name="Mabel", last_name="Swift", born=Birthday(12, 10, 30),
            gender="female", home="2 Tanner Hill", postcode="LE9 6LN",
        ),
        school=SPECIAL,
        row={
            "CHILD_REGISTRATION": "P12",
            "PARENT_1_NAME": "Ros Swift",
            "PARENT_1_RELATIONSHIP": "Guardian",
            "PARENT_1_PHONE": "07700 900120",
        },
        expected=new(VERIFIED),
    ),
    Part(
        shows="a child of Year 13",
        person=Person(
            serial=121, first_name="Noah", last_name="Kavanagh", born=Birthday(13, 2, 3),
            gender="male", home="5 Tanner Hill", postcode="LE9 6LN",
        ),
        school=SPECIAL,
        expected=new(VERIFIED),
    ),
    Part(
        shows="a child of Year 14",
        person=Person(
            serial=122, first_name="Priya", last_name="Nair", born=Birthday(14, 6, 9),
            gender="female", home="19 Well Street", postcode="LE9 6NP",
        ),
        school=SPECIAL,
        gives_number=False,
        expected=new(),
    ),
)  # fmt: skip


SAME_CHILD_TWICE = (
    Part(
        shows="a child under the name they have now",
        person=Person(
            serial=130, first_name="Rowan", last_name="Elliott", born=Birthday(7, 3, 12),
            gender="male", home="40 North Street", postcode="LE9 6PQ",
        ),
        pds={"FORMER_FAMILY_NAME": "Jarvis", "FORMER_POSTCODE": "LE9 6QR"},
        school=ACADEMY,
        gives_number=False,
    ),
    Part(
        shows="the same child under the name they had before",
        person=Person(
            serial=130, first_name="Rowan", last_name="Jarvis", born=Birthday(7, 3, 12),
            gender="male", home="3 Glebe Close", postcode="LE9 6QR",
        ),
        pds=None,
        school=ACADEMY,
        gives_number=False,
    ),
)  # fmt: skip
