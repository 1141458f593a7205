"""The whole way to NHS CIS2 and back, and everything that is refused on it."""

import time
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from mavis.cis2_access import Access
from mavis.models import User
from mavis.sign_in import provider as ours
from tests.factories import TeamFactory, UserFactory
from tests.pages.shown import Shown
from tests.sign_in import provider as fake
from tests.sign_in.provider import ROLE, SUBJECT, claims_of_a_nurse

pytestmark = pytest.mark.django_db


@pytest.fixture
def team():
    return TeamFactory(name="North SAIS", workgroup="north", ods_code="R1A")


def go(client, wanted=""):
    """Press the button, prove at the provider who we are, and return what comes back."""
    answer = client.get(f"/sign-in/cis2/?next={wanted}")
    assert answer.status_code == 302, answer.content.decode()
    back = httpx.get(answer.headers["Location"]).headers["Location"]
    parts = urlsplit(back)
    assert parts.path == "/sign-in/cis2/callback/"
    return f"{parts.path}?{parts.query}"


def sign_in(client, wanted=""):
    return Shown(client, client.get(go(client, wanted), follow=True))


def is_signed_in(client):
    return "_auth_user_id" in client.session


# --- Who gets in ----------------------------------------------------------------


def test_a_nurse_signs_in_and_works_in_the_team_of_the_workgroup(client, cis2, team):
    page = Shown.at(client, "/")
    assert "Log in with NHS CIS2" in page.links

    page = sign_in(client)

    assert page.title == "North SAIS"
    asked = cis2.asked["/authorize"]
    assert (asked["response_type"], asked["acr_values"]) == ("code", "AAL3_ANY")
    assert asked["code_challenge_method"] == "S256"
    assert len(asked["nonce"]) > 40
    user = User.objects.get()
    assert (user.issuer, user.subject) == (cis2.address, SUBJECT)
    assert (user.name, user.email) == ("Nurse Joy", "joy@example.com")
    assert not user.has_usable_password()
    assert not user.memberships.exists()


def test_mavis_proves_who_it_is_by_its_private_key(client, cis2, team, settings):
    key = fake.KEYS["two"]
    cis2.public_key_of_mavis = key
    settings.CIS2 = Access(
        issuer=cis2.address,
        client_id="mavis",
        acr="AAL3_ANY",
        key_id="mavis-1",
        private_key=key.private_key,
    )

    assert sign_in(client).title == "North SAIS"
    assert "client_secret" not in cis2.asked["/token"]


def test_someone_gets_to_the_page_they_wanted(client, cis2, team):
    assert sign_in(client, "/children/").title == "Children"


@pytest.mark.parametrize("elsewhere", ["https://example.org/", "//example.org"])
def test_signing_in_leads_to_no_other_site(client, cis2, team, elsewhere):
    assert sign_in(client, elsewhere).title == "North SAIS"


def test_the_key_of_the_session_is_another_after_signing_in(client, cis2, team):
    back = go(client)
    before = client.session.session_key

    client.get(back)

    assert is_signed_in(client)
    assert client.session.session_key != before
    # The time there was to come back in is not that of the session.
    assert client.session.get_expiry_age() > 60 * 60


def test_whoever_comes_again_is_the_same_user_whatever_they_are_called(
    client, cis2, team
):
    sign_in(client)
    client.logout()
    cis2.userinfo = claims_of_a_nurse(name="Joy Married", email="new@example.com")

    sign_in(client)

    user = User.objects.get()
    assert (user.name, user.email) == ("Joy Married", "new@example.com")


def test_the_email_address_of_somebody_else_makes_nobody_them(client, cis2, team):
    other = UserFactory(email="Joy@example.com")

    sign_in(client)

    user = User.objects.exclude(pk=other.pk).get()
    assert (user.subject, user.email) == (SUBJECT, None)
    assert client.session["_auth_user_id"] == str(user.pk)


@pytest.mark.parametrize(
    "claims",
    [
        pytest.param({"selected_roleid": "556"}, id="another role is selected"),
        pytest.param({"selected_roleid": None}, id="no role is selected"),
        pytest.param(
            {"nhsid_nrbac_roles": [{**ROLE, "role_code": "S8000:G8000:R8000"}]},
            id="a role that Mavis does not know",
        ),
        pytest.param(
            {"nhsid_nrbac_roles": [{**ROLE, "workgroups": ["south"]}]},
            id="the workgroup of no team",
        ),
        pytest.param(
            {"nhsid_nrbac_roles": [{**ROLE, "org_code": "R9Z"}]},
            id="a workgroup of the same name in another organisation",
        ),
    ],
)
def test_whoever_has_no_role_for_a_team_is_told_whom_to_ask(client, cis2, team, claims):
    cis2.userinfo = claims_of_a_nurse(**claims)

    page = sign_in(client)

    assert (page.status, page.title) == (403, "You are not in a team")
    assert "registration authority" in page.text


