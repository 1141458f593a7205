"""Every page of the product that a team can open, with something on each."""

from itertools import chain

from django.urls import reverse

from children.editing import Part
from imports import files
from imports.pages.problems import WARNINGS
from imports.queries.rows import Section
from imports.rules.lifecycle import FailureReason, Status
from imports.rules.outcomes import Archived, Move, NotImported, Outcome, Result
from mavis.models import ActivityEvent, EventKind
from mavis.rules.permissions import ADDRESSES
from pds.rules.outcomes import TraceOutcome, UploadedNumber
from tests.factories import (
    NOW,
    ChildFactory,
    CloseMatchFactory,
    CohortImportFactory,
    CohortRowFactory,
    ContactFactory,
    NoticeFactory,
    RowErrorFactory,
    SchoolFactory,
    SchoolMoveFactory,
    SchoolMoveLogEntryFactory,
    SharedNumberFactory,
    TeamFactory,
    TraceFactory,
    TraceStepFactory,
    another_nhs_number,
)

# No pages: they are files, or a part of a page.
DOWNLOADS = {
    "audit_log:download",
    "imports:rows_to_mend",
    "imports:template",
    "imports:unmatched_rows",
}
FRAGMENTS = {"imports:progress"}
# Which statuses have which reasons.
_REASONS = {Status.FAILED: tuple(FailureReason)}


def every_page(team, *, child=None, contact=None, row=None):
    """Make records of a team; return the address of each page, by what it is.

    :param child: details of each child; contact: of its contacts; row: of each row
    """
    made = _Made(team, child or {}, contact or {}, row or {})
    addresses = made.of_children() | made.of_imports() | made.of_decisions()
    names = {name for name, methods in ADDRESSES.items() if "GET" in methods}
    for name in names - DOWNLOADS - FRAGMENTS:
        if not any(each.partition(" ")[0] == name for each in addresses):
            addresses[name] = reverse(name)  # it names no record
    return addresses


