"""Where there are local accounts, and who has to wait after too many failures."""

from datetime import timedelta

import pytest
from django.utils import timezone

from mavis import attempts
from mavis.models import Attempt, AttemptKind
from mavis.rules.allowances import Allowance
from tests.factories import UserFactory
from tests.pages.shown import Shown

pytestmark = pytest.mark.django_db

PASSWORD = "correct horse battery"
RIGHT = {"email": "joy@example.com", "password": PASSWORD}
LOCKED = "There were too many attempts to log in. Try again at"


@pytest.fixture(autouse=True)
def joy():
    return UserFactory(email="joy@example.com", password=PASSWORD)


def fail(client, email="joy@example.com", times=1, **request):
    for _ in range(times):
        answer = client.post("/sign-in/", {"email": email, "password": "no"}, **request)
    return Shown(client, answer)


@pytest.mark.parametrize("email", ["joy@example.com", "nobody@example.com"])
def test_after_five_failures_an_account_waits_whether_or_not_it_exists(client, email):
    assert fail(client, email, times=5).status == 422

    page = fail(client, email.upper())

    assert page.status == 429
    (error,) = page.errors
    assert error.startswith(LOCKED)
    assert 0 < int(page.response.headers["Retry-After"]) <= 15 * 60


def test_while_it_waits_not_even_the_right_password_is_taken(client):
    fail(client, times=5)

    assert client.post("/sign-in/", RIGHT).status_code == 429
    assert "_auth_user_id" not in client.session


def test_trying_while_it_waits_makes_nobody_wait_longer_and_then_it_is_over(client):
    fail(client, times=9)
    assert Attempt.objects.filter(what=AttemptKind.FAILURE_FOR_ACCOUNT).count() == 5

    Attempt.objects.update(at=timezone.now() - timedelta(minutes=15))

    assert client.post("/sign-in/", RIGHT).status_code == 302


def test_the_right_password_forgets_the_failures_before_it(client):
    fail(client, times=4)
    client.post("/sign-in/", RIGHT)
    client.logout()

    assert fail(client, times=4).status == 422


def test_an_address_waits_after_failures_for_many_accounts(client, settings):
    settings.FAILURES_FROM_ADDRESS = Allowance(3, timedelta(minutes=15))
    for number in range(3):
        assert fail(client, f"nurse{number}@example.com").status == 422

    page = fail(client, "another@example.com")

    assert page.status == 429
    assert page.errors[0].startswith(LOCKED)
    assert fail(client, REMOTE_ADDR="192.0.2.9").status == 422


def test_an_address_that_the_client_invents_does_not_help(client, settings):
    settings.FAILURES_FROM_ADDRESS = Allowance(1, timedelta(minutes=15))
    settings.TRUSTED_PROXIES = 1
    fail(client, "a@example.com", HTTP_X_FORWARDED_FOR="192.0.2.1, 198.51.100.7")

    again = {"HTTP_X_FORWARDED_FOR": "192.0.2.2, 198.51.100.7"}
    assert fail(client, "b@example.com", **again).status == 429
    other = {"HTTP_X_FORWARDED_FOR": "192.0.2.1, 198.51.100.8"}
    assert fail(client, "b@example.com", **other).status == 422


def test_i_without_its_dot_is_no_way_round(client):
    UserFactory(email="iris@example.com", password=PASSWORD)
    fail(client, "iris@example.com", times=5)

    assert fail(client, "\N{LATIN SMALL LETTER DOTLESS I}ris@example.com").status == 429


def test_nobody_can_read_who_tried(client):
    fail(client, "secret@example.com", REMOTE_ADDR="192.0.2.9")

    kept = str(list(Attempt.objects.values()))
    assert "secret" not in kept
    assert "192.0.2.9" not in kept


def test_what_counts_for_nothing_any_more_is_erased(client):
    fail(client)

    attempts.forget_old(now=timezone.now() + timedelta(days=2))

    assert not Attempt.objects.exists()


def test_the_pages_of_sign_in_are_given_only_so_often(client, settings):
    settings.SIGN_INS_FROM_ADDRESS = Allowance(2, timedelta(minutes=1))
    fail(client, times=2)

    page = fail(client)

    assert (page.status, page.title) == (429, "Too many requests")
    assert 0 < int(page.response.headers["Retry-After"]) <= 60


def test_without_local_accounts_there_is_no_password_to_give(client, settings):
    settings.LOCAL_ACCOUNTS = False
    page = Shown.at(client, "/sign-in/")
    assert "Password" not in page.text
    assert "Nobody can log in to this Mavis yet" in page.text

    assert client.post("/sign-in/", RIGHT).status_code == 403
    assert "_auth_user_id" not in client.session
