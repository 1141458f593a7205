"""Who is given a token, and who asks with one (PDS API, 2)."""

import json
from uuid import uuid4

import pytest

from pds.simulator import named
from pds.simulator.applications import Application, BadKeys, read_jwks, read_pem
from tests.pds.simulator.conftest import NOW, code, diagnostics
from tests.pds.simulator.signing import (
    API_KEY,
    KEY_ID,
    assertion,
    claims,
    form,
    jwks,
    pem,
    private_key,
)

OLIVE = f"/Patient/{named.ORDINARY.nhs_number}"
TOKEN_URL = "http://pds/oauth2/token"
AT = NOW.timestamp()


@pytest.fixture
def pds(asking):
    keys = {KEY_ID: private_key().public_key()}
    return asking(applications=[Application(API_KEY, keys)])


def ask(pds, sent):
    return pds.client.post("/oauth2/token", data=sent)


def token(pds, **changed):
    signed = assertion(claims(AT, TOKEN_URL))
    answer = ask(pds, form(signed, **changed))
    assert answer.status_code == 200, answer.text
    return answer.json()


def read_with(pds, authorization):
    headers = {"X-Request-ID": str(uuid4())}
    if authorization is not None:
        headers["Authorization"] = authorization
    return pds.get(OLIVE, headers=headers)


def test_a_token_is_given_to_whoever_signs_with_the_registered_key(pds):
    given = token(pds)

    assert given["token_type"] == "Bearer"
    assert given["expires_in"] == "599"
    assert given["issued_at"] == str(int(AT * 1000))
    assert read_with(pds, f"Bearer {given['access_token']}").status_code == 200


@pytest.mark.parametrize(
    ("authorization", "because"),
    [
        (None, "Missing Authorization header"),
        ("", "Empty Authorization header"),
        ("Bearer", "Missing access token"),
        ("Bearer made-up", "Invalid Access Token"),
        ("Basic abc", "Invalid token type 'Basic', must be 'Bearer'"),
    ],
)
def test_nothing_is_answered_without_one(pds, authorization, because):
    response = read_with(pds, authorization)

    assert (response.status_code, code(response)) == (401, "ACCESS_DENIED")
    assert diagnostics(response) == because
    assert response.headers["Content-Type"] == "application/json"


def test_a_token_ends(pds):
    bearer = f"Bearer {token(pds)['access_token']}"
    pds.clock.seconds += 598
    assert read_with(pds, bearer).status_code == 200

    pds.clock.seconds += 1

    assert diagnostics(read_with(pds, bearer)) == "Invalid Access Token"


def test_a_shorter_life_can_be_asked_for(pds):
    given = token(pds, _access_token_expiry_ms="2000")
    pds.clock.seconds += 2

    assert given["expires_in"] == "2"
    assert read_with(pds, f"Bearer {given['access_token']}").status_code == 401


def test_no_longer_life_can_be_asked_for(pds):
    assert token(pds, _access_token_expiry_ms="3600000")["expires_in"] == "599"


def test_a_test_can_make_every_token_invalid(pds):
    bearer = f"Bearer {token(pds)['access_token']}"

    pds.client.delete("/admin/tokens")

    assert read_with(pds, bearer).status_code == 401
    assert read_with(pds, f"Bearer {token(pds)['access_token']}").status_code == 200


INVALID = (400, "invalid_request")


@pytest.mark.parametrize(
    ("changed", "refused_as"),
    [
        ({"grant_type": "password"}, (400, "unsupported_grant_type")),
        ({"grant_type": None}, (400, "unsupported_grant_type")),
        ({"client_assertion_type": None}, INVALID),
        ({"client_assertion_type": "urn:other"}, INVALID),
        ({"client_assertion": None}, INVALID),
        ({"client_assertion": "no.jwt"}, INVALID),
        ({"client_assertion": "no.jwt.at-all"}, INVALID),
        ({"client_assertion": "W10.W10.W10"}, INVALID),
        ({"client_assertion": "ü.ü.ü"}, INVALID),
        ({"_access_token_expiry_ms": "soon"}, INVALID),
    ],
)
def test_a_form_that_is_wrong_is_refused(pds, changed, refused_as):
    response = ask(pds, form(assertion(claims(AT, TOKEN_URL)), **changed))

    assert (response.status_code, response.json()["error"]) == refused_as
    assert response.json().keys() == {"error", "error_description", "message_id"}


