"""Access tokens: who is given one, and who asks with it.

Without a registered application this is like the national sandbox: a request without
a token is taken, and one whose Authorization header is malformed is refused.
"""

import secrets
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from pds.simulator.applications import Application
from pds.simulator.assertions import Assertions, BadAssertion
from pds.simulator.outcomes import Refused

ANONYMOUS = "anonymous"
ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
LIFETIME = 599  # seconds


@dataclass(frozen=True, slots=True)
class _Given:
    application: str
    ends: float  # of the clock


class Tokens:
    """The tokens that are good.

    :param applications: those that may have one; with none, nobody needs one
    :param clock: seconds that only go forwards
    :param now: the time of day, in seconds since 1970
    """

    def __init__(
        self,
        applications: Iterable[Application] = (),
        *,
        clock: Callable[[], float],
        now: Callable[[], float],
    ) -> None:
        known = {application.api_key: application for application in applications}
        self._assertions = Assertions(known, now=now)
        self._are_needed = bool(known)
        self._clock = clock
        self._now = now
        self._given: dict[str, _Given] = {}

    def give(self, form: Mapping[str, str], *, audience: str) -> dict[str, Any]:
        """Return the answer to an application that proves who it is.

        :param form: the fields it sent
        :param audience: the address that it sent them to

        :raises BadAssertion: it does not prove it
        """
        if form.get("grant_type") != "client_credentials":
            raise BadAssertion(
                "grant_type is missing or invalid - must be 'client_credentials'",
                error="unsupported_grant_type",
            )
        if form.get("client_assertion_type") != ASSERTION_TYPE:
            raise BadAssertion(
                f"Missing or invalid client_assertion_type - must be '{ASSERTION_TYPE}'"
            )
        assertion = form.get("client_assertion", "")
        if not assertion:
            raise BadAssertion("Missing client_assertion")
        seconds = _lifetime(form)
        application = self._assertions.application(assertion, audience=audience)
        token = secrets.token_urlsafe(24)
        self._given[token] = _Given(application.api_key, self._clock() + seconds)
        return {
            "access_token": token,
            # PDS sends both as strings.
            "expires_in": str(int(seconds)),
            "token_type": "Bearer",
            "issued_at": str(int(self._now() * 1000)),
        }

    def forget(self) -> None:
        """Make every token invalid that was given so far."""
        self._given.clear()

    def application(self, authorization: str | None) -> str:
        """Return the name under which a request is counted.

        :raises Refused: 401, and what is wrong with the header
        """
        if authorization is None:
            if self._are_needed:
                raise _unauthorised("Missing Authorization header")
            return ANONYMOUS
        kind, _, token = authorization.strip().partition(" ")
        token = token.strip()
        if not kind:
            raise _unauthorised("Empty Authorization header")
        if kind != "Bearer":
            raise _unauthorised(f"Invalid token type '{kind}', must be 'Bearer'")
        if not token:
            raise _unauthorised("Missing access token")
        if not self._are_needed:
            return token
        given = self._given.get(token)
        if given is None or self._clock() >= given.ends:
            raise _unauthorised("Invalid Access Token")
        return given.application


def _lifetime(form: Mapping[str, str]) -> float:
    """Return the seconds for which a token is good: fewer if fewer are asked for."""
    asked = form.get("_access_token_expiry_ms", "")
    if not asked:
        return LIFETIME
    if not (asked.isascii() and asked.isdecimal() and int(asked)):
        raise BadAssertion("Invalid _access_token_expiry_ms - must be milliseconds")
    return min(LIFETIME, int(asked) / 1000)


def _unauthorised(diagnostics: str) -> Refused:
    return Refused("ACCESS_DENIED", diagnostics, by_proxy=True)
