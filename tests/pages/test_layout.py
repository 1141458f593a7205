"""What every page shares: how values are shown, pagination, fields, the layout."""

import datetime
import re
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from django import forms
from django.template.loader import get_template
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st
from playwright.sync_api import expect

from mavis.forms import Form
from mavis.pages import (
    Pagination,
    count_of,
    show_date,
    show_datetime,
    show_name,
    show_nhs_number,
    show_phone,
)
from tests.factories import (
    ChildFactory,
    CohortImportFactory,
    ContactFactory,
    SchoolMoveFactory,
    UserFactory,
)
from tests.pages.in_a_browser import EMAIL, PASSWORD, log_in

# --- How values are shown -----------------------------------------------------


@pytest.mark.parametrize(
    ("shown", "as_"),
    [
        (show_date(datetime.date(2014, 9, 1)), "1 September 2014"),
        (show_date(None), ""),
        # Summer time: UTC is an hour behind.
        (
            show_datetime(datetime.datetime(2026, 7, 31, 23, 5, tzinfo=datetime.UTC)),
            "1 August 2026 at 12:05am",
        ),
        (
            show_datetime(datetime.datetime(2026, 1, 2, 12, 0, tzinfo=datetime.UTC)),
            "2 January 2026 at 12:00pm",
        ),
        (show_datetime(None), ""),
        (show_nhs_number("9990000018"), "999 000 0018"),
        (show_nhs_number(None), ""),
        (show_name("Zoë", "O’Brien-Łukasz"), "O’BRIEN-ŁUKASZ, Zoë"),
        (show_phone("+447700900001"), "07700 900001"),
        (show_phone("+33123456789"), "+33 1 23 45 67 89"),
        (show_phone(""), ""),
        (count_of(0, "record"), "0 records"),
        (count_of(1, "record"), "1 record"),
        (count_of(1200, "child", "children"), "1,200 children"),
    ],
)
def test_a_value_is_shown_in_the_words_of_the_nhs(shown, as_):
    assert shown == as_


# --- Pagination ---------------------------------------------------------------


def numbers(pagination):
    return [link.number for link in pagination.links]


@pytest.mark.parametrize(
    ("total", "page", "links"),
    [
        (0, 1, [1]),
        (50, 1, [1]),
        (51, 1, [1, 2]),
        (1000, 1, [1, 2, None, 20]),
        (1000, 10, [1, None, 9, 10, 11, None, 20]),
        (1000, 20, [1, None, 19, 20]),
        (1000, 3, [1, 2, 3, 4, None, 20]),
    ],
)
def test_the_first_the_last_and_the_neighbouring_pages_are_linked(total, page, links):
    pagination = Pagination.of(total=total, page=page, size=50, address="?page=")

    assert numbers(pagination) == links


@given(total=st.integers(0, 5000), page=st.text() | st.integers().map(str))
def test_whatever_page_is_asked_for_one_that_exists_is_shown(total, page):
    pagination = Pagination.of(total=total, page=page, size=20, address="?page=")

    assert 1 <= pagination.number <= pagination.last
    assert pagination.offset <= max(total - 1, 0)
    assert [link.current for link in pagination.links].count(True) == 1


@given(total=st.integers(1, 300))
def test_the_pages_together_show_each_item_once(total):
    items = list(range(total))
    last = Pagination.of(total=total, page=1, size=20, address="").last

    shown = [
        item
        for page in range(1, last + 1)
        for item in items[
            Pagination.of(total=total, page=page, size=20, address="").slice
        ]
    ]

    assert shown == items


def test_a_page_says_which_items_it_shows():
    pagination = Pagination.of(total=1234, page="2", size=50, address="?page=")

    assert pagination.showing == "51 to 100 of 1,234"
    assert (pagination.previous_href, pagination.next_href) == ("?page=1", "?page=3")


# --- Fields -------------------------------------------------------------------


class EveryKind(Form):
    colour = forms.ChoiceField(
        label="Colour", choices=[(0, "Red"), (1, "Blue")], widget=forms.RadioSelect
    )
    size = forms.ChoiceField(label="Size", choices=[("s", "Small"), ("l", "Large")])
    agreed = forms.BooleanField(label="I agree", help_text="You have to")
    file = forms.FileField(
        label="File", widget=forms.FileInput(attrs={"accept": ".csv"})
    )
    words = forms.CharField(label="Words")


def rendered(form):
    macro = get_template("components/field.jinja").template.module.field
    return "".join(str(macro(field)) for field in form)


