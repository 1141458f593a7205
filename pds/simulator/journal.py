"""Every request, in order, for tests to read.

It is how a test counts calls, sees that a retry kept its request id, and proves that
requests were paced.
"""

from collections import deque
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

LONGEST = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    at: float  # seconds, of a clock that only goes forwards
    method: str
    path: str  # below the base path: /Patient/9990000018
    query: tuple[tuple[str, str], ...]  # sorted
    request_id: str
    correlation_id: str
    organisation: str  # NHSD-End-User-Organisation-ODS
    status: int  # 0: the connection was dropped
    # one_match, no_match, read, fault, or the Spine code of an OperationOutcome.
    outcome: str
    fault: str = ""  # the fault that was asked for, if one struck


class Journal:
    def __init__(self) -> None:
        self._entries: deque[Entry] = deque(maxlen=LONGEST)

    def add(self, entry: Entry) -> None:
        self._entries.append(entry)

    def clear(self) -> None:
        self._entries.clear()

    def entries(self) -> Sequence[dict[str, Any]]:
        """Return every request since the journal was cleared, oldest first."""
        return [asdict(entry) for entry in self._entries]
