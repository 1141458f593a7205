"""Catching a worker in the middle of a stage.

It counts only if the test saw, just before, the status of that stage, a live lease, and
rows still to do, and if that was still so when the worker had gone.
"""

import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from django.db.models import Q

from imports.models import CohortImport
from imports.rules.lifecycle import Status
from imports.stages import review
from tests.factories import NOW
from tests.faults.cohort import Cohort
from tests.faults.place import Place, is_at_work, stands

# A stage may be over before the moment that was chosen: then another is tried.
MOMENTS_TRIED = 20


@dataclass(frozen=True)
class Stage:
    """How far a stage has come, and how long it may go on unseen, in seconds."""

    status: Status
    name: str
    done: Q
    unseen: float

    def rows_to_do(self, cohort_import: CohortImport) -> int:
        if not self.done:  # all of its rows come at once
            return 0 if cohort_import.rows.exists() else cohort_import.row_count
        return cohort_import.row_count - cohort_import.rows.filter(self.done).count()


STAGES = (
    Stage(Status.UPLOADED, "reading", Q(), 0.1),
    # They come a round at a time.
    Stage(Status.TRACING, "tracing", ~Q(trace_outcome=""), 0.7),
    Stage(Status.MATCHING, "matching", ~Q(outcome=""), 0.02),
    Stage(Status.COMMITTING, "committing", ~Q(committed_at=None), 0.02),
)


@dataclass
class Caught:
    """An import in the middle of whose every stage a worker ends.

    :param begin: starts a worker
    :param end: ends it; it has ended on return
    :param mend: undoes what `end` has broken, when its moment was missed
    """

    place: Place
    cohort: Cohort
    cohort_import: CohortImport
    begin: Callable[[], object]
    end: Callable[[], object]
    moment: Callable[[Stage], tuple[float, float]]
    stages: Sequence[Stage] = STAGES
    mend: Callable[[], object] = lambda: None

    def in_each_stage(self) -> Iterator[Stage]:
        """End a worker in each stage, and give out the stage."""
        for stage in self.stages:
            for _moment in range(MOMENTS_TRIED):
                if self._in_the_middle_of(stage):
                    break
                self._begin_again()
            else:
                raise AssertionError(f"no moment was one of {stage.name}")
            yield stage

    def _in_the_middle_of(self, stage: Stage) -> bool:
        share, unseen = self.moment(stage)
        self.begin()
        if stage.status == Status.COMMITTING and not self._is_approved():
            self.place.wait_for(self.cohort_import, Status.IN_REVIEW)
            self.place.approve(self.cohort_import)
        most = self.cohort_import.row_count * (1 - share if stage.done else 1)
        self.place.wait_until(
            lambda: (
                (self._is_at(stage) and stage.rows_to_do(self.cohort_import) <= most)
                or self._is_beyond(stage)
            ),
            f"a worker is seen {stage.name}",
        )
        threading.Event().wait(unseen)
        seen = self._is_at(stage) and stage.rows_to_do(self.cohort_import)
        self.end()
        left = stands(self.cohort_import, stage.status)
        return bool(seen and left and stage.rows_to_do(self.cohort_import))

    def _is_at(self, stage: Stage) -> bool:
        return is_at_work(self.cohort_import, stage.status)

    def _is_beyond(self, stage: Stage) -> bool:
        following = [each.status for each in STAGES[STAGES.index(stage) + 1 :]]
        over = (Status.IN_REVIEW, Status.COMPLETED)
        return stands(self.cohort_import, *following, *over)

    def _is_approved(self) -> bool:
        return stands(self.cohort_import, Status.COMMITTING)

    def _begin_again(self) -> None:
        """Give up an upload whose moment was missed, and upload the same file.

        One that is being committed cannot be given up: a later moment of it has to do.
        It may have been between two slices, when no worker has it.
        """
        self.mend()
        if self._is_approved():
            return
        missed = self.cohort_import
        missed.refresh_from_db()
        review.cancel(cohort_import=missed, by=missed.uploaded_by, at=NOW)
        self.cohort_import = self.place.upload(self.cohort, by=missed.uploaded_by)
