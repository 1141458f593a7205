"""Nothing about a child or an upload changes without an event that tells of it.

A journal in the database itself notes every row that an action changed, whatever code
changed it, and every event that was written; the two are compared.
"""

import io
from datetime import timedelta
from functools import partial

import pytest
from cryptography.fernet import Fernet
from django.core.management import call_command, get_commands
from django.db import connection  # noqa: TID251 -- a journal of our own is kept in it

from children import contacts, editing
from children.models import ArchiveReason, Child, CohortMembership
from children.queries import child_for, team_with
from children.rules.contacts import Details
from imports import files, merging, purging, refreshing
from imports.models import CohortRow
from imports.rules.outcomes import Archived, Outcome, Result
from imports.stages import choose, commit, refresh, review, settle, share, upload
from mavis.celery import app
from mavis.rules import gias
from mavis.rules.permissions import ADDRESSES
from pds.tracing import Tracer
from schoolmoves import archiving, changing, deciding, notices
from schoolmoves.models import MoveSource
from schoolmoves.rules.moving import Place
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
    SharedNumberFactory,
    TeamFactory,
    UserFactory,
    another_nhs_number,
)
from tests.imports import settling
from tests.imports.committing import LATER, approve, commit_rows, match_rows
from tests.pds.cast import ANOTHERS, HERS, SUCCESSOR, outcome, patient
from tests.pds.scripted import ScriptedPDS, at_once

pytestmark = pytest.mark.django_db

# Each table whose changes must be told, with the column that says of which child or
# upload it is.
OF_A_CHILD = {
    "children_child": "id",
    "children_contact": "child_id",
    "children_cohortmembership": "child_id",
    "imports_sharednumber": "child_id",
    "schoolmoves_notice": "child_id",
    "schoolmoves_schoolmove": "child_id",
}
OF_AN_IMPORT = {"imports_cohortimport": "id", "imports_cohortrow": "cohort_import_id"}
EVENTS = {"mavis_activityevent": "child_id", "imports_transition": "cohort_import_id"}
# Who may do what, and what holds for all teams: any event tells of it.
OF_ALL = {
    "imports_importfilechunk": "file_id",
    "mavis_school": "id",
    "mavis_team": "id",
    "mavis_teammembership": "team_id",
    "mavis_user": "id",
}

JOURNAL = """
CREATE TEMPORARY TABLE journal (tbl text, about bigint, import_id bigint);
CREATE FUNCTION note_in_journal() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE said jsonb := to_jsonb(COALESCE(NEW, OLD));
BEGIN
    IF TG_OP <> 'UPDATE' OR OLD IS DISTINCT FROM NEW THEN
        INSERT INTO journal VALUES (
            TG_TABLE_NAME, (said ->> TG_ARGV[0])::bigint,
            (said ->> 'cohort_import_id')::bigint);
    END IF;
    RETURN NULL;
END
$$;
"""
NOTED = """
CREATE TRIGGER in_journal AFTER INSERT OR UPDATE OR DELETE ON {table}
FOR EACH ROW EXECUTE FUNCTION note_in_journal('{column}')
"""


