"""What a file says of people is in no log, message or figure; after 30 days nowhere.

Each file has values that are like nothing else; every column of every table is searched
for them, and whatever was logged, queued or answered.
"""

import csv
import io
import logging
from datetime import timedelta

import pytest
import redis
from django.conf import settings as django_settings
from django.contrib.sessions.models import Session
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection  # noqa: TID251 -- every table is searched

from children.models import Child
from imports import pipeline, purging
from imports.models import CohortImport
from imports.rules.lifecycle import FailureReason, Status
from imports.stages import review
from mavis import clock, logs
from mavis.models import EventKind
from tests.factories import SchoolFactory, TeamFactory, UserFactory, unissued_nhs_number

pytestmark = pytest.mark.django_db(transaction=True)

NUMBER = unissued_nhs_number(4321)
FOUND = unissued_nhs_number(4322)
SAID = {
    "CHILD_FIRST_NAME": "Zephyrina",
    "CHILD_LAST_NAME": "Quackenbush",
    "CHILD_PREFERRED_FIRST_NAME": "Zephyquin",
    "CHILD_PREFERRED_LAST_NAME": "Quackenberg",
    "CHILD_DATE_OF_BIRTH": "2014-11-19",
    "CHILD_REGISTRATION": "Form-ZQ-77",
    "CHILD_ADDRESS_LINE_1": "77 Xanthippe Crescent",
    "CHILD_ADDRESS_LINE_2": "Flat Xylophone",
    "CHILD_TOWN": "Yttermouth",
    "CHILD_POSTCODE": "LS7 9ZQ",
    "CHILD_NHS_NUMBER": NUMBER,
    "PARENT_1_NAME": "Xerxes Quackenbush",
    "PARENT_1_RELATIONSHIP": "step-zookeeper",
    "PARENT_1_PHONE": "07700900987",
    "PARENT_1_EMAIL": "xerxes.zq@example.com",
    "PARENT_2_NAME": "Wulfrida Quackenbush",
    "PARENT_2_RELATIONSHIP": "co-zookeeper",
    "PARENT_2_PHONE": "07700900986",
    "PARENT_2_EMAIL": "wulfrida.zq@example.com",
}
WRONG = {
    **SAID,
    "CHILD_DATE_OF_BIRTH": "99/99/20144",
    "CHILD_POSTCODE": "ZQ-no-postcode",
    "CHILD_NHS_NUMBER": "77ZQ77",
    "PARENT_1_PHONE": "phone-zq",
    "PARENT_1_EMAIL": "email-zq",
    "CHILD_GENDER": "gender-zq",
}
# As they are stored, folded or shown, too.
TRACES = [
    *SAID.values(), *WRONG.values(), FOUND, "quackenbush", "zephyrina", "+447700900987",
    "+447700900986", "19/11/2014", "19 November 2014", "zookeeper", "Quackenbush",
]  # fmt: skip


@pytest.fixture
def team():
    return TeamFactory()


@pytest.fixture
def nurse(team):
    return UserFactory(team=team)


@pytest.fixture
def cohort_file(team):
    SchoolFactory(team=team, urn="123456")

    def write(*rows):
        text = io.StringIO()
        headers = ["CHILD_SCHOOL_URN", *WRONG]
        writer = csv.DictWriter(text, headers, lineterminator="\n", restval="")
        writer.writeheader()
        writer.writerows({"CHILD_SCHOOL_URN": "123456", **row} for row in rows)
        return text.getvalue().encode()

    return write


@pytest.fixture
def pds(pds_simulator, settings):
    settings.PDS_REQUESTS_PER_SECOND = 0
    return pds_simulator(
        {
            "NHS_NUMBER": FOUND,
            "FAMILY_NAME": "Quackenbush",
            "GIVEN_NAME": "Zephyrina",
            "DATE_OF_BIRTH": "2014-11-19",
            "POSTCODE": "LS7 9ZQ",
        }
    )


def upload(client, content):
    """Upload a file by its page, and run every stage that needs no person."""
    file = SimpleUploadedFile("cohort.csv", content, content_type="text/csv")
    answer = client.post("/imports/upload/child-records/", {"file": file})
    assert answer.status_code == 302
    return CohortImport.objects.latest("pk")


def work(cohort_import):
    pipeline.run_until_it_waits_for_a_person(
        import_id=cohort_import.pk, clock=clock.now, pause=lambda: None
    )
    cohort_import.refresh_from_db()


def traces_in(text):
    return sorted({value for value in TRACES if value.lower() in text.lower()})


def database(*, without=()):
    """Return all that is in the database, table by table, but for encrypted files."""
    found = {}
    with connection.cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        for (table,) in cursor.fetchall():
            if table not in without:
                # Bytes become hexadecimal digits.
                cursor.execute(f"SELECT t::text, t::text FROM {table} t")
                found[table] = "\n".join(row[0] for row in cursor.fetchall())
    found["sessions, opened"] = repr([s.get_decoded() for s in Session.objects.all()])
    return found


