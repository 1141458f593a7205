"""How a process that imports uses memory.

*How often Python looks for objects that only refer to each other.* A batch of an import
is tens of thousands of live objects with hardly a cycle among them, and by default
Python goes through them all again and again: a third of the time of matching, and a
quarter of that of a commit.

*What becomes of a large block that is freed.* glibc keeps such a block for the next
that is as large, and whatever came after it in memory stays: a file of 16 MB left the
worker 50 MB larger. And it keeps what threads use apart, each with room of its own,
though one of ours only ever waits for PostgreSQL.
"""

import ctypes
import gc

# New objects between two looks; by default 700. At some hundred bytes an object it
# bounds what is held in vain by a few megabytes.
NEW_OBJECTS = 50_000
# Looks at the young before those that were there at the last one are looked at too.
YOUNG_LOOKS = 20


def look_for_cycles_seldom() -> None:
    """Leave alone what is loaded by now, and look at the rest seldom.

    For processes that import, and for the simulator, which holds many people; not for
    those that answer the requests of browsers.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(NEW_OBJECTS, YOUNG_LOOKS, YOUNG_LOOKS)


# Blocks of so many bytes are the system's own business from the first to the last.
LARGE_BLOCK = 128 * 1024
_M_MMAP_THRESHOLD, _M_ARENA_MAX = -3, -8


def give_back_large_blocks() -> None:
    """Have large blocks of memory go back to the system, and threads share the rest.

    Where there is no glibc nothing is done, and nothing is needed.
    """
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is not None:
        mallopt(_M_MMAP_THRESHOLD, LARGE_BLOCK)
        mallopt(_M_ARENA_MAX, 1)
