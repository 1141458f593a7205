"""Parts of the main file: what PDS can say of an NHS number, and of a child."""

from imports.rules.outcomes import Move, Outcome
from mavis.demo.cast import Birthday, Expected, Part, Person, Record, nhs_number
from mavis.demo.parts.expecting import CONFLICT, NOT_FOUND, REPLACED, VERIFIED, new
from mavis.demo.places import ACADEMY, COVERWICK, INFANTS, PRIMARY
from pds.rules.outcomes import UploadedNumber

NUMBERS_IN_QUESTION = (
    Part(
        shows="an NHS number that PDS has replaced: Mavis has the old one",
        person=Person(
            serial=10, first_name="Farah", last_name="Siddiqui",
            born=Birthday(10, 4, 2), gender="female", home="7 Orchard Way",
            postcode="LE9 8NP",
        ),
        pds={"SUPERSEDED_BY": nhs_number(11)},
        also_in_pds=({"NHS_NUMBER": nhs_number(11)},),
        records=(Record(team=COVERWICK, school=ACADEMY, serial=10),),
        school=ACADEMY,
        expected=Expected(
            outcome=Outcome.ALREADY_IN_MAVIS,
            uploaded_number=REPLACED,
            additions=("nhs_number",),
        ),
    ),
    Part(
        shows="an NHS number that is void",
        person=Person(
            serial=12, first_name="George", last_name="Ockley", born=Birthday(6, 12, 24),
            gender="male", home="2 Lime Walk", postcode="LE9 8PQ",
        ),
        pds={"INVALIDATED": "yes"},
        school=PRIMARY,
        expected=new(UploadedNumber.VOID, NOT_FOUND),
    ),
    Part(
        shows="somebody else's NHS number, and PDS finds the child's own",
        person=Person(
            serial=13, first_name="Hannah", last_name="Rigby", born=Birthday(4, 6, 6),
            gender="female", home="50 Swan Street", postcode="LE9 8QR",
        ),
        school=PRIMARY,
        row={"CHILD_NHS_NUMBER": nhs_number(200)},
        expected=new(REPLACED),
    ),
    Part(
        shows="somebody else's NHS number, and PDS finds nobody",
        person=Person(
            serial=14, first_name="Imran", last_name="Sheikh", born=Birthday(7, 10, 31),
            gender="male", home="4 Heron Gardens", postcode="LE9 8RS",
        ),
        pds=None,
        school=ACADEMY,
        row={"CHILD_NHS_NUMBER": nhs_number(201)},
        expected=new(UploadedNumber.SOMEONE_ELSE, NOT_FOUND),
    ),
    Part(
        shows="an NHS number that PDS does not hold",
        person=Person(
            serial=15, first_name="Jess", last_name="Winterton", born=Birthday(1, 9, 30),
            gender="female", home="18 Chapel Rise", postcode="LE9 8ST",
        ),
        pds=None,
        school=INFANTS,
        expected=new(UploadedNumber.NOT_HELD, NOT_FOUND),
    ),
    Part(
        shows="two answers from PDS that contradict each other",
        person=Person(
            serial=16, first_name="Marcus", last_name="Frost", born=Birthday(8, 2, 14),
            gender="male", home="22 Foundry Lane", postcode="LE9 8TU",
        ),
        pds={"FAMILY_NAME": "Frobisher"},
        also_in_pds=({"NHS_NUMBER": nhs_number(17), "GIVEN_NAME": "Marlon"},),
        school=ACADEMY,
        gives_number=False,
        expected=new(traced=CONFLICT),
    ),
    Part(
        shows="a child whose record is restricted: the address is hidden",
        person=Person(
            serial=18, first_name="Una", last_name="Wells", born=Birthday(2, 3, 3),
            gender="female", home="1 Hidden Close", postcode="LE9 8UW",
        ),
        pds={"RESTRICTED": "yes"},
        school=PRIMARY,
        gives_number=False,
        expected=new(),
    ),
    Part(
        shows="a child who has died",
        person=Person(
            serial=19, first_name="Wilf", last_name="Gray", born=Birthday(3, 1, 25),
            gender="male", home="64 Victoria Street", postcode="LE9 8WX",
        ),
        pds={"DATE_OF_DEATH": "YEAR-06-15"},
        school=PRIMARY,
        expected=new(VERIFIED, move=Move.NONE),
    ),
)  # fmt: skip
