"""A superuser reads the team's audit log, narrows it, and takes it away."""

import datetime

import pytest
from django.db import connection  # noqa: TID251 -- the plan is read

from imports.queries import audit_log
from mavis.access import record_opening
from mavis.models import AccessEvent, ActivityEvent, EventKind
from tests.factories import (
    NOW,
    ChildFactory,
    CohortImportFactory,
    ImportFileFactory,
    SchoolMoveFactory,
    TeamFactory,
    UserFactory,
    another_nhs_number,
)
from tests.journeys.browsing import Nurse
from tests.pages.shown import Shown

pytestmark = pytest.mark.django_db

TABLE = "Entries, newest first"
DAY = datetime.timedelta(days=1)


@pytest.fixture
def team():
    return TeamFactory()


@pytest.fixture
def superuser(client, team):
    user = UserFactory(team=team, superuser=True, name="Sam Superuser")
    client.force_login(user)
    return user


@pytest.fixture
def nurse(team):
    return UserFactory(team=team, name="Nora Nurse")


def an_event(team, kind=EventKind.EDITED, **columns):
    return ActivityEvent.objects.create(
        **{"team": team, "kind": kind, "at": NOW, **columns}
    )


def an_opening(team, **columns):
    return AccessEvent.objects.create(**{"team": team, "at": NOW, **columns})


def entries(page):
    return [(row["What"], row["Who"], row["Child"]) for row in page.table(TABLE)]


def narrowed(client, **filters):
    return Shown(client, client.post("/audit-log/", filters, follow=True))


def test_what_happened_and_who_opened_whose_record_is_listed_newest_first(
    client, superuser, nurse, team
):
    child = ChildFactory(team=team)
    cohort_import = CohortImportFactory(team=team)
    ImportFileFactory(cohort_import=cohort_import)
    an_event(
        team,
        EventKind.IMPORTED,
        child=child,
        cohort_import=cohort_import,
        row_number=7,
        at=NOW - DAY,
    )
    an_event(team, by=nurse, child=child, changes={"postcode": ["M1 1AE", "M1 1AF"]})
    an_opening(team, by=nurse, child=child, at=NOW + DAY)

    page = Shown.at(client, "/audit-log/")

    assert entries(page) == [
        ("Record opened", "Nora Nurse", "OKAFOR, Amara"),
        (
            "Record edited Postcode: M1 1AE changed to M1 1AF",
            "Nora Nurse",
            "OKAFOR, Amara",
        ),
        ("Imported", "Mavis", "OKAFOR, Amara"),
    ]
    assert page.table(TABLE)[2]["Upload"] == "cohort.csv , row 7"


def test_opening_and_downloading_the_log_stand_in_it(client, superuser, team):
    client.get("/audit-log/")
    b"".join(client.get("/audit-log/audit-log.csv").streaming_content)

    assert [what for what, _, _ in entries(Shown.at(client, "/audit-log/"))] == [
        "Audit log downloaded",
        "Audit log opened",
    ]


def test_another_teams_log_is_not_shown(client, superuser):
    theirs = UserFactory()
    an_event(theirs.teams.get(), by=theirs)

    page = Shown.at(client, "/audit-log/")

    assert "No entries found" in page.headings


def test_only_superusers_have_the_link(client, superuser, nurse):
    assert "Audit log" in Shown.at(client, "/").links
    client.force_login(nurse)
    assert "Audit log" not in Shown.at(client, "/").links


def test_of_a_child_that_the_team_has_no_more_nothing_is_told(client, superuser, team):
    elsewhere = ChildFactory(first_name="Secret", nhs_number=another_nhs_number())
    an_event(team, child=elsewhere, changes={"first_name": ["Secret", "Hidden"]})

    page = Shown.at(client, "/audit-log/")
    file = b"".join(client.get("/audit-log/audit-log.csv").streaming_content).decode()

    ((what, _, child),) = [e for e in entries(page) if "edited" in e[0]]
    assert child == "A child of another team"
    assert "Not shown" in what
    for told in (page.text, file):
        assert "Secret" not in told
        assert elsewhere.nhs_number not in told


def test_of_a_child_that_another_team_is_asked_for_only_the_name_is_told(
    client, superuser, team
):
    moving = SchoolMoveFactory(team=team, child=ChildFactory()).child
    an_opening(team, by=superuser, child=moving)

    page = Shown.at(client, "/audit-log/")

    assert entries(page)[0][2] == "OKAFOR, Amara"
    assert "OKAFOR, Amara" not in page.links


def test_the_address_of_a_restricted_child_is_hidden(client, superuser, team):
    child = ChildFactory(team=team, restricted=True)
    an_event(team, child=child, changes={"postcode": ["M1 1AE", "M1 1AF"]})

    page = Shown.at(client, "/audit-log/")
    file = b"".join(client.get("/audit-log/audit-log.csv").streaming_content)

    assert "M1 1A" not in page.text
    assert b"M1 1A" not in file


