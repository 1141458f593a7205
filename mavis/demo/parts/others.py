"""People who are in no file: settled children, and those who own a mistaken number."""

from mavis.demo.cast import Birthday, Part, Person, Record
from mavis.demo.places import (
    ACADEMY,
    ALL_THROUGH,
    COVERWICK,
    INFANTS,
    MIDDLE,
    NETHERBY_HIGH,
    NETHERBY_MIDDLE,
    NETHERBY_PRIMARY,
    PRIMARY,
    SPECIAL,
    DemoSchool,
)


def _settled(
    serial: int,
    name: str,
    born: Birthday,
    gender: str,
    home: str,
    postcode: str,
    school: DemoSchool,
) -> Part:
    """Return a child who is in Mavis already, with a contact."""
    first_name, _, last_name = name.partition(" ")
    person = Person(
        serial=serial,
        first_name=first_name,
        last_name=last_name,
        born=born,
        gender=gender,
        home=home,
        postcode=postcode,
        town="Coverwick" if school.team is COVERWICK else "Netherby",
    )
    contact = {
        "name": f"Sam {last_name}",
        "phone": f"+447700900{serial:03}",
        "relationship": "guardian",
    }
    record = Record(team=school.team, school=school, serial=serial, contact=contact)
    return Part(shows="a child in Mavis", person=person, records=(record,))


SETTLED = (
    _settled(300, "Ada Birch", Birthday(0, 10, 3), "female", "2 Acorn Close", "LE9 5AB", INFANTS),
    _settled(301, "Bilal Chaudhry", Birthday(1, 2, 27), "male", "5 Alder Way", "LE9 5BD", INFANTS),
    _settled(302, "Cara Dixon", Birthday(2, 6, 11), "female", "8 Anchor Row", "LE9 5DE", PRIMARY),
    _settled(303, "Dominik Zielinski", Birthday(3, 9, 19), "male", "11 Barley Court", "LE9 5EF", PRIMARY),
    _settled(304, "Esme Lawson", Birthday(4, 12, 5), "female", "14 Bell Lane", "LE9 5FG", PRIMARY),
    _settled(305, "Freddie O'Neill", Birthday(5, 3, 30), "male", "17 Bramble Lane", "LE9 5GH", MIDDLE),
    _settled(306, "Grace Adeyemi", Birthday(6, 7, 21), "female", "20 Castle Street", "LE9 5HJ", MIDDLE),
    _settled(307, "Harry Pike", Birthday(7, 11, 2), "male", "23 Cedar Drive", "LE9 5JL", ACADEMY),
    _settled(308, "Isla MacDonald", Birthday(8, 1, 13), "female", "26 Clover Road", "LE9 5LN", ACADEMY),
    _settled(309, "Jude Fernandez", Birthday(9, 4, 24), "male", "29 Dove Street", "LE9 5NP", ALL_THROUGH),
    _settled(310, "Khadija Rahman", Birthday(10, 8, 6), "female", "32 Elm Grove", "LE9 5PQ", ACADEMY),
    _settled(311, "Lewis Tate", Birthday(11, 9, 17), "male", "35 Fern Avenue", "LE9 5QR", ACADEMY),
    _settled(312, "Megan Wyatt", Birthday(12, 5, 28), "female", "38 Forge Lane", "LE9 5RS", SPECIAL),
    _settled(313, "Nikhil Rao", Birthday(1, 3, 9), "male", "3 Mead Street", "LE14 2PQ", NETHERBY_PRIMARY),
    _settled(314, "Olivia Skinner", Birthday(3, 10, 20), "female", "6 Pool Road", "LE14 2QR", NETHERBY_PRIMARY),
    _settled(315, "Patrick Byrne", Birthday(5, 1, 31), "male", "9 Thorn Lane", "LE14 2RS", NETHERBY_MIDDLE),
    _settled(316, "Rania Saleh", Birthday(8, 6, 12), "female", "12 Well Close", "LE14 2ST", NETHERBY_HIGH),
    _settled(317, "Stanley Potts", Birthday(10, 12, 23), "male", "15 Yew Way", "LE14 2TU", NETHERBY_HIGH),
)  # fmt: skip

# Their numbers stand in the main file beside other children's names.
STRANGERS = (
    Part(
        shows="the person whose number stands beside Hannah Rigby's name",
        person=Person(
            serial=200, first_name="Theodore", last_name="Nash",
            born=Birthday(11, 5, 5), gender="male", home="71 Vale Road",
            postcode="LE3 6AB", town="Larkrise",
        ),
    ),
    Part(
        shows="the person whose number stands beside Imran Sheikh's name",
        person=Person(
            serial=201, first_name="Saffron", last_name="Hewitt",
            born=Birthday(2, 12, 12), gender="female", home="72 Vale Road",
            postcode="LE3 6AB", town="Larkrise",
        ),
    ),
)  # fmt: skip
