"""One record of each kind that an address can name."""

from tests.factories import (
    ChildFactory,
    CloseMatchFactory,
    CohortImportFactory,
    CohortRowFactory,
    ContactFactory,
    ImportFileFactory,
    NoticeFactory,
    SchoolMoveFactory,
    SharedNumberFactory,
    another_nhs_number,
)


def records_of(team):
    """Make the records of a team; return what names each in an address."""
    cohort_import = CohortImportFactory(team=team, in_review=True)
    ImportFileFactory(cohort_import=cohort_import)
    child = ChildFactory(team=team, nhs_number=another_nhs_number())
    row = CohortRowFactory(cohort_import=cohort_import, new=True)
    return {
        "child_id": child.pk,
        "close_match_id": CloseMatchFactory(row=row).pk,
        "contact_id": ContactFactory(child=child).pk,
        "import_id": cohort_import.pk,
        "into_id": ChildFactory(team=team, nhs_number=another_nhs_number()).pk,
        "move_id": SchoolMoveFactory(team=team, child=child).pk,
        "notice_id": NoticeFactory(team=team, child=child).pk,
        "part": "name",
        "section": "new-records",
        "shared_number_id": SharedNumberFactory(child__team=team).pk,
    }