def test_what_cis2_says_holds_and_what_the_database_says_does_not(client, cis2, team):
    sign_in(client)
    UserFactory()  # some other
    user = User.objects.get(subject=SUBJECT)
    user.memberships.create(team=TeamFactory(name="Elsewhere"), role="superuser")

    page = Shown.at(client, "/")

    assert page.title == "North SAIS"
    assert "Change team" not in page.links
    assert "PDS status" not in page.text


def test_someone_with_two_workgroups_chooses_and_gets_where_they_wanted(
    client, cis2, team
):
    south = TeamFactory(name="South SAIS", workgroup="south", ods_code="r1a")
    cis2.userinfo = claims_of_a_nurse(
        nhsid_nrbac_roles=[{**ROLE, "workgroups": ["north", "south"]}]
    )
    answer = client.get(go(client, "/children/"), follow=True)
    assert Shown(client, answer).title == "Select a team"
    address, _ = answer.redirect_chain[-1]

    page = Shown(client, client.post(address, {"team": south.pk}, follow=True))

    assert page.title == "Children"
    assert "South SAIS" in page.text


def test_the_key_that_the_provider_has_taken_since_is_asked_for_once(
    client, cis2, team
):
    sign_in(client)
    client.logout()
    cis2.kid, cis2.published = "two", ("one", "two")

    assert sign_in(client).title == "North SAIS"
    assert cis2.times["/jwks"] == 2


# --- Who does not ---------------------------------------------------------------


def changed(**claims):
    def change(found):
        found.update(claims)
        for name, value in claims.items():
            if value is None:
                del found[name]

    return change


@pytest.mark.parametrize(
    ("wrong", "status", "said"),
    [
        ({"change": changed(aud="another")}, 400, "was not what Mavis expected"),
        ({"change": changed(aud=["another", "else"])}, 400, "not what Mavis expected"),
        ({"change": changed(iss="https://evil.example")}, 400, "not what Mavis"),
        ({"change": changed(nonce="another")}, 400, "was not what Mavis expected"),
        ({"change": changed(nonce=None)}, 400, "was not what Mavis expected"),
        ({"change": changed(exp=1_600_000_000)}, 400, "not what Mavis expected"),
        ({"change": changed(exp=None)}, 400, "was not what Mavis expected"),
        ({"change": changed(iat=4_000_000_000)}, 400, "not what Mavis expected"),
        ({"change": changed(azp="another")}, 400, "was not what Mavis expected"),
        ({"change": changed(acr="AAL2_ANY")}, 403, "a safer way of logging in"),
        ({"change": changed(acr=None)}, 403, "a safer way of logging in"),
        ({"change": changed(sub="920000000002")}, 400, "not what Mavis expected"),
        ({"change": changed(at_hash="wrong")}, 400, "not what Mavis expected"),
        ({"sign": lambda _, claims: fake.unsigned(claims)}, 400, "not what Mavis"),
        ({"sign": fake.signed_with_the_public_key}, 400, "not what Mavis expected"),
        ({"kid": "two"}, 400, "was not what Mavis expected"),
        ({"sign": lambda _, claims: "rubbish"}, 400, "not what Mavis expected"),
        ({"sign": lambda _, claims: None}, 400, "not what Mavis expected"),
        ({"userinfo": {"sub": "920000000002"}}, 400, "not what Mavis expected"),
        ({"userinfo": {}}, 400, "was not what Mavis expected"),
        ({"answers": {"/userinfo": (401, {})}}, 400, "not what Mavis expected"),
        ({"answers": {"/token": (400, {"error": "x"})}}, 400, "not what Mavis"),
        ({"answers": {"/token": (200, "<html>")}}, 400, "not what Mavis expected"),
        ({"answers": {"/token": (502, "")}}, 503, "not answering"),
        ({"answers": {"/jwks": (200, {"keys": [{}]})}}, 400, "not what Mavis"),
        ({"error": "access_denied"}, 403, "You did not finish logging in"),
        ({"error": "server_error"}, 503, "not answering"),
    ],
)
def test_what_is_not_to_be_believed_signs_nobody_in(
    client, cis2, team, caplog, wrong, status, said
):
    for name, value in wrong.items():
        setattr(cis2, name, value)

    page = sign_in(client)

    assert (page.status, page.title) == (status, "You could not be logged in")
    assert said in page.text
    assert not is_signed_in(client)
    assert not User.objects.exists()
    for personal in (SUBJECT, "Joy", "joy@example.com"):
        assert personal not in caplog.text


