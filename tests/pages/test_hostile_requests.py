"""Every address of the product, asked for what no browser would ask.

The addresses come from the URL configuration, so a new page is asked too. No request
may end as our fault (500: the client of the tests raises what was raised), and whoever
is refused gets a page that says so.
"""

import itertools
import re
from contextlib import contextmanager
from urllib.parse import quote, urlencode

import pytest
from django.contrib.sessions.models import Session
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connections, transaction
from django.test import Client
from django.urls import URLPattern, get_resolver
from django.urls.converters import IntConverter
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from tests.factories import SchoolFactory, TeamFactory, UserFactory
from tests.pages.every_record import records_of
from tests.pages.shown import Shown

pytestmark = pytest.mark.django_db

METHODS = ("HEAD", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "PROPFIND")
# The first beyond a bigint, and the first that Python does not read as a number.
WRONG_IDS = ("0", "-1", "9223372036854775807", "9223372036854775808", "9" * 5000, "²")
WRONG_WORDS = ("%00", "%0d%0aX:1", "%ff", "..%2f..%2fetc%2fpasswd", "x" * 3000)
NASTY = (
    "", " ", "0", "-1", "99999999999", "9" * 40, "9" * 5000, "NaN", "1e309", "²", "٣",
    "\0", "a\0b", "\r\nX: 1", "<script>alert(1)</script>", "\"'><b>", "{{ 7*7 }}",
    "%s%n", "../../etc/passwd", "e\u0301" * 200, "\u202eabc", "\ufdfa" * 300,
    "x" * 20_000, "\U0001f600", "//example.org", "on", "confirm",
)  # fmt: skip
# As they stand in an address: what cannot be text among them.
NASTY_QUERIES = (
    *(quote(text) for text in NASTY), "%00", "%ff", "%ED%A0%80", "%", "%zz", "+",
)  # fmt: skip
PARAMETERS = (
    "page",
    "search",
    "from",
    "child",
    "next",
    "seen",
    "before",
    "after",
    "page[]",
    "\0",
)
# Those that no page shows, as they belong to nothing in it.
OTHER_FIELDS = ("again", "name", "all", "row-2", "row-9999999", "page", "child", "x")


def patterns(resolver=None, before="", values=None):
    """Return every address as its route, with the converter of each value in it."""
    for pattern in (resolver or get_resolver()).url_patterns:
        route = before + str(pattern.pattern)
        within = {**(values or {}), **pattern.pattern.converters}
        if isinstance(pattern, URLPattern):
            yield route, within
        else:
            yield from patterns(pattern, route, within)


EVERY = dict(patterns())
WITH_VALUES = sorted(route for route in EVERY if EVERY[route])


def filled(route, values):
    """Return an address with these values, and others where there is none."""
    return "/" + re.sub(
        r"<(?:\w+:)?(\w+)>", lambda name: str(values.get(name[1], 1)), route
    )


@pytest.fixture
def team():
    return TeamFactory()


@pytest.fixture
def records(team):
    SchoolFactory(team=team)
    return {**records_of(team), "file_format": "csv", "name": "4-mistakes.csv"}


@pytest.fixture(params=["nurse", "superuser", "nobody"])
def visitor(request, client, team):
    """Whoever asks: of the team, or signed out."""
    if request.param != "nobody":
        client.force_login(UserFactory(team=team, role=request.param))
    return client


@pytest.fixture
def nurse(client, team):
    client.force_login(UserFactory(team=team))
    return client


def all_that_is_stored():
    """Return a sum over every table but the sessions."""
    connection = connections["default"]
    with connection.cursor() as cursor:
        tables = set(connection.introspection.table_names(cursor))
        sums = {}
        for table in sorted(tables - {Session._meta.db_table}):
            cursor.execute(
                f"SELECT md5(string_agg(t::text, ',' ORDER BY t::text)) FROM {table} t"
            )
            sums[table] = cursor.fetchone()
        return sums


@contextmanager
def undone():
    """Take back what a request did, so that the next one finds all records."""
    before = transaction.savepoint()
    yield
    transaction.savepoint_rollback(before)


def fields_of(client, address):
    """Return the names of all that a form on a page asks for, and of some others."""
    with undone():
        response = client.get(address)
    if "text/html" not in response.get("Content-Type", ""):
        return OTHER_FIELDS
    document = Shown(client, response).document
    found = {
        field.attributes.get("name", "")
        for field in document.all("input", "select", "textarea", "button")
    }
    return sorted(found - {""} | set(OTHER_FIELDS))


