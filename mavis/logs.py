"""How logs are written: one JSON object a line, and nothing of a child in it.

Of an exception a log says its kind and where it arose, never its words. They often
quote what could not be stored or read, which may be a child's (PostgreSQL: "Key
(nhs_number)=… already exists"). So they are taken off every record as it is made,
whoever makes it and whatever writes it; and off what Python prints by itself when nobody
has caught an exception, as of a command.
"""

import logging
import logging.config
import re
import sys
import threading
import traceback
from collections.abc import Mapping, Sequence
from types import TracebackType
from typing import Any

import structlog
from structlog.typing import EventDict, Processor

_Info = tuple[type[BaseException], BaseException, TracebackType | None]


def keep_words_of_exceptions_out() -> None:
    """Have every record of a log made without what exceptions say, and all that is printed."""
    sys.excepthook = _print
    threading.excepthook = lambda told: _print(
        told.exc_type, told.exc_value, told.exc_traceback
    )
    sys.unraisablehook = lambda told: _print(
        told.exc_type, told.exc_value, told.exc_traceback
    )
    make = logging.getLogRecordFactory()
    if getattr(make, "keeps_words_out", False):
        return

    def without_words(*args: Any, **kwargs: Any) -> logging.LogRecord:
        record = make(*args, **kwargs)
        if record.exc_info and record.exc_info[0] is not None:
            record.exc_info = _bare(record.exc_info)
        if isinstance(record.args, Mapping) and "traceback" in record.args:
            record.args = _of_a_task(record.args)
        elif isinstance(record.args, tuple):
            record.args = tuple(map(_named, record.args))
        return record

    without_words.keeps_words_out = True  # type: ignore[attr-defined]
    logging.setLogRecordFactory(without_words)


def _bare(info: _Info) -> _Info:
    """Return an exception of the same name that says nothing, at the same place."""
    kind, _, where = info
    bare = type(kind.__qualname__, (Exception,), {"__module__": kind.__module__})
    return bare, bare(), where


def _named(told: object) -> object:
    """Return what an exception is, in the place of what it says; all else as it is."""
    return type(told).__qualname__ if isinstance(told, BaseException) else told


def _print(
    kind: type[BaseException], fault: BaseException | None, where: TracebackType | None
) -> None:
    if issubclass(kind, KeyboardInterrupt):
        sys.__excepthook__(kind, kind(), where)
        return
    sys.stderr.write("Traceback (most recent call last):\n")
    sys.stderr.writelines(traceback.format_tb(where))
    sys.stderr.write(f"{kind.__qualname__}: what it says may quote a child\n")


def _of_a_task(told: Mapping[str, object]) -> dict[str, object]:
    """Return what Celery tells of a task that failed, without what the fault says."""
    failed = {"exc": "it failed", "traceback": "", "args": "", "kwargs": ""}
    return {**told, **{name: text for name, text in failed.items() if name in told}}


# --- The lines of the log -----------------------------------------------------

# What a library adds to a line that may quote a child, or says who somebody is; what
# goes by these names in a line of ours does neither.
_NEVER = ("error", "exception", "reason", "user_agent", "stack_info")
_OURS = ("mavis", "imports", "schoolmoves", "children", "pds")
# An address up to its query string, which may hold what was searched for.
_QUERY = re.compile(r"\?\S*")
# As many lines of a traceback as are said, of the place where it arose.
_PLACES = 6


def configure() -> None:
    """Have structlog write through the standard library's loggers, as all others do."""
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *_of_every_line(),
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        wrapper_class=structlog.stdlib.BoundLogger,
        logger_factory=structlog.stdlib.LoggerFactory(),
    )


def write_all(logging_settings: dict[str, Any]) -> None:
    """Write as the settings say what a server or library logs or warns of."""
    logging.config.dictConfig(logging_settings)
    logging.captureWarnings(True)


def formatter(*, as_json: bool) -> logging.Formatter:
    """Return what writes the lines of every logger, ours or a library's."""
    renderer: Processor = (
        structlog.processors.JSONRenderer(ensure_ascii=False)
        if as_json
        else structlog.dev.ConsoleRenderer(colors=False, pad_event_to=0)
    )
    return structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=[*_of_every_line(), _without_query],
        processors=[
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            renderer,
        ],
    )


def _of_every_line() -> Sequence[Processor]:
    return (
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _kind_and_place,
        _discreet,
    )


def _kind_and_place(logger: object, method: str, line: EventDict) -> EventDict:
    """Say of an exception its kind and where it arose."""
    told = line.pop("exc_info", None)
    if isinstance(told, BaseException):
        told = (type(told), told, told.__traceback__)
    elif told and not isinstance(told, tuple):
        told = sys.exc_info()
    if told and told[0] is not None:
        line["fault"] = told[0].__qualname__
        line["where"] = traceback.format_tb(told[2])[-_PLACES:]
    return line


def _discreet(logger: object, method: str, line: EventDict) -> EventDict:
    """Leave out what may quote a child, and of an address what was searched for."""
    if line["logger"].partition(".")[0] not in _OURS:
        for name in _NEVER:
            line.pop(name, None)
    if "request" in line:
        line["request"] = line["request"].partition("?")[0]
    return line


def _without_query(logger: object, method: str, line: EventDict) -> EventDict:
    """Leave query strings out of what libraries say in a sentence."""
    line["event"] = _QUERY.sub("", line["event"])
    return line
