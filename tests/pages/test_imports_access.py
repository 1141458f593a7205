"""Who gets at the pages of imports: the team's own people, and nobody else."""

import pytest
from django.urls import reverse

from imports import urls
from imports.models import CohortImport
from imports.rules.lifecycle import FailureReason, Status
from tests.factories import (
    CohortImportFactory,
    CohortRowFactory,
    ImportFileFactory,
    TeamFactory,
    UserFactory,
)
from tests.pages.shown import Shown

pytestmark = pytest.mark.django_db

POST_ONLY = {
    "approve",
    "cancel",
    "approve_changed",
    "ignore_changed",
    "choose_archived",
    "upload_again",
}
# Pages that are about no import in particular.
OF_THE_TEAM = {
    "list": {},
    "completed": {},
    "issues": {},
    "upload": {},
    "upload_children": {},
    "upload_again": {},
    "template": {"file_format": "csv"},
}
OF_AN_IMPORT = {
    "show": {},
    "progress": {},
    "section": {"section": "new-records"},
    "approve": {},
    "cancel": {},
    "approve_changed": {},
    "ignore_changed": {},
    "choose_archived": {},
    "rows_to_mend": {},
    "unmatched_rows": {},
}
STATES = [{"status": status} for status in Status if status != Status.FAILED] + [
    {"status": Status.FAILED, "failure_reason": reason} for reason in FailureReason
]


def test_every_address_of_imports_is_tried_here():
    assert {pattern.name for pattern in urls.urlpatterns} == {
        *OF_THE_TEAM,
        *OF_AN_IMPORT,
        "resolve",  # tests/pages/test_close_matches.py
        "resolve_shared_number",  # tests/pages/test_shared_numbers.py
        "pds_status",  # tests/pages/test_pds_status.py
    }


def an_import(**columns):
    cohort_import = CohortImportFactory(**columns)
    ImportFileFactory(cohort_import=cohort_import)
    CohortRowFactory(cohort_import=cohort_import, new=True)
    return cohort_import


def visit(client, name, **arguments):
    address = reverse(f"imports:{name}", kwargs=arguments)
    return client.post(address) if name in POST_ONLY else client.get(address)


@pytest.mark.parametrize("name", OF_AN_IMPORT)
@pytest.mark.parametrize("state", STATES, ids=lambda state: "-".join(state.values()))
def test_another_teams_import_is_not_found(client, name, state):
    cohort_import = an_import(**state)
    client.force_login(UserFactory())

    response = visit(client, name, import_id=cohort_import.pk, **OF_AN_IMPORT[name])

    assert response.status_code == 404
    assert CohortImport.objects.get().status == state["status"]


@pytest.mark.parametrize("name", OF_AN_IMPORT)
@pytest.mark.parametrize("import_id", [0, 987654321, 10**30])
def test_an_import_that_does_not_exist_is_not_found(client, name, import_id):
    client.force_login(UserFactory())

    response = visit(client, name, import_id=import_id, **OF_AN_IMPORT[name])

    assert response.status_code == 404


@pytest.mark.parametrize("name", [*OF_THE_TEAM, *OF_AN_IMPORT])
def test_whoever_is_not_signed_in_is_asked_to(client, name):
    arguments = {"import_id": an_import().pk} if name in OF_AN_IMPORT else {}
    arguments |= OF_THE_TEAM.get(name) or OF_AN_IMPORT.get(name) or {}

    response = visit(client, name, **arguments)

    assert response.status_code == 302
    assert response["Location"].startswith(reverse("sign_in"))


@pytest.mark.parametrize("name", [*OF_THE_TEAM, *OF_AN_IMPORT])
def test_whoever_has_no_team_is_told_whom_to_ask(client, name):
    arguments = {"import_id": an_import().pk} if name in OF_AN_IMPORT else {}
    arguments |= OF_THE_TEAM.get(name) or OF_AN_IMPORT.get(name) or {}
    client.force_login(UserFactory(team=None))

    assert visit(client, name, **arguments).status_code == 403


@pytest.mark.parametrize("name", sorted(POST_ONLY))
def test_an_address_cannot_be_followed_into_a_decision(client, name):
    team = TeamFactory()
    arguments = {"import_id": an_import(team=team).pk} if name in OF_AN_IMPORT else {}
    client.force_login(UserFactory(team=team))

    response = client.get(reverse(f"imports:{name}", kwargs=arguments))

    assert response.status_code == 405


@pytest.mark.parametrize("state", STATES, ids=lambda state: "-".join(state.values()))
def test_every_state_has_a_page(client, state):
    team = TeamFactory()
    cohort_import = an_import(team=team, **state)
    client.force_login(UserFactory(team=team))

    page = Shown.at(client, f"/imports/{cohort_import.pk}/")

    assert page.status == 200
    assert page.details["File"] == "cohort.csv"


def test_a_file_that_is_not_offered_is_not_found(client):
    team = TeamFactory()
    cohort_import = an_import(team=team, in_review=True)
    client.force_login(UserFactory(team=team))

    for name in ("rows_to_mend", "unmatched_rows"):
        assert visit(client, name, import_id=cohort_import.pk).status_code == 404
    assert visit(client, "template", file_format="exe").status_code == 404


def test_a_name_is_never_read_as_markup(client):
    team = TeamFactory(name="<b>team</b>")
    cohort_import = CohortImportFactory(team=team, in_review=True)
    ImportFileFactory(cohort_import=cohort_import, name="<img src=x>.csv")
    CohortRowFactory(
        cohort_import=cohort_import,
        new=True,
        first_name="<script>alert(1)</script>",
        postcode="<i>M1",
    )
    client.force_login(UserFactory(team=team, name="<u>Amina</u>"))

    for address in ("", "new-records/"):
        response = client.get(f"/imports/{cohort_import.pk}/{address}")
        for markup in (b"<script>alert", b"<img src=x", b"<i>M1", b"<u>", b"<b>team"):
            assert markup not in response.content
    assert b"&lt;script&gt;alert(1)" in response.content


def test_pages_are_kept_out_of_caches(client):
    team = TeamFactory()
    cohort_import = an_import(team=team, in_review=True)
    client.force_login(UserFactory(team=team))

    response = visit(client, "show", import_id=cohort_import.pk)

    assert "no-store" in response["Cache-Control"]
