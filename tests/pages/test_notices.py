"""Notices on the dashboard: whom they concern, and who may dismiss them."""

import pytest

from mavis.models import ActivityEvent, EventKind
from schoolmoves.models import Notice, NoticeKind
from tests.factories import (
    ChildFactory,
    CohortMembershipFactory,
    NoticeFactory,
    TeamFactory,
    UserFactory,
)
from tests.pages.shown import Shown

pytestmark = pytest.mark.django_db

DISMISS = "Dismiss the notice about OKAFOR, Amara"


@pytest.fixture
def team():
    return TeamFactory()


@pytest.fixture
def superuser(client, team):
    superuser = UserFactory(team=team, superuser=True)
    client.force_login(superuser)
    return superuser


@pytest.mark.parametrize("kind", NoticeKind)
def test_a_notice_says_what_has_happened_to_which_child(client, superuser, team, kind):
    NoticeFactory(team=team, kind=kind)

    page = Shown.at(client, "/")

    (row,) = page.table("Notices")
    assert row["What has happened"] == kind.label
    assert row["Date"] == "24 November 2026"
    assert page.follow("OKAFOR, Amara").title == "OKAFOR, Amara"


def test_a_child_that_has_moved_away_leads_to_the_little_that_may_be_seen(
    client, superuser, team
):
    theirs = TeamFactory(name="Borders SAIS")
    child = ChildFactory(team=theirs)
    CohortMembershipFactory(child=child, team=team, reason="moved_out_of_area")
    NoticeFactory(team=team, child=child, kind=NoticeKind.MOVED_AWAY, new_team=theirs)

    page = Shown.at(client, "/")

    (row,) = page.table("Notices")
    assert row["What has happened"] == (
        "Child moved to another team’s area: Borders SAIS"
    )
    limited = page.follow("OKAFOR, Amara")
    assert limited.status == 200
    assert child.postcode not in limited.text


def test_a_child_that_the_team_may_not_open_has_no_link(client, superuser, team):
    NoticeFactory(team=team, child=ChildFactory(team=TeamFactory()))

    assert "OKAFOR, Amara" not in Shown.at(client, "/").links


def test_a_superuser_dismisses_a_notice(client, superuser, team):
    notice = NoticeFactory(team=team)

    page = Shown.at(client, "/").press(DISMISS)

    notice.refresh_from_db()
    assert (page.title, page.banner) == (team.name, "Notice dismissed")
    assert not any("Notices" in heading for heading in page.headings)
    assert notice.dismissed_by == superuser
    event = ActivityEvent.objects.get()
    assert (event.kind, event.child) == (EventKind.NOTICE_DISMISSED, notice.child)


def test_a_notice_is_dismissed_once(client, superuser, team):
    NoticeFactory(team=team)
    page = Shown.at(client, "/")
    page.press(DISMISS)

    again = page.press(DISMISS)

    assert again.banner == "Someone else has dismissed this notice already"
    assert ActivityEvent.objects.count() == 1


@pytest.mark.parametrize("trait", ["nurse", "admin"])
def test_others_see_notices_and_cannot_dismiss_them(client, team, trait):
    notice = NoticeFactory(team=team)
    client.force_login(
        UserFactory(team=team, **({} if trait == "nurse" else {trait: True}))
    )

    page = Shown.at(client, "/")
    answer = client.post(f"/school-moves/notices/{notice.pk}/dismiss/")

    assert "Notices (1)" in page.headings
    assert page.buttons == []
    assert answer.status_code == 403
    assert Notice.objects.filter(dismissed_at=None).exists()


def test_a_superuser_of_another_team_does_not_find_the_notice(client, superuser):
    notice = NoticeFactory()

    answer = client.post(f"/school-moves/notices/{notice.pk}/dismiss/")

    assert answer.status_code == 404
    assert Notice.objects.filter(dismissed_at=None).exists()


def test_all_notices_can_be_reached(client, superuser, team):
    NoticeFactory.create_batch(21, team=team)

    page = Shown.at(client, "/")

    assert "Notices (21)" in page.headings
    assert len(page.table("Notices")) == 20
    assert len(Shown.at(client, "/?page=2").table("Notices")) == 1
