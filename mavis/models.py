"""Teams, the people in them, schools, and the trail that everything leaves."""

from typing import ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower


class Team(models.Model):
    """A school-age immunisation (SAIS) team. Everything in Mavis belongs to one."""

    name = models.CharField(max_length=200)
    ods_code = models.CharField(max_length=10)
    # The name by which NHS CIS2 and the command line know the team.
    workgroup = models.CharField(max_length=50, unique=True)
    vaccinates_nursery = models.BooleanField(default=False)
    # Whoever uploads a file cannot also approve it.
    needs_second_approver = models.BooleanField(default=False)

    def __str__(self) -> str:
        return f"team {self.pk}"


class UserManager(BaseUserManager["User"]):
    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(email__iexact=username)


class User(AbstractBaseUser):
    """A person who signs in: by email address and password, or by NHS CIS2."""

    # Of someone who signs in by NHS CIS2 it is only for information, and may be unknown.
    email = models.EmailField(max_length=254, unique=True, null=True)
    name = models.CharField(max_length=200)
    is_active = models.BooleanField(default=True)
    # Who NHS CIS2 says this is: these two together, and nothing else, say it.
    issuer = models.CharField(max_length=200, blank=True, default="")
    subject = models.CharField(max_length=255, blank=True, default="")
    # Counted up when they sign out, which ends their sessions on every device.
    session_generation = models.PositiveIntegerField(default=0)
    teams = models.ManyToManyField(Team, through="TeamMembership", related_name="users")

    objects: ClassVar[UserManager] = UserManager()

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name"]

    class Meta:
        constraints = [
            models.UniqueConstraint(
                Lower("email"), name="user_email_is_unique_in_any_case"
            ),
            models.UniqueConstraint(
                fields=["issuer", "subject"],
                condition=~Q(subject=""),
                name="user_is_one_person_of_an_issuer",
            ),
            models.CheckConstraint(
                condition=Q(issuer="", subject="", email__isnull=False)
                | (~Q(issuer="") & ~Q(subject="")),
                name="user_can_be_identified",
            ),
        ]

    def __str__(self) -> str:
        return f"user {self.pk}"

    def _get_session_auth_hash(self, secret: str | None = None) -> str:
        """Return what a session must have been begun with to be theirs still.

        It changes with the password, and whenever they sign out.
        """
        password: str = super()._get_session_auth_hash(secret=secret)  # type: ignore[misc]
        return f"{password}.{self.session_generation}"


class Role(models.TextChoices):
    NURSE = "nurse", "Nurse"
    ADMIN = "admin", "Admin"
    SUPERUSER = "superuser", "Superuser"


