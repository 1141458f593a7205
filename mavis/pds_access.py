"""With what Mavis proves to PDS who it is: read and checked when Mavis starts."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key

NEEDED = ("PDS_API_KEY", "PDS_KEY_ID", "PDS_PRIVATE_KEY", "PDS_TOKEN_URL")
# These give nothing to whoever does not say who they are.
NATIONAL = frozenset({"api.service.nhs.uk", "int.api.service.nhs.uk"})
FEWEST_BITS = 2048


class Unusable(Exception):
    """Mavis cannot start like this. The message says what to set, and no secret."""


@dataclass(frozen=True, slots=True)
class Access:
    """An application that is registered with PDS, and its private key.

    - `key_id`: the `kid` of the public key in the key set that is registered
    - `token_url`: where it is given tokens, and the audience of what it signs
    """

    api_key: str
    key_id: str
    token_url: str
    private_key: RSAPrivateKey = field(repr=False)


def read_access(environment: Mapping[str, str], *, base_url: str) -> Access | None:
    """Return what is set of PDS_API_KEY and the others, or None if nothing is.

    :raises Unusable: something is missing, or the key cannot be used
    """
    values = {name: environment.get(name, "").strip() for name in NEEDED}
    if file := environment.get("PDS_PRIVATE_KEY_FILE", ""):
        values["PDS_PRIVATE_KEY"] = _content_of(file)
    missing = [name for name, value in values.items() if not value]
    if len(missing) == len(NEEDED):
        if urlsplit(base_url).hostname in NATIONAL:
            raise Unusable(
                f"Set {', '.join(NEEDED)}: the PDS of PDS_BASE_URL needs them."
            )
        return None
    if missing:
        raise Unusable(
            f"Set {' and '.join(missing)} too: PDS needs all of {', '.join(NEEDED)}."
        )
    if urlsplit(values["PDS_TOKEN_URL"]).scheme not in {"https", "http"}:
        raise Unusable("Set PDS_TOKEN_URL to an address that begins with https://.")
    return Access(
        api_key=values["PDS_API_KEY"],
        key_id=values["PDS_KEY_ID"],
        token_url=values["PDS_TOKEN_URL"],
        private_key=_private_key(values["PDS_PRIVATE_KEY"]),
    )


def _content_of(file: str) -> str:
    try:
        return Path(file).read_text(encoding="ascii")
    except (OSError, UnicodeDecodeError) as error:
        raise Unusable(
            "PDS_PRIVATE_KEY_FILE cannot be read. Name a file that holds the key (PEM)."
        ) from error


def _private_key(pem: str) -> RSAPrivateKey:
    # A file of variables has no line breaks within a value: \n stands for them.
    text = pem.replace("\\n", "\n").encode()
    try:
        key = load_pem_private_key(text, password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise Unusable(
            "PDS_PRIVATE_KEY cannot be read. Set it to a private key in PEM without a "
            "passphrase."
        ) from error
    if not isinstance(key, RSAPrivateKey) or key.key_size < FEWEST_BITS:
        raise Unusable(
            "PDS_PRIVATE_KEY cannot be used. PDS takes RSA keys alone, of "
            f"{FEWEST_BITS} bits or more."
        )
    return key
