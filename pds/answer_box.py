"""How an answer of PDS is kept for a day: under a keyed hash, and encrypted.

Both the question and the answer are personal, so neither can be read in the database
without the secrets of this service.
"""

import hashlib
import hmac
import json
from collections.abc import Sequence
from dataclasses import asdict
from datetime import date
from typing import Any

from cryptography.fernet import Fernet, InvalidToken, MultiFernet

from pds.rules.answers import Answer, Nobody, OnePerson, Person, PersonName
from pds.rules.questions import Question


class AnswerBox:
    """Names, seals and opens answers.

    :param base_url: which PDS is asked; answers of another one are not its own
    :param fernet_keys: newest first
    """

    def __init__(
        self, *, base_url: str, secret_key: str, fernet_keys: Sequence[str]
    ) -> None:
        self._base_url = base_url
        self._hash_key = hashlib.sha256(f"pds answers {secret_key}".encode()).digest()
        self._fernet = MultiFernet([Fernet(key) for key in fernet_keys])

    def key(self, question: Question) -> bytes:
        """Return the 32 bytes under which the answer to a question is kept."""
        said = f"{self._base_url} {question.normalised}"
        return hmac.digest(self._hash_key, said.encode(), "sha256")

    def seal(self, answer: Answer) -> bytes:
        """Return an answer encrypted."""
        said = asdict(answer.person) if isinstance(answer, OnePerson) else answer.value
        return self._fernet.encrypt(json.dumps(said, default=str).encode())

    def open(self, body: bytes) -> Answer | None:
        """Return a kept answer, or None if its key is no longer among ours."""
        try:
            said = json.loads(self._fernet.decrypt(body))
        except InvalidToken:
            return None
        return Nobody(said) if isinstance(said, str) else OnePerson(_person(said))


def _person(said: dict[str, Any]) -> Person:
    return Person(
        **{
            **said,
            "names": tuple(
                PersonName(tuple(name["given"]), name["family"])
                for name in said["names"]
            ),
            "postcodes": tuple(said["postcodes"]),
            "date_of_birth": _date(said["date_of_birth"]),
            "date_of_death": _date(said["date_of_death"]),
        }
    )


def _date(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None
