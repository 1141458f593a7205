"""The applications that may ask for a token, each with the public keys it registered."""

import base64
import binascii
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.rsa import (
    RSAPublicKey,
    RSAPublicNumbers,
)
from cryptography.hazmat.primitives.serialization import load_pem_public_key


class BadKeys(Exception):
    """A public key cannot be used. The message says why."""


@dataclass(frozen=True, slots=True)
class Application:
    """An application and its public keys by key id; none if it registered none."""

    api_key: str
    keys: Mapping[str, RSAPublicKey] = field(default_factory=dict)


def read_pem(file: Path, *, key_id: str) -> dict[str, RSAPublicKey]:
    """Read one public key, under the id it is registered with.

    :raises BadKeys: it is no RSA public key in PEM
    """
    try:
        key = load_pem_public_key(file.read_bytes())
    except (OSError, ValueError, UnsupportedAlgorithm) as error:
        raise BadKeys(f"{file} cannot be read as a public key in PEM.") from error
    if not isinstance(key, RSAPublicKey):
        raise BadKeys(f"{file} is no RSA key, and PDS takes nothing else.")
    return {key_id: key}


def read_jwks(file: Path) -> dict[str, RSAPublicKey]:
    """Read a JSON web key set, as an application publishes it.

    :raises BadKeys: it is none, or a key in it is no RSA key with an id
    """
    try:
        keys = json.loads(file.read_text(encoding="utf-8"))["keys"]
        return {str(key["kid"]): _public_key(key) for key in keys}
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise BadKeys(
            f"{file} cannot be read as a set of RSA keys, each with kid, n and e."
        ) from error


def _public_key(key: Mapping[str, Any]) -> RSAPublicKey:
    numbers = RSAPublicNumbers(e=_number(key["e"]), n=_number(key["n"]))
    return numbers.public_key()


def _number(text: str) -> int:
    return int.from_bytes(unpadded(text), "big")


def unpadded(text: str) -> bytes:
    """Return what base64url without padding stands for.

    :raises ValueError: it stands for nothing
    """
    try:
        padded = text.encode("ascii") + b"=" * (-len(text) % 4)
        return base64.b64decode(padded, altchars=b"-_", validate=True)
    except binascii.Error as error:
        raise ValueError("not base64url") from error