def check(response, *, of=""):
    """Check that this is an answer, and that a refusal has words."""
    assert response.status_code < 500, of
    if response.status_code >= 400 and response.request["REQUEST_METHOD"] != "HEAD":
        assert "<h1" in response.content.decode(), (of, response.status_code)
    return response


def test_every_method_has_an_answer(visitor, records):
    for number, route in enumerate(sorted(EVERY)):
        address = filled(route, records)
        for method in ("GET", "POST", *some(METHODS, number, of=4)):
            with undone():
                check(visitor.generic(method, address), of=f"{method} {route}")


def some(values, number, *, of=12):
    """Return some of many values: others for the next address."""
    return values[number % of :: of]


def test_what_an_address_names_wrongly_is_not_found(nurse, records):
    for route in WITH_VALUES:
        for name, converter in EVERY[route].items():
            wrong = WRONG_IDS if isinstance(converter, IntConverter) else WRONG_WORDS
            for number, value in enumerate(wrong):
                method = ("GET", "POST")[number % 2]
                address = filled(route, {**records, name: value})
                told = f"{method} {route} {name}={value[:40]}"
                status = check(nurse.generic(method, address), of=told).status_code
                assert status in {301, 302, 400, 403, 404, 405}, told


def test_whatever_is_asked_of_another_team_nothing_of_it_changes(nurse, records):
    theirs = {**records_of(TeamFactory()), "file_format": "csv", "name": "x.csv"}
    before = all_that_is_stored()

    for route, method in itertools.product(WITH_VALUES, ("GET", "POST", "DELETE")):
        if not EVERY[route].keys() & {"file_format", "name"}:
            address = filled(route, theirs)
            fields = {"decision": "confirm", "choice": "merged", "all": "restore"}
            body = urlencode(fields) if method == "POST" else ""
            response = nurse.generic(
                method, address, body, content_type="application/x-www-form-urlencoded"
            )
            assert check(response, of=f"{method} {route}").status_code in {
                403,
                404,
                405,
            }

    assert all_that_is_stored() == before


def test_any_value_of_any_parameter_has_an_answer(nurse, records):
    for number, route in enumerate(sorted(EVERY)):
        for value in some(NASTY_QUERIES, number):
            query = "&".join(f"{quote(name)}={value}" for name in PARAMETERS)
            with undone():
                response = nurse.get(filled(route, records), QUERY_STRING=query)
            check(response, of=f"{route}?{query[:60]}")


def test_any_value_of_any_field_has_an_answer(nurse, records):
    for number, route in enumerate(sorted(EVERY)):
        address = filled(route, records)
        fields = fields_of(nurse, address)
        for value in ("\0", *some(NASTY, number)):
            with undone():
                check(nurse.post(address, dict.fromkeys(fields, value)), of=address)


