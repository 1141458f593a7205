"""Every address of the product, and every method, by each who may come.

What is done at each address, and who may, stands in mavis.rules.permissions; below is
which record each of them names. A test sees that no address is forgotten.
"""

import re
from itertools import product

import pytest
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from imports import files
from imports.models import CohortImport
from imports.rules.lifecycle import FailureReason, Status
from mavis.models import Role
from mavis.rules import permissions
from mavis.rules.permissions import ADDRESSES, FOR_WHAT_WATCHES, Action
from tests.factories import (
    ChildFactory,
    CloseMatchFactory,
    CohortImportFactory,
    CohortRowFactory,
    ContactFactory,
    NoticeFactory,
    SchoolMoveFactory,
    SharedNumberFactory,
    TeamFactory,
    UserFactory,
    another_nhs_number,
)
from tests.pages.shown import Shown

pytestmark = pytest.mark.django_db

# For whoever comes, signed in or not.
FOR_ANYBODY = {
    "sign_in", "sign_out", "demo_file", "cis2_begin", "cis2_come_back",
    "cis2_signed_out", "session_status", "session_stay",
}  # fmt: skip
# For whoever is signed in, with or without a team.
FOR_ANY_USER = {"session_ending", "select_team"}
METHODS = ("get", "head", "post", "put", "patch", "delete", "options")
DECISIONS = {
    "imports:approve": Action.APPROVE,
    "imports:cancel": Action.CANCEL,
    "imports:approve_changed": Action.APPROVE_CHANGED,
    "imports:ignore_changed": Action.IGNORE_CHANGED,
    "imports:choose_archived": Action.CHOOSE_ARCHIVED,
}


def patterns(resolver: URLResolver, prefix: str = "") -> dict[str, set[str]]:
    """Return every address by name, with the words for what it names."""
    found: dict[str, set[str]] = {}
    for pattern in resolver.url_patterns:
        if isinstance(pattern, URLPattern):
            found[f"{prefix}{pattern.name}"] = set(pattern.pattern.converters)
        else:
            inner = f"{pattern.namespace}:" if pattern.namespace else ""
            found |= patterns(pattern, prefix + inner)
    return found


def test_every_address_has_a_line_in_the_table():
    assert patterns(get_resolver()).keys() == {
        *FOR_ANYBODY,
        *FOR_ANY_USER,
        *FOR_WHAT_WATCHES,
        *ADDRESSES,
    }


@pytest.fixture
def team():
    return TeamFactory()


@pytest.fixture
def addresses(team):
    """The address of each page, with a record of `team` where it names one."""
    cohort_import = an_import(team=team, in_review=True)
    child = ChildFactory(team=team, nhs_number=another_nhs_number())
    row = CohortRowFactory(cohort_import=cohort_import, new=True)
    named = {
        "child_id": child.pk,
        "close_match_id": CloseMatchFactory(row=row).pk,
        "contact_id": ContactFactory(child=child).pk,
        "file_format": "csv",
        "import_id": cohort_import.pk,
        "into_id": ChildFactory(team=team, nhs_number=another_nhs_number()).pk,
        "move_id": SchoolMoveFactory(team=team, child=child).pk,
        "notice_id": NoticeFactory(team=team, child=child).pk,
        "part": "name",
        "section": "new-records",
        "shared_number_id": SharedNumberFactory(child__team=team).pk,
    }
    special = {
        "imports:rows_to_mend": {"import_id": failed(team, "same_nhs_number").pk},
        "imports:unmatched_rows": {"import_id": failed(team, "low_match_rate").pk},
    }
    words = patterns(get_resolver())
    return {
        name: reverse(
            name,
            kwargs={
                word: {**named, **special.get(name, {})}[word] for word in words[name]
            },
        )
        for name in {*ADDRESSES, *FOR_ANY_USER}
    }


def an_import(**columns):
    cohort_import = CohortImportFactory(**columns)
    files.store(
        cohort_import,
        name="cohort.csv",
        file_format="csv",
        sha256=f"{cohort_import.pk:064}",
        content=b"CHILD_FIRST_NAME\nAmara\n",
    )
    return cohort_import


def failed(team, reason):
    return an_import(
        team=team, status=Status.FAILED, failure_reason=FailureReason(reason)
    )


def ask(client, method, address):
    return getattr(client, method)(address)


