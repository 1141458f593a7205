"""An OpenID provider in the shape of NHS CIS2, which can be made to do wrong."""

import base64
import hashlib
import json
import secrets
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlencode
from wsgiref.simple_server import WSGIRequestHandler, make_server

from joserfc import jwt
from joserfc.jwk import RSAKey

SUBJECT = "910000000001"
ROLE = {
    "person_roleid": "555",
    "role_code": "S8000:G8000:R8001",
    "activity_codes": [],
    "workgroups": ["north"],
    "workgroups_codes": ["9001"],
    "org_code": "R1A",
}
KEYS = {
    kid: RSAKey.generate_key(2048, {"kid": kid, "use": "sig"}) for kid in ("one", "two")
}


def claims_of_a_nurse(**changed: Any) -> dict[str, Any]:
    return {
        "sub": SUBJECT,
        "nhsid_useruid": SUBJECT,
        "name": "Nurse Joy",
        "email": "joy@example.com",
        "nhsid_nrbac_roles": [ROLE],
        "selected_roleid": "555",
        **changed,
    }


@dataclass
class Provider:
    """`asked` is what each of its pages was last asked with."""

    address: str = ""
    kid: str = "one"
    published: tuple[str, ...] = ("one",)
    userinfo: dict[str, Any] = field(default_factory=claims_of_a_nurse)
    # Changes the claims of the ID token, or signs it in another way.
    change: Callable[[dict[str, Any]], None] = lambda claims: None
    sign: Callable[["Provider", dict[str, Any]], str] | None = None
    # Answers of whole pages, by their path: a status and what it says.
    answers: dict[str, tuple[int, Any]] = field(default_factory=dict)
    metadata: dict[str, Any] = field(default_factory=dict)
    error: str = ""
    asked: dict[str, Any] = field(default_factory=dict)
    times: dict[str, int] = field(default_factory=dict)
    public_key_of_mavis: Any = None
    _codes: dict[str, dict[str, str]] = field(default_factory=dict)

    def __call__(self, environ: dict[str, Any], start_response: Any) -> list[bytes]:
        path = environ["PATH_INFO"]
        length = int(environ.get("CONTENT_LENGTH") or 0)
        text = environ["wsgi.input"].read(length).decode() or environ["QUERY_STRING"]
        asked = {name: values[0] for name, values in parse_qs(text).items()}
        self.asked[path] = asked
        self.times[path] = self.times.get(path, 0) + 1
        if path == "/authorize" and path not in self.answers:
            start_response("302 Found", [("Location", self._send_back(asked))])
            return [b""]
        if path == "/end" and path not in self.answers:
            back = asked["post_logout_redirect_uri"]
            start_response("302 Found", [("Location", back)])
            return [b""]
        status, said = self.answers.get(path) or self._answer(path, asked)
        start_response(f"{status} Said", [("Content-Type", "application/json")])
        return [said.encode() if isinstance(said, str) else json.dumps(said).encode()]

    def _answer(self, path: str, asked: dict[str, str]) -> tuple[int, Any]:
        if path == "/.well-known/openid-configuration":
            return 200, {
                "issuer": self.address,
                "authorization_endpoint": f"{self.address}/authorize",
                "token_endpoint": f"{self.address}/token",
                "userinfo_endpoint": f"{self.address}/userinfo",
                "jwks_uri": f"{self.address}/jwks",
                "end_session_endpoint": f"{self.address}/end",
                **self.metadata,
            }
        if path == "/jwks":
            return 200, {
                "keys": [KEYS[kid].as_dict(private=False) for kid in self.published]
            }
        if path == "/userinfo":
            return 200, self.userinfo
        if path == "/token":
            return self._token(asked)
        return 404, {}

    def _send_back(self, asked: dict[str, str]) -> str:
        if self.error:
            back = {"error": self.error, "state": asked["state"]}
        else:
            code = secrets.token_urlsafe(8)
            self._codes[code] = asked
            back = {"code": code, "state": asked["state"]}
        return f"{asked['redirect_uri']}?{urlencode(back)}"

    def _token(self, asked: dict[str, str]) -> tuple[int, Any]:
        given = self._codes.pop(asked["code"], None)
        hashed = hashlib.sha256(asked.get("code_verifier", "").encode()).digest()
        challenge = base64.urlsafe_b64encode(hashed).decode().rstrip("=")
        if (
            given is None
            or given["code_challenge_method"] != "S256"
            or given["code_challenge"] != challenge
            or given["redirect_uri"] != asked["redirect_uri"]
            or not self._is_mavis(asked)
        ):
            return 400, {"error": "invalid_grant"}
        now = int(time.time())
        claims = {
            "iss": self.address,
            "aud": given["client_id"],
            "sub": SUBJECT,
            "nonce": given["nonce"],
            "acr": given["acr_values"],
            "iat": now,
            "exp": now + 300,
        }
        self.change(claims)
        signed = self.sign(self, claims) if self.sign else self.signed(claims)
        return 200, {
            "access_token": "an access token",
            "token_type": "Bearer",
            "expires_in": 300,
            "id_token": signed,
        }

    def _is_mavis(self, asked: dict[str, str]) -> bool:
        if self.public_key_of_mavis is None:
            return asked.get("client_secret") == "a secret"
        token = jwt.decode(asked["client_assertion"], self.public_key_of_mavis)
        claims = token.claims
        return (
            claims["iss"] == claims["sub"] == "mavis"
            and claims["aud"] == f"{self.address}/token"
            and time.time() < claims["exp"] < time.time() + 120
            and token.header["kid"] == "mavis-1"
        )

    def signed(self, claims: dict[str, Any], **header: str) -> str:
        header = {"alg": "RS256", "kid": self.kid, **header}
        return jwt.encode(header, claims, KEYS[self.kid])


class _Quiet(WSGIRequestHandler):
    def log_message(self, *_args: Any) -> None:
        pass


@dataclass
class Server:
    """Answers at one address for whichever provider is there now."""

    address: str
    provider: Provider

    def begin_anew(self) -> Provider:
        """Put a provider there that nothing has been done to."""
        self.provider = Provider(address=self.address)
        return self.provider


@contextmanager
def running() -> Iterator[Server]:
    def answer(environ: dict[str, Any], start_response: Any) -> list[bytes]:
        return there.provider(environ, start_response)

    with make_server("127.0.0.1", 0, answer, handler_class=_Quiet) as server:
        there = Server(f"http://127.0.0.1:{server.server_port}", Provider())
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        try:
            yield there
        finally:
            server.shutdown()
            thread.join()


def unsigned(claims: dict[str, Any]) -> str:
    parts = ({"alg": "none"}, claims)
    coded = [
        base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=")
        for part in parts
    ]
    return ".".join([*coded, ""])


def signed_with_the_public_key(provider: Provider, claims: dict[str, Any]) -> str:
    """What whoever takes HS256 for the key of RS256 would believe."""
    import hmac

    public = KEYS[provider.kid].as_pem(private=False)
    header = {"alg": "HS256", "kid": provider.kid}
    coded = [
        base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=")
        for part in (header, claims)
    ]
    signature = hmac.digest(public, ".".join(coded).encode(), "sha256")
    return ".".join([*coded, base64.urlsafe_b64encode(signature).decode().rstrip("=")])
