"""The people file, and what the population refuses."""

import dataclasses

import pytest

from pds.simulator.named import NAMED
from pds.simulator.people import (
    HEADER,
    BadPeople,
    Death,
    Name,
    Person,
    invented_numbers,
    is_nhs_number,
    read_people,
)
from pds.simulator.search import Population

LINE = {
    "NHS_NUMBER": "9990000018",
    "FAMILY_NAME": "Okafor",
    "GIVEN_NAME": "Amara",
    "DATE_OF_BIRTH": "2014-03-27",
    "POSTCODE": "SW1A 1AA",
}


@pytest.fixture
def people_file(tmp_path):
    def write(*lines, header=HEADER):
        file = tmp_path / "people.csv"
        rows = [",".join(header)] + [
            ",".join(line.get(column, "") for column in header) for line in lines
        ]
        file.write_text("\n".join(rows) + "\n", encoding="utf-8")
        return file

    return write


def test_only_the_first_five_columns_must_be_filled(people_file):
    [person] = read_people(people_file(LINE, header=HEADER[:5]))

    assert person.nhs_number == "9990000018"
    assert person.names == (Name("Okafor", ("Amara",)),)
    assert (person.date_of_birth, person.addresses[0].postcode) == (
        "2014-03-27",
        "SW1A 1AA",
    )


def test_every_column_is_read(people_file):
    whole = LINE | {
        "OTHER_GIVEN_NAMES": "Ngozi May",
        "GENDER": "female",
        "ADDRESS_LINE_1": "1 High Street",
        "ADDRESS_LINE_3": "London",
        "FORMER_FAMILY_NAME": "Eze",
        "FORMER_POSTCODE": "M1 1AE",
        "RESTRICTED": "yes",
        "DATE_OF_DEATH": "2020-01-02",
        "INVALIDATED": "Yes",
        "GP_ODS_CODE": "Y12345",
    }

    [person] = read_people(people_file(whole))

    assert person.names == (
        Name("Okafor", ("Amara", "Ngozi", "May")),
        Name("Eze", ("Amara", "Ngozi", "May"), use="old"),
    )
    assert [address.use for address in person.addresses] == ["home", "old"]
    assert person.addresses[0].lines == ("1 High Street", "London")
    assert (person.restricted, person.invalidated) == (True, True)
    assert (person.death, person.gp_ods_code) == (Death("2020-01-02"), "Y12345")


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"NHS_NUMBER": "9990000019"}, "NHS_NUMBER"),
        ({"NHS_NUMBER": "4010232137"}, "begin with 9"),
        ({"FAMILY_NAME": ""}, "FAMILY_NAME is blank"),
        ({"DATE_OF_BIRTH": "27/03/2014"}, "DATE_OF_BIRTH"),
        ({"DATE_OF_DEATH": "2020-02-30"}, "DATE_OF_DEATH"),
        ({"GENDER": "girl"}, "GENDER"),
        ({"RESTRICTED": "maybe"}, "RESTRICTED"),
    ],
)
def test_a_line_that_cannot_be_read_is_named(people_file, change, says):
    with pytest.raises(BadPeople, match=f"line 2: .*{says}"):
        read_people(people_file(LINE | change))


def test_a_missing_column_is_named(people_file):
    with pytest.raises(BadPeople, match="no column POSTCODE"):
        read_people(people_file(LINE, header=HEADER[:4]))


@pytest.mark.parametrize("superseded_by", ["9990000026", "9990000018"])
def test_somebody_must_have_taken_a_superseded_records_place(superseded_by):
    lost = Person(nhs_number="9990000018", superseded_by=superseded_by)

    with pytest.raises(BadPeople, match="leads to nobody"):
        Population([lost])


def test_a_person_added_again_takes_the_place_of_the_record():
    first, second = NAMED[0], dataclasses.replace(NAMED[0], version=7)
    population = Population([first])

    population.add([second])

    assert len(population) == 1
    assert population.read(first.nhs_number).version == 7


def test_the_named_people_have_numbers_that_are_never_issued():
    numbers = [person.nhs_number for person in NAMED]

    assert len(set(numbers)) == len(numbers)
    assert all(is_nhs_number(n) and n.startswith("999") for n in numbers)


def test_invented_numbers_are_valid_and_pass_over_those_without_a_check_digit():
    numbers = list(invented_numbers(0, 1100))

    assert all(is_nhs_number(number) for number in numbers)
    assert len(numbers) == pytest.approx(1000, abs=20)
