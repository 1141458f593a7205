"""What a row of a cohort file says about a child, and what is wrong in it."""

import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from pds.simulator import invented
from pds.simulator.generate import invented_address
from pds.simulator.labels import WITHOUT_A_RECORD, Label, LabelledRow
from pds.simulator.people import Name, Person
from pds.simulator.pools import Group, area, day_and_month_swapped

HEADERS = (
    "CHILD_SCHOOL_URN", "CHILD_FIRST_NAME", "CHILD_LAST_NAME", "CHILD_DATE_OF_BIRTH",
    "CHILD_GENDER", "CHILD_ADDRESS_LINE_1", "CHILD_TOWN", "CHILD_POSTCODE",
    "CHILD_NHS_NUMBER",
)  # fmt: skip

NAMES_BEGIN_ALIKE = 3  # characters


@dataclass(frozen=True, slots=True)
class Told:
    """A child as a file tells of it. `number`: blank if it gives none."""

    child: Person
    label: Label
    number: str


def told(
    chance: random.Random,
    label: Label,
    group: Group,
    *,
    older_numbers: Mapping[str, str],
    with_number: float,
) -> Iterator[Told]:
    """Yield the rows to which a group that was drawn leads.

    :param older_numbers: the number before, by the one that superseded it
    :param with_number: the share of rows that give a number, where either may be
    """
    child, number = group[0], group[0].nhs_number
    match label:
        case Label.TWINS_WITH_SWAPPED_NUMBERS:
            one, other = group
            yield Told(one, label, other.nhs_number)
            yield Told(other, label, one.nhs_number)
            return
        case Label.TWIN_NOT_ON_PDS:
            is_in_file = chance.random() < 0.5
            yield Told(_twin_of(chance, child, is_in_file=is_in_file), label, "")
            if is_in_file:
                yield Told(child, Label.TWIN, number)
            return
        case Label.NAMESAKE_IN_NEW_AREA:
            child = _moved_near(chance, *group)
        case Label.SUPERSEDED:
            yield Told(child, label, older_numbers[number])
            return
        case Label.NOT_ON_PDS:
            number = ""
        case _:
            pass
    yield Told(child, label, number if chance.random() < with_number else "")


def row(chance: random.Random, said: Told, *, urn: str) -> LabelledRow:
    """Return the row, with what its label says is wrong."""
    child, label = said.child, said.label
    name, address, birth = child.names[0], child.addresses[0], child.date_of_birth
    if label is Label.CHANGED_NAME:
        name = child.names[-1]
    first_name, last_name = name.given[0], name.family
    if label is Label.TYPING_SLIP:
        if chance.random() < 0.5:
            first_name = _slip(chance, first_name)
        else:
            last_name = _slip(chance, last_name)
    elif label is Label.NICKNAME:
        first_name = invented.SHORT_FORMS[first_name]
    elif label is Label.SWAPPED_NAMES:
        first_name, last_name = last_name, first_name
    elif label is Label.SWAPPED_DAY_AND_MONTH:
        birth = day_and_month_swapped(birth)
    elif label is Label.MOVED_HOUSE:
        address = invented_address(chance)
    year, month, day = birth.split("-")
    cells = {
        "CHILD_SCHOOL_URN": urn,
        "CHILD_FIRST_NAME": first_name,
        "CHILD_LAST_NAME": last_name,
        "CHILD_DATE_OF_BIRTH": f"{day}/{month}/{year}",
        "CHILD_GENDER": child.gender,
        "CHILD_ADDRESS_LINE_1": address.lines[0],
        "CHILD_TOWN": address.lines[1],
        "CHILD_POSTCODE": address.postcode,
        "CHILD_NHS_NUMBER": said.number,
    }
    truth = "" if label in WITHOUT_A_RECORD else child.nhs_number
    return LabelledRow(cells, label, truth)


def _twin_of(chance: random.Random, child: Person, *, is_in_file: bool) -> Person:
    """Return somebody born with the child, of whom PDS knows nothing.

    :param is_in_file: the file has the child too

    Some are called by another form of the child's name (Charlie and Charlotte); where
    the file does not show that they are two, they are brother and sister.
    """
    name, first_name = child.names[0], child.names[0].given[0]
    everybody = (*invented.GIRLS, *invented.BOYS)
    forms = {first_name}.union(
        *(forms for forms in invented.FORMS_OF_ONE_NAME if first_name in forms)
    )
    names = [each for each in everybody if each not in forms]
    alike = [
        each
        for each in names
        if each[:NAMES_BEGIN_ALIKE] == first_name[:NAMES_BEGIN_ALIKE]
    ]
    of_one_name = [
        each
        for each in everybody
        if each in forms
        and each != first_name
        and (is_in_file or (each in invented.GIRLS) != (child.gender == "female"))
    ]
    kind = chance.random()
    if of_one_name and kind < 0.6:
        chosen = chance.choice(of_one_name)
    else:
        chosen = chance.choice(alike if alike and kind < 0.5 else names)
    return replace(
        child,
        names=(Name(name.family, (chosen,)),),
        gender="female" if chosen in invented.GIRLS else "male",
    )


def _moved_near(chance: random.Random, child: Person, other: Person) -> Person:
    """Return the child at a new address in the postcode area of another person."""
    near = other.addresses[0].postcode
    while True:
        address = invented_address(chance)
        if area(address.postcode) == area(near) and address.postcode != near:
            return replace(child, addresses=(address,))


def _slip(chance: random.Random, name: str) -> str:
    """Return a name with a letter left out, doubled, or swapped with the next."""
    place = chance.randrange(1, len(name) - 1)
    before, letter, after = name[:place], name[place], name[place + 1 :]
    if letter == after[0]:  # swapped, it would be the same name
        return before + after
    return chance.choice(
        (
            before + after,
            before + letter * 2 + after,
            before + after[0] + letter + after[1:],
        )
    )