class TeamMembership(models.Model):
    """What a user is in one team."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="memberships")
    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="memberships")
    role = models.CharField(max_length=10, choices=Role.choices)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["user", "team"], name="user_is_in_a_team_once"
            ),
            models.CheckConstraint(
                condition=Q(role__in=Role.values), name="team_membership_role_is_known"
            ),
        ]

    def __str__(self) -> str:
        return f"team membership {self.pk}"


class School(models.Model):
    """A school of the national register (GIAS)."""

    urn = models.CharField(max_length=6, unique=True)
    name = models.CharField(max_length=200)
    # Names as GIAS gives them, for example "Secondary" and "Community special school".
    phase = models.CharField(max_length=100, blank=True)
    type = models.CharField(max_length=100, blank=True)
    closed = models.BooleanField(default=False)
    low_age = models.PositiveSmallIntegerField(null=True)
    high_age = models.PositiveSmallIntegerField(null=True)
    street = models.CharField(max_length=200, blank=True)
    town = models.CharField(max_length=100, blank=True)
    postcode = models.CharField(max_length=8, blank=True)
    team = models.ForeignKey(
        Team, on_delete=models.PROTECT, null=True, related_name="schools"
    )

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(urn__regex=r"^[0-9]{6}$"), name="school_urn_is_six_digits"
            ),
        ]

    def __str__(self) -> str:
        return f"school {self.urn}"

    @property
    def is_special(self) -> bool:
        """Test if GIAS calls this a special (SEN) school (spec section 2)."""
        return "special" in self.type.lower()


class EventKind(models.TextChoices):
    """What the activity log can tell. The label is the heading of the entry."""

    IMPORTED = "imported", "Imported"
    UPDATED_BY_IMPORT = "updated_by_import", "Updated by an import"
    NHS_NUMBER_ADDED = "nhs_number_added", "NHS number added"
    NHS_NUMBER_REPLACED = "nhs_number_replaced", "NHS number updated from PDS"
    # Another child has it now, for whom PDS confirmed it.
    NHS_NUMBER_REMOVED = "nhs_number_removed", "NHS number removed"
    NHS_NUMBER_CONFIRMED = "nhs_number_confirmed", "NHS number confirmed by PDS"
    NHS_NUMBER_NOT_FOUND = "nhs_number_not_found", "NHS number not found in PDS"
    NHS_NUMBER_INVALIDATED = "nhs_number_invalidated", "NHS number invalidated by PDS"
    # PDS gave the number of another record: a person has to say what they are.
    NHS_NUMBER_SHARED = "nhs_number_shared", "PDS gave another record’s NHS number"
    # PDS has one number for two records; a person said that they are two children.
    KEPT_APART = "kept_apart", "Records kept apart"
    SCHOOL_CHANGED = "school_changed", "School changed"
    MOVE_PROPOSED = "move_proposed", "School move proposed"
    MOVE_CONFIRMED = "move_confirmed", "School move confirmed"
    MOVE_IGNORED = "move_ignored", "School move ignored"
    CLOSE_MATCH_RAISED = "close_match_raised", "Close match found"
    CLOSE_MATCH_RESOLVED = "close_match_resolved", "Close match resolved"
    EDITED = "edited", "Record edited"
    ARCHIVED = "archived", "Record archived"
    RESTORED = "restored", "Record restored"
    MERGED = "merged", "Records merged"
    RESTRICTED = "restricted", "Marked as restricted"
    NOTICE_DISMISSED = "notice_dismissed", "Notice dismissed"
    UPLOADED = "uploaded", "File uploaded"
    UPLOAD_APPROVED = "upload_approved", "Upload approved"
    UPLOAD_CANCELLED = "upload_cancelled", "Upload cancelled"
    CHANGES_IGNORED = "changes_ignored", "Changed records not imported"
    ARCHIVED_CHOSEN = "archived_chosen", "Archived children chosen about"
    AUDIT_LOG_OPENED = "audit_log_opened", "Audit log opened"
    AUDIT_LOG_DOWNLOADED = "audit_log_downloaded", "Audit log downloaded"
    HELD_ROW_NOT_IMPORTED = "held_row_not_imported", "Held record not imported"
    DETAILS_ERASED = "details_erased", "Uploaded details erased"
    LOGGED_IN = "logged_in", "Logged in"
    LOGGED_OUT = "logged_out", "Logged out"
    LOG_IN_FAILED = "log_in_failed", "Log in failed"
    LOG_IN_LOCKED = "log_in_locked", "Log in locked after too many failures"
    TEAM_SELECTED = "team_selected", "Team selected"
    USER_CREATED = "user_created", "User created"
    USER_CHANGED = "user_changed", "User changed"
    TEAM_CREATED = "team_created", "Team created"
    SCHOOLS_LOADED = "schools_loaded", "Schools loaded"
    KEYS_ROTATED = "keys_rotated", "Encrypted with the newest key"


# What can happen without a team: to whoever is not known, or works in none.
WITHOUT_A_TEAM = (
    EventKind.LOGGED_IN, EventKind.LOGGED_OUT, EventKind.LOG_IN_FAILED,
    EventKind.LOG_IN_LOCKED, EventKind.USER_CREATED, EventKind.USER_CHANGED,
    EventKind.SCHOOLS_LOADED, EventKind.KEYS_ROTATED,
)  # fmt: skip


class ActivityEvent(models.Model):
    """One thing that happened, and who did it.

    Rows are added and never changed: PostgreSQL refuses anything else.
    """

    kind = models.CharField(max_length=30, choices=EventKind.choices)
    at = models.DateTimeField()
    # Nobody, when Mavis did it by itself, or when it is not known who did.
    by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    team = models.ForeignKey(
        Team, on_delete=models.PROTECT, null=True, related_name="+"
    )
    # To whose account it happened, if somebody else did it. Few events have one: they
    # have an index below.
    user = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    child = models.ForeignKey(
        "children.Child", on_delete=models.PROTECT, null=True, related_name="events"
    )
    cohort_import = models.ForeignKey(
        "imports.CohortImport",
        on_delete=models.PROTECT,
        null=True,
        related_name="events",
    )
    row_number = models.PositiveIntegerField(null=True)
    # {field: [before, after]}: kept and shown, never asked about.
    changes = models.JSONField(default=dict)

    class Meta:
        indexes = [
            models.Index(fields=["child", "-at"], name="event_by_child"),
            # The audit log of a team, newest first, by whatever it is narrowed.
            models.Index(fields=["team", "-at", "-id"], name="event_by_team"),
            models.Index(
                fields=["team", "kind", "-at", "-id"], name="event_by_team_and_kind"
            ),
            models.Index(
                fields=["team", "by", "-at", "-id"], name="event_by_team_and_person"
            ),
            models.Index(
                fields=["team", "user", "-at", "-id"],
                name="event_by_team_and_account",
                condition=Q(user__isnull=False),
            ),
            models.Index(
                fields=["-at", "-id"],
                name="event_of_nobody",
                condition=Q(team__isnull=True, by__isnull=True, user__isnull=True),
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=EventKind.values), name="event_kind_is_known"
            ),
            models.CheckConstraint(
                condition=Q(team__isnull=False) | Q(kind__in=WITHOUT_A_TEAM),
                name="event_has_a_team_if_it_can",
            ),
        ]

    def __str__(self) -> str:
        return f"event {self.pk}"


class AccessEvent(models.Model):
    """Who opened which child's record, and when.

    Rows are added and never changed: PostgreSQL refuses anything else.
    """

    at = models.DateTimeField()
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="+")
    child = models.ForeignKey(
        "children.Child", on_delete=models.PROTECT, related_name="accesses"
    )

    class Meta:
        indexes = [
            models.Index(fields=["team", "-at", "-id"], name="access_by_team"),
            models.Index(
                fields=["team", "by", "-at", "-id"], name="access_by_team_and_person"
            ),
            models.Index(fields=["child", "-at"], name="access_by_child"),
        ]

    def __str__(self) -> str:
        return f"access {self.pk}"


class AttemptKind(models.TextChoices):
    """What may be done only so often. Failures are of passwords."""

    FAILURE_FOR_ACCOUNT = "failure_for_account"
    FAILURE_FROM_ADDRESS = "failure_from_address"
    SIGN_IN_FROM_ADDRESS = "sign_in_from_address"
    UPLOAD_BY_USER = "upload_by_user"
    UPLOAD_BY_TEAM = "upload_by_team"


class Attempt(models.Model):
    """One time that somebody did what may be done only so often.

    Who did it is kept as a hash: it may be an email address that somebody only tried.
    """

    what = models.CharField(max_length=30, choices=AttemptKind.choices)
    who = models.CharField(max_length=64)
    at = models.DateTimeField()

    class Meta:
        indexes = [
            models.Index(fields=["what", "who", "at"], name="attempt_by_who"),
            models.Index(fields=["at"], name="attempt_by_age"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(what__in=AttemptKind.values), name="attempt_what_is_known"
            ),
        ]

    def __str__(self) -> str:
        return f"attempt {self.pk}"
