"""Encrypting anew what older keys encrypted, so that those keys can be taken away.

Each batch is one transaction that holds its rows; what has the newest key already is
left alone. So it can be interrupted, repeated, and run while others work: whoever reads
knows both keys, and what is added meanwhile has the newest.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.db import transaction

from imports.models import ImportFileChunk
from pds.models import Answer

# Of a file these are megabytes.
AT_A_TIME = 20

Row = TypeVar("Row", ImportFileChunk, Answer)


@dataclass(slots=True)
class Rotated:
    """What was encrypted anew, what had the newest key, and what no key can read.

    - `unreadable`: by file of which import; answers of PDS are only counted
    """

    rotated: int = 0
    new_already: int = 0
    unreadable_imports: list[int] = field(default_factory=list)
    unreadable_answers: int = 0

    @property
    def is_complete(self) -> bool:
        """Test if the older keys are of no use any more."""
        return not self.unreadable_imports and not self.unreadable_answers


def rotate(*, keys: Sequence[str]) -> Rotated:
    """Encrypt with the newest key all that older ones did.

    :param keys: newest first, as FILE_KEYS has them
    """
    done = Rotated()
    for chunk in _rotate_all(ImportFileChunk, "data", keys, done):
        import_id = chunk.file.cohort_import_id
        if import_id not in done.unreadable_imports:
            done.unreadable_imports.append(import_id)
    done.unreadable_answers = len(_rotate_all(Answer, "body", keys, done))
    return done


def _rotate_all(
    model: type[Row], column: str, keys: Sequence[str], done: Rotated
) -> list[Row]:
    """Go through a table in batches; return the rows that no key can read."""
    unreadable: list[Row] = []
    rows = model._default_manager.order_by("pk")
    last = None
    while True:
        with transaction.atomic():
            batch = list(
                (rows if last is None else rows.filter(pk__gt=last)).select_for_update(
                    of=("self",)
                )[:AT_A_TIME]
            )
            for row in batch:
                _rotate_one(row, column, keys, done, unreadable)
        if not batch:
            return unreadable
        last = batch[-1].pk


def _rotate_one(
    row: Row, column: str, keys: Sequence[str], done: Rotated, unreadable: list[Row]
) -> None:
    token = bytes(getattr(row, column))
    if reads(keys[:1], token):
        done.new_already += 1
    elif reads(keys[1:], token):
        anew = MultiFernet([Fernet(key) for key in keys]).rotate(token)
        type(row)._default_manager.filter(pk=row.pk).update(**{column: anew})
        done.rotated += 1
    else:
        unreadable.append(row)


def reads(keys: Sequence[str], token: bytes) -> bool:
    """Test if one of these keys reads what was encrypted."""
    for key in keys:
        try:
            Fernet(key).decrypt(token)
        except InvalidToken:
            continue
        return True
    return False