def left_in(tables):
    hexadecimal = {value.encode().hex(): value for value in TRACES}
    return {
        table: traces_in(text) + [v for h, v in hexadecimal.items() if h in text]
        for table, text in tables.items()
        if traces_in(text) or any(h in text for h in hexadecimal)
    }


def test_after_thirty_days_no_table_holds_a_value_of_a_file_that_became_no_child(
    client, nurse, cohort_file, pds
):
    client.force_login(nurse)
    client.post("/children/", {"q": "Quackenbush"})
    invalid = upload(client, cohort_file(WRONG))
    work(invalid)
    cancelled = upload(client, cohort_file(SAID))
    work(cancelled)
    review.cancel(cohort_import=cancelled, by=nurse, at=clock.now())
    assert invalid.status == Status.INVALID
    assert left_in(database())

    purging.purge(now=clock.now() + timedelta(days=31))

    assert left_in(database()) == {}
    assert CohortImport.objects.get(pk=invalid.pk).row_errors.exists()
    assert CohortImport.objects.get(pk=cancelled.pk).rows.count() == 1


def test_of_a_child_only_its_record_and_its_history_are_left(
    client, nurse, cohort_file, pds
):
    client.force_login(nurse)
    cohort_import = upload(client, cohort_file(SAID))
    work(cohort_import)
    review.approve(cohort_import=cohort_import, by=nurse, at=clock.now())
    work(cohort_import)
    assert cohort_import.status == Status.COMPLETED

    purging.purge(now=clock.now() + timedelta(days=31))

    assert Child.objects.get().nhs_number == FOUND
    assert set(left_in(database())) <= {
        "children_child",
        "children_contact",
        # What happened to the child, and what PDS was asked about it.
        "mavis_activityevent",
        "pds_trace",
        "pds_tracestep",
    }
    imported = cohort_import.events.get(kind=EventKind.IMPORTED)
    assert imported.row_number == 2


class Broken(Exception):
    """A bug that quotes what it was given."""


def test_no_log_and_no_message_says_what_a_file_does(
    client, nurse, cohort_file, pds, caplog, capfd, monkeypatch, settings
):
    caplog.set_level(logging.DEBUG)
    settings.METRICS_TOKEN = "a-token"
    client.force_login(nurse)
    client.raise_request_exception = False
    with redis.from_url(django_settings.REDIS_URL) as cache:
        cache.flushdb()

        work(upload(client, cohort_file(WRONG)))
        good = upload(client, cohort_file(SAID))
        work(good)
        review.approve(cohort_import=good, by=nurse, at=clock.now())
        work(good)
        monkeypatch.setattr(pipeline, "FAULTS_ALLOWED", 1)
        failing = upload(client, cohort_file({**SAID, "CHILD_TOWN": "Elsewhere"}))
        monkeypatch.setitem(pipeline.STAGES, Status.MATCHING, breaks)
        work(failing)
        answers = [
            client.get(f"/imports/{failing.pk}/"),
            error_page(client, monkeypatch),
        ]
        queued = repr([(key, dump(cache, key)) for key in cache.keys("*")])
        figures = client.get("/metrics", headers={"Authorization": "Bearer a-token"})

    assert failing.failure_reason == FailureReason.FAULT
    formatted = [
        formatter.format(record)
        for record in caplog.records
        for formatter in (
            logging.Formatter("%(name)s %(message)s"),
            logs.formatter(as_json=True),
        )
    ]
    printed = capfd.readouterr()
    assert any("Broken" in text for text in [*formatted, printed.err])
    assert traces_in("\n".join([*formatted, printed.out, printed.err])) == []
    assert "advance" in queued
    assert traces_in(queued) == []
    assert 'mavis_imports{status="failed"} 1.0' in figures.content.decode()
    assert traces_in(figures.content.decode()) == []
    assert answers[1].status_code == 500
    assert [traces_in(answer.content.decode()) for answer in answers] == [[], []]


def breaks(**_anything):
    raise Broken(" ".join(SAID.values()))


def error_page(client, monkeypatch):
    """Have a page fail with an exception that quotes everything."""
    monkeypatch.setattr("mavis.navigation.waiting", breaks_page)
    return client.get("/")


def breaks_page(request):
    raise Broken(" ".join(SAID.values()))


def dump(cache, key):
    kinds = {
        b"string": cache.get,
        b"list": lambda key: cache.lrange(key, 0, -1),
        b"hash": cache.hgetall,
        b"set": cache.smembers,
        b"zset": lambda key: cache.zrange(key, 0, -1),
    }
    return kinds[cache.type(key)](key)
