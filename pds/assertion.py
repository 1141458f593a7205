"""What Mavis signs to prove to PDS who it is (RFC 7523, as NHS England has it)."""

from uuid import uuid4

import jwt

from mavis.pds_access import Access

# Seconds for which it is good; PDS takes no more than 300.
LIFE = 240


def assertion(access: Access, *, at: float) -> str:
    """Return what proves who we are, for one use within the next minutes."""
    return jwt.encode(
        {
            "iss": access.api_key,
            "sub": access.api_key,
            "aud": access.token_url,
            "jti": str(uuid4()),
            "exp": int(at) + LIFE,
        },
        access.private_key,
        algorithm="RS512",
        headers={"kid": access.key_id},
    )
