"""Why somebody could not be signed in by NHS CIS2."""

from enum import StrEnum

from mavis.models import User


class Reason(StrEnum):
    """A word for the log, without anything that NHS CIS2 or a browser said."""

    # Of what the browser brought back.
    STATE = "state"
    PROVIDER_SAID_NO = "provider_said_no"
    PROVIDER_ERROR = "provider_error"
    NO_CODE = "no_code"
    # Of what NHS CIS2 answered to us.
    UNREACHABLE = "unreachable"
    METADATA = "metadata"
    CODE_NOT_TAKEN = "code_not_taken"
    NO_ID_TOKEN = "no_id_token"  # noqa: S105
    USERINFO = "userinfo"
    # Of the ID token.
    SIGNATURE = "signature"
    CLAIM = "claim"
    EXPIRED = "expired"
    ACR = "acr"
    SUBJECT = "subject"
    # Of the user.
    INACTIVE = "inactive"


class Refused(Exception):
    """Nobody is signed in.

    - `claim`: which claim of a token was not right, by its name
    - `user`: whom NHS CIS2 says it is, once that is believed
    """

    def __init__(
        self, reason: Reason, claim: str = "", user: User | None = None
    ) -> None:
        super().__init__(reason)
        self.reason = reason
        self.claim = claim
        self.user = user
