"""Signs assertions as an application does, right or wrong."""

import base64
import json
from functools import cache
from typing import Any
from uuid import uuid4

from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA256, SHA512
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

API_KEY, KEY_ID = "an-api-key", "test-1"
ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
HASHES = {"RS512": SHA512(), "RS256": SHA256()}


@cache
def private_key(name: str = "ours") -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def pem(key: rsa.RSAPrivateKey) -> bytes:
    return key.public_key().public_bytes(
        Encoding.PEM, PublicFormat.SubjectPublicKeyInfo
    )


def jwks(key: rsa.RSAPrivateKey, key_id: str = KEY_ID) -> str:
    numbers = key.public_key().public_numbers()
    web_key = {"kty": "RSA", "kid": key_id, "alg": "RS512", "use": "sig"}
    for name, number in (("n", numbers.n), ("e", numbers.e)):
        size = (number.bit_length() + 7) // 8
        web_key[name] = base64url(number.to_bytes(size, "big"))
    return json.dumps({"keys": [web_key]})


def base64url(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


def claims(now: float, audience: str, **changed: Any) -> dict[str, Any]:
    """Return good claims with some changed; None leaves one out."""
    good = {
        "iss": API_KEY,
        "sub": API_KEY,
        "aud": audience,
        "jti": str(uuid4()),
        "exp": int(now) + 300,
    }
    return {name: v for name, v in {**good, **changed}.items() if v is not None}


def assertion(
    said: dict[str, Any],
    *,
    key: rsa.RSAPrivateKey | None = None,
    header: dict[str, Any] | None = None,
) -> str:
    """Return claims signed, with a good header but for what is changed in it."""
    good = {"alg": "RS512", "typ": "JWT", "kid": KEY_ID}
    full = {n: v for n, v in {**good, **(header or {})}.items() if v is not None}
    parts = [base64url(json.dumps(part).encode()) for part in (full, said)]
    signed = ".".join(parts).encode()
    algorithm = HASHES.get(str(full.get("alg")), SHA512())
    signature = (key or private_key()).sign(signed, PKCS1v15(), algorithm)
    return ".".join([*parts, base64url(signature)])


def form(signed: str, **changed: str | None) -> dict[str, str]:
    good = {
        "grant_type": "client_credentials",
        "client_assertion_type": ASSERTION_TYPE,
        "client_assertion": signed,
    }
    return {n: v for n, v in {**good, **changed}.items() if v is not None}