@pytest.fixture
def journal():
    """Keep the journal for this test; it goes with the test's transaction."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(JOURNAL)
        for table, column in {**OF_A_CHILD, **OF_AN_IMPORT, **OF_ALL, **EVENTS}.items():
            cursor.execute(NOTED.format(table=table, column=column))
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")
        yield Journal(cursor)


class Journal:
    def __init__(self, cursor):
        self.cursor = cursor

    def begin(self):
        self.cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        self.cursor.execute("DELETE FROM journal")

    def read(self):
        self.cursor.execute("SELECT * FROM journal")
        return self.cursor.fetchall()

    def untold(self):
        """Return what changed and is told by no event, and how much changed at all."""
        noted = self.read()
        children = {about for tbl, about, _ in noted if tbl == "mavis_activityevent"}
        imports = {i for tbl, _, i in noted if tbl in EVENTS}
        # What becomes of a merged record is told of the one that remains.
        children |= set(
            Child.objects.filter(merged_into__in=children - {None}).values_list(
                "pk", flat=True
            )
        )
        changed = {
            (tbl, about)
            for tbl, about, _ in noted
            if tbl in OF_A_CHILD or tbl in OF_AN_IMPORT
        }
        if not any(tbl == "mavis_activityevent" for tbl, _, _ in noted):
            # Nothing tells of these, or whatever else there is does.
            changed |= {(tbl, about) for tbl, about, _ in noted if tbl in OF_ALL}
        told = {
            (tbl, about)
            for tbl, about in changed
            if about in (children if tbl in OF_A_CHILD else imports)
        }
        return changed - told, changed


@pytest.fixture
def nurse():
    return UserFactory()


@pytest.fixture
def team(nurse):
    return nurse.teams.get()


@pytest.fixture
def child(team):
    return ChildFactory(team=team, nhs_number=another_nhs_number())


# --- What may be done: each prepares, and returns what does it ----------------------


def edits(team, nurse, child):
    part = editing.Part.NAME
    return lambda: editing.edit(
        child_id=child.pk,
        team=team,
        part=part,
        values={"first_name": "Zoë", "last_name": "Okafor"},
        seen=editing.version_of(child, part),
        by=nurse,
        at=LATER,
    )


def adds_contact(team, nurse, child):
    details = Details(
        name="Ngozi Okafor", relationship="mother", email="ngozi@example.com"
    )
    return lambda: contacts.add(
        child_id=child.pk, team=team, details=details, by=nurse, at=LATER
    )


def changes_contact(team, nurse, child):
    contact = ContactFactory(child=child)
    return lambda: contacts.change(
        child_id=child.pk,
        contact_id=contact.pk,
        team=team,
        details=Details(name="Chidi Okafor", relationship="father"),
        seen=contacts.version_of(contact),
        by=nurse,
        at=LATER,
    )


def removes_contact(team, nurse, child):
    contact = ContactFactory(child=child)
    return lambda: contacts.remove(
        child_id=child.pk,
        contact_id=contact.pk,
        team=team,
        seen=contacts.version_of(contact),
        by=nurse,
        at=LATER,
    )


def changes_school(team, nurse, child):
    SchoolMoveFactory(team=team, child=child)
    school = SchoolFactory(team=team)
    return lambda: changing.change_school(
        child=child,
        place=Place(school.pk, False),
        team=team,
        by=nurse,
        at=LATER,
        source=MoveSource.EDIT,
    )


def archives(team, nurse, child):
    SchoolMoveFactory(team=team, child=child)
    return lambda: archiving.archive(
        child_id=child.pk,
        team=team,
        reason=ArchiveReason.DECEASED,
        by=nurse,
        at=LATER,
    )


def restores(team, nurse, child):
    CohortMembership.objects.update(
        archived_at=NOW, archive_reason=ArchiveReason.IMPORTED_IN_ERROR
    )
    return lambda: archiving.restore(child_id=child.pk, team=team, by=nurse, at=LATER)


def merges(team, nurse, child):
    double = ChildFactory(team=team, nhs_number=another_nhs_number())
    ContactFactory(child=double)
    SchoolMoveFactory(team=team, child=double)
    return lambda: merging.merge(
        kept_id=child.pk, merged_id=double.pk, team=team, seen=None, by=nurse, at=LATER
    )


def merges_shared_number(team, nurse, child):
    shared = SharedNumberFactory(child__team=team)
    seen = merging.version_of(
        child_for(team, shared.other_child_id), child_for(team, shared.child_id)
    )
    return lambda: share.merge(
        shared_id=shared.pk, team=team, seen=seen, by=nurse, at=LATER
    )


def keeps_shared_number_apart(team, nurse, child):
    shared = SharedNumberFactory(child__team=team)
    return lambda: share.keep_both(shared_id=shared.pk, team=team, by=nurse, at=LATER)


def uploads(team, nurse, child):
    content = (
        "CHILD_SCHOOL_URN,CHILD_FIRST_NAME,CHILD_LAST_NAME,CHILD_DATE_OF_BIRTH,"
        "CHILD_POSTCODE\n888888,Amara,Okafor,2014-03-27,SW1A 1AA\n"
    )
    checked = upload.check(name="cohort.csv", content=io.BytesIO(content.encode()))
    return lambda: upload.upload(
        checked=checked, team=team, by=nurse, at=LATER, today=LATER.date()
    )


def in_review(team, nurse, child):
    cohort_import = CohortImportFactory(team=team, matching=True, uploaded_by=nurse)
    CohortRowFactory(cohort_import=cohort_import)
    match_rows(cohort_import)
    return cohort_import


def approves(team, nurse, child):
    cohort_import = in_review(team, nurse, child)
    return lambda: approve(cohort_import)


def cancels(team, nurse, child):
    cohort_import = in_review(team, nurse, child)
    return lambda: review.cancel(cohort_import=cohort_import, by=nurse, at=LATER)


def in_further_review(team, nurse):
    cohort_import = CohortImportFactory(team=team, in_further_review=True)
    CohortRowFactory(cohort_import=cohort_import, held=True, outcome=Outcome.NEW)
    return cohort_import


def approves_changed(team, nurse, child):
    cohort_import = in_further_review(team, nurse)
    return lambda: review.approve_changed(
        cohort_import=cohort_import, by=nurse, at=LATER
    )


def ignores_changed(team, nurse, child):
    cohort_import = in_further_review(team, nurse)
    CohortRowFactory(cohort_import=cohort_import, committed_at=NOW, result="new")
    return lambda: review.ignore_changed(
        cohort_import=cohort_import, by=nurse, at=LATER
    )


def chooses_archived(team, nurse, child):
    CohortMembership.objects.update(
        archived_at=NOW, archive_reason=ArchiveReason.IMPORTED_IN_ERROR
    )
    cohort_import = in_review(team, nurse, child)
    row = CohortRow.objects.get()
    assert row.archived in choose.CHOICES
    other = Archived.RESTORED if row.archived == Archived.KEPT else Archived.KEPT
    return lambda: choose.choose_for_all(
        cohort_import=cohort_import, choice=other, by=nurse, at=LATER
    )


def settles_close_match(resolution):
    def prepared(team, nurse, child):
        match = settling.close_match(team, postcode="M1 1AE", first_name="Amara")
        return lambda: settling.decide(match, resolution, child, by=nurse)

    return prepared


def seen_of(move):
    child = Child.objects.get(pk=move.child_id)
    return deciding.version_of(move, child, team_with(child))


def confirms_move(team, nurse, child):
    move = SchoolMoveFactory(team=team, child=child)
    return lambda: settle.confirm(
        move_id=move.pk, team=team, seen=seen_of(move), by=nurse, at=LATER
    )


def ignores_move(team, nurse, child):
    move = SchoolMoveFactory(team=team, child=child)
    return lambda: settle.ignore(
        move_id=move.pk, team=team, seen=seen_of(move), by=nurse, at=LATER
    )


def dismisses_notice(team, nurse, child):
    notice = NoticeFactory(team=team, child=child)
    return lambda: notices.dismiss(notice=notice, by=nurse, at=LATER)


def commits(**row):
    def prepared(team, nurse, child):
        cohort_import = CohortImportFactory(team=team, matching=True, uploaded_by=nurse)
        CohortRowFactory(
            cohort_import=cohort_import,
            **{"school": SchoolFactory(team=team), "trace": settling.trace_of(), **row},
        )
        match_rows(cohort_import)
        approve(cohort_import)
        return lambda: commit_rows(cohort_import)

    return prepared


def gives_up(team, nurse, child):
    cohort_import = in_review(team, nurse, child)
    approve(cohort_import)
    return lambda: commit.give_up(
        cohort_import=cohort_import, reference="AB12", at=LATER
    )


# By the address at which a person does it.
DONE_AT = {
    "children:edit_part": [edits],
    "children:add_contact": [adds_contact],
    "children:edit_contact": [changes_contact],
    "children:remove_contact": [removes_contact],
    "placing:school": [changes_school],
    "placing:archive": [archives],
    "placing:restore": [restores],
    "merging:merge": [merges],
    "imports:upload_children": [uploads],
    "imports:upload_again": [uploads],
    "imports:approve": [approves],
    "imports:cancel": [cancels],
    "imports:approve_changed": [approves_changed],
    "imports:ignore_changed": [ignores_changed],
    "imports:choose_archived": [chooses_archived],
    "imports:resolve": [
        settles_close_match("use_uploaded"),
        settles_close_match("keep_existing"),
        settles_close_match("keep_both"),
    ],
    "imports:resolve_shared_number": [merges_shared_number, keeps_shared_number_apart],
    "schoolmoves:dismiss_notice": [dismisses_notice],
    "school_move:show": [confirms_move, ignores_move],
}
# Something is sent to these, and nothing is changed by it.
CHANGES_NOTHING = {
    "audit_log:show",
    "children:search",
    "imports:pds_status",
    "imports:section",
    "imports:upload",
    "schoolmoves:download",
}


def purges(team, nurse, child):
    erased = CohortImportFactory(team=team, completed=True)
    CohortRowFactory(cohort_import=erased, committed_at=NOW, result="new")
    waiting = CohortImportFactory(team=team, completed=True)
    row = CohortRowFactory(cohort_import=waiting, committed_at=NOW, result="new")
    for cohort_import in (erased, waiting):
        RowErrorFactory(cohort_import=cohort_import)
        stored(cohort_import)
    CloseMatchFactory(row=row)
    return lambda: purging.purge(now=LATER + timedelta(days=31))


def stored(cohort_import, content=b"CHILD_FIRST_NAME\nAmara\n"):
    return files.store(
        cohort_import,
        name="cohort.csv",
        file_format="csv",
        sha256=f"{cohort_import.pk:064}",
        content=content,
    )


def settles_without_a_move(team, nurse, child):
    """What the sweep finds: a row whose move went, as the child has died meanwhile."""
    theirs = ChildFactory(nhs_number=another_nhs_number())
    cohort_import = CohortImportFactory(team=team, completed=True)
    CohortRowFactory(
        cohort_import=cohort_import,
        result=Result.HELD_WITH_MOVE,
        committed_at=NOW,
        school_move=SchoolMoveFactory(
            team=team, child=theirs, state="cleared", decided_at=NOW
        ),
    )
    return lambda: settle.settle_rows_without_a_move(at=LATER)


BY_WORKERS = {
    "purge": purges,
    "sweep for moves that went": settles_without_a_move,
    "commit of a new child": commits(last_name="Brixton", first_name="Wilhelmina"),
    "commit of a known child": commits(preferred_first_name="Ami"),
    "commit of a close match": commits(postcode="M1 1AE"),
    "commit of one who has died": commits(deceased=True),
    "commit of a restricted child": commits(restricted=True),
    "commit that is given up": gives_up,
}


def test_every_address_to_which_something_is_sent_has_its_place_here():
    sent_to = {name for name, methods in ADDRESSES.items() if "POST" in methods}

    assert sent_to == {*DONE_AT, *CHANGES_NOTHING}


@pytest.mark.parametrize(
    "prepare",
    [
        pytest.param(case, id=f"{address} {number}")
        for address, cases in DONE_AT.items()
        for number, case in enumerate(cases)
    ]
    + [pytest.param(case, id=name) for name, case in BY_WORKERS.items()],
)
def test_whatever_changes_is_told(journal, team, nurse, child, prepare):
    act = prepare(team, nurse, child)
    journal.begin()

    act()

    untold, changed = journal.untold()
    assert changed
    assert untold == set()


# --- On the command line ------------------------------------------------------------


def creates_user(team, nurse, tmp_path):
    return {
        "email": "a@example.com",
        "name": "A",
        "role": "nurse",
        "team": team.workgroup,
    }


def changes_user(team, nurse, tmp_path):
    TeamFactory(workgroup="south")
    return {"email": nurse.email, "name": "B", "role": "nurse", "team": "south"}


def creates_team(team, nurse, tmp_path):
    SchoolFactory(urn="100001", team=None)
    return {"name": "South", "ods": "R1A", "workgroup": "south", "school": ["100001"]}


def loads_schools(team, nurse, tmp_path):
    file = tmp_path / "schools.csv"
    line = ["100001", "Oak", "Community school", "Primary", "Open", "", "", "", "", ""]
    file.write_text(f"{','.join(gias.HEADERS)}\n{','.join(line)}\n")
    return {"file": file}


def rotates_keys(team, nurse, tmp_path):
    stored(CohortImportFactory(team=team))
    return {}


COMMANDS = {
    "create_team": [creates_team],
    "create_user": [creates_user, changes_user],
    "load_schools": [loads_schools],
    "rotate_keys": [rotates_keys],
}
# They run what is looked at elsewhere in this file.
RUNS_WHAT_WORKERS_DO = {"import_cohort", "purge", "refresh_from_pds"}
COMMANDS_THAT_CHANGE_NOTHING = {"check", "pds_lookup", "pds_simulator", "pds_status"}
# Each in a database of its own, or with invented people where nobody works in earnest.
NOT_IN_EARNEST = {
    "benchmark", "demo", "fault_drill", "match_quality", "restore_drill", "trace_quality",
}  # fmt: skip


def test_every_command_has_its_place_here():
    ours = {name for name, app in get_commands().items() if app == "mavis"}

    assert ours == {
        *COMMANDS,
        *RUNS_WHAT_WORKERS_DO,
        *COMMANDS_THAT_CHANGE_NOTHING,
        *NOT_IN_EARNEST,
    }


@pytest.mark.parametrize(
    ("name", "prepare"),
    [(name, case) for name, cases in COMMANDS.items() for case in cases],
)
def test_whatever_a_command_changes_is_told(
    journal, team, nurse, tmp_path, settings, name, prepare
):
    options = prepare(team, nurse, tmp_path)
    settings.FILE_KEYS = [Fernet.generate_key().decode(), *settings.FILE_KEYS]
    words = [options.pop("file")] if "file" in options else []
    journal.begin()

    call_command(name, *words, **options, stdout=io.StringIO())

    untold, _ = journal.untold()
    assert {tbl for tbl, _, _ in journal.read()} & set(OF_ALL)
    assert untold == set()


def test_every_task_has_its_place_here():
    """What each of them does stands in this file, but for what only queues others."""
    app.loader.import_default_modules()

    assert {name for name in app.tasks if not name.startswith("celery.")} == {
        "imports.tasks.advance",
        "imports.tasks.advance_stalled",
        "imports.tasks.purge",
        "imports.tasks.refresh_from_pds",
    }


@pytest.mark.parametrize(
    "people",
    [
        pytest.param({HERS: patient(meta={"security": [{"code": "R"}]})}, id="hidden"),
        pytest.param({HERS: patient(SUCCESSOR)}, id="another number"),
        pytest.param({HERS: patient(ANOTHERS)}, id="the number of another child"),
        pytest.param(
            {HERS: (404, outcome("INVALIDATED_RESOURCE", issue="processing"))},
            id="no number any more",
        ),
    ],
)
def test_what_pds_says_later_is_told(journal, team, monkeypatch, settings, people):
    settings.PDS_REQUESTS_PER_SECOND = 0
    scripted = ScriptedPDS()
    scripted.people |= people
    tracer = partial(Tracer, transport=scripted.transport, pause=at_once)
    monkeypatch.setattr(refresh, "Tracer", tracer)
    for number in (HERS, ANOTHERS):
        ChildFactory(team=team, nhs_number=number, nhs_number_confirmed=True)
    due = NOW + timedelta(hours=13)
    refreshing.start(now=due)
    journal.begin()

    while refreshing.run_slice(clock=lambda: due):
        pass

    untold, changed = journal.untold()
    assert changed
    assert untold == set()


def test_the_journal_sees_a_change_that_nothing_tells_of(journal, child):
    journal.begin()
    Child.objects.filter(pk=child.pk).update(first_name="Zoë")

    untold, _ = journal.untold()

    assert untold == {("children_child", child.pk)}
