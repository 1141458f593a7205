"""The Celery application: `celery -A mavis worker` and `celery -A mavis beat`."""

import os

from celery import Celery, signals
from django.conf import settings
from django_structlog.celery.steps import DjangoStructLogInitStep

from mavis import heartbeat, logs, stopping
from mavis.heartbeat import Sign
from mavis.memory import give_back_large_blocks, look_for_cycles_seldom

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mavis.settings")

app = Celery("mavis")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
app.steps["worker"].add(DjangoStructLogInitStep)


# A worker warns of some things before it sets up its log.
@signals.celeryd_init.connect  # type: ignore[untyped-decorator]
@signals.setup_logging.connect  # type: ignore[untyped-decorator]
def write_logs_as_the_web_does(**_of_the_signal: object) -> None:
    """Keep Celery from making handlers of its own."""
    logs.write_all(settings.LOGGING)


@signals.worker_process_init.connect  # type: ignore[untyped-decorator]
def use_memory_sparingly(**_of_the_signal: object) -> None:
    look_for_cycles_seldom()
    give_back_large_blocks()


@signals.worker_shutting_down.connect  # type: ignore[untyped-decorator]
def ask_to_stop(**_how: object) -> None:
    """Have whoever works in this worker hand back what they do."""
    stopping.ask()


@signals.beat_init.connect  # type: ignore[untyped-decorator]
def note_that_beat_lives(**_of_the_signal: object) -> None:
    """Note that beat has begun, and then each task that it sends."""
    # What it sends first is only done in a while.
    for sign in Sign:
        heartbeat.note(sign)
    signals.after_task_publish.connect(note_a_beat)


def note_a_beat(**_of_the_signal: object) -> None:
    heartbeat.note(Sign.BEAT)
