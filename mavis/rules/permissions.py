"""Who may do what, and while it stands how: the one table of it (spec section 1).

What a person acts on must also be their own team's: that is for the queries to see to.
And where a team wants a second person, whoever uploaded a file cannot approve it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class Action(StrEnum):
    SEE_DASHBOARD = "see_dashboard"
    SEE_CHILDREN = "see_children"
    EDIT_CHILD = "edit_child"
    CHANGE_SCHOOL = "change_school"
    ARCHIVE_CHILD = "archive_child"
    RESTORE_CHILD = "restore_child"
    MERGE_CHILDREN = "merge_children"
    UPLOAD = "upload"
    SEE_UPLOADS = "see_uploads"
    APPROVE = "approve"
    CANCEL = "cancel"
    APPROVE_CHANGED = "approve_changed"
    IGNORE_CHANGED = "ignore_changed"
    CHOOSE_ARCHIVED = "choose_archived"
    RESOLVE_CLOSE_MATCH = "resolve_close_match"
    RESOLVE_SHARED_NUMBER = "resolve_shared_number"
    SEE_MOVES = "see_moves"
    DECIDE_MOVE = "decide_move"
    DOWNLOAD_MOVES = "download_moves"
    DISMISS_NOTICE = "dismiss_notice"
    SEE_PDS_STATUS = "see_pds_status"
    SEE_AUDIT_LOG = "see_audit_log"


@dataclass(frozen=True, slots=True)
class Line:
    """Roles of whoever may, and statuses in which it can be done; empty: in any."""

    roles: frozenset[str]
    statuses: frozenset[str] = frozenset()


_EVERYBODY = frozenset({"nurse", "admin", "superuser"})
_SUPERUSER = frozenset({"superuser"})
_PROCESSING = frozenset({"uploaded", "tracing", "matching"})

MAY: Mapping[Action, Line] = {
    Action.SEE_DASHBOARD: Line(_EVERYBODY),
    Action.SEE_CHILDREN: Line(_EVERYBODY),
    Action.EDIT_CHILD: Line(_EVERYBODY),
    Action.CHANGE_SCHOOL: Line(_EVERYBODY),
    Action.ARCHIVE_CHILD: Line(_EVERYBODY),
    Action.RESTORE_CHILD: Line(_EVERYBODY),
    Action.MERGE_CHILDREN: Line(_EVERYBODY),
    Action.UPLOAD: Line(_EVERYBODY),
    Action.SEE_UPLOADS: Line(_EVERYBODY),
    Action.APPROVE: Line(_EVERYBODY, frozenset({"in_review"})),
    Action.CANCEL: Line(_EVERYBODY, _PROCESSING | {"in_review"}),
    Action.APPROVE_CHANGED: Line(_EVERYBODY, frozenset({"in_further_review"})),
    Action.IGNORE_CHANGED: Line(_EVERYBODY, frozenset({"in_further_review"})),
    Action.CHOOSE_ARCHIVED: Line(
        _EVERYBODY, frozenset({"in_review", "in_further_review"})
    ),
    Action.RESOLVE_CLOSE_MATCH: Line(_EVERYBODY),
    Action.RESOLVE_SHARED_NUMBER: Line(_EVERYBODY),
    Action.SEE_MOVES: Line(_EVERYBODY),
    # Only of the receiving team: nobody else finds the move.
    Action.DECIDE_MOVE: Line(_EVERYBODY, frozenset({"open"})),
    Action.DOWNLOAD_MOVES: Line(_EVERYBODY),
    Action.DISMISS_NOTICE: Line(_SUPERUSER),
    Action.SEE_PDS_STATUS: Line(_SUPERUSER),
    Action.SEE_AUDIT_LOG: Line(_SUPERUSER),
}

# What is done at each address of a team: by looking, and by sending something.
# An address that has no line is closed to everybody.
ADDRESSES: Mapping[str, Mapping[str, Action]] = {
    "dashboard": {"GET": Action.SEE_DASHBOARD},
    "audit_log:show": {"GET": Action.SEE_AUDIT_LOG, "POST": Action.SEE_AUDIT_LOG},
    "audit_log:download": {"GET": Action.SEE_AUDIT_LOG},
    "children:search": {"GET": Action.SEE_CHILDREN, "POST": Action.SEE_CHILDREN},
    "children:show": {"GET": Action.SEE_CHILDREN},
    "children:activity": {"GET": Action.SEE_CHILDREN},
    "children:pds_history": {"GET": Action.SEE_CHILDREN},
    "children:edit": {"GET": Action.EDIT_CHILD},
    "children:edit_part": {"GET": Action.EDIT_CHILD, "POST": Action.EDIT_CHILD},
    "children:add_contact": {"GET": Action.EDIT_CHILD, "POST": Action.EDIT_CHILD},
    "children:edit_contact": {"GET": Action.EDIT_CHILD, "POST": Action.EDIT_CHILD},
    "children:remove_contact": {"GET": Action.EDIT_CHILD, "POST": Action.EDIT_CHILD},
    "placing:school": {"GET": Action.CHANGE_SCHOOL, "POST": Action.CHANGE_SCHOOL},
    "placing:archive": {"GET": Action.ARCHIVE_CHILD, "POST": Action.ARCHIVE_CHILD},
    "placing:restore": {"POST": Action.RESTORE_CHILD},
    "merging:merge": {"GET": Action.MERGE_CHILDREN, "POST": Action.MERGE_CHILDREN},
    "imports:list": {"GET": Action.SEE_UPLOADS},
    "imports:completed": {"GET": Action.SEE_UPLOADS},
    "imports:issues": {"GET": Action.SEE_UPLOADS},
    "imports:show": {"GET": Action.SEE_UPLOADS},
    "imports:progress": {"GET": Action.SEE_UPLOADS},
    "imports:section": {"GET": Action.SEE_UPLOADS, "POST": Action.SEE_UPLOADS},
    "imports:rows_to_mend": {"GET": Action.SEE_UPLOADS},
    "imports:unmatched_rows": {"GET": Action.SEE_UPLOADS},
    "imports:template": {"GET": Action.UPLOAD},
    "imports:upload": {"GET": Action.UPLOAD, "POST": Action.UPLOAD},
    "imports:upload_children": {"GET": Action.UPLOAD, "POST": Action.UPLOAD},
    "imports:upload_again": {"POST": Action.UPLOAD},
    "imports:approve": {"POST": Action.APPROVE},
    "imports:cancel": {"POST": Action.CANCEL},
    "imports:approve_changed": {"POST": Action.APPROVE_CHANGED},
    "imports:ignore_changed": {"POST": Action.IGNORE_CHANGED},
    "imports:choose_archived": {"POST": Action.CHOOSE_ARCHIVED},
    "imports:resolve": {
        "GET": Action.RESOLVE_CLOSE_MATCH,
        "POST": Action.RESOLVE_CLOSE_MATCH,
    },
    "imports:resolve_shared_number": {
        "GET": Action.RESOLVE_SHARED_NUMBER,
        "POST": Action.RESOLVE_SHARED_NUMBER,
    },
    "imports:pds_status": {"GET": Action.SEE_PDS_STATUS, "POST": Action.SEE_PDS_STATUS},
    "schoolmoves:list": {"GET": Action.SEE_MOVES},
    "schoolmoves:download": {
        "GET": Action.DOWNLOAD_MOVES,
        "POST": Action.DOWNLOAD_MOVES,
    },
    "schoolmoves:dismiss_notice": {"POST": Action.DISMISS_NOTICE},
    "school_move:show": {"GET": Action.SEE_MOVES, "POST": Action.DECIDE_MOVE},
}

# Asked by what runs and watches Mavis, which nobody signs in to. They tell nothing of a
# team; the figures are told only to whoever sends the token of the settings.
FOR_WHAT_WATCHES = frozenset({"health_live", "health_ready", "metrics"})


def may(role: str, action: Action) -> bool:
    """Test if someone with this role in a team may do this there."""
    return role in MAY[action].roles


def can_be_done(action: Action, status: str) -> bool:
    """Test if this can be done to what has this status."""
    statuses = MAY[action].statuses
    return not statuses or status in statuses


def may_ask(role: str, address: str, method: str) -> bool:
    """Test if someone with this role may ask this of an address, by its name."""
    action = ADDRESSES.get(address, {}).get("GET" if method == "HEAD" else method)
    return action is not None and may(role, action)
