"""The page NHS number lookup history."""

import datetime

import pytest

from children.pages import lookups
from pds.rules.cascade import Result, Step
from pds.rules.outcomes import TraceOutcome, TraceSource, UploadedNumber
from tests.factories import (
    NOW,
    ChildFactory,
    TraceFactory,
    TraceStepFactory,
    UserFactory,
)
from tests.pages.shown import Shown

pytestmark = pytest.mark.django_db


@pytest.fixture
def nurse(client):
    nurse = UserFactory()
    client.force_login(nurse)
    nurse.team = nurse.teams.get()
    return nurse


def history(client, child):
    return Shown.at(client, f"/children/{child.pk}/").follow("PDS history")


def events(page):
    """The timeline: each heading with what stands below it."""
    return [item.text for item in page.document.one("main").all("li")]


def test_the_link_stands_beside_the_number_whenever_there_are_lookups(client, nurse):
    child = ChildFactory(team=nurse.team)
    assert "PDS history" not in Shown.at(client, f"/children/{child.pk}/").links
    TraceFactory(child=child)

    page = Shown.at(client, f"/children/{child.pk}/")

    assert page.details["NHS number"] == "Not provided PDS history"
    title = page.follow("PDS history").title
    assert title == "NHS number lookup history – OKAFOR, Amara"


def test_a_lookup_is_told_step_by_step(client, nurse):
    child = ChildFactory(team=nurse.team, traced=True)
    trace = TraceFactory(
        child=child,
        outcome=TraceOutcome.FOUND,
        nhs_number="9990000026",
        nhs_number_uploaded="9990000018",
        uploaded_number=UploadedNumber.REPLACED,
    )
    for position, (step, result, number) in enumerate(
        (
            (Step.VERIFY, Result.DID_NOT_AGREE, "9990000018"),
            (Step.EXACT, Result.NO_MATCHES, None),
            (Step.WILDCARD_POSTCODE, Result.TOO_MANY, None),
            (Step.WILDCARD_FIRST_NAME, Result.ONE_MATCH, "9990000026"),
        )
    ):
        TraceStepFactory(
            trace=trace, position=position, step=step, result=result, nhs_number=number
        )

    page = history(client, child)

    when = "24 November 2026 at 9:00am"
    assert page.headings == [when]
    assert events(page) == [
        "Uploaded: NHS number 999 000 0018 PDS has another NHS number for this child.",
        (
            "Read the uploaded NHS number Sent: NHS number Did not agree: a possible "
            f"match, not used: NHS number 999 000 0018 {when}"
        ),
        (
            "Search with history Sent: First name, last name, date of birth and postcode "
            f"No matches {when}"
        ),
        (
            "Search with history and a wildcard postcode Sent: First name, last name, date "
            "of birth and the first 2 characters of the postcode Too many matches "
            f"{when}"
        ),
        (
            "Search with history and a wildcard first name Sent: The first 3 letters of "
            "the first name, last name, date of birth and postcode One match: NHS number "
            f"999 000 0026 {when}"
        ),
        f"NHS number found: 999 000 0026 {when}",
    ]


def test_lookups_are_listed_newest_first(client, nurse):
    child = ChildFactory(team=nurse.team)
    for days in (1, 3, 2):
        TraceFactory(child=child, at=NOW - datetime.timedelta(days=days))

    assert history(client, child).headings == [
        "23 November 2026 at 9:00am",
        "22 November 2026 at 9:00am",
        "21 November 2026 at 9:00am",
    ]


@pytest.mark.parametrize(
    ("outcome", "why"),
    [
        (TraceOutcome.NOT_FOUND, "no step found this child and nobody else"),
        (TraceOutcome.CONFLICT, "two different NHS numbers"),
        (TraceOutcome.ERROR, "PDS could not be asked"),
    ],
)
def test_without_a_number_the_page_says_why(client, nurse, outcome, why):
    child = ChildFactory(team=nurse.team)
    TraceFactory(child=child, outcome=outcome)

    page = history(client, child)

    assert "No NHS number found" in page.text
    assert why in page.text


