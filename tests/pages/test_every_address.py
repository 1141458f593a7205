"""Every address of the product, visited by those who may not see what is there.

The table below has a line for each address, and a test that none is forgotten.
"""

import pytest
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from tests.factories import (
    ChildFactory,
    CloseMatchFactory,
    CohortImportFactory,
    CohortRowFactory,
    ContactFactory,
    ImportFileFactory,
    NoticeFactory,
    SchoolMoveFactory,
    SharedNumberFactory,
    TeamFactory,
    UserFactory,
    another_nhs_number,
)

pytestmark = pytest.mark.django_db

# For whoever comes, signed in or not.
FOR_ANYBODY = {"sign_in", "demo_file"}
# For whoever is signed in, with or without a team.
FOR_ANY_USER = {"sign_out", "select_team"}
# About nothing in particular: each team sees its own.
OF_A_TEAM = {
    "dashboard",
    "children:search",
    "imports:completed",
    "imports:issues",
    "imports:list",
    "imports:pds_status",
    "imports:template",
    "imports:upload",
    "imports:upload_again",
    "imports:upload_children",
    "schoolmoves:download",
    "schoolmoves:list",
}
# About one record of one team, named by these in the address.
OF_A_RECORD = {
    "children:activity": ("child_id",),
    "children:add_contact": ("child_id",),
    "children:edit": ("child_id",),
    "children:edit_contact": ("child_id", "contact_id"),
    "children:edit_part": ("child_id", "part"),
    "children:pds_history": ("child_id",),
    "children:remove_contact": ("child_id", "contact_id"),
    "children:show": ("child_id",),
    "imports:approve": ("import_id",),
    "imports:approve_changed": ("import_id",),
    "imports:cancel": ("import_id",),
    "imports:choose_archived": ("import_id",),
    "imports:ignore_changed": ("import_id",),
    "imports:progress": ("import_id",),
    "imports:resolve": ("close_match_id",),
    "imports:resolve_shared_number": ("shared_number_id",),
    "imports:rows_to_mend": ("import_id",),
    "imports:section": ("import_id", "section"),
    "imports:show": ("import_id",),
    "imports:unmatched_rows": ("import_id",),
    "merging:merge": ("child_id", "into_id"),
    "placing:archive": ("child_id",),
    "placing:restore": ("child_id",),
    "placing:school": ("child_id",),
    "school_move:show": ("move_id",),
    "schoolmoves:dismiss_notice": ("notice_id",),
}
METHODS = ("get", "post")


def names(resolver: URLResolver, prefix: str = "") -> set[str]:
    found = set()
    for pattern in resolver.url_patterns:
        if isinstance(pattern, URLPattern):
            found.add(f"{prefix}{pattern.name}")
        else:
            inner = f"{pattern.namespace}:" if pattern.namespace else ""
            found |= names(pattern, prefix + inner)
    return found


def test_every_address_has_a_line_in_the_table():
    assert names(get_resolver()) == {
        *FOR_ANYBODY,
        *FOR_ANY_USER,
        *OF_A_TEAM,
        *OF_A_RECORD,
    }


@pytest.fixture
def team():
    return TeamFactory()


@pytest.fixture
def addresses(team):
    """The address of each page, with a record of `team` where it names one."""
    cohort_import = CohortImportFactory(team=team, in_review=True)
    ImportFileFactory(cohort_import=cohort_import)
    child = ChildFactory(team=team, nhs_number=another_nhs_number())
    row = CohortRowFactory(cohort_import=cohort_import, new=True)
    named = {
        "child_id": child.pk,
        "close_match_id": CloseMatchFactory(row=row).pk,
        "contact_id": ContactFactory(child=child).pk,
        "import_id": cohort_import.pk,
        "into_id": ChildFactory(team=team, nhs_number=another_nhs_number()).pk,
        "move_id": SchoolMoveFactory(team=team, child=child).pk,
        "notice_id": NoticeFactory(team=team, child=child).pk,
        "part": "name",
        "section": "new-records",
        "shared_number_id": SharedNumberFactory(child__team=team).pk,
    }
    found = {
        name: reverse(name, kwargs={word: named[word] for word in words})
        for name, words in OF_A_RECORD.items()
    }
    found |= {name: reverse(name) for name in OF_A_TEAM - {"imports:template"}}
    found["imports:template"] = reverse(
        "imports:template", kwargs={"file_format": "csv"}
    )
    found |= {name: reverse(name) for name in FOR_ANY_USER}
    return found


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("name", sorted(OF_A_RECORD))
def test_another_teams_nurse_cannot_tell_that_a_record_exists(
    client, addresses, name, method
):
    client.force_login(UserFactory())

    status = getattr(client, method)(addresses[name]).status_code

    # A page that takes only one method says so of every record alike.
    assert status in {404, 405}
    assert 404 in {
        getattr(client, each)(addresses[name]).status_code for each in METHODS
    }


@pytest.mark.parametrize("name", sorted({*OF_A_TEAM, *OF_A_RECORD}))
def test_a_user_without_a_team_is_told_whom_to_ask(client, addresses, name):
    client.force_login(UserFactory(team=None))

    answers = [getattr(client, method)(addresses[name]) for method in METHODS]

    assert {answer.status_code for answer in answers} <= {403, 405}
    refused = [answer for answer in answers if answer.status_code == 403]
    assert refused
    assert all("not in a team" in answer.content.decode() for answer in refused)


@pytest.mark.parametrize("name", sorted({*FOR_ANY_USER, *OF_A_TEAM, *OF_A_RECORD}))
def test_whoever_is_signed_out_is_asked_to_sign_in(client, addresses, name):
    answers = [getattr(client, method)(addresses[name]) for method in METHODS]

    assert {answer.status_code for answer in answers} <= {302, 405}
    sent_on = [answer for answer in answers if answer.status_code == 302]
    assert sent_on
    assert all(answer["Location"].startswith("/sign-in/") for answer in sent_on)
