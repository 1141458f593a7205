"""Rows that every rule of the file takes and that are nasty all the same, all the way.

They go by the pages from the upload to children, moves and close matches, and every
page and file shows them on the way: as text, and as no formula.
"""

from contextlib import contextmanager
from datetime import date, timedelta
from functools import partial
from itertools import count

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from children.models import Child
from imports import pipeline
from imports.models import CloseMatch, CohortImport
from imports.queries.rows import Section
from imports.rules.columns import BY_HEADER
from imports.rules.lifecycle import Status
from imports.rules.outcomes import Outcome, Result
from imports.stages import trace
from mavis.rules import readers
from mavis.rules.cells import clean
from pds.tracing import Tracer
from schoolmoves.models import SchoolMove
from tests.factories import (
    NOW,
    ChildFactory,
    SchoolFactory,
    TeamFactory,
    UserFactory,
    another_nhs_number,
)
from tests.files.cohorts import csv_file
from tests.pages.shown import Shown
from tests.pages.test_hostile_values import begins_a_formula, cells_of
from tests.pds.cast import bundle, patient
from tests.pds.scripted import ScriptedPDS, at_once

pytestmark = pytest.mark.django_db

MARKUP = "\"'></script><img src=x onerror=alert(1)>&lt;{{7*7}}"
STARTS = ("=", "+", "-", "@", "\t=", " @", "\u200b=", "\u00a0+", "'=", "\uff1d", '"=')
# Signs and letters that are taken in a name, and odd at its ends or side by side.
NAMES = st.text(
    st.sampled_from(
        [
            *"aZ'-. 1\u2010\u2019`\u00df\u0130\u0131\u01c6\u1e9e\u00c6\u0142\u00a0",
            *"\u0301\u0323\u0327\u200b\ufeff",
        ]
    ),
    min_size=1,
    max_size=12,
).map(lambda text: f"Q{text}")
LONG_NAMES = st.sampled_from(
    [
        "O'" * 150,
        "e\u0301\u0323" * 75,
        "x" * 300,
        "-Amara",
        ". Amara",
        "1 Amara",
        "'Amara",
    ]
)
TEXTS = st.one_of(
    st.sampled_from(
        [
            MARKUP, "%s%n%(x)s", "{{ 7*7 }}", "\\N", "\\.", "NULL", "a\r\nb", '""', "\u202eabc",
            "\u2066abc", "e\u0301\u0327" * 100, "\ufdfa" * 16, "x" * 300, "\U0001f600" * 150,
            "');DROP TABLE children_child;--", "=HYPERLINK(\"http://x\")", "\u0663", "$$", "#",
        ]
    ),
    st.builds(lambda start: f"{start}cmd|'/C calc'!A0", st.sampled_from(STARTS)),
    st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=20),
)  # fmt: skip
EMAILS = st.sampled_from(
    [
        "",
        "o'brien+x@example.com",
        "=1+1@example.com",
        "-a@example.com",
        "+a@example.com",
    ]
)
CELLS = {
    "CHILD_FIRST_NAME": st.one_of(NAMES, NAMES, LONG_NAMES),
    "CHILD_LAST_NAME": st.one_of(NAMES, NAMES, LONG_NAMES),
    "CHILD_PREFERRED_FIRST_NAME": st.one_of(st.just(""), NAMES),
    "CHILD_REGISTRATION": TEXTS,
    "CHILD_ADDRESS_LINE_1": TEXTS,
    "CHILD_ADDRESS_LINE_2": TEXTS,
    "CHILD_TOWN": TEXTS,
    "PARENT_1_NAME": st.one_of(NAMES, LONG_NAMES),
    "PARENT_1_RELATIONSHIP": TEXTS,
    "PARENT_1_EMAIL": EMAILS,
}


def is_taken(header, cell):
    """Test if a file may hold this in such a column."""
    try:
        text = clean(cell)
        readers.refuse_excel_error(text)
        if text:
            BY_HEADER[header].read(text)
    except readers.Unreadable:
        return False
    return True


