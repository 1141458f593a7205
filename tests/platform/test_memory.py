import gc

import pytest
from celery.signals import worker_process_init

from mavis.memory import NEW_OBJECTS


@pytest.fixture
def collecting():
    before = gc.get_threshold()
    yield
    gc.set_threshold(*before)
    gc.unfreeze()


def test_a_worker_looks_for_cycles_seldom(collecting):
    worker_process_init.send(sender=None)

    assert gc.get_threshold()[0] == NEW_OBJECTS
    assert gc.get_freeze_count() > 0
    assert gc.isenabled()
