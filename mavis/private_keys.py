"""Private keys that prove who Mavis is, read when it starts."""

from pathlib import Path

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key

FEWEST_BITS = 2048


class Unusable(Exception):
    """Mavis cannot start like this. The message says what to set, and no secret."""


def content_of(variable: str, file: str) -> str:
    """Return what a file holds that a variable names.

    :raises Unusable: it cannot be read
    """
    try:
        return Path(file).read_text(encoding="ascii")
    except (OSError, UnicodeDecodeError) as error:
        raise Unusable(
            f"{variable} cannot be read. Name a file that holds the key (PEM)."
        ) from error


def private_key(variable: str, pem: str) -> RSAPrivateKey:
    """Return the key that a variable holds.

    :raises Unusable: it is none, or none that may be used
    """
    # A file of variables has no line breaks within a value: \n stands for them.
    text = pem.replace("\\n", "\n").encode()
    try:
        key = load_pem_private_key(text, password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise Unusable(
            f"{variable} cannot be read. Set it to a private key in PEM without a "
            "passphrase."
        ) from error
    if not isinstance(key, RSAPrivateKey) or key.key_size < FEWEST_BITS:
        raise Unusable(
            f"{variable} cannot be used. Use an RSA key of {FEWEST_BITS} bits or more: "
            "RSA keys alone are taken."
        )
    return key