ROWS = st.lists(
    st.fixed_dictionaries(
        {
            header: cells.filter(partial(is_taken, header))
            for header, cells in CELLS.items()
        }
    ),
    min_size=8,
    max_size=8,
)
FEW = settings(
    max_examples=3,
    derandomize=True,
    # A whole import for each try: what failed is shown as it was found.
    phases=[Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
# What each row is to become, one after the other.
KINDS = ("new", "known", "close", "moving")


class PDS(ScriptedPDS):
    """Knows people by the day they were born on."""

    def known(self, request):
        born = self.sent(request).get("birthdate", "").removeprefix("eq")
        found = self.people.get(born)
        return bundle(found) if found else bundle()


@pytest.fixture
def pds(monkeypatch, settings):
    settings.PDS_REQUESTS_PER_SECOND = 0
    scripted = PDS()
    tracer = partial(Tracer, transport=scripted.transport, pause=at_once)
    monkeypatch.setattr(trace, "Tracer", tracer)
    return scripted


@pytest.fixture
def school(team):
    return SchoolFactory(team=team, urn="123456", name=MARKUP, town=MARKUP)


@pytest.fixture
def team():
    return TeamFactory(name=MARKUP)


@pytest.fixture
def nurse(client, team):
    user = UserFactory(team=team, name=MARKUP, superuser=True)
    client.force_login(user)
    return user


class Reader:
    """Opens pages and takes files away, and looks that nothing in them is alive."""

    def __init__(self, client):
        self.client = client
        self.seen = 0

    def looks_at(self, address, **headers):
        return self.finds_sound(self.client.get(address, headers=headers), address)

    def sends(self, address, fields=None):
        answer = self.client.post(address, fields or {}, follow=True)
        return self.finds_sound(answer, address)

    def finds_sound(self, answer, address):
        assert answer.status_code == 200, (address, answer.status_code)
        text = answer.content.decode()
        assert "<img" not in text.lower(), address
        page = Shown(self.client, answer)
        assert not page.document.all("img"), address
        for element in page.document.all("a", "input", "button", "td", "dd", "p", "li"):
            assert not [name for name in element.attributes if name.startswith("on")]
        self.seen += 1
        return page

    def takes_away(self, address, fields=None):
        ask = (
            self.client.get
            if fields is None
            else partial(self.client.post, data=fields)
        )
        answer = ask(address)
        assert answer.status_code == 200, address
        rows = cells_of(answer.getvalue())
        assert not [cell for row in rows for cell in row if begins_a_formula(cell)]
        return rows


def as_file(rows):
    """Return the rows as a file, each with a school, a day of birth and a postcode."""
    return [
        {
            **row,
            "CHILD_SCHOOL_URN": "123456",
            "CHILD_DATE_OF_BIRTH": f"{born(number):%d/%m/%Y}",
            "CHILD_POSTCODE": "SW1A 1AA",
        }
        for number, row in enumerate(rows)
    ]


def born(number):
    return date(2014, 3, 1) + timedelta(days=number)


def name_of(row, which):
    return readers.read_name(clean(row[f"CHILD_{which}_NAME"]))


def are_there_before(rows, team, pds):
    """Make the children that rows are about, and have PDS know most of them."""
    for number, (row, kind) in enumerate(zip(rows, KINDS * 2, strict=True)):
        first, last = name_of(row, "FIRST"), name_of(row, "LAST")
        nhs_number = another_nhs_number()
        known = {
            "first_name": first, "last_name": last, "date_of_birth": born(number),
            "nhs_number": nhs_number, "nhs_number_confirmed": True,
        }  # fmt: skip
        if kind == "close":
            known |= {"nhs_number": None, "nhs_number_confirmed": False}
            ChildFactory(team=team, **known, postcode="M1 1AE", address_line_1=MARKUP)
            continue
        pds.people[born(number).isoformat()] = patient(
            nhs_number,
            name=[{"use": "usual", "given": [first], "family": last}],
            birthDate=born(number).isoformat(),
        )
        if kind == "known":
            ChildFactory(team=team, **known, postcode="SW1A 1AA")
        elif kind == "moving":
            other = TeamFactory(name=MARKUP)
            school = SchoolFactory(team=other, name=MARKUP)
            ChildFactory(team=other, school=school, **known, postcode="SW1A 1AA")


def goes_on(cohort_import):
    times = count()
    return pipeline.run_until_it_waits_for_a_person(
        import_id=cohort_import.pk,
        clock=lambda: NOW + timedelta(seconds=next(times)),
        pause=lambda: None,
    )


@pytest.fixture
def undone():
    """Take back what was done with one example, however it ended."""

    @contextmanager
    def undone():
        before = transaction.savepoint()
        try:
            yield
        finally:
            transaction.savepoint_rollback(before)

    return undone


@FEW
@given(rows=ROWS)
def test_nasty_rows_are_shown_as_text_on_every_page_and_imported_as_they_are(
    client, team, nurse, school, pds, undone, rows
):
    with undone():
        pds.people.clear()
        are_there_before(rows, team, pds)
        there = Child.objects.count()
        reader = Reader(client)

        cohort_import = upload(reader, rows)
        look_at_the_review(reader, cohort_import)
        outcomes = list(cohort_import.rows.values_list("outcome", flat=True))
        assert len(outcomes) == len(rows)
        assert outcomes.count(Outcome.CLOSE_MATCH) >= 2

        reader.sends(f"/imports/{cohort_import.pk}/approve/")
        cohort_import = goes_on(cohort_import)
        assert cohort_import.status == Status.COMPLETED
        results = list(cohort_import.rows.values_list("result", flat=True))
        assert "" not in results
        new = results.count(Result.NEW)
        assert new >= 2
        assert Child.objects.count() == there + new
        assert what_children_hold(cohort_import) == what_the_file_says(rows)

        look_at_what_came_of_it(reader, team, cohort_import)
        log = reader.takes_away("/audit-log/audit-log.csv")
        assert [row[3] for row in log].count("Imported") == new
        reader.takes_away("/school-moves/download/", {"from_date": "", "to_date": ""})


def upload(reader, rows):
    file = SimpleUploadedFile(f"{MARKUP}.csv", csv_file(*as_file(rows)))
    reader.sends("/imports/upload/child-records/", {"file": file})
    cohort_import = goes_on(CohortImport.objects.get())
    wrong = cohort_import.row_errors.values_list(
        "row_number", "column", "code", "value"
    )
    assert (cohort_import.status, list(wrong.filter(is_warning=False))) == (
        Status.IN_REVIEW,
        [],
    )
    return cohort_import


def look_at_the_review(reader, cohort_import):
    address = f"/imports/{cohort_import.pk}/"
    reader.looks_at(address)
    for section in Section:
        reader.looks_at(f"{address}{section}/", **{"HX-Request": "true"})


def look_at_what_came_of_it(reader, team, cohort_import):
    for match in CloseMatch.objects.all():
        reader.looks_at(f"/imports/issues/{match.pk}/")
    moves = SchoolMove.objects.filter(team=team, state="open")
    assert moves
    for move in moves:
        page = reader.looks_at(f"/school-moves/{move.pk}/")
        assert page.press("Update child record", decision="confirm").status == 200
    assert not moves.all()
    for address in (
        f"/imports/{cohort_import.pk}/", "/imports/issues/", "/school-moves/", "/",
        "/imports/completed/", "/audit-log/",
    ):  # fmt: skip
        reader.looks_at(address)
    for number, child in enumerate(Child.objects.filter(memberships__team=team)):
        for tab in ("", ("activity/", "pds-history/", "edit/")[number % 3]):
            reader.looks_at(f"/children/{child.pk}/{tab}")


def what_children_hold(cohort_import):
    made = cohort_import.rows.filter(result=Result.NEW).select_related("child")
    return {row.row_number: [getattr(row.child, name) for name in HELD] for row in made}


HELD = {
    "first_name": "CHILD_FIRST_NAME", "last_name": "CHILD_LAST_NAME",
    "address_line_1": "CHILD_ADDRESS_LINE_1", "address_line_2": "CHILD_ADDRESS_LINE_2",
    "town": "CHILD_TOWN", "registration": "CHILD_REGISTRATION",
}  # fmt: skip


def what_the_file_says(rows):
    return {
        number: [
            (readers.read_name if name.endswith("_name") else clean)(clean(row[header]))
            for name, header in HELD.items()
        ]
        for number, row in enumerate(rows, start=2)
        if KINDS[(number - 2) % 4] == "new"
    }
