"""Children: their records, the cohorts they belong to, and their contacts."""

from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from mavis.models import School, Team, User

_PENDING_KILOBYTES = 512


class Gender(models.TextChoices):
    FEMALE = "female", "Female"
    MALE = "male", "Male"
    NOT_KNOWN = "not_known", "Not known"
    NOT_SPECIFIED = "not_specified", "Not specified"


class NumberFlag(models.TextChoices):
    """What PDS has said about a child's NHS number that a person has to know."""

    INVALIDATED = "invalidated", "no longer valid in PDS"
    REMOVED = "removed", "removed, as PDS has it for another child"


class Child(models.Model):
    """One child, known once to the whole service.

    Which team has the child is said by its active CohortMembership. The two keys
    are written with `mavis.rules.names.fold` and by nothing else.
    """

    nhs_number = models.CharField(max_length=10, null=True, unique=True)
    nhs_number_confirmed = models.BooleanField(default=False)
    # A flag is about the number that the child had then, or about having none: it
    # lapses with another.
    number_flag = models.CharField(
        max_length=20, choices=NumberFlag.choices, blank=True, default="", db_default=""
    )
    flagged_number = models.CharField(max_length=10, null=True)
    first_name = models.CharField(max_length=300)
    last_name = models.CharField(max_length=300)
    first_name_key = models.CharField(max_length=300)
    last_name_key = models.CharField(max_length=300)
    preferred_first_name = models.CharField(max_length=300, blank=True)
    preferred_last_name = models.CharField(max_length=300, blank=True)
    date_of_birth = models.DateField()
    # Follows the date of birth unless it was given: a child taught outside the
    # year of their birth.
    birth_academic_year = models.SmallIntegerField()
    birth_academic_year_given = models.BooleanField(default=False)
    registration = models.CharField(max_length=300, blank=True)
    registration_academic_year = models.SmallIntegerField(null=True)
    gender = models.CharField(
        max_length=13, choices=Gender.choices, default=Gender.NOT_KNOWN
    )
    address_line_1 = models.CharField(max_length=300, blank=True)
    address_line_2 = models.CharField(max_length=300, blank=True)
    town = models.CharField(max_length=300, blank=True)
    postcode = models.CharField(max_length=8)
    # Neither a school nor home-educated: the school is not known.
    school = models.ForeignKey(
        School, on_delete=models.PROTECT, null=True, related_name="children"
    )
    home_educated = models.BooleanField(default=False)
    # PDS: address, postcode and contacts are hidden everywhere.
    restricted = models.BooleanField(default=False)
    deceased = models.BooleanField(default=False)
    # Blank although deceased when PDS knows only the year.
    date_of_death = models.DateField(null=True)
    merged_into = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, related_name="merged_records"
    )
    created_at = models.DateTimeField()
    # The import that made this record, if one did.
    created_by_import = models.ForeignKey(
        "imports.CohortImport", on_delete=models.PROTECT, null=True, related_name="+"
    )

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(nhs_number=None) | Q(nhs_number__regex=r"^[0-9]{10}$"),
                name="child_nhs_number_is_ten_digits",
            ),
            models.CheckConstraint(
                condition=Q(nhs_number_confirmed=False) | Q(nhs_number__isnull=False),
                name="child_without_nhs_number_has_none_confirmed",
            ),
            models.CheckConstraint(
                condition=Q(home_educated=False) | Q(school=None),
                name="child_is_at_school_or_home_educated",
            ),
            models.CheckConstraint(
                condition=Q(gender__in=Gender.values), name="child_gender_is_known"
            ),
            models.CheckConstraint(
                condition=Q(date_of_death=None) | Q(deceased=True),
                name="child_with_date_of_death_is_deceased",
            ),
            models.CheckConstraint(
                condition=Q(registration="", registration_academic_year=None)
                | (~Q(registration="") & Q(registration_academic_year__isnull=False)),
                name="child_registration_has_its_academic_year",
            ),
            models.CheckConstraint(
                condition=Q(number_flag__in=["", *NumberFlag.values]),
                name="child_number_flag_is_known",
            ),
            models.CheckConstraint(
                condition=Q(merged_into=None) | ~Q(merged_into=F("id")),
                name="child_is_not_merged_into_itself",
            ),
        ]
        indexes = [
            # The two pair joins of imports.sql: every agreement of three details
            # out of four contains one of these pairs whole.
            models.Index(
                fields=["date_of_birth", "first_name_key"],
                name="child_by_birth_and_first_name",
            ),
            models.Index(
                fields=["postcode", "last_name_key"],
                name="child_by_postcode_and_last",
            ),
            # With the first, what imports.sql.similarity looks children up by.
            models.Index(
                fields=["last_name_key", "date_of_birth"],
                name="child_by_last_name_and_birth",
            ),
            # Searching for a year group, and for children without an NHS number: with
            # the names by which they are listed, so that a search for a page of them
            # need not read the records of all.
            models.Index(
                fields=["birth_academic_year", "id"],
                include=["last_name_key", "first_name_key"],
                condition=Q(merged_into=None),
                name="child_by_year_group",
            ),
            models.Index(
                fields=["id"],
                include=["last_name_key", "first_name_key"],
                condition=Q(merged_into=None, nhs_number=None),
                name="child_without_nhs_number",
            ),
            # Searching by name, with slips. Each search reads the whole list of names
            # that were added and are not in the index yet: it is kept short.
            GinIndex(
                fields=["first_name_key"],
                opclasses=["gin_trgm_ops"],
                gin_pending_list_limit=_PENDING_KILOBYTES,
                name="child_like_first_name",
            ),
            GinIndex(
                fields=["last_name_key"],
                opclasses=["gin_trgm_ops"],
                gin_pending_list_limit=_PENDING_KILOBYTES,
                name="child_like_last_name",
            ),
        ]

    def __str__(self) -> str:
        return f"child {self.pk}"

    @property
    def flag_of_number(self) -> str:
        """What is to be said beside the NHS number; blank if nothing is."""
        if not self.number_flag or self.flagged_number != self.nhs_number:
            return ""
        return NumberFlag(self.number_flag).label


