"""What the commands of the command line share: how they say that they cannot."""

import signal
import sys
from typing import NoReturn

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand
from django.db.models import Model


class PlainCommand(BaseCommand):
    """A command whose errors are one plain sentence, and exit status 1."""

    def stop(self, sentence: str) -> NoReturn:
        self.stderr.write(sentence)
        raise SystemExit(1)

    def tidy_up_when_ended(self) -> None:
        """Have a signal that ends us leave no database and no process of ours behind."""
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))

    def check_fields(self, record: Model) -> None:
        """Stop unless each value fits its field: not blank, not too long."""
        try:
            record.clean_fields()
        except ValidationError as wrong:
            field, messages = next(iter(wrong.message_dict.items()))
            self.stop(f"This cannot be the {field.replace('_', ' ')}: {messages[0]}")
