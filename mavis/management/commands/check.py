"""`check`: what is wrong with an installation, in sentences that say what to do."""

from typing import Any

from django.core.management.commands.check import Command as ChecksOfDjango

from mavis.management import looking
from mavis.rules.installation import problems


class Command(ChecksOfDjango):
    help = (
        "Say what is wrong with this installation, and what to do. With an option or "
        "the name of an app it is Django's own check, which asks no server."
    )

    def handle(self, *app_labels: Any, **options: Any) -> None:
        if app_labels or self.is_asked_of_django(options):
            super().handle(*app_labels, **options)
            return
        found = (*looking.what_django_finds(), *problems(looking.look()))
        for sentence in found:
            self.stdout.write(sentence)
        if found:
            things = "One thing is" if len(found) == 1 else f"{len(found)} things are"
            self.stderr.write(f"{things} wrong with this installation.")
            raise SystemExit(1)
        self.stdout.write("Nothing is wrong with this installation.")

    def is_asked_of_django(self, options: dict[str, Any]) -> bool:
        """Test if an option was given that only Django's check has."""
        parser = self.create_parser("manage.py", "check")
        return any(
            options.get(name) != parser.get_default(name)
            for name in ("tags", "list_tags", "deploy", "fail_level", "databases")
        )
