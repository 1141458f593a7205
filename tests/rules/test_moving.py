"""When a row proposes a change of school, and who decides it (spec section 11)."""

from dataclasses import replace

import pytest

from imports.rules.outcomes import NotImported
from schoolmoves.rules.moving import (
    Archived,
    Bar,
    Move,
    Place,
    Proposal,
    ProposedMove,
    Standing,
    propose,
)

US, THEM, OTHERS = 1, 2, 3
SCHOOL, OTHER_SCHOOL = Place(10), Place(20)
HOME, UNKNOWN = Place(home_educated=True), Place()

NOTHING = Proposal(Move.NONE)
AT_ONCE = Proposal(Move.AT_ONCE)
FOR_PERSON = Proposal(Move.FOR_PERSON)
WAITS = Proposal(Move.FOR_PERSON, waits=True)


def barred(bar, archived=None):
    return Proposal(Move.NONE, bar, archived=archived)


def child(place=SCHOOL, team_id=US, *, asked_for_by=None, ignored=(), deceased=False):
    """Return a child; `asked_for_by` has a move to the other school open."""
    moves = (ProposedMove(asked_for_by, OTHER_SCHOOL),) if asked_for_by else ()
    return Standing(place, team_id, deceased, moves, ignored)


@pytest.mark.parametrize(
    ("place", "standing", "certain", "proposal"),
    [
        # --- New children ---
        pytest.param(SCHOOL, None, False, AT_ONCE, id="new, at a school"),
        pytest.param(UNKNOWN, None, False, AT_ONCE, id="new, school unknown"),
        # --- Children of this team ---
        pytest.param(SCHOOL, child(), True, NOTHING, id="no change of school"),
        pytest.param(UNKNOWN, child(UNKNOWN), True, NOTHING, id="still unknown"),
        pytest.param(HOME, child(HOME), True, NOTHING, id="still at home"),
        pytest.param(
            SCHOOL, child(UNKNOWN), True, AT_ONCE, id="the school was unknown"
        ),
        pytest.param(HOME, child(UNKNOWN), True, AT_ONCE, id="unknown, now at home"),
        pytest.param(OTHER_SCHOOL, child(), True, FOR_PERSON, id="another school"),
        pytest.param(
            OTHER_SCHOOL, child(), False, FOR_PERSON, id="in a close match too"
        ),
        pytest.param(HOME, child(), True, FOR_PERSON, id="from school to home"),
        pytest.param(UNKNOWN, child(), True, FOR_PERSON, id="from school to unknown"),
        pytest.param(SCHOOL, child(HOME), True, FOR_PERSON, id="from home to school"),
        # --- With a move of this team open ---
        pytest.param(
            SCHOOL, child(asked_for_by=US), True, AT_ONCE, id="clears our open move"
        ),
        pytest.param(
            OTHER_SCHOOL,
            child(asked_for_by=US),
            True,
            FOR_PERSON,
            id="our open move is rewritten",
        ),
        # --- With another team's move open ---
        pytest.param(
            SCHOOL,
            child(asked_for_by=OTHERS),
            True,
            NOTHING,
            id="their open move is not cleared",
        ),
        pytest.param(
            HOME, child(asked_for_by=OTHERS), True, WAITS, id="ours waits behind theirs"
        ),
        pytest.param(
            SCHOOL,
            child(UNKNOWN, asked_for_by=OTHERS),
            True,
            WAITS,
            id="nothing is at once while another team asks",
        ),
        pytest.param(
            HOME,
            Standing(
                SCHOOL,
                US,
                moves=(
                    ProposedMove(US, OTHER_SCHOOL),
                    ProposedMove(OTHERS, OTHER_SCHOOL, waits=True),
                ),
            ),
            True,
            FOR_PERSON,
            id="theirs waits behind ours, which is rewritten",
        ),
        pytest.param(
            SCHOOL,
            Standing(
                SCHOOL,
                US,
                moves=(
                    ProposedMove(OTHERS, OTHER_SCHOOL),
                    ProposedMove(US, OTHER_SCHOOL, waits=True),
                ),
            ),
            True,
            AT_ONCE,
            id="ours is cleared, although it waits",
        ),
        # --- Ignored before ---
        pytest.param(
            OTHER_SCHOOL,
            child(ignored=(OTHER_SCHOOL,)),
            True,
            NOTHING,
            id="ignored before: not raised again",
        ),
        pytest.param(
            HOME,
            child(ignored=(OTHER_SCHOOL,)),
            True,
            FOR_PERSON,
            id="another than the one ignored",
        ),
        # --- Children of another team ---
        pytest.param(SCHOOL, child(team_id=THEM), True, FOR_PERSON, id="theirs: same"),
        pytest.param(
            OTHER_SCHOOL, child(team_id=THEM), False, FOR_PERSON, id="theirs: another"
        ),
        pytest.param(
            SCHOOL, child(UNKNOWN, THEM), True, FOR_PERSON, id="theirs: was unknown"
        ),
        pytest.param(
            UNKNOWN,
            child(UNKNOWN, THEM),
            True,
            FOR_PERSON,
            id="theirs: unknown to both",
        ),
        pytest.param(
            UNKNOWN,
            child(team_id=THEM),
            True,
            barred(Bar.AT_SCHOOL_OF_ANOTHER_TEAM),
            id="unknown, but at a school of theirs",
        ),
        pytest.param(
            UNKNOWN,
            child(HOME, THEM),
            True,
            barred(Bar.AT_SCHOOL_OF_ANOTHER_TEAM),
            id="unknown, but at home with them",
        ),
        pytest.param(
            UNKNOWN,
            child(team_id=THEM),
            False,
            FOR_PERSON,
            id="unknown, at a school of theirs, not certain",
        ),
        pytest.param(
            SCHOOL,
            child(team_id=THEM, asked_for_by=OTHERS),
            True,
            WAITS,
            id="theirs, and a third team asks",
        ),
        pytest.param(
            OTHER_SCHOOL,
            child(team_id=THEM, ignored=(OTHER_SCHOOL,)),
            True,
            barred(Bar.MOVE_IGNORED_BEFORE),
            id="theirs, ignored before",
        ),
        pytest.param(
            OTHER_SCHOOL,
            child(team_id=THEM, ignored=(OTHER_SCHOOL,)),
            False,
            NOTHING,
            id="theirs, ignored before, not certain",
        ),
        # --- Archived children ---
        pytest.param(
            SCHOOL, child(team_id=None), False, AT_ONCE, id="archived, not certain"
        ),
        pytest.param(
            OTHER_SCHOOL,
            child(team_id=None),
            False,
            FOR_PERSON,
            id="archived, not certain, another school",
        ),
        # --- Deceased children ---
        pytest.param(
            OTHER_SCHOOL, child(deceased=True), True, NOTHING, id="deceased: no move"
        ),
        pytest.param(
            SCHOOL,
            child(team_id=None, deceased=True),
            True,
            barred(Bar.ARCHIVED, Archived.STAYS),
            id="deceased and archived",
        ),
        pytest.param(
            SCHOOL,
            child(team_id=THEM, deceased=True),
            True,
            barred(Bar.AT_SCHOOL_OF_ANOTHER_TEAM),
            id="deceased, with another team",
        ),
        pytest.param(
            SCHOOL,
            child(team_id=THEM, deceased=True),
            False,
            NOTHING,
            id="deceased, with another team, not certain",
        ),
    ],
)
def test_propose(place, standing, certain, proposal):
    assert proposal == propose(
        team_id=US, place=place, standing=standing, certain=certain
    )


