"""Has every process know the Celery application, and each migrate give rights."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class MavisConfig(AppConfig):
    name = "mavis"

    def ready(self) -> None:
        from mavis import (
            celery,  # noqa: F401 -- needs the settings first
            rights,
        )

        post_migrate.connect(rights.give, sender=self)
