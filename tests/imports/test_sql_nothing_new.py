"""Rows that say nothing new: found at once, and never otherwise than by the rules."""

import random
from datetime import date

import pytest

from children.models import Child, CohortMembership, Contact
from imports.models import CohortRow
from imports.rules.matching import Match, Strength
from imports.rules.outcomes import Outcome
from imports.rules.worked_out import Importing
from imports.rules.working_out import conclude, nothing_new
from imports.sql import known
from imports.sql.matching import keep_children_before
from imports.sql.nothing_new import with_nothing_new
from tests.factories import (
    NOW,
    ChildFactory,
    CohortImportFactory,
    CohortRowFactory,
    ContactFactory,
    SchoolFactory,
    SchoolMoveFactory,
    TeamFactory,
    another_nhs_number,
)

pytestmark = pytest.mark.django_db

DETAILS = (
    "first_name", "last_name", "preferred_first_name", "preferred_last_name",
    "date_of_birth", "birth_academic_year", "registration", "gender",
    "address_line_1", "address_line_2", "town", "postcode", "school", "home_educated",
    "nhs_number", "nhs_number_confirmed",
)  # fmt: skip
PARENT = ("name", "relationship", "relationship_other", "phone", "email")


def details_of(child):
    return {name: getattr(child, name) for name in DETAILS}


def parent(number, contact):
    return {f"parent_{number}_{name}": getattr(contact, name) for name in PARENT}


def found(cohort_import, children):
    return with_nothing_new(
        children,
        import_id=cohort_import.pk,
        team_id=cohort_import.team_id,
        academic_year=cohort_import.academic_year,
    )


def by_the_rules(cohort_import, row_id, match):
    """Return what the rules say of a row: the slow and obvious way."""
    importing = Importing(cohort_import.team_id, cohort_import.academic_year)
    (row,) = known.rows(import_id=cohort_import.pk, row_ids=[row_id])
    children = known.children(
        import_id=cohort_import.pk,
        team_id=importing.team_id,
        academic_year=importing.academic_year,
        child_ids=match.child_ids,
    )
    return conclude(row, match, children, (), importing)


# --- A row that repeats its child, but for one thing ------------------------------------


@pytest.fixture
def cohort_import():
    return CohortImportFactory(matching=True)


@pytest.fixture
def child(cohort_import):
    child = ChildFactory(
        team=cohort_import.team,
        nhs_number=another_nhs_number(),
        nhs_number_confirmed=True,
        preferred_first_name="Ama",
        registration="8T5",
        registration_academic_year=cohort_import.academic_year,
        gender="female",
        address_line_1="1 High Street",
        town="Leeds",
        school=SchoolFactory(team=cohort_import.team),
    )
    ContactFactory(child=child, name="Ngozi Okafor", email="ngozi@example.com")
    return child


def repeating(cohort_import, child, **values):
    contact = child.contacts.get()
    return CohortRowFactory(
        cohort_import=cohort_import,
        **details_of(child) | parent(1, contact) | values,
    )


SAYS_NO_MORE = [
    {},
    {"preferred_first_name": ""},
    {"registration": ""},
    {"gender": ""},
    {"gender": "not_known"},
    {"nhs_number": None, "nhs_number_confirmed": False},
    {"nhs_number_confirmed": False},
    {"address_line_1": "", "address_line_2": "", "town": ""},
    dict.fromkeys((f"parent_1_{name}" for name in PARENT), ""),
    {"restricted": True},
]


@pytest.mark.parametrize("values", SAYS_NO_MORE, ids=str)
def test_a_row_that_repeats_or_leaves_out_says_nothing_new(
    cohort_import, child, values
):
    row = repeating(cohort_import, child, **values)

    assert found(cohort_import, {row.pk: child.pk}) == {row.pk}


SAYS_SOMETHING = [
    {"first_name": "Amaka"},
    {"last_name": "OKAFOR"},
    {"preferred_first_name": "Amy"},
    {"preferred_last_name": "Eze"},
    {"date_of_birth": date(2014, 3, 28)},
    {"birth_academic_year": 2012, "birth_academic_year_given": True},
    {"nhs_number": "9990000018"},
    {"registration": "9A"},
    {"gender": "male"},
    {"postcode": "M1 1AE"},
    {"address_line_1": "2 High Street"},
    {"address_line_2": "Flat 2"},
    {"town": "York"},
    {"parent_1_name": "Ngozi Eze"},
    {"parent_1_phone": "+447700900999"},
    {"parent_1_relationship": "guardian"},
    {"parent_2_name": "John Okafor"},
    {"parent_2_email": "john@example.com"},
    {"school": None},
    {"school": None, "home_educated": True},
    {"deceased": True},
]


@pytest.mark.parametrize("values", SAYS_SOMETHING, ids=str)
def test_a_row_that_says_something_is_left_to_the_rules(cohort_import, child, values):
    row = repeating(cohort_import, child, **values)

    assert found(cohort_import, {row.pk: child.pk}) == set()


def _archived(child):
    child.memberships.update(archived_at=NOW, archive_reason="other")


def _with_another_team(child):
    child.memberships.update(team=TeamFactory())


def _dead(child):
    Child.objects.update(deceased=True)


def _registered_last_year(child):
    Child.objects.update(registration_academic_year=2020)


def _not_confirmed(child):
    Child.objects.update(nhs_number_confirmed=False)