@pytest.mark.parametrize(
    ("header", "refused_as"),
    [
        ({"alg": "RS256"}, INVALID),
        ({"alg": "none"}, INVALID),
        ({"alg": "HS512"}, INVALID),
        ({"alg": None}, INVALID),
        ({"typ": None}, INVALID),
        ({"kid": None}, INVALID),
        ({"kid": "another"}, (401, "invalid_request")),
    ],
)
def test_a_header_that_is_wrong_is_refused(pds, header, refused_as):
    response = ask(pds, form(assertion(claims(AT, TOKEN_URL), header=header)))

    assert (response.status_code, response.json()["error"]) == refused_as


@pytest.mark.parametrize(
    ("changed", "refused_as"),
    [
        ({"exp": None}, INVALID),
        ({"exp": AT + 100.5}, INVALID),
        ({"exp": str(int(AT) + 100)}, INVALID),
        ({"exp": True}, INVALID),
        ({"exp": int(AT)}, INVALID),
        ({"exp": int(AT) - 1}, INVALID),
        ({"exp": int(AT) + 311}, INVALID),
        ({"jti": None}, INVALID),
        ({"jti": 7}, INVALID),
        ({"iss": "somebody"}, INVALID),
        ({"sub": None}, INVALID),
        ({"iss": "somebody", "sub": "somebody"}, (401, "invalid_request")),
        ({"aud": None}, (401, "invalid_request")),
        ({"aud": "http://pds/oauth2/token/"}, (401, "invalid_request")),
        ({"aud": [TOKEN_URL]}, (401, "invalid_request")),
    ],
)
def test_a_claim_that_is_wrong_is_refused(pds, changed, refused_as):
    response = ask(pds, form(assertion(claims(AT, TOKEN_URL, **changed))))

    assert (response.status_code, response.json()["error"]) == refused_as


def test_the_latest_exp_that_is_taken_is_310_seconds_ahead(pds):
    signed = assertion(claims(AT, TOKEN_URL, exp=int(AT) + 310))

    assert ask(pds, form(signed)).status_code == 200


def test_a_wrong_aud_is_said_in_the_words_of_pds(pds):
    response = ask(pds, form(assertion(claims(AT, "https://elsewhere"))))

    assert response.json()["error_description"] == (
        "Missing or invalid 'aud' claim in client_assertion JWT"
    )


def test_a_signature_of_another_key_is_refused(pds):
    response = ask(
        pds, form(assertion(claims(AT, TOKEN_URL), key=private_key("theirs")))
    )

    assert (response.status_code, response.json()["error"]) == (401, "public_key error")
    assert "signature verification failed" in response.json()["error_description"]


def test_a_claim_changed_after_signing_is_refused(pds):
    header, _, signature = assertion(claims(AT, TOKEN_URL)).split(".")
    other = assertion(claims(AT, TOKEN_URL)).split(".")[1]

    response = ask(pds, form(f"{header}.{other}.{signature}"))

    assert response.status_code == 401


def test_a_repeated_jti_is_refused_for_30_days(pds):
    def ask_with(jti):
        now = pds.clock.day.timestamp()
        return ask(pds, form(assertion(claims(now, TOKEN_URL, jti=jti))))

    assert ask_with("one").status_code == 200

    again = ask_with("one")

    assert (again.status_code, again.json()["error"]) == INVALID
    assert ask_with("two").status_code == 200
    pds.clock.pass_days(30)
    assert ask_with("one").status_code == 200


