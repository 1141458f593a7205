"""The page PDS status, for a superuser."""

from dataclasses import dataclass
from datetime import timedelta

from imports.pds_status import PdsStatus, Sweep
from mavis.pages import count_of, show_datetime
from pds.health import Health
from pds.rules.answers import is_refusal

# What a fault is called; others go by the name that the client gives them.
FAULTS = {
    "http_408": "PDS could not reach its own service (408)",
    "http_429": "Too many requests (429)",
    "http_500": "Fault of PDS (500)",
    "http_502": "Bad gateway (502)",
    "http_503": "PDS not available (503)",
    "http_504": "Gateway timed out (504)",
    "refused_400": "Our request is not accepted (400)",
    "refused_401": "Our token is not accepted (401)",
    "refused_403": "We may not do this (403)",
    "no_token": "No token to be had",
    "unknown_answer": "An answer that cannot be understood",
    "broken_record": "A record that cannot be understood",
    "ConnectError": "No connection",
    "ConnectTimeout": "No connection in time",
    "ReadTimeout": "No answer in time",
    "TimeoutError": "No answer in time",
    "ReadError": "Connection broken",
    "RemoteProtocolError": "Connection broken",
}


@dataclass(frozen=True, slots=True)
class PdsStatusPage:
    """(label, value) each, and the faults of the last hour."""

    title: str
    details: tuple[tuple[str, str], ...]
    faults: tuple[tuple[str, str], ...]

    @classmethod
    def of(cls, status: PdsStatus) -> "PdsStatusPage":
        known = status.health or Health()
        return cls(
            title=_title(status),
            details=(
                ("Last answer", show_datetime(known.last_answer_at)),
                ("Last fault", _last_fault(known)),
                ("Token", _token(status)),
                ("Rate", _rate(status, known)),
                ("Last hour", _last_hour(known)),
                ("Imports", _imports(status)),
                ("Refresh of children", _sweep(status.sweep)),
            ),
            faults=tuple(
                (FAULTS.get(kind, kind), f"{count:,}")
                for kind, count in known.faults.items()
            ),
        )


def _title(status: PdsStatus) -> str:
    if status.health is None:
        return "PDS cannot be asked: Valkey does not answer"
    is_refused = is_refusal(status.health.last_fault)
    if status.imports_refused or (status.is_reachable is False and is_refused):
        return "PDS does not accept us"
    return {
        True: "PDS is reachable",
        False: "PDS is not reachable",
        None: "PDS has not been asked of late",
    }[status.is_reachable]


def _last_fault(known: Health) -> str:
    if known.last_fault_at is None:
        return "None in two hours"
    what = FAULTS.get(known.last_fault, known.last_fault)
    return f"{what}, {show_datetime(known.last_fault_at)}"


def _token(status: PdsStatus) -> str:
    if not status.needs_token:
        return "Not needed: no key is set"
    age = status.token_age
    return f"{_length(age)} old" if age is not None else "None now"


def _rate(status: PdsStatus, known: Health) -> str:
    used = f"{known.calls_in_last_minute / 60:.1f} requests a second in the last minute"
    if not status.requests_per_second:
        return f"{used}; no limit is set"
    return f"{used}, of {status.requests_per_second:g} allowed"


def _last_hour(known: Health) -> str:
    return (
        f"{count_of(known.calls, 'request')}, {count_of(known.answers, 'answer')}, "
        f"{count_of(sum(known.faults.values()), 'fault')}"
    )


def _imports(status: PdsStatus) -> str:
    return (
        f"{count_of(status.imports_tracing, 'import')} looking up children, "
        f"{status.imports_waiting:,} of them waiting for PDS"
    )


def _sweep(sweep: Sweep | None) -> str:
    if sweep is None:
        return "Never begun"
    how = "finished" if sweep.finished_at else "in progress"
    if sweep.waits_for_pds:
        how = "waiting for PDS"
    children = count_of(sweep.refreshed, "child", "children")
    return f"Begun {show_datetime(sweep.started_at)}, {how}: {children} refreshed"


def _length(time: timedelta) -> str:
    minutes, seconds = divmod(round(time.total_seconds()), 60)
    said = count_of(minutes, "minute") if minutes else ""
    return f"{said} {count_of(seconds, 'second')}".strip()