@settings(
    max_examples=10,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@example(route="children/", values=["\0"])
@given(
    route=st.sampled_from(sorted(EVERY)),
    values=st.lists(
        st.one_of(
            st.text(st.characters(exclude_categories=["Cs"]), max_size=40),
            st.sampled_from(NASTY),
        ),
        min_size=1,
        max_size=8,
    ),
)
def test_fields_of_any_text_have_an_answer(nurse, records, route, values):
    address = filled(route, records)
    fields = itertools.cycle(values)
    with undone():
        sent = {name: next(fields) for name in fields_of(nurse, address)}
        check(nurse.post(address, sent), of=(address, sent))


# --- What is no form at all ---------------------------------------------------------

FORM = "application/x-www-form-urlencoded"
BODIES = {
    "more than a megabyte": (b"q=" + b"x" * 1_100_000, FORM),
    "two thousand fields": (b"&".join(b"f%d=1" % n for n in range(2000)), FORM),
    "what is no UTF-8": (b"q=%ff%fe&q=\xff", FORM),
    "an encoding that is none": (b"q=x", f"{FORM}; charset=rot13"),
    "a form without a boundary": (b"--x", "multipart/form-data"),
    "a form with a boundary that is not there": (
        b"x",
        "multipart/form-data; boundary=y",
    ),
    "JSON": (b'{"q": "\\ud800"}', "application/json"),
    "XML": (b'<!DOCTYPE a SYSTEM "file:///etc/passwd"><a/>', "text/xml"),
    "no type": (b"q=x", ""),
}


@pytest.mark.parametrize("what", sorted(BODIES))
def test_a_body_of_any_kind_has_an_answer(nurse, records, what):
    body, content_type = BODIES[what]

    for route in some(sorted(EVERY), len(what)):
        with undone():
            response = nurse.generic(
                "POST", filled(route, records), body, content_type=content_type
            )
        check(response, of=route)


def multipart(*parts: tuple[bytes, bytes]) -> bytes:
    """Return the body of a form of these parts, each a head and a content."""
    whole = b"".join(
        b"--B\r\nContent-Disposition: form-data; %s\r\n\r\n%s\r\n" % part
        for part in parts
    )
    return whole + b"--B--\r\n"


def test_a_form_in_an_encoding_of_its_own_holds_no_half_characters(nurse):
    """Python has encodings that make what no text is; a form names its own."""
    body = multipart((b'name="q"', b"Bo \\ud800"), (b'name="\\ud800"', b"x"))

    for charset in ("unicode_escape", "raw_unicode_escape", "utf-7", "hex", "idna"):
        response = nurse.generic(
            "POST",
            "/children/",
            body,
            content_type=f"multipart/form-data; boundary=B; charset={charset}",
        )
        check(response, of=charset)
        *_, kept = nurse.session["child_searches"].values()
        assert kept["q"] == "Bo \\ud800"


def test_too_many_files_and_files_in_fields_that_want_text_have_an_answer(nurse):
    files = {f"file{n}": SimpleUploadedFile("x", b"x") for n in range(150)}

    assert check(nurse.post("/imports/upload/child-records/", files)).status_code == 400
    file = SimpleUploadedFile("q", b"x")
    assert check(nurse.post("/children/", {"q": file})).status_code == 422


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("HTTP_HOST", "example.org"),
        ("HTTP_HOST", "a b"),
        ("HTTP_HOST", "\xff"),
        ("CONTENT_LENGTH", "-1"),
        ("CONTENT_LENGTH", "x"),
        ("CONTENT_TYPE", "\xff;charset=\xff"),
        ("HTTP_COOKIE", 'sessionid="abcdefgh\\000ijk"'),
        ("HTTP_COOKIE", "sessionid=" + "x" * 8000),
        ("HTTP_COOKIE", "; ".join(f"c{n}={n}" for n in range(2000))),
        ("HTTP_COOKIE", 'csrftoken="\\000"; messages="\\377"'),
        ("HTTP_HX_REQUEST", "true"),
        ("HTTP_HX_CURRENT_URL", "http://["),
        ("HTTP_HX_TRIGGER", "\xff"),
        ("HTTP_ACCEPT_LANGUAGE", "x" * 5000),
        ("HTTP_IF_MODIFIED_SINCE", "yesterday"),
        ("HTTP_RANGE", "bytes=9-1"),
        ("HTTP_REFERER", "http://["),
        ("HTTP_ORIGIN", "http://["),
        ("HTTP_X_FORWARDED_PROTO", "\0"),
        ("HTTP_X_FORWARDED_FOR", "x" * 5000),
        ("QUERY_STRING", "%00=%ff&" * 2000),
    ],
)
def test_any_header_has_an_answer(nurse, records, name, value):
    for method, address in (
        ("GET", "/"), ("POST", "/children/"), ("GET", "/sign-in/"),
        ("GET", f"/imports/{records['import_id']}/"), ("GET", "/no-such-page/"),
    ):  # fmt: skip
        with undone():
            check(nurse.generic(method, address, **{name: value}), of=address)


@pytest.mark.parametrize("token", ["", "x", "\0", "é" * 64, "x" * 100_000])
def test_a_form_with_a_wrong_token_is_told_so(team, records, token):
    client = Client(enforce_csrf_checks=True)
    client.force_login(UserFactory(team=team))
    before = all_that_is_stored()

    # No browser asks there but NHS CIS2, and what it sends is signed.
    for route in sorted(set(EVERY) - {"sign-in/cis2/signed-out/"}):
        response = check(
            client.post(filled(route, records), {"csrfmiddlewaretoken": token})
        )
        assert response.status_code == 403, route
    assert all_that_is_stored() == before


# --- What was found so --------------------------------------------------------------


def test_a_session_cookie_that_cannot_be_stored_is_no_session(client):
    response = client.get("/", headers={"Cookie": 'sessionid="abcdefgh\\000ijk"'})

    assert response["Location"].startswith("/sign-in/")


def test_a_search_keeps_no_more_in_the_session_than_it_asks_for(nurse):
    nurse.post("/children/", {"q": "Amara", "archived": "x" * 500_000})

    (kept,) = nurse.session["child_searches"].values()
    assert kept["q"] == "Amara"
    assert kept["archived"] == "True"
