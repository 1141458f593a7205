"""What is asked of NHS CIS2, an OpenID provider: where it is, its keys, a token, who.

Authlib knows the protocol; httpx asks, and waits for no more than some seconds.
"""

import ssl
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache, lru_cache
from typing import Any
from urllib.parse import urlsplit

import httpx
from authlib.oauth2.auth import ClientAuth
from authlib.oauth2.client import OAuth2Client
from authlib.oauth2.rfc7523 import PrivateKeyJWT
from django.conf import settings
from joserfc.errors import JoseError
from joserfc.jwk import KeySet, RSAKey

from mavis.cis2_access import Access
from mavis.sign_in.refusals import Reason, Refused

SCOPE = "openid profile email nationalrbacaccess selectedrole"
NEEDED = (
    "authorization_endpoint",
    "token_endpoint",
    "userinfo_endpoint",
    "jwks_uri",
)
# Seconds for which we believe where things are.
BELIEVED = 60 * 60
# Seconds for which what we sign to prove who we are may be used.
ASSERTION_LASTS = 60


@dataclass(slots=True)
class Provider:
    """NHS CIS2, as it is registered. Kept for as long as the process runs."""

    access: Access
    _metadata: dict[str, Any] = field(default_factory=dict)
    _keys: KeySet | None = None
    _read_at: float = 0

    def metadata(self) -> Mapping[str, Any]:
        """Return what the provider says of itself.

        :raises Refused: it does not answer, or it is another than we were told
        """
        if not self._metadata or time.monotonic() - self._read_at > BELIEVED:
            issuer = self.access.issuer.rstrip("/")
            found = _json(_ask("GET", f"{issuer}/.well-known/openid-configuration"))
            scheme = urlsplit(issuer).scheme
            if found.get("issuer") != self.access.issuer or any(
                urlsplit(str(found.get(name, ""))).scheme != scheme for name in NEEDED
            ):
                raise Refused(Reason.METADATA)
            self._metadata, self._keys = found, None
            self._read_at = time.monotonic()
        return self._metadata

    def keys(self, *, anew: bool = False) -> KeySet:
        """Return the public keys by which the provider signs.

        :param anew: to ask for them even if we have some: the provider has new ones
        :raises Refused: it does not answer, or with something else
        """
        metadata = self.metadata()
        if self._keys is None or anew:
            found = _json(_ask("GET", metadata["jwks_uri"]))
            try:
                self._keys = KeySet.import_key_set(found)  # type: ignore[arg-type]
            except (JoseError, KeyError, ValueError, TypeError) as error:
                raise Refused(Reason.METADATA) from error
        return self._keys

    def authorization_address(
        self, *, redirect_uri: str, state: str, nonce: str, code_verifier: str
    ) -> str:
        """Return where somebody has to go to prove who they are."""
        client = OAuth2Client(
            session=None,
            client_id=self.access.client_id,
            redirect_uri=redirect_uri,
            scope=SCOPE,
            code_challenge_method="S256",
        )
        address, _ = client.create_authorization_url(
            self.metadata()["authorization_endpoint"],
            state=state,
            code_verifier=code_verifier,
            nonce=nonce,
            acr_values=self.access.acr,
        )
        return str(address)

    def tokens(
        self, *, code: str, redirect_uri: str, code_verifier: str
    ) -> Mapping[str, Any]:
        """Exchange the code that a browser brought for an ID token and an access token.

        :raises Refused: the code is not taken, or there is no answer
        """
        address = self.metadata()["token_endpoint"]
        form = httpx.QueryParams(
            grant_type="authorization_code",
            code=code,
            redirect_uri=redirect_uri,
            code_verifier=code_verifier,
        )
        address, headers, body = self._client_auth().prepare(
            "POST",
            address,
            {"Content-Type": "application/x-www-form-urlencoded"},
            str(form),
        )
        answer = _ask("POST", address, headers=headers, content=body)
        if answer.status_code != httpx.codes.OK:
            raise Refused(Reason.CODE_NOT_TAKEN)
        return _json(answer)

    def userinfo(self, access_token: str) -> Mapping[str, Any]:
        """Return the claims about whom an access token was given for.

        :raises Refused: there is no answer, or something else
        """
        headers = {"Authorization": f"Bearer {access_token}"}
        answer = _ask("GET", self.metadata()["userinfo_endpoint"], headers=headers)
        if answer.status_code != httpx.codes.OK:
            raise Refused(Reason.USERINFO)
        return _json(answer)

    def _client_auth(self) -> ClientAuth:
        if self.access.private_key is None:
            return ClientAuth(
                self.access.client_id, self.access.secret, "client_secret_post"
            )
        assertion = PrivateKeyJWT(
            claims={"exp": int(time.time()) + ASSERTION_LASTS},
            headers={"kid": self.access.key_id},
        )
        key = RSAKey.import_key(self.access.private_key)
        return ClientAuth(self.access.client_id, key, assertion)


@lru_cache(maxsize=1)
def of(access: Access) -> Provider:
    """Return the provider that we are registered with, always the same."""
    return Provider(access)


@cache
def _certificates() -> ssl.SSLContext:
    """Return which authorities vouch for a server: to read them takes a while."""
    return httpx.create_ssl_context()


def _ask(method: str, address: str, **options: Any) -> httpx.Response:
    try:
        answer = httpx.request(
            method,
            address,
            timeout=settings.CIS2_TIMEOUT_SECONDS,
            verify=_certificates(),
            **options,
        )
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise Refused(Reason.UNREACHABLE) from error
    if answer.status_code >= httpx.codes.INTERNAL_SERVER_ERROR:
        raise Refused(Reason.UNREACHABLE)
    return answer


def _json(answer: httpx.Response) -> dict[str, Any]:
    try:
        found = answer.json()
    except ValueError as error:
        raise Refused(Reason.METADATA) from error
    if not isinstance(found, dict):
        raise Refused(Reason.METADATA)
    return found
