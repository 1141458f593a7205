"""What a log may say of an exception: its kind and where it arose, never its words.

The words often quote what could not be stored or read, which may be a child's
(PostgreSQL: "Key (nhs_number)=… already exists"). So they are taken off every record as
it is made, whoever makes it and whatever writes it.
"""

import logging
from collections.abc import Mapping
from types import TracebackType
from typing import Any

_Info = tuple[type[BaseException], BaseException, TracebackType | None]


def keep_words_of_exceptions_out() -> None:
    """Have every record of a log made without what exceptions say."""
    make = logging.getLogRecordFactory()
    if getattr(make, "keeps_words_out", False):
        return

    def without_words(*args: Any, **kwargs: Any) -> logging.LogRecord:
        record = make(*args, **kwargs)
        if record.exc_info and record.exc_info[0] is not None:
            record.exc_info = _bare(record.exc_info)
        if isinstance(record.args, Mapping) and "traceback" in record.args:
            record.args = _of_a_task(record.args)
        return record

    without_words.keeps_words_out = True  # type: ignore[attr-defined]
    logging.setLogRecordFactory(without_words)


def _bare(info: _Info) -> _Info:
    """Return an exception of the same name that says nothing, at the same place."""
    kind, _, where = info
    bare = type(kind.__qualname__, (Exception,), {"__module__": kind.__module__})
    return bare, bare(), where


def _of_a_task(told: Mapping[str, object]) -> dict[str, object]:
    """Return what Celery tells of a task that failed, without what the fault says."""
    failed = {"exc": "it failed", "traceback": "", "args": "", "kwargs": ""}
    return {**told, **{name: text for name, text in failed.items() if name in told}}