OPENED, EDITED, MERGED, ARCHIVED = (
    "Record opened",
    "Record edited",
    "Records merged",
    "Record archived",
)


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ({}, [OPENED, EDITED, MERGED, ARCHIVED]),
        ({"kind": "edited"}, [EDITED]),
        ({"kind": "opened"}, [OPENED]),
        ({"person": "nurse"}, [OPENED, EDITED]),
        ({"person": "mavis"}, [MERGED, ARCHIVED]),
        ({"child": "Okafor, Amara"}, [OPENED, EDITED]),
        ({"child": "number"}, [OPENED, EDITED]),
        ({"from_date": "23/11/2026"}, [OPENED, EDITED, MERGED]),
        ({"to_date": "22/11/2026"}, [ARCHIVED]),
        ({"from_date": "23/11/2026", "to_date": "23/11/2026"}, [EDITED, MERGED]),
        ({"kind": "edited", "person": "nurse", "child": "number"}, [EDITED]),
        ({"kind": "opened", "person": "mavis"}, []),
    ],
    ids=str,
)
def test_the_log_is_narrowed(superuser, nurse, team, client, filters, expected):
    child = ChildFactory(team=team, nhs_number=another_nhs_number())
    other = ChildFactory(team=team, first_name="Wilhelmina", last_name="Brixton")
    minute = datetime.timedelta(minutes=1)
    an_opening(team, by=nurse, child=child)
    an_event(team, by=nurse, child=child, at=NOW - DAY)
    an_event(team, EventKind.MERGED, child=other, at=NOW - DAY - minute)
    an_event(team, EventKind.ARCHIVED, child=other, at=NOW - 2 * DAY)
    posted = {
        name: {"nurse": str(nurse.pk), "number": child.nhs_number}.get(value, value)
        for name, value in filters.items()
    }

    page = narrowed(client, **posted)

    found = entries(page) if "No entries found" not in page.headings else []
    # Our own look at the log is in it too.
    whats = [what for what, who, _ in found if who != superuser.name]
    assert whats == expected


def test_no_name_and_no_number_stands_in_an_address(client, superuser, team):
    child = ChildFactory(team=team, nhs_number=another_nhs_number())
    an_event(team, child=child)

    answer = client.post("/audit-log/", {"child": child.nhs_number})
    page = Shown.at(client, answer["Location"])

    assert child.nhs_number not in answer["Location"]
    assert child.nhs_number not in page.href("Download these entries as CSV")
    assert len(page.table(TABLE)) == 1


def test_no_more_is_kept_of_a_search_than_what_it_asks_for(client, superuser):
    client.post("/audit-log/", {"child": "Okafor" + " " * 100_000, "else": "x"})

    (kept,) = client.session["audit_log_searches"].values()
    assert kept["child"] == "Okafor"
    assert "else" not in kept


def test_what_cannot_be_asked_is_said_beside_it(client, superuser):
    answer = client.post(
        "/audit-log/",
        {"child": "999 000", "from_date": "02/12/2026", "to_date": "01/12/2026"},
    )

    assert answer.status_code == 422
    assert "Enter all 10 digits" in answer.content.decode()
    assert "not before the from date" in answer.content.decode()


def test_a_search_that_is_forgotten_is_said_to_be(client, superuser):
    assert "no longer kept" in Shown.at(client, "/audit-log/?search=gone").text
    assert client.get("/audit-log/audit-log.csv?search=gone").status_code == 302


def test_every_entry_is_reached_once_in_both_directions(client, superuser, team):
    child = ChildFactory(team=team)
    # Most at one moment, so that their order hangs on more than the time.
    for number in range(70):
        an_event(team, child=child, row_number=number)
    for number in range(60):
        an_opening(team, by=superuser, child=child, at=NOW + DAY * (number % 2))

    page = Shown.at(client, "/audit-log/")
    pages = [page]
    while "Older entries" in page.links:
        page = page.follow("Older entries")
        pages.append(page)
    back = [page]
    while "Newer entries" in page.links:
        page = page.follow("Newer entries")
        back.append(page)

    assert [len(each.table(TABLE)) for each in pages] == [50, 50, 30]
    whats = [row["What"] for each in pages for row in each.table(TABLE)]
    assert whats.count("Record opened") == 60
    assert whats.count("Record edited") == 70
    assert [len(each.table(TABLE)) for each in back[:2]] == [30, 50]


def test_a_position_that_is_none_shows_the_newest(client, superuser, team):
    an_event(team)

    for wrong in ("x", "9" * 17 + "-1-1", "1-2-3", "\x00"):
        assert client.get("/audit-log/", {"before": wrong}).status_code == 200
        assert client.get("/audit-log/", {"after": wrong}).status_code == 200


