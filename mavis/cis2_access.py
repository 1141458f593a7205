"""How people sign in by NHS CIS2: read and checked when Mavis starts."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

from mavis.private_keys import Unusable, content_of, private_key
from mavis.rules.cis2 import level_of

ALWAYS = ("CIS2_ISSUER", "CIS2_CLIENT_ID", "CIS2_ACR")
BY_KEY = ("CIS2_PRIVATE_KEY", "CIS2_KEY_ID")
BY_SECRET = "CIS2_CLIENT_SECRET"  # noqa: S105 - the name of a variable
LOWEST_LEVEL = 2


@dataclass(frozen=True, slots=True)
class Access:
    """Mavis as it is registered with NHS CIS2.

    It proves that it is itself by the key, if there is one, or else by the secret.

    - `acr`: how well a person has to prove who they are, such as "AAL3_ANY"
    - `key_id`: the `kid` of the public key that is registered
    """

    issuer: str
    client_id: str
    acr: str
    key_id: str = ""
    private_key: RSAPrivateKey | None = field(default=None, repr=False)
    secret: str = field(default="", repr=False)


def read_access(
    environment: Mapping[str, str], *, development: bool = False
) -> Access | None:
    """Return what is set of CIS2_ISSUER and the others, or None if nothing is.

    :param development: whether the issuer may be without HTTPS
    :raises Unusable: something is missing, or cannot be used
    """
    names = (*ALWAYS, *BY_KEY, BY_SECRET)
    values = {name: environment.get(name, "").strip() for name in names}
    if file := environment.get("CIS2_PRIVATE_KEY_FILE", ""):
        values["CIS2_PRIVATE_KEY"] = content_of("CIS2_PRIVATE_KEY_FILE", file)
    if not any(values.values()):
        return None
    missing = [name for name in ALWAYS if not values[name]]
    if missing:
        raise Unusable(
            f"Set {' and '.join(missing)} too: NHS CIS2 needs all of "
            f"{', '.join(ALWAYS)}."
        )
    _check_proof(values)
    issuer, acr = values["CIS2_ISSUER"], values["CIS2_ACR"]
    allowed = {"https", "http"} if development else {"https"}
    if urlsplit(issuer).scheme not in allowed or not urlsplit(issuer).hostname:
        raise Unusable("Set CIS2_ISSUER to an address that begins with https://.")
    if level_of(acr) < LOWEST_LEVEL:
        raise Unusable(
            "Set CIS2_ACR to AAL3_ANY, or to another that stands for level 2 or 3 only."
        )
    pem = values["CIS2_PRIVATE_KEY"]
    return Access(
        issuer=issuer,
        client_id=values["CIS2_CLIENT_ID"],
        acr=acr,
        key_id=values["CIS2_KEY_ID"],
        private_key=private_key("CIS2_PRIVATE_KEY", pem) if pem else None,
        secret=values[BY_SECRET],
    )


def _check_proof(values: Mapping[str, str]) -> None:
    """Raise Unusable unless there is either a key with its id, or a secret."""
    of_key = [name for name in BY_KEY if values[name]]
    if of_key and values[BY_SECRET]:
        raise Unusable(
            f"Unset {BY_SECRET}, or {' and '.join(of_key)}: Mavis proves who it is by a "
            "private key or by a secret, not by both."
        )
    if not of_key and not values[BY_SECRET]:
        raise Unusable(
            f"Set {' and '.join(BY_KEY)}, or {BY_SECRET}: NHS CIS2 asks Mavis to prove "
            "who it is."
        )
    if of_key and len(of_key) < len(BY_KEY):
        (missing,) = set(BY_KEY) - set(of_key)
        raise Unusable(f"Set {missing} too: a private key needs its id.")
