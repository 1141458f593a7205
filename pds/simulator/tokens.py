"""Which application asks: the first thing the proxy looks at.

Like the national sandbox, this takes a request without a token, and refuses one whose
Authorization header is malformed.
"""

from pds.simulator.outcomes import Refused

ANONYMOUS = "anonymous"


def application(authorization: str | None) -> str:
    """Return the name under which a request is counted.

    :raises Refused: 401, and what is wrong with the header
    """
    if authorization is None:
        return ANONYMOUS
    kind, _, token = authorization.strip().partition(" ")
    if not kind:
        raise _unauthorised("Empty Authorization header")
    if kind != "Bearer":
        raise _unauthorised(f"Invalid token type '{kind}', must be 'Bearer'")
    if not token.strip():
        raise _unauthorised("Missing access token")
    return token.strip()


def _unauthorised(diagnostics: str) -> Refused:
    return Refused("ACCESS_DENIED", diagnostics, by_proxy=True)
