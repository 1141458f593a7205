"""`rotate_keys`: encrypt everything with the newest key, so that older ones can go."""

from typing import Any

from django.conf import settings
from django.core.management.base import CommandError

from imports import rotating
from mavis import clock
from mavis.management.plain import PlainCommand
from mavis.models import EventKind
from mavis.pages import count_of
from mavis.sign_in import trail


class Command(PlainCommand):
    help = (
        "Encrypt uploaded files and PDS answers anew with the first key of FILE_KEYS. "
        "Every web and worker must know that key already. Safe to repeat."
    )

    def handle(self, **options: Any) -> None:
        done = rotating.rotate(keys=settings.FILE_KEYS)
        trail.tell(EventKind.KEYS_ROTATED, at=clock.now())
        told = (
            f"Encrypted {count_of(done.rotated, 'piece')} anew with the newest key; "
            f"{count_of(done.new_already, 'piece')} had it already"
        )
        if done.is_complete:
            self.stdout.write(f"{told}, so the older keys can be taken away.")
            return
        imports = ", ".join(map(str, done.unreadable_imports)) or "none"
        raise CommandError(
            f"{told}. No key of FILE_KEYS reads "
            f"{count_of(done.unreadable_answers, 'PDS answer')} and the files of these "
            f"uploads: {imports}. Add the key that they were encrypted with, and repeat."
        )
