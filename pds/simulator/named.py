"""One documented person for every state a record can be in.

They are always there, whatever else is loaded, so that each state can be seen by hand
and tested against. All live at XA1 1AA (an area that does not exist) and are called
after plants, which no generated person is.

    9999900003  Olive Oakapple       ordinary: nickname Liv, phone, email, GP, address
    9999900011  Rosa Rowanberry      restricted: found only without postcode and GP
    9999900038  (no name)            restricted, and the name is gone too
    9999900046  Ivo Ivyleaf          invalidated: 404, never found
    9999900054  Sorrel Saxifrage     superseded by the next: 200 with the next's id
    9999900062  Sorrel Saxifrage     the successor
    9999900070  Daisy Dogwood        deceased, formal notice
    9999900089  Dill Dogwood         deceased, informal notice
    9999900097  Dahlia Dogwood       deceased in error: the notice was removed
    9999900100  (nothing)            minimal: id, identifier, meta, resourceType
    9999900119  Yarrow Yewtree       birthDate is a year
    9999900127  Yucca Yewtree        birthDate is a year and month
    9999900135  Yvonne Yewtree       no birthDate: what is held is rubbish
    9999900143  Elder Elderflower    died in a year
    9999900151  Erica Elderflower    died in a month
    9999900178  Esme Elderflower     died at a time with an offset from UTC
    9999900186  Eve Elderflower      died, and the date is rubbish
    9999900194  Tansy Thistle        the usual name is not the first; names have periods
    9999900208  (no given) Gorse     given names are missing
    9999900216  Poppy Primrose       the postcode is missing
    9999900224  Petal Primrose       the postcode has no space
    9999900232  Heather Hawthorn     two home addresses, with periods
    9999900240  Holly Hawthorn       the telephone number begins with tel:
    9999900259  Fern Foxglove        was Fern Feverfew of XB2 2BB: found with _history
    9999900267  Myrtle Mulberry      twins: one family name, birthday and postcode
    9999900275  Marigold Mulberry
    9999900283                       does not exist
    9999900291  Linnea Larkspur      has left: moved to Scotland (read only)
"""

from pds.simulator.people import Address, Death, Name, Person

BORN = "2014-05-01"
HOME = Address("XA1 1AA", ("1 Hedgerow", "Botanic Gardens", "Arbourton"))
NOBODY = "9999900283"


def _person(
    nhs_number: str,
    first_name: str,
    last_name: str,
    *,
    date_of_birth: str = BORN,
    addresses: tuple[Address, ...] = (HOME,),
    death: Death | None = None,
) -> Person:
    return Person(
        nhs_number=nhs_number,
        names=(Name(last_name, (first_name,)),),
        date_of_birth=date_of_birth,
        addresses=addresses,
        death=death,
        gender="female",
    )


ORDINARY = Person(
    nhs_number="9999900003",
    names=(
        Name("Oakapple", ("Olive", "Ottilie")),
        Name("Oakapple", ("Liv",), use="nickname"),
    ),
    date_of_birth=BORN,
    gender="female",
    addresses=(HOME,),
    gp_ods_code="Y90001",
    phone="07700900003",
    email="olive@example.com",
    version=2,
)
RESTRICTED = Person(
    nhs_number="9999900011",
    names=(Name("Rowanberry", ("Rosa",)),),
    date_of_birth=BORN,
    gender="female",
    addresses=(HOME,),
    gp_ods_code="Y90001",
    phone="07700900011",
    restricted=True,
)
RESTRICTED_WITHOUT_NAME = Person(
    nhs_number="9999900038", date_of_birth=BORN, gender="male", restricted=True
)
INVALIDATED = Person(
    nhs_number="9999900046",
    names=(Name("Ivyleaf", ("Ivo",)),),
    date_of_birth=BORN,
    gender="male",
    addresses=(HOME,),
    invalidated=True,
)
SUPERSEDED = Person(
    nhs_number="9999900054",
    names=(Name("Saxifrage", ("Sorrel",)),),
    date_of_birth=BORN,
    gender="female",
    addresses=(HOME,),
    superseded_by="9999900062",
)
SUCCESSOR = _person("9999900062", "Sorrel", "Saxifrage")
MINIMAL = Person(nhs_number="9999900100")

NAMED = (
    ORDINARY,
    RESTRICTED,
    RESTRICTED_WITHOUT_NAME,
    INVALIDATED,
    SUPERSEDED,
    SUCCESSOR,
    _person("9999900070", "Daisy", "Dogwood", death=Death("2024-02-01")),
    _person("9999900089", "Dill", "Dogwood", death=Death("2024-02-01", "1")),
    _person("9999900097", "Dahlia", "Dogwood", death=Death("2024-02-01", "U")),
    MINIMAL,
    _person("9999900119", "Yarrow", "Yewtree", date_of_birth="2014"),
    _person("9999900127", "Yucca", "Yewtree", date_of_birth="2014-05"),
    _person("9999900135", "Yvonne", "Yewtree", date_of_birth=""),
    _person("9999900143", "Elder", "Elderflower", death=Death("2024")),
    _person("9999900151", "Erica", "Elderflower", death=Death("2024-02")),
    _person(
        "9999900178", "Esme", "Elderflower", death=Death("2024-06-01T10:30:00+01:00")
    ),
    _person("9999900186", "Eve", "Elderflower", death=Death("")),
    Person(
        nhs_number="9999900194",
        names=(
            Name("Teasel", ("Tansy",), use="temp", since="2024-01-01"),
            Name("Thistle", ("Tansy",), since="2014-05-01"),
        ),
        date_of_birth=BORN,
        gender="female",
        addresses=(HOME,),
    ),
    Person(
        nhs_number="9999900208",
        names=(Name("Gorse", ()),),
        date_of_birth=BORN,
        addresses=(HOME,),
    ),
    _person("9999900216", "Poppy", "Primrose", addresses=(Address("", HOME.lines),)),
    _person(
        "9999900224", "Petal", "Primrose", addresses=(Address("XA11AA", HOME.lines),)
    ),
    _person(
        "9999900232",
        "Heather",
        "Hawthorn",
        addresses=(
            Address("XA1 1AA", HOME.lines, since="2020-01-01"),
            Address("XB2 2BB", ("2 Hedgerow", "Arbourton"), since="2022-01-01"),
        ),
    ),
    Person(
        nhs_number="9999900240",
        names=(Name("Hawthorn", ("Holly",)),),
        date_of_birth=BORN,
        gender="female",
        addresses=(HOME,),
        phone="tel:07700900240",
    ),
    Person(
        nhs_number="9999900259",
        names=(
            Name("Foxglove", ("Fern",)),
            Name("Feverfew", ("Fern",), use="old"),
        ),
        date_of_birth=BORN,
        gender="female",
        addresses=(HOME, Address("XB2 2BB", use="old")),
    ),
    _person("9999900267", "Myrtle", "Mulberry"),
    _person("9999900275", "Marigold", "Mulberry"),
    Person(
        nhs_number="9999900291",
        names=(Name("Larkspur", ("Linnea",)),),
        date_of_birth=BORN,
        gender="female",
        addresses=(HOME,),
        left_because="SCT",
    ),
)
