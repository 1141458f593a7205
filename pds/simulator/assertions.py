"""What an application signs to prove who it is, judged as the token endpoint does.

Written from the rules alone, with nothing but the cryptography: a library that the
client signs with would forgive here what it forgets there.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA512

from pds.simulator.applications import Application, unpadded

# Five minutes, and a little for clocks that differ.
FURTHEST_EXPIRY = 310
JTI_REMEMBERED = 30 * 24 * 60 * 60


class BadAssertion(Exception):
    """A token is not given. `error` and the message are PDS's words for why."""

    def __init__(
        self, description: str, *, status: int = 400, error: str = "invalid_request"
    ) -> None:
        super().__init__(description)
        self.status = status
        self.error = error


@dataclass(frozen=True, slots=True)
class _Assertion:
    header: Mapping[str, Any]
    claims: Mapping[str, Any]
    signed: bytes
    signature: bytes


class Assertions:
    """Judges assertions, and remembers those it has taken.

    :param applications: those that are known, by their API keys
    :param now: the time of day, in seconds since 1970
    """

    def __init__(
        self, applications: Mapping[str, Application], *, now: Callable[[], float]
    ) -> None:
        self._applications = applications
        self._now = now
        self._taken: dict[tuple[str, str], float] = {}

    def application(self, assertion: str, *, audience: str) -> Application:
        """Return the application that signed this.

        :param audience: the address that the assertion was sent to

        :raises BadAssertion: with the answer to the first thing that is wrong
        """
        read = _read(assertion)
        key_id = _check_header(read.header)
        self._check_expiry(read.claims.get("exp"))
        issuer, jti = _check_names(read.claims)
        application = self._applications.get(issuer)
        if application is None:
            raise BadAssertion(_of("Invalid", "iss/sub claims"), status=401)
        if not application.keys:
            raise BadAssertion(
                "You need to register a public key to use this authentication method "
                "- please contact support to configure",
                status=403,
                error="public_key error",
            )
        if (key := application.keys.get(key_id)) is None:
            because = "no matching public key"
            raise BadAssertion(_of("Invalid", "'kid' header", because), status=401)
        _check_signature(read, key)
        if read.claims.get("aud") != audience:
            raise BadAssertion(_of("Missing or invalid", "'aud' claim"), status=401)
        self._take(issuer, jti)
        return application

    def _check_expiry(self, expiry: object) -> None:
        if expiry is None:
            raise BadAssertion(_of("Missing", "'exp' claim"))
        # A bool is an int to Python, and nothing to anybody else.
        if not isinstance(expiry, int) or isinstance(expiry, bool):
            raise BadAssertion(_of("Invalid", "'exp' claim", "must be an integer"))
        ahead = expiry - self._now()
        if ahead <= 0:
            raise BadAssertion(_of("Invalid", "'exp' claim", "JWT has expired"))
        if ahead > FURTHEST_EXPIRY:
            because = "more than 5 minutes in future"
            raise BadAssertion(_of("Invalid", "'exp' claim", because))

    def _take(self, issuer: str, jti: str) -> None:
        now = self._now()
        taken = self._taken.get((issuer, jti))
        if taken is not None and now - taken < JTI_REMEMBERED:
            raise BadAssertion(_of("Non-unique", "'jti' claim"))
        self._taken[issuer, jti] = now


def _read(assertion: str) -> _Assertion:
    parts = assertion.split(".")
    try:
        header, claims = (json.loads(unpadded(part)) for part in parts[:2])
        [signature] = [unpadded(part) for part in parts[2:]]
    except ValueError as error:
        raise BadAssertion("Malformed JWT in client_assertion") from error
    if not (isinstance(header, dict) and isinstance(claims, dict)):
        raise BadAssertion("Malformed JWT in client_assertion")
    return _Assertion(header, claims, ".".join(parts[:2]).encode(), signature)


def _check_header(header: Mapping[str, Any]) -> str:
    """Return the id of the key it says it is signed with."""
    if "alg" not in header:
        raise BadAssertion(_of("Missing", "'alg' header"))
    if header["alg"] != "RS512":
        because = "unsupported JWT algorithm - must be 'RS512'"
        raise BadAssertion(_of("Invalid", "'alg' header", because))
    if header.get("typ") != "JWT":
        raise BadAssertion(_of("Invalid", "'typ' header", "must be 'JWT'"))
    if not (isinstance(header.get("kid"), str) and header["kid"]):
        raise BadAssertion(_of("Missing", "'kid' header"))
    return str(header["kid"])


def _check_names(claims: Mapping[str, Any]) -> tuple[str, str]:
    """Return the API key, which is in it twice, and the id of the assertion."""
    issuer, jti = claims.get("iss"), claims.get("jti")
    if not isinstance(issuer, str) or not issuer or issuer != claims.get("sub"):
        raise BadAssertion(_of("Missing or non-matching", "iss/sub claims"))
    if not isinstance(jti, str) or not jti:
        raise BadAssertion(_of("Missing", "'jti' claim"))
    return issuer, jti


def _check_signature(read: _Assertion, key: RSAPublicKey) -> None:
    try:
        key.verify(read.signature, read.signed, PKCS1v15(), SHA512())
    except InvalidSignature as error:
        raise BadAssertion(
            "JWT signature verification failed", status=401, error="public_key error"
        ) from error


def _of(fault: str, what: str, because: str = "") -> str:
    said = f"{fault} {what} in client_assertion JWT"
    return f"{said} - {because}" if because else said
