"""With what Mavis proves to PDS who it is: read and checked when Mavis starts."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

from mavis.private_keys import Unusable, content_of, private_key

NEEDED = ("PDS_API_KEY", "PDS_KEY_ID", "PDS_PRIVATE_KEY", "PDS_TOKEN_URL")
# These give nothing to whoever does not say who they are.
NATIONAL = frozenset({"api.service.nhs.uk", "int.api.service.nhs.uk"})


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
        values["PDS_PRIVATE_KEY"] = content_of("PDS_PRIVATE_KEY_FILE", file)
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
        private_key=private_key("PDS_PRIVATE_KEY", values["PDS_PRIVATE_KEY"]),
    )