@pytest.mark.parametrize("role", Role.values)
def test_each_role_may_do_what_the_table_says_and_nothing_else(
    client, team, addresses, role
):
    client.force_login(UserFactory(team=team, role=role))

    for name, method in product(sorted(ADDRESSES), METHODS):
        action = ADDRESSES[name].get("GET" if method == "head" else method.upper())
        status = ask(client, method, addresses[name]).status_code

        if action is None:
            assert status in {403, 405}, (name, method)
        elif not permissions.may(role, action):
            assert status == 403, (name, method)
        elif method == "head":
            # Some pages do not take it; what they have is not forbidden.
            assert status in {200, 302, 405}, name
        else:
            # It may be too late, or a field may be missing: it is not forbidden.
            assert status in {200, 302, 409, 422}, (name, method)


def test_another_teams_superuser_cannot_tell_that_a_record_exists(client, addresses):
    client.force_login(UserFactory(superuser=True))
    of_records = [
        name for name in sorted(ADDRESSES) if re.search("[0-9]", addresses[name])
    ]

    for name, method in product(of_records, METHODS):
        status = ask(client, method, addresses[name]).status_code

        if method.upper() in ADDRESSES[name]:
            assert status == 404, (name, method)
        else:  # it says so of every record alike
            assert status in {403, 404, 405}, (name, method)
    assert len(of_records) > 20


@pytest.mark.parametrize("status", Status)
def test_an_import_is_decided_about_only_in_the_statuses_of_the_table(
    client, team, status
):
    reason = FailureReason.FAULT if status == Status.FAILED else ""
    client.force_login(UserFactory(team=team))

    for name, action in DECISIONS.items():
        cohort_import = an_import(team=team, status=status, failure_reason=reason)
        address = reverse(name, kwargs={"import_id": cohort_import.pk})
        answer = client.post(address)

        can_be_done = permissions.can_be_done(action, status)
        assert answer.status_code == (302 if can_be_done else 409), name
        cohort_import.refresh_from_db()
        assert cohort_import.status == status or can_be_done


@pytest.mark.parametrize(
    ("status", "address", "button"),
    [
        (Status.IN_REVIEW, "approve", "Approve and import records"),
        (
            Status.IN_FURTHER_REVIEW,
            "approve-changed",
            "Approve and import changed records",
        ),
    ],
)
def test_where_a_second_person_is_needed_the_uploader_may_not_approve(
    client, status, address, button
):
    team = TeamFactory(with_second_approver=True)
    cohort_import = an_import(team=team, status=status)
    client.force_login(cohort_import.uploaded_by)

    page = Shown.at(client, f"/imports/{cohort_import.pk}/")
    forced = client.post(f"/imports/{cohort_import.pk}/{address}/")

    assert button not in page.buttons
    assert "someone else in your team has to approve" in page.text
    assert forced.status_code == 403
    assert "someone else in your team has to approve" in forced.content.decode()
    assert CohortImport.objects.get(pk=cohort_import.pk).status == status
    client.force_login(UserFactory(team=team))
    assert button in Shown.at(client, f"/imports/{cohort_import.pk}/").buttons
    assert client.post(f"/imports/{cohort_import.pk}/{address}/").status_code == 302


@pytest.mark.parametrize("method", ["get", "post"])
def test_the_team_that_has_the_child_neither_sees_nor_decides_its_move(client, method):
    theirs = TeamFactory()
    move = SchoolMoveFactory(
        team=TeamFactory(), child=ChildFactory(team=theirs), from_team=theirs
    )
    client.force_login(UserFactory(team=theirs, superuser=True))

    answer = ask(client, method, f"/school-moves/{move.pk}/")

    assert answer.status_code == 404
    move.refresh_from_db()
    assert move.state == "open"


def test_a_user_without_a_team_is_told_whom_to_ask(client, addresses):
    client.force_login(UserFactory(team=None))

    for name in sorted(ADDRESSES):
        answers = [ask(client, method, addresses[name]) for method in ("get", "post")]
        refused = [answer for answer in answers if answer.status_code == 403]

        assert {answer.status_code for answer in answers} <= {403, 405}, name
        assert refused, name
        assert all("not in a team" in answer.content.decode() for answer in refused)


def test_whoever_is_signed_out_is_asked_to_sign_in(client, addresses):
    for name in sorted({*FOR_ANY_USER, *ADDRESSES}):
        answers = [ask(client, method, addresses[name]) for method in ("get", "post")]
        sent_on = [answer for answer in answers if answer.status_code == 302]

        assert {answer.status_code for answer in answers} <= {302, 405}, name
        assert sent_on, name
        assert all(answer["Location"].startswith("/sign-in/") for answer in sent_on)
