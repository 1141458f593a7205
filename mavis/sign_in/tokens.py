"""What NHS CIS2 signed: an ID token, or that somebody has signed out of it.

Believed only if it is signed by one of its public keys, was meant for us, and is of now.
"""

import time
from collections.abc import Mapping
from typing import Any

from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import (
    ClaimError,
    ExpiredTokenError,
    InvalidKeyIdError,
    JoseError,
)
from joserfc.jwk import KeySet
from joserfc.jws import JWSRegistry

from mavis.rules.cis2 import is_strong_enough
from mavis.sign_in.provider import Provider
from mavis.sign_in.refusals import Reason, Refused

# Those with a private key alone. Never "none", nor one whose key is a secret: then the
# public key, which everybody knows, would do for the secret.
ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384")
# Seconds by which clocks may differ.
LEEWAY = 30
# Seconds within which we have to be told that somebody signed out.
FRESH = 5 * 60
SIGNED_OUT = "http://schemas.openid.net/event/backchannel-logout"


def id_token(
    tokens: Mapping[str, Any], *, provider: Provider, nonce: str
) -> Mapping[str, Any]:
    """Return the claims of an ID token.

    :raises Refused: it is not to be believed, or not enough
    """
    text = tokens.get("id_token")
    if not isinstance(text, str):
        raise Refused(Reason.NO_ID_TOKEN)
    access = provider.access
    token = _verified(text, provider)
    claims = CodeIDToken(
        token.claims,
        token.header,
        {
            "iss": {"essential": True, "value": access.issuer},
            "aud": {"essential": True, "value": access.client_id},
        },
        {
            "nonce": nonce,
            "client_id": access.client_id,
            "access_token": tokens.get("access_token"),
        },
    )
    try:
        claims.validate(leeway=LEEWAY)
    except ExpiredTokenError as error:
        raise Refused(Reason.EXPIRED) from error
    except ClaimError as error:
        raise Refused(Reason.CLAIM, claim=error.claim) from error
    if not is_strong_enough(claims.get("acr"), asked_for=access.acr):
        raise Refused(Reason.ACR)
    if not isinstance(claims["sub"], str) or not claims["sub"]:
        raise Refused(Reason.CLAIM, claim="sub")
    return dict(claims)


def subject_that_signed_out(text: str, *, provider: Provider) -> str:
    """Return who signed out of NHS CIS2, of a logout token (OpenID Back-Channel Logout).

    :raises Refused: it is not to be believed, or does not say who
    """
    claims = _verified(text, provider).claims
    registry = jwt.JWTClaimsRegistry(
        leeway=LEEWAY,
        iss={"essential": True, "value": provider.access.issuer},
        aud={"essential": True, "value": provider.access.client_id},
        iat={"essential": True},
        jti={"essential": True},
        sub={"essential": True},
        events={"essential": True},
    )
    try:
        registry.validate(claims)
    except ExpiredTokenError as error:
        raise Refused(Reason.EXPIRED) from error
    except ClaimError as error:
        raise Refused(Reason.CLAIM, claim=error.claim) from error
    if "nonce" in claims:  # an ID token, which anybody may have who has signed in
        raise Refused(Reason.CLAIM, claim="nonce")
    if not isinstance(claims["events"], dict) or SIGNED_OUT not in claims["events"]:
        raise Refused(Reason.CLAIM, claim="events")
    if claims["iat"] < time.time() - FRESH:
        raise Refused(Reason.EXPIRED)
    return str(claims["sub"])


def _verified(text: str, provider: Provider) -> jwt.Token:
    """Return what a token says, if the provider has signed it.

    Once in a while the provider takes a new key: one that we do not know yet is asked
    for, once.
    """
    try:
        try:
            return _decode(text, provider.keys())
        except InvalidKeyIdError:
            return _decode(text, provider.keys(anew=True))
    except (JoseError, ValueError, TypeError) as error:
        raise Refused(Reason.SIGNATURE) from error


def _decode(text: str, keys: KeySet) -> jwt.Token:
    registry = JWSRegistry(algorithms=ALGORITHMS, strict_check_header=False)
    return jwt.decode(text, key=keys, registry=registry)
