"""The audit log: what is recorded is there, one at a time or many."""

import pytest

from mavis import audit
from mavis.audit import Event
from mavis.models import ActivityEvent, EventKind
from tests.factories import NOW, ChildFactory, CohortImportFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def event():
    cohort_import = CohortImportFactory()
    return Event(
        kind=EventKind.UPDATED_BY_IMPORT,
        at=NOW,
        by_id=cohort_import.uploaded_by_id,
        team_id=cohort_import.team_id,
        child_id=ChildFactory().pk,
        import_id=cohort_import.pk,
        row_number=2,
        changes={"first_name": ("AMARA", 'Amara "\\ \t\n’')},
    )


def test_many_events_are_recorded_as_one_is(event, django_assert_num_queries):
    audit.record(event)
    with django_assert_num_queries(1):
        audit.record_all([event, event])

    one, *others = ActivityEvent.objects.order_by("pk").values()
    assert len(others) == 2
    assert one["changes"] == {"first_name": ["AMARA", 'Amara "\\ \t\n’']}
    for other in others:
        assert {**other, "id": one["id"]} == one


def test_an_event_of_nobody_and_no_child_can_be_recorded(event):
    audit.record_all(
        [Event(kind=EventKind.UPLOADED, at=NOW, by_id=None, team_id=event.team_id)]
    )

    assert ActivityEvent.objects.get().changes == {}
