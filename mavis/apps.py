"""Makes sure that every process that queues a task knows the Celery application."""

from django.apps import AppConfig


class MavisConfig(AppConfig):
    name = "mavis"

    def ready(self) -> None:
        from mavis import celery  # noqa: F401 -- needs the settings first