def test_a_superseded_number_is_told_of(client, nurse):
    child = ChildFactory(team=nurse.team)
    trace = TraceFactory(
        child=child,
        outcome=TraceOutcome.FOUND,
        nhs_number="9990000026",
        nhs_number_uploaded="9990000018",
        uploaded_number=UploadedNumber.REPLACED,
    )
    TraceStepFactory(
        trace=trace,
        step=Step.VERIFY,
        result=Result.VERIFIED,
        nhs_number="9990000026",
    )

    assert "The uploaded number is superseded by another" in history(client, child).text


def test_wildcard_history_and_superseded_are_explained(client, nurse):
    child = ChildFactory(team=nurse.team)
    TraceFactory(child=child)

    terms = [term.text for term in history(client, child).document.all("dt")]

    assert terms == ["Wildcard", "History", "Superseded"]


def test_lookups_of_a_merged_record_are_among_them(client, nurse):
    child = ChildFactory(team=nurse.team)
    merged = ChildFactory(team=nurse.team, merged_into=child)
    TraceFactory(child=merged, nhs_number_uploaded="9990000018", uploaded_number="void")

    page = history(client, child)

    assert "PDS has invalidated the uploaded NHS number." in page.text


def test_there_are_words_for_everything_that_a_lookup_can_hold():
    assert set(lookups.ASKED) == set(lookups.SENT) == set(Step)
    assert set(lookups.RESULTS) == set(Result)
    assert set(lookups.UPLOADED) == set(UploadedNumber)
    assert set(lookups.WHY_NONE) == set(TraceOutcome) - {TraceOutcome.FOUND}


@pytest.mark.parametrize("count", [1, 8])
def test_any_number_of_lookups_costs_the_same_queries(
    client, nurse, count, django_assert_num_queries
):
    child = ChildFactory(team=nurse.team)
    for _ in range(count):
        TraceStepFactory.create_batch(3, trace=TraceFactory(child=child))

    with django_assert_num_queries(3):
        lookups.LookupHistory.of(child)


def refreshed(child, at=NOW, **said):
    trace = TraceFactory(
        child=child,
        at=at,
        source=TraceSource.REFRESH,
        **{
            "outcome": TraceOutcome.FOUND,
            "nhs_number": "9990000018",
            "nhs_number_uploaded": "9990000018",
            "uploaded_number": UploadedNumber.VERIFIED,
        }
        | said,
    )
    TraceStepFactory(
        trace=trace,
        at=at,
        step=Step.VERIFY,
        result=Result.VERIFIED,
        nhs_number="9990000018",
    )


def test_a_refresh_is_told_as_such(client, nurse):
    child = ChildFactory(team=nurse.team, traced=True)
    refreshed(child)

    told = events(history(client, child))

    assert told[0] == (
        "Refreshed from PDS: NHS number 999 000 0018 "
        "PDS has this NHS number for this child."
    )
    assert told[1].startswith(
        "Read the NHS number on the record Sent: NHS number PDS holds this number"
    )


def test_refreshes_in_a_row_that_found_the_same_are_told_as_one_with_all_dates(
    client, nurse
):
    child = ChildFactory(team=nurse.team, traced=True)
    days = [NOW - datetime.timedelta(days=ago) for ago in range(6)]
    for day in days[:3]:
        refreshed(child, at=day)
    refreshed(child, at=days[3], uploaded_number=UploadedNumber.SOMEONE_ELSE)
    for day in days[4:]:
        refreshed(child, at=day)

    page = history(client, child)

    assert page.headings == [
        "24 November 2026 at 9:00am",
        "21 November 2026 at 9:00am",
        "20 November 2026 at 9:00am",
    ]
    details = [each.text for each in page.document.one("main").all("details")]
    assert details[1:] == [
        (
            "2 earlier refreshes found the same as that of 24 November 2026 at 9:00am "
            "23 November 2026 at 9:00am 22 November 2026 at 9:00am"
        ),
        (
            "1 earlier refresh found the same as that of 20 November 2026 at 9:00am "
            "19 November 2026 at 9:00am"
        ),
    ]


def test_uploads_that_found_the_same_are_told_each(client, nurse):
    child = ChildFactory(team=nurse.team, traced=True)
    for _ in range(2):
        TraceFactory(child=child)

    assert history(client, child).text.count("Uploaded: ") == 2
