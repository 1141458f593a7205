"""Whether a worker has been asked to end, as it is at every release.

Celery tells the worker's main process, and waits for the others, which do the work.
They were forked from it and look into memory that they share with it. Who works for
long looks often, and leaves the rest to the next worker: a release waits 30 seconds.
"""

import mmap

_asked = mmap.mmap(-1, 1)


class Stopping(Exception):
    """We are asked to end: what was being done is left to another worker."""


def ask() -> None:
    """Ask this process, and those that were forked from it, to end."""
    _asked[0] = 1


def is_asked() -> bool:
    """Test if we are to end soon."""
    return bool(_asked[0])


def check() -> None:
    """Look, where nothing is lost by stopping here.

    :raises Stopping: we are to end soon
    """
    if is_asked():
        raise Stopping