class _Made:
    def __init__(self, team, child, contact, row):
        self.team, self.child, self.contact, self.row = team, child, contact, row

    def a_child(self, **more):
        details = {"team": self.team, "nhs_number": another_nhs_number()}
        child = ChildFactory(**details, **self.child, **more)
        ContactFactory(child=child, **self.contact)
        return child

    def of_children(self):
        # Of which merging warns.
        child, into = (self.a_child(nhs_number_confirmed=True) for _ in range(2))
        TraceStepFactory(trace=TraceFactory(child=child))
        NoticeFactory(team=self.team, child=child)
        for field, values in (
            ("postcode", self.child.get("postcode", "M1 1AE")),
            ("address_line_1", self.child.get("address_line_1", "1 High Street")),
            ("contact", self.contact.get("name", "Ngozi Okafor")),
        ):
            ActivityEvent.objects.create(
                kind=EventKind.UPDATED_BY_IMPORT,
                at=NOW,
                team=self.team,
                child=child,
                changes={field: ["", values]},
            )
        named = {"child_id": child.pk}
        contact = {**named, "contact_id": child.contacts.get().pk}
        pages = {
            name: reverse(name, kwargs=kwargs)
            for name, kwargs in {
                "children:show": named,
                "children:activity": named,
                "children:pds_history": named,
                "children:edit": named,
                "children:add_contact": named,
                "children:edit_contact": contact,
                "children:remove_contact": contact,
                "placing:school": named,
                "placing:archive": named,
                "merging:merge": {**named, "into_id": into.pk},
            }.items()
        }
        for part in Part:
            pages[f"children:edit_part {part}"] = reverse(
                "children:edit_part", kwargs={**named, "part": part}
            )
        left = self.a_child(archived="moved_out_of_area")
        pages["children:show left behind"] = reverse("children:show", args=[left.pk])
        return pages

    def of_imports(self):
        pages = {}
        for status in Status:
            for reason in _REASONS.get(status, ("",)):
                upload = self.an_import(status=status, failure_reason=reason)
                pages[f"imports:show {status} {reason}".strip()] = reverse(
                    "imports:show", args=[upload.pk]
                )
                if status == Status.IN_REVIEW:
                    sections = chain((WARNINGS,), Section)
                    pages |= {
                        f"imports:section {section}": reverse(
                            "imports:section", args=[upload.pk, str(section)]
                        )
                        for section in sections
                    }
        return pages

    def an_import(self, **columns):
        upload = CohortImportFactory(
            team=self.team, academic_year=2026, row_count=14, **columns
        )
        files.store(
            upload,
            name="cohort.csv",
            file_format="csv",
            sha256=f"{upload.pk:064}",
            content=b"CHILD_FIRST_NAME\nAmara\n",
        )
        RowErrorFactory(cohort_import=upload)
        RowErrorFactory(cohort_import=upload, row_number=3, warning=True)
        here = self.a_child()
        theirs = ChildFactory(team=TeamFactory(), **self.child)
        matched = {"matched_child": here}
        committed = {"committed_at": NOW, "child": here}
        for section in (
            {"outcome": Outcome.NEW},
            {"outcome": Outcome.ALREADY_IN_MAVIS, "additions": ["gender"], **matched},
            {
                "outcome": Outcome.ALREADY_IN_MAVIS,
                "move": Move.FOR_PERSON,
                "matched_child": theirs,
                "other_team": theirs.memberships.get().team,
            },
            {
                "outcome": Outcome.ALREADY_IN_MAVIS,
                "move": Move.FOR_PERSON,
                "school": SchoolFactory(team=self.team),
                **matched,
            },
            {
                "outcome": Outcome.NOT_IMPORTED,
                "not_imported_reason": NotImported.AT_SCHOOL_OF_ANOTHER_TEAM,
                "matched_child": theirs,
            },
            {"archived": Archived.RESTORED, **matched},
            {"uploaded_number": UploadedNumber.REPLACED},
            {"uploaded_number": UploadedNumber.VOID},
            {"trace_outcome": TraceOutcome.CONFLICT},
            {"held": True, "outcome": Outcome.ALREADY_IN_MAVIS, **matched},
            {"result": Result.NEW, **committed},
            {"result": Result.NOT_IMPORTED, "committed_at": NOW, **matched},
        ):
            self.a_row(upload, **{"move": Move.NONE, **section})
        self.a_close_match(upload)
        return upload

    def a_row(self, upload, **columns):
        number = {"nhs_number_uploaded": another_nhs_number()}
        return CohortRowFactory(cohort_import=upload, **number, **self.row, **columns)

    def a_close_match(self, upload):
        row = self.a_row(
            upload,
            outcome=Outcome.CLOSE_MATCH,
            move=Move.NONE,
            committed_at=NOW,
            result=Result.CLOSE_MATCH,
        )
        for _ in range(2):
            row.candidates.create(child=self.a_child(), differences=["postcode"])
        return CloseMatchFactory(row=row)

    def of_decisions(self):
        match = self.a_close_match(self.an_import(status=Status.COMPLETED))
        move = SchoolMoveFactory(team=self.team, child=self.a_child())
        SchoolMoveFactory(team=self.team, child=self.a_child(), waiting=True)
        decided = SchoolMoveFactory(
            team=self.team, child=self.a_child(), confirmed=True
        )
        SchoolMoveLogEntryFactory(to_team=self.team, child=self.a_child())
        shared = SharedNumberFactory(
            child=self.a_child(nhs_number_confirmed=True),
            other_child=self.a_child(nhs_number_confirmed=True),
        )
        return {
            "imports:resolve": reverse("imports:resolve", args=[match.pk]),
            "imports:resolve_shared_number": reverse(
                "imports:resolve_shared_number", args=[shared.pk]
            ),
            "school_move:show": reverse("school_move:show", args=[move.pk]),
            "school_move:show decided": reverse("school_move:show", args=[decided.pk]),
        }
