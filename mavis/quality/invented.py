"""Labelled people of our own making: families, and rows with the slips people make."""

import random
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date, timedelta
from itertools import accumulate, count

from mavis.quality.labelled import Labelled, Person
from pds.rules.short_forms import FULL_NAMES
from pds.simulator.invented import BOYS, FAMILIES, GIRLS

# Who may be in a cohort: Reception to Year 11 of 2026.
FIRST_BIRTH, LAST_BIRTH = date(2010, 9, 1), date(2022, 8, 31)
LETTERS = "abcdefghijklmnopqrstuvwxyz"
# Letters of a postcode's last two places.
POSTCODE_LETTERS = "ABDEFGHJLNPQRSTUWXYZ"
AREAS = ("BL", "M", "OL", "WN")
SHORT_FORMS = {
    full: [short for short in FULL_NAMES if full in FULL_NAMES[short]]
    for fulls in FULL_NAMES.values()
    for full in fulls
}


def labelled(seed: int, *, children: int, rows: int) -> Labelled:
    """Return invented children, and rows of which two in three are one of them.

    Of the rows that are new, one in three is a brother or sister of a child.
    """
    rng = random.Random(seed)  # noqa: S311 invented people are no secret
    families: list[list[Person]] = []
    pool: dict[int, Person] = {}
    while len(pool) < children:
        families.append(_family(rng))
        pool |= dict(enumerate(families[-1], start=len(pool)))
    numbers = list(pool)
    uploaded: dict[int, Person] = {}
    child_of: dict[int, int] = {}
    for number, child_id in zip(
        range(rows * 2 // 3), rng.sample(numbers, rows * 2 // 3), strict=True
    ):
        uploaded[number] = as_uploaded(pool[child_id], rng)
        child_of[number] = child_id
    for number in range(rows * 2 // 3, rows):
        newcomer = (
            _sibling(rng.choice(families), rng)
            if rng.random() < 1 / 3
            else _family(rng)[0]
        )
        uploaded[number] = as_uploaded(newcomer, rng)
    return Labelled("Invented", uploaded, pool, child_of)


# --- People ---

# Some names are had by many, most by few (Zipf's law).
_WEIGHTS = list(accumulate(1 / (place + 5) for place in range(1_000)))


def _family(rng: random.Random) -> list[Person]:
    last_name = _common(FAMILIES, rng)
    if rng.random() < 0.08:
        last_name += rng.choice("- ") + _common(FAMILIES, rng)
    eldest = Person(_first_name(rng), last_name, _birth(rng), _postcode(rng))
    family = [eldest]
    while len(family) < 4 and rng.random() < 0.45:
        family.append(_sibling(family, rng))
    return family


def _sibling(family: Sequence[Person], rng: random.Random) -> Person:
    """Return one more child of a family: rarely a twin, else born in another year."""
    taken = {one.first_name for one in family}
    first_name = next(
        name for name in (_first_name(rng) for _ in count()) if name not in taken
    )
    born = family[-1].date_of_birth
    if len(family) > 1 or rng.random() > 0.02:
        births = [one.date_of_birth for one in family]
        born = next(
            day
            for day in (_birth(rng) for _ in count())
            if all(abs(day - other) > timedelta(days=270) for other in births if other)
        )
    return replace(family[0], first_name=first_name, date_of_birth=born)


def _first_name(rng: random.Random) -> str:
    names = rng.choice((GIRLS, BOYS))
    first_name = _common(names, rng)
    if rng.random() < 0.04:
        first_name += rng.choice("- ") + _common(names, rng)
    return first_name


def _common(names: Sequence[str], rng: random.Random) -> str:
    return rng.choices(names, cum_weights=_WEIGHTS[: len(names)])[0]


def _birth(rng: random.Random) -> date:
    days = (LAST_BIRTH - FIRST_BIRTH).days
    return FIRST_BIRTH + timedelta(days=rng.randint(0, days))


def _postcode(rng: random.Random) -> str:
    """Return one of 4,500 postcodes: a few children live in each, as in a town."""
    letters = "".join(rng.choices(POSTCODE_LETTERS[:5], k=2))
    return f"{rng.choice(AREAS)}{rng.randint(1, 5)} {rng.randint(1, 9)}{letters}"


# --- What goes wrong ---


def as_uploaded(child: Person, rng: random.Random) -> Person:
    """Return the child as a file has it: often right, with up to three things wrong."""
    slips = rng.choices((0, 1, 2, 3), weights=(40, 28, 22, 10))[0]
    kinds, weights = zip(*WRONG, strict=True)
    for _ in range(slips):
        child = rng.choices(kinds, weights=weights)[0](child, rng)
    return child


def first_name_slip(child: Person, rng: random.Random) -> Person:
    return replace(child, first_name=_slip(child.first_name, LETTERS, rng))


def last_name_slip(child: Person, rng: random.Random) -> Person:
    return replace(child, last_name=_slip(child.last_name, LETTERS, rng))


def names_swapped(child: Person, rng: random.Random) -> Person:
    return replace(child, first_name=child.last_name, last_name=child.first_name)


def short_form(child: Person, rng: random.Random) -> Person:
    shorter = SHORT_FORMS.get(child.first_name.casefold())
    if not shorter:
        return first_name_cut(child, rng)
    return replace(child, first_name=rng.choice(shorter).capitalize())


def first_name_cut(child: Person, rng: random.Random) -> Person:
    """Leave one of two first names, or the beginning of a long one."""
    name = child.first_name.replace("-", " ")
    if " " in name:
        return replace(child, first_name=rng.choice(name.split()))
    return replace(child, first_name=name[: max(3, len(name) - 3)])


def last_name_part(child: Person, rng: random.Random) -> Person:
    """Leave one of two last names, or add one."""
    name = child.last_name.replace("-", " ")
    if " " in name:
        return replace(child, last_name=rng.choice(name.split()))
    return replace(child, last_name=f"{child.last_name}-{_common(FAMILIES, rng)}")


def another_last_name(child: Person, rng: random.Random) -> Person:
    return replace(child, last_name=_common(FAMILIES, rng))


def another_first_name(child: Person, rng: random.Random) -> Person:
    return replace(child, first_name=_first_name(rng))


def day_and_month_swapped(child: Person, rng: random.Random) -> Person:
    born = child.date_of_birth
    if born is None or born.day > 12:
        return birth_slip(child, rng)
    return replace(child, date_of_birth=born.replace(month=born.day, day=born.month))


def birth_slip(child: Person, rng: random.Random) -> Person:
    """Get one figure of the date wrong, so that it still is a date of a pupil."""
    born = child.date_of_birth
    for _ in range(50):
        written = _slip(f"{born:%Y%m%d}", "0123456789", rng)
        try:
            slipped = date(int(written[:4]), int(written[4:6]), int(written[6:]))
        except ValueError:
            continue
        if FIRST_BIRTH <= slipped <= LAST_BIRTH and len(written) == 8:
            return replace(child, date_of_birth=slipped)
    return child


def postcode_slip(child: Person, rng: random.Random) -> Person:
    outward, inward = child.postcode.split()
    last = rng.choice([x for x in POSTCODE_LETTERS if x != inward[2]])
    figure = rng.choice([x for x in "123456789" if x != inward[0]])
    wrong = rng.choice(
        [inward[:2] + last, figure + inward[1:], inward[0] + inward[2] + inward[1]]
    )
    return replace(child, postcode=f"{outward} {wrong}")


def moved(child: Person, rng: random.Random) -> Person:
    return replace(child, postcode=_postcode(rng))


WRONG: tuple[tuple[Callable[[Person, random.Random], Person], int], ...] = (
    (first_name_slip, 18),
    (last_name_slip, 18),
    (short_form, 10),
    (first_name_cut, 4),
    (last_name_part, 7),
    (names_swapped, 6),
    (another_last_name, 3),
    (another_first_name, 2),
    (day_and_month_swapped, 8),
    (birth_slip, 8),
    (postcode_slip, 8),
    (moved, 8),
)


def _slip(text: str, alphabet: str, rng: random.Random) -> str:
    """Get one character wrong, leave one out, put one in, or change two about."""
    place = rng.randrange(len(text))
    kind = rng.choice(("wrong", "out", "in", "about"))
    if kind == "about" and len(text) > 1:
        place = min(place, len(text) - 2)
        return text[:place] + text[place + 1] + text[place] + text[place + 2 :]
    if kind == "out" and len(text) > 2:
        return text[:place] + text[place + 1 :]
    if kind == "in":
        return text[:place] + rng.choice(alphabet) + text[place:]
    return text[:place] + rng.choice(alphabet) + text[place + 1 :]