def test_the_file_has_the_same_entries_and_no_formula(client, superuser, team):
    child = ChildFactory(team=team, first_name="=cmd()", last_name="=1+1")
    an_event(team, child=child, changes={"first_name": ["=1+1", "@x"]})
    an_event(team, EventKind.ARCHIVED, child=child)
    kept = client.post("/audit-log/", {"kind": "edited"})["Location"].split("=")[1]

    answer = client.get(f"/audit-log/audit-log.csv?search={kept}")
    lines = b"".join(answer.streaming_content).decode().splitlines()

    assert "audit-log.csv" in answer["Content-Disposition"]
    assert len(lines) == 2
    assert ",'=1+1" in lines[1].upper() or ",\"'=1+1" in lines[1].upper()


@pytest.mark.parametrize("events", [1, 50])
def test_the_page_costs_the_same_queries_for_any_number_of_entries(
    client, superuser, team, events, django_assert_max_num_queries
):
    for _ in range(events):
        child = ChildFactory(team=team)
        an_event(team, by=UserFactory(team=team), child=child)
        an_opening(team, by=superuser, child=child)
    client.get("/audit-log/")

    with django_assert_max_num_queries(19):
        client.get("/audit-log/")


@pytest.mark.parametrize(
    "wanted",
    [
        audit_log.Wanted(),
        audit_log.Wanted(kind="edited"),
        audit_log.Wanted(kind=audit_log.OPENED),
        audit_log.Wanted(person="person"),
        audit_log.Wanted(child="9990000018"),
        audit_log.Wanted(first_day=datetime.date(2025, 9, 1)),
    ],
    ids=str,
)
def test_however_long_the_log_is_a_page_of_it_is_read_by_an_index(
    team, nurse, wanted, many_events
):
    if wanted.person:
        wanted = audit_log.Wanted(person=str(nurse.pk))
    middle = audit_log.Position(NOW - datetime.timedelta(hours=9000), 1, 1)

    for queryset in audit_log._wanted(team, wanted, below=middle):
        plan = queryset.order_by("-at", "-pk")[:51].explain()

        assert "Seq Scan on mavis_activityevent" not in plan
        assert "Seq Scan on mavis_accessevent" not in plan
        # Of one child there are few: they may be sorted.
        assert wanted.child or "Sort Key" not in plan


@pytest.fixture
def many_events(team, nurse):
    child = ChildFactory(team=team, nhs_number="9990000018")
    other = ChildFactory(team=team)
    with connection.cursor() as cursor:
        for table, kind in (
            ("mavis_activityevent", ("kind, changes,", "'edited', '{}',")),
            ("mavis_accessevent", ("", "")),
        ):
            cursor.execute(
                f"INSERT INTO {table} ({kind[0]} at, by_id, team_id, child_id)"
                f" SELECT {kind[1]} %s - n * interval '1 hour', %s, %s,"
                "  CASE n %% 1000 WHEN 0 THEN %s ELSE %s END"
                " FROM generate_series(1, 20000) n",
                [NOW, nurse.pk, team.pk, child.pk, other.pk],
            )
            cursor.execute(f"ANALYZE {table}")
        cursor.execute(
            "INSERT INTO mavis_activityevent (kind, changes, at)"
            " SELECT 'log_in_failed', '{}', %s - n * interval '1 hour'"
            " FROM generate_series(1, 20000) n",
            [NOW],
        )
        cursor.execute("ANALYZE mavis_activityevent")


@pytest.mark.django_db(transaction=True)
def test_the_page_can_be_used_by_everybody(page, live_server, client):
    user = UserFactory(superuser=True)
    team = user.teams.get()
    child = ChildFactory(team=team, nhs_number=another_nhs_number())
    record_opening(child_id=child.pk, by=user, team=team, at=NOW)
    an_event(team, by=user, child=child, changes={"postcode": ["M1 1AE", "M1 1AF"]})
    client.force_login(user)
    page.context.add_cookies(
        [
            {
                "name": "sessionid",
                "value": client.cookies["sessionid"].value,
                "url": live_server.url,
            }
        ]
    )

    nurse = Nurse(page, live_server.url)
    page.goto(f"{live_server.url}/audit-log/")
    page.get_by_text("Filters", exact=True).click()

    nurse.sees("Audit log")
    page.get_by_label("What happened").select_option("Record opened")
    page.get_by_role("button", name="Show entries").click()
    assert page.get_by_role("cell", name="OKAFOR, Amara").count() == 1
    page.set_viewport_size({"width": 320, "height": 800})
    nurse.sees("Audit log")
    wide = page.evaluate("document.documentElement.scrollWidth")
    assert wide <= 320
