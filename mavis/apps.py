"""Has every process know the Celery application and log nothing that exceptions say.

When somebody signs in, the session notes when it began, whichever part asked first.

After each migrate, the application's role is given its rights.
"""

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class MavisConfig(AppConfig):
    name = "mavis"

    def ready(self) -> None:
        from mavis import (
            celery,  # noqa: F401 -- needs the settings first
            logs,
            rights,
        )
        from mavis.sign_in import sessions  # noqa: F401 -- hears when somebody signs in

        logs.keep_words_of_exceptions_out()
        post_migrate.connect(rights.give, sender=self)