@pytest.mark.parametrize("standing", [None, child(), child(team_id=THEM)])
def test_who_has_died_by_pds_gets_no_move(standing):
    proposal = propose(
        team_id=US, place=OTHER_SCHOOL, standing=standing, certain=True, deceased=True
    )

    assert proposal.move is Move.NONE


def test_every_bar_is_a_reason_that_imports_know():
    assert {bar.value for bar in Bar} <= {reason.value for reason in NotImported}


KEPT = barred(Bar.ARCHIVED, Archived.KEPT)


def restored(move, **waits):
    return Proposal(move, archived=Archived.RESTORED, **waits)


def archived(reason="other", place=SCHOOL, **others):
    standing = child(place, team_id=None, **others)
    return replace(standing, archive_reason=reason)


@pytest.mark.parametrize(
    ("place", "standing", "choice", "proposal"),
    [
        pytest.param(
            SCHOOL, archived(), None, restored(Move.AT_ONCE), id="restored by default"
        ),
        pytest.param(
            SCHOOL,
            archived("moved_out_of_area"),
            None,
            restored(Move.AT_ONCE),
            id="back in the area",
        ),
        pytest.param(
            SCHOOL, archived("imported_in_error"), None, KEPT, id="imported in error"
        ),
        pytest.param(
            SCHOOL,
            archived("imported_in_error"),
            Archived.RESTORED,
            restored(Move.AT_ONCE),
            id="restored although imported in error",
        ),
        pytest.param(SCHOOL, archived(), Archived.KEPT, KEPT, id="kept archived"),
        pytest.param(
            OTHER_SCHOOL,
            archived(),
            None,
            restored(Move.FOR_PERSON),
            id="restored, and at another school",
        ),
        pytest.param(
            OTHER_SCHOOL,
            archived(place=UNKNOWN),
            None,
            restored(Move.AT_ONCE),
            id="restored, and the school was unknown",
        ),
        pytest.param(
            UNKNOWN,
            archived(),
            None,
            restored(Move.FOR_PERSON),
            id="restored, and the file knows no school",
        ),
        pytest.param(
            HOME,
            archived(asked_for_by=OTHERS),
            None,
            restored(Move.FOR_PERSON, waits=True),
            id="restored, and another team has asked for the child",
        ),
        pytest.param(
            OTHER_SCHOOL,
            archived(ignored=(OTHER_SCHOOL,)),
            None,
            restored(Move.NONE),
            id="restored, and the move was ignored before",
        ),
        pytest.param(
            SCHOOL,
            archived("deceased", deceased=True),
            Archived.RESTORED,
            barred(Bar.ARCHIVED, Archived.STAYS),
            id="never after a death, whatever was chosen",
        ),
    ],
)
def test_an_archived_child_is_restored_or_kept_as_the_reviewer_says(
    place, standing, choice, proposal
):
    assert (
        propose(team_id=US, place=place, standing=standing, certain=True, choice=choice)
        == proposal
    )


def test_a_choice_is_nothing_to_a_child_that_some_team_has():
    proposal = propose(
        team_id=US,
        place=SCHOOL,
        standing=child(),
        certain=True,
        choice=Archived.RESTORED,
    )

    assert proposal == NOTHING


def test_a_child_pds_reports_dead_is_not_restored():
    proposal = propose(
        team_id=US,
        place=SCHOOL,
        standing=archived(),
        certain=True,
        deceased=True,
        choice=Archived.RESTORED,
    )

    assert proposal == barred(Bar.ARCHIVED, Archived.STAYS)