def _asked_for(child):
    SchoolMoveFactory(child=child)


def _refused(child):
    SchoolMoveFactory(child=child, state="ignored", decided_at=NOW)


@pytest.mark.parametrize(
    "state",
    [
        _archived, _with_another_team, _dead, _registered_last_year, _not_confirmed,
        _asked_for, _refused,
    ],
)  # fmt: skip
def test_how_the_child_stands_counts(cohort_import, child, state):
    row = repeating(cohort_import, child)
    state(child)

    assert found(cohort_import, {row.pk: child.pk}) == set()


def test_a_child_whom_the_import_has_changed_is_left_to_the_rules(cohort_import, child):
    row = repeating(cohort_import, child)
    keep_children_before(cohort_import.pk, [child.pk])

    assert found(cohort_import, {row.pk: child.pk}) == set()


def test_each_row_is_set_beside_its_own_child(cohort_import, child):
    row = repeating(cohort_import, child)
    other = ChildFactory(team=cohort_import.team, first_name="Bola")

    assert found(cohort_import, {row.pk: other.pk}) == set()
    assert found(cohort_import, {}) == set()


# --- The property ----------------------------------------------------------------------------


def a_few_alike(rng, cohort_import):
    """Return rows and children that mostly say the same: (row, child) of each."""
    team = cohort_import.team
    schools = [SchoolFactory(team=team), None]
    contacts = [
        {"name": name, "relationship": relationship, "phone": phone, "email": email}
        for name, relationship, phone, email in [
            ("Ngozi Okafor", "mother", "+447700900001", "n@example.com"),
            ("Ngozi Okafor", "mother", "", "n@example.com"),
            ("John Okafor", "unknown", "+447700900001", ""),
            ("JOHN OKAFOR", "father", "+447700900001", ""),
        ]
    ]
    blank = {
        "name": "", "relationship": "", "relationship_other": "", "phone": "",
        "email": "",
    }  # fmt: skip

    def person():
        return {
            "first_name": rng.choice(["Amara"] * 5 + ["AMARA"]),
            "preferred_first_name": rng.choice(["", "", "Ama"]),
            "registration": rng.choice(["", "8T5", "8 t5"]),
            "gender": rng.choice(["female", "not_known"]),
            "address_line_1": rng.choice(["", "1 High Street", "1 high street"]),
            "postcode": rng.choice(["M1 1AE"] * 5 + [""]),
            "school": rng.choice([schools[0]] * 3 + [None]),
        }

    for _ in range(30):
        child = ChildFactory(
            **{"registration_academic_year": None} | person() | {"registration": ""},
            team=rng.choice([team] * 8 + [TeamFactory()]),
            nhs_number=rng.choice([None, another_nhs_number()]),
        )
        if rng.random() < 0.7:
            Child.objects.filter(pk=child.pk).update(
                registration="8T5", registration_academic_year=rng.choice([2025, 2026])
            )
        for contact in rng.sample(contacts, rng.choice([0, 1, 2])):
            ContactFactory(child=child, **{"relationship_other": ""} | contact)
        if rng.random() < 0.1:
            SchoolMoveFactory(child=child, team=rng.choice([team, TeamFactory()]))
        child.refresh_from_db()
        given = {
            **details_of(child),
            "birth_academic_year_given": rng.random() < 0.5,
            **{f"parent_1_{name}": value for name, value in blank.items()},
            **{f"parent_2_{name}": value for name, value in blank.items()},
        }
        known_contacts = [
            {name: getattr(contact, name) for name in PARENT}
            for contact in child.contacts.all()
        ]
        for number in (1, 2):
            said = rng.choice([blank, *known_contacts * 3, *contacts[:1]])
            given |= {f"parent_{number}_{name}": said.get(name, "") for name in PARENT}
        for name in rng.sample(sorted(person()), rng.choice([0, 0, 0, 1, 2])):
            given[name] = person()[name]
        yield CohortRowFactory(cohort_import=cohort_import, **given), child


@pytest.mark.parametrize("seed", range(8))
def test_what_is_found_is_what_the_rules_say(seed, cohort_import):
    rng = random.Random(seed)
    importing = Importing(cohort_import.team_id, cohort_import.academic_year)
    pairs = {row.pk: child.pk for row, child in a_few_alike(rng, cohort_import)}

    says_nothing_new = found(cohort_import, pairs)

    for row_id, child_id in pairs.items():
        strength = rng.choice([Strength.ALIKE, Strength.NHS_NUMBER])
        match = Match((child_id,), strength=strength)
        rules_say = by_the_rules(cohort_import, row_id, match)
        if row_id in says_nothing_new:
            assert nothing_new(row_id, match, importing, ()) == rules_say
    # And hardly any is left to the rules for nothing: only for how it is written.
    plain = [
        row_id
        for row_id, child_id in pairs.items()
        if nothing_new(row_id, Match((child_id,)), importing, ())
        == by_the_rules(cohort_import, row_id, Match((child_id,)))
    ]
    assert 0 < len(says_nothing_new) <= len(plain) <= 2 * len(says_nothing_new)
    assert Contact.objects.exists()
    assert CohortMembership.objects.exclude(team=cohort_import.team).exists()
    assert CohortRow.objects.filter(outcome=Outcome.ALREADY_IN_MAVIS).count() == 0
