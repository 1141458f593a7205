"""Who is to be looked up, and what came of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from pds.rules.answers import Answer, Fault, Rejected
from pds.rules.cascade import Asked, Verdict
from pds.rules.questions import Question
from pds.rules.sought import Sought


@dataclass(frozen=True, slots=True)
class Wanted:
    """A person to trace. `reference` is sent to PDS: an id, without full stops."""

    key: int
    sought: Sought
    reference: str


@dataclass(frozen=True, slots=True)
class Single:
    """One question about one person, which is not followed by another."""

    key: int
    question: Question
    reference: str


@dataclass(frozen=True, slots=True)
class Traced:
    """A lookup that is over, and the steps it took.

    `is_given_up`: its last step met a fault, and may succeed another time.
    """

    key: int
    sought: Sought
    verdict: Verdict
    steps: tuple[Asked, ...]
    is_given_up: bool = False


@dataclass
class Tracings:
    """What came of tracing some people for a while.

    - `finished`: lookups that are over.
    - `failed`: lookups that met a fault about that one person, as they would end if
      they were not tried again. Whoever is in neither was not come to.
    - `put_off`: keys of lookups that PDS had too much to do for: nobody's fault.
    - `calls`: requests sent, repeated ones included.
    - `answers`: requests that PDS answered.
    - `is_out`: PDS does not answer, or does not accept us, or may not be asked:
      nothing in `failed` is then the fault of a person, so it is empty.
    - `makes_way`: an import asks PDS, and these people can wait.
    - `refused_status`: the status with which it did not accept us, if it did not.
    - `retry_after`: seconds that PDS asked us to wait, at the most.
    - `faults`: those of requests, by kind.
    - `replies`: to single questions, by their key.
    """

    finished: list[Traced] = field(default_factory=list)
    failed: list[Traced] = field(default_factory=list)
    put_off: list[int] = field(default_factory=list)
    calls: int = 0
    answers: int = 0
    is_out: bool = False
    makes_way: bool = False
    refused_status: int | None = None
    retry_after: float = 0
    faults: Mapping[str, int] = field(default_factory=dict)
    replies: dict[int, Answer | Rejected | Fault] = field(default_factory=dict)

    def forget_failures(self) -> None:
        """Take them for PDS's, and nobody's."""
        self.failed.clear()
        self.put_off.clear()
        self.replies = {
            key: reply
            for key, reply in self.replies.items()
            if not isinstance(reply, Fault)
        }
