"""Where a restricted child lives, and whom to ring, stands on no page and in no file."""

import pytest
from django.urls import reverse

from imports.models import CohortImport
from imports.queries.rows import Section
from imports.rules.lifecycle import FailureReason
from mavis.models import EventKind
from tests.factories import UserFactory
from tests.pages.every_page import every_page

pytestmark = pytest.mark.django_db

ADDRESS = {
    "address_line_1": "1 Quarry Bank",
    "address_line_2": "Upper Slate",
    "town": "Slatemouth",
    "postcode": "LS1 4AP",
}
PARENT = {
    "name": "Wilhelmina Slate",
    "phone": "+447700900123",
    "email": "w.slate@example.com",
}
# As they are stored, and as pages show them.
PRIVATE = (*ADDRESS.values(), *PARENT.values(), "07700 900123")
ROW = {**ADDRESS, **{f"parent_1_{name}": value for name, value in PARENT.items()}}


@pytest.fixture
def team(client):
    user = UserFactory(superuser=True)
    client.force_login(user)
    return user.teams.get()


@pytest.fixture
def pages(team):
    """Every page, when all children and rows are restricted."""
    restricted = {"restricted": True}
    return every_page(
        team, child=ADDRESS | restricted, contact=PARENT, row=ROW | restricted
    )


def private_in(content):
    return [value for value in PRIVATE if value in content]


def test_no_page_shows_where_a_restricted_child_lives(client, pages):
    # What of a restricted child may not be changed is not found.
    not_found = {
        "children:add_contact",
        "children:edit_contact",
        "children:remove_contact",
        "children:edit_part address",
    }

    for name, address in pages.items():
        answer = client.get(address)

        assert answer.status_code == (404 if name in not_found else 200), name
        assert private_in(answer.content.decode()) == [], name
    assert len(pages) >= 60


SEARCHES = {
    "children:search": {"q": "Okafor"},
    "audit_log:show": {"kind": EventKind.UPDATED_BY_IMPORT},
    **{f"imports:section {section}": {"search": "Okafor"} for section in Section},
}


def test_no_search_shows_it_either(client, pages):
    for name, search in SEARCHES.items():
        answer = client.post(pages[name], search, follow=True)

        assert answer.status_code == 200, name
        assert private_in(answer.content.decode()) == [], name
        assert "OKAFOR, Amara" in answer.content.decode(), name


def test_no_file_to_download_holds_it(client, pages):
    low, same = (
        CohortImport.objects.get(failure_reason=reason).pk
        for reason in (FailureReason.LOW_MATCH_RATE, FailureReason.SAME_NHS_NUMBER)
    )
    answers = [
        client.get(reverse("audit_log:download")),
        client.get(reverse("imports:unmatched_rows", args=[low])),
        client.get(reverse("imports:rows_to_mend", args=[same])),
        client.post(reverse("schoolmoves:download"), {}),
    ]

    for answer in answers:
        assert answer.status_code == 200, answer.request["PATH_INFO"]
        content = answer.getvalue().decode("utf-8-sig")
        assert private_in(content) == [], answer.request["PATH_INFO"]
        assert "Amara" in content


def test_what_is_looked_for_is_shown_of_other_children(client, team):
    pages = every_page(team, child=ADDRESS, contact=PARENT, row=ROW)

    def shown(name):
        search = SEARCHES.get(name)
        answer = (
            client.post(pages[name], search, follow=True)
            if search
            else client.get(pages[name])
        )
        return set(private_in(answer.content.decode()))

    everything = set(PRIVATE) - {PARENT["phone"]}
    assert shown("children:show") == everything
    assert shown("imports:resolve") == everything
    for name in ("merging:merge", "imports:resolve_shared_number"):
        assert shown(name) == everything, name
    told = {"LS1 4AP", "1 Quarry Bank", "Wilhelmina Slate"}
    for name in ("children:activity", "audit_log:show"):
        assert shown(name) == told, name
    for name in ("children:search", *(f"imports:section {each}" for each in Section)):
        assert "LS1 4AP" in shown(name), name