def test_what_nobody_asked_for_signs_nobody_in(client, cis2, team):
    back = go(client)
    for address in (
        back.replace("state=", "state=x"),
        back.partition("&state=")[0],
        "/sign-in/cis2/callback/",
    ):
        client.get("/sign-in/cis2/")
        page = Shown.at(client, address)
        assert (page.status, page.title) == (400, "You could not be logged in")
        assert "took too long" in page.text
    assert not is_signed_in(client)


def test_what_another_browser_was_sent_back_with_signs_nobody_in(
    client, cis2, team, django_user_model
):
    from django.test import Client

    page = Shown.at(Client(), go(client))

    assert page.status == 400


def test_whoever_was_sent_back_once_is_not_signed_in_again_by_the_same(
    client, cis2, team
):
    back = go(client)
    client.get(back)
    client.logout()

    assert client.get(back).status_code == 400


def test_a_closed_account_is_closed_for_cis2_too(client, cis2, team):
    sign_in(client)
    User.objects.update(is_active=False)
    assert Shown.at(client, "/").title == "Log in"

    page = sign_in(client)

    assert page.status == 403
    assert "Your account has been closed" in page.text


def test_a_provider_that_is_down_is_said_to_be(client, settings):
    ours.of.cache_clear()
    settings.CIS2 = Access(
        issuer="http://127.0.0.1:1", client_id="m", acr="AAL3_ANY", secret="s"
    )

    page = Shown.at(client, "/sign-in/cis2/")

    assert page.status == 503
    assert "NHS CIS2 is not answering" in page.text


@pytest.mark.parametrize(
    "metadata",
    [
        {"issuer": "https://evil.example"},
        {"token_endpoint": "ftp://x"},
        {"jwks_uri": 1},
    ],
)
def test_a_provider_that_is_another_is_not_asked(client, cis2, metadata):
    cis2.metadata = metadata

    assert Shown.at(client, "/sign-in/cis2/").status == 400


def test_there_is_no_such_page_where_nobody_signs_in_by_cis2(client, settings):
    settings.CIS2 = None

    assert client.get("/sign-in/cis2/").status_code == 404
    assert client.post("/sign-in/cis2/signed-out/").status_code == 404
    assert "Log in with NHS CIS2" not in Shown.at(client, "/sign-in/").links


# --- Signing out ------------------------------------------------------------------


def test_logging_out_leads_to_where_one_logs_out_of_cis2(client, cis2, team):
    page = sign_in(client).press("Log out")

    assert page.title == "You have logged out of Mavis"
    asked = parse_qs(urlsplit(page.href("Log out of NHS CIS2")).query)
    assert asked["post_logout_redirect_uri"] == ["http://testserver/sign-in/"]
    assert asked["id_token_hint"][0].count(".") == 2
    page = Shown.at(client, "/sign-in/")
    assert "You have logged out, on this and on every other device" in page.text


def logout_token(cis2, **claims):
    found = {
        "iss": cis2.address,
        "aud": "mavis",
        "sub": SUBJECT,
        "jti": "1",
        "iat": int(time.time()),
        "events": {"http://schemas.openid.net/event/backchannel-logout": {}},
    }
    changed(**claims)(found)
    return cis2.signed(found)


def test_whoever_signs_out_of_cis2_is_signed_out_of_mavis(client, cis2, team):
    sign_in(client)

    answer = client.post(
        "/sign-in/cis2/signed-out/", {"logout_token": logout_token(cis2)}
    )

    assert answer.status_code == 200
    page = Shown.at(client, "/")
    assert page.title == "Log in"
    assert "You were signed out because" in page.text


@pytest.mark.parametrize(
    "wrong",
    [
        {"aud": "another"},
        {"iss": "https://evil.example"},
        {"nonce": "an ID token has one"},
        {"events": {}},
        {"events": None},
        {"iat": 1_600_000_000},
        {"sub": None},
    ],
)
def test_what_does_not_say_so_signs_nobody_out(client, cis2, team, wrong):
    sign_in(client)
    token = logout_token(cis2, **wrong)

    answer = client.post("/sign-in/cis2/signed-out/", {"logout_token": token})

    assert answer.status_code == 400
    assert Shown.at(client, "/").title == "North SAIS"