def test_each_kind_of_field_keeps_what_was_entered_and_says_what_is_wrong():
    form = EveryKind({"colour": "0", "size": "l", "words": "<b>"}, {})

    html = rendered(form)

    assert form.error_list == [
        {"text": "This field is required.", "href": "#id_agreed"},
        {"text": "This field is required.", "href": "#id_file"},
    ]
    for there in (
        'id="id_colour" name="colour" type="radio" value="0" checked',
        '<option value="l" selected',
        'name="agreed" type="checkbox"',
        'accept=".csv"',
        'value="&lt;b&gt;"',
        "You have to",
    ):
        assert there in html, there
    # Each error is by its field, which the list above the form links to.
    assert html.count("nhsuk-error-message") == 2
    for error in form.error_list:
        assert f'id="{error["href"][1:]}"' in html


# --- In a browser -------------------------------------------------------------


@pytest.fixture
def addresses(transactional_db):
    """Every page of this part, with something on it, for joy@example.com."""
    nurse = UserFactory(email=EMAIL, password=PASSWORD)
    team = nurse.teams.get()
    child = ChildFactory(
        team=team,
        traced=True,
        with_address=True,
        last_name="Featherstonehaugh-Cholmondeley-Marjoribanks",
    )
    ContactFactory(child=child, email=f"{'long' * 12}@example.com")
    SchoolMoveFactory(child=child, team=team)
    return ["/", "/children/", "/school-moves/", *(
        f"/children/{child.pk}/{tab}" for tab in ("", "activity/")
    )]  # fmt: skip


def test_the_design_system_is_loaded_and_nothing_from_elsewhere(
    page, live_server, addresses
):
    hosts = set()
    page.on("request", lambda request: hosts.add(urlsplit(request.url).hostname))
    log_in(page, live_server)

    for address in addresses:
        page.goto(f"{live_server}{address}")
        header = page.locator(".nhsuk-header")
        expect(header).to_have_css("background-color", "rgb(0, 94, 184)")
        expect(page.locator("h1")).to_have_css("font-family", "arial, sans-serif")
    assert hosts == {"localhost"}


def test_what_is_wrong_takes_the_focus_and_leads_to_the_field(
    page, live_server, addresses, expected_answers
):
    expected_answers.add(422)
    page.goto(f"{live_server}/sign-in/")
    page.get_by_role("button", name="Log in").click()

    expect(page.locator(".nhsuk-error-summary")).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_label("Email address")).to_be_focused()


def test_the_keyboard_reaches_the_content_first(page, live_server, addresses):
    log_in(page, live_server)
    page.goto(f"{live_server}/children/")
    page.keyboard.press("Tab")

    expect(page.get_by_role("link", name="Skip to main content")).to_be_focused()


def test_a_child_is_found_without_javascript(new_context, live_server, addresses):
    page = new_context(java_script_enabled=False).new_page()
    log_in(page, live_server)
    page.get_by_role("link", name="Children").first.click()
    page.get_by_label("Name or NHS number").fill("Fetherstonehaugh")
    page.get_by_role("button", name="Search").click()
    page.get_by_role("link", name="FEATHERSTONEHAUGH").click()

    expect(page.get_by_role("heading", level=1)).to_contain_text("Amara")
    page.get_by_role("link", name="Activity log").click()
    expect(page.get_by_text("Nothing has been recorded")).to_be_visible()


@pytest.mark.django_db
def test_an_address_that_only_a_button_leads_to_says_so(client):
    cohort_import = CohortImportFactory(in_review=True)
    client.force_login(cohort_import.uploaded_by)

    response = client.get(reverse("imports:approve", args=[cohort_import.pk]))

    assert response.status_code == 405
    assert "POST" in response["Allow"]
    assert "Nothing has changed" in response.content.decode()


# What only a laxer policy than ours would let a browser do, and what is not escaped.
OF_ITS_OWN = re.compile(
    r"""<style|<script(?![^>]*\ssrc=)|\sstyle\s*=|["']style["']\s*:|["'\s]on[a-z]+["']?\s*[=:]
    |javascript:|hx-on|\bunsafe|\|\s*safe\b|autoescape\s+false""",
    re.IGNORECASE | re.VERBOSE,
)
TEMPLATES = Path(__file__).resolve().parents[2] / "templates"


def test_no_template_has_a_script_a_style_or_a_handler_of_its_own():
    found = {
        template.relative_to(TEMPLATES).as_posix(): wrong[0]
        for template in TEMPLATES.rglob("*.jinja")
        for wrong in OF_ITS_OWN.finditer(template.read_text())
    }

    assert found == {}


@pytest.mark.parametrize(
    "wrong",
    [
        "<style>", "<script>", '<script type="module">', '<p style="x">', "<p onclick='x'>",
        '{"attributes": {"style": "x"}}', '{"onload": "x"}', 'href="javascript:x"',
        '<p hx-on:click="x">', "{{ name|safe }}", "{{ name | safe }}",
    ],
)  # fmt: skip
def test_what_a_template_must_not_have_is_seen(wrong):
    assert OF_ITS_OWN.search(wrong)