def test_an_assertion_that_was_refused_does_not_use_up_its_jti(pds):
    ask(pds, form(assertion(claims(AT, "https://elsewhere", jti="one"))))

    signed = assertion(claims(AT, TOKEN_URL, jti="one"))

    assert ask(pds, form(signed)).status_code == 200


def test_an_application_without_a_key_is_forbidden(asking):
    pds = asking(applications=[Application(API_KEY)])

    response = ask(pds, form(assertion(claims(AT, TOKEN_URL))))

    assert response.status_code == 403
    assert "register a public key" in response.json()["error_description"]


def test_each_application_has_a_limit_of_its_own_whatever_its_token(asking):
    keys = {KEY_ID: private_key().public_key()}
    pds = asking(applications=[Application(API_KEY, keys)], requests_per_second=5)
    first = token(pds)["access_token"]
    pds.clock.seconds += 0.2
    second = token(pds)["access_token"]

    statuses = [read_with(pds, f"Bearer {t}").status_code for t in (first, second)]

    assert statuses == [200, 429]


def test_the_token_endpoint_has_the_same_limit(asking):
    keys = {KEY_ID: private_key().public_key()}
    pds = asking(applications=[Application(API_KEY, keys)], requests_per_second=5)
    token(pds)

    response = ask(pds, form(assertion(claims(AT, TOKEN_URL))))

    assert response.status_code == 429


def test_a_fault_of_the_token_endpoint_leaves_pds_alone(pds):
    bearer = f"Bearer {token(pds)['access_token']}"
    pds.client.post("/admin/faults", json={"kind": "500", "where": "token"})

    assert read_with(pds, bearer).status_code == 200
    assert ask(pds, form(assertion(claims(AT, TOKEN_URL)))).status_code == 500


def test_a_fault_of_pds_leaves_the_token_endpoint_alone(pds):
    pds.client.post("/admin/faults", json={"kind": "500"})

    assert token(pds)["access_token"]


def test_the_journal_counts_tokens_and_holds_no_secret(pds):
    given = token(pds)
    read_with(pds, f"Bearer {given['access_token']}")
    ask(pds, form("no.jwt"))

    entries = pds.client.get("/admin/journal").json()

    assert [(e["path"], e["status"], e["outcome"]) for e in entries] == [
        ("/oauth2/token", 200, "token"),
        (OLIVE, 200, "read"),
        ("/oauth2/token", 400, "invalid_request"),
    ]
    assert given["access_token"] not in json.dumps(entries)


def test_an_application_without_an_asid_is_told_so_after_its_request_id(asking):
    pds = asking(has_asid=False)

    response = pds.get(OLIVE)

    assert (response.status_code, code(response)) == (400, "MISSING_VALUE")
    assert "No ASID" in diagnostics(response)
    wrong = pds.get(OLIVE, headers={"X-Request-ID": "wrong"})
    assert code(wrong) == "INVALID_VALUE"


def test_a_public_key_can_be_read_from_pem_or_jwks(tmp_path):
    as_pem, as_jwks = tmp_path / "key.pem", tmp_path / "jwks.json"
    as_pem.write_bytes(pem(private_key()))
    as_jwks.write_text(jwks(private_key()))

    expected = private_key().public_key().public_numbers()

    for keys in (read_pem(as_pem, key_id=KEY_ID), read_jwks(as_jwks)):
        assert keys.keys() == {KEY_ID}
        assert keys[KEY_ID].public_numbers() == expected


@pytest.mark.parametrize("content", ["", "{}", '{"keys": [{"kid": "a"}]}', "[]"])
def test_keys_that_cannot_be_read_are_said_to_be_so(tmp_path, content):
    file = tmp_path / "keys"
    file.write_text(content)

    with pytest.raises(BadKeys):
        read_jwks(file)
    with pytest.raises(BadKeys):
        read_pem(file, key_id=KEY_ID)