class ArchiveReason(models.TextChoices):
    IMPORTED_IN_ERROR = "imported_in_error", "Imported in error"
    MOVED_OUT_OF_AREA = "moved_out_of_area", "Moved out of area"
    DECEASED = "deceased", "Deceased"
    OTHER = "other", "Other"


class CohortMembership(models.Model):
    """A child in a team's cohort: active, or archived with a reason."""

    child = models.ForeignKey(
        Child, on_delete=models.PROTECT, related_name="memberships"
    )
    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="cohort")
    created_at = models.DateTimeField()
    archived_at = models.DateTimeField(null=True)
    # Nobody, when PDS reported a death.
    archived_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, related_name="+"
    )
    archive_reason = models.CharField(
        max_length=20, choices=ArchiveReason.choices, blank=True
    )
    archive_details = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["child"],
                condition=Q(archived_at=None),
                name="child_has_one_active_membership",
            ),
            models.UniqueConstraint(
                fields=["child", "team"], name="child_is_in_a_cohort_once"
            ),
            models.CheckConstraint(
                condition=Q(archived_at=None, archive_reason="", archived_by=None)
                | Q(archived_at__isnull=False, archive_reason__in=ArchiveReason.values),
                name="membership_archived_at_and_reason_go_together",
            ),
        ]
        indexes = [
            models.Index(
                fields=["team", "child"],
                condition=Q(archived_at=None),
                name="active_membership_by_team",
            ),
        ]

    def __str__(self) -> str:
        return f"cohort membership {self.pk}"

    @property
    def may_be_restored(self) -> bool:
        """Test if it is archived, and not because the child has died."""
        return bool(self.archive_reason) and (
            self.archive_reason != ArchiveReason.DECEASED
        )


class Relationship(models.TextChoices):
    MOTHER = "mother", "Mum"
    FATHER = "father", "Dad"
    GUARDIAN = "guardian", "Guardian"
    OTHER = "other", "Other"
    UNKNOWN = "unknown", "Unknown"


class Contact(models.Model):
    """A parent or guardian of one child."""

    child = models.ForeignKey(Child, on_delete=models.PROTECT, related_name="contacts")
    name = models.CharField(max_length=300, blank=True)
    relationship = models.CharField(
        max_length=10, choices=Relationship.choices, default=Relationship.UNKNOWN
    )
    relationship_other = models.CharField(max_length=300, blank=True)
    phone = models.CharField(max_length=20, blank=True)  # E.164
    email = models.CharField(max_length=254, blank=True)  # lower case

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(relationship__in=Relationship.values),
                name="contact_relationship_is_known",
            ),
            models.CheckConstraint(
                condition=Q(relationship="other") | Q(relationship_other=""),
                name="contact_other_relationship_has_text_only_then",
            ),
            models.CheckConstraint(
                condition=~Q(name="", phone="", email=""),
                name="contact_is_not_empty",
            ),
        ]

    def __str__(self) -> str:
        return f"contact {self.pk}"


class ChildTrace(models.Model):
    """A PDS trace that was made about this child."""

    child = models.ForeignKey(Child, on_delete=models.PROTECT, related_name="traces")
    trace = models.OneToOneField(
        "pds.Trace", on_delete=models.PROTECT, related_name="child_trace"
    )

    def __str__(self) -> str:
        return f"child trace {self.pk}"


class ChildChange(models.Model):
    """That something was changed by which uploads are compared with a child.

    Triggers write it, whatever code made the change: of the record, its memberships,
    its contacts or its school moves. So a commit can tell which of its rows it has to
    work out again. Kept for a week, see imports.sql.changes.
    """

    child = models.ForeignKey(
        Child,
        on_delete=models.DO_NOTHING,
        # Written with every child: each would cost as much as the entry itself.
        db_constraint=False,
        db_index=False,
        related_name="+",
    )
    # The import whose commit changed the child, if one did.
    by_import = models.ForeignKey(
        "imports.CohortImport",
        on_delete=models.DO_NOTHING,
        null=True,
        db_constraint=False,
        db_index=False,
        related_name="+",
    )
    at = models.DateTimeField(db_default=Now())

    def __str__(self) -> str:
        return f"change {self.pk} of child {self.child_id}"
