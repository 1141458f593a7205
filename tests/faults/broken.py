"""Celery with a bug in one stage, for the imports that FAULTS_BROKEN names.

`celery -A tests.faults.broken worker`, with "uploaded:7,matching:8" there.
"""

import os
from functools import partial
from typing import Any

from celery.signals import worker_init

from mavis.celery import app as app


@worker_init.connect
def break_stages(**_worker: object) -> None:
    from imports import pipeline

    named = (each.split(":") for each in os.environ["FAULTS_BROKEN"].split(","))
    broken = {int(import_id): status for status, import_id in named}

    def with_bug(status: str, sound: Any, *, lease: Any, clock: Any) -> None:
        if broken.get(lease.import_id) == status:
            raise ZeroDivisionError
        sound(lease=lease, clock=clock)

    pipeline.STAGES = {
        status: partial(with_bug, status.value, stage)
        for status, stage in pipeline.STAGES.items()
    }
