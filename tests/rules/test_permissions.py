"""The table of who may do what agrees with the rest of the product."""

from imports.rules.lifecycle import TRANSITIONS, Status
from mavis.models import Role
from mavis.rules.permissions import ADDRESSES, MAY, Action, may, may_ask
from schoolmoves.models import MoveState


def test_every_action_has_a_line_with_roles_that_there_are():
    assert set(MAY) == set(Action)
    for line in MAY.values():
        assert line.roles
        assert line.roles <= set(Role.values)


def test_every_action_is_done_somewhere():
    assert {a for methods in ADDRESSES.values() for a in methods.values()} == set(
        Action
    )


def test_every_status_is_one_of_an_import_or_of_a_school_move():
    moves = MAY[Action.DECIDE_MOVE].statuses
    of_imports = [
        line.statuses for action, line in MAY.items() if action != Action.DECIDE_MOVE
    ]

    assert moves <= set(MoveState.values)
    assert frozenset().union(*of_imports) <= set(Status)


def test_an_import_is_approved_and_cancelled_just_where_its_lifecycle_allows():
    def leading_to(status):
        return {was for was, may_become in TRANSITIONS.items() if status in may_become}

    approved = MAY[Action.APPROVE].statuses | MAY[Action.APPROVE_CHANGED].statuses
    cancelled = MAY[Action.CANCEL].statuses | MAY[Action.IGNORE_CHANGED].statuses

    assert approved == leading_to(Status.COMMITTING)
    assert cancelled == leading_to(Status.CANCELLED)


def test_only_a_superuser_dismisses_notices_and_sees_what_is_of_the_whole_service():
    for_superusers = {a for a in Action if not may(Role.NURSE, a)}

    assert for_superusers == {
        Action.DISMISS_NOTICE,
        Action.SEE_PDS_STATUS,
        Action.SEE_AUDIT_LOG,
    }
    assert all(may(Role.ADMIN, a) == may(Role.NURSE, a) for a in Action)
    assert all(may(Role.SUPERUSER, a) for a in Action)


def test_an_address_without_a_line_is_closed():
    assert not may_ask(Role.SUPERUSER, "nowhere", "GET")
    assert not may_ask(Role.SUPERUSER, "dashboard", "POST")
    assert not may_ask("", "dashboard", "GET")
    assert may_ask(Role.NURSE, "dashboard", "HEAD")
