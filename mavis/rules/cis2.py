"""What NHS CIS2 says of a person, and what they may be in Mavis because of it.

A person can have many roles in many organisations. They select one when they sign in,
and that one alone counts.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

NURSE_ROLES = frozenset({"R8001", "R8003"})
ADMIN_ROLES = frozenset({"R8006", "R8008"})
SUPERUSER_ACTIVITIES = frozenset({"B0062", "B1611"})


@dataclass(frozen=True, slots=True)
class SelectedRole:
    """The role that somebody selected.

    - `job`: the last part of the role code: "R8001" of "S8000:G8000:R8001"
    - `workgroups`: their names, each that of a team (Team.workgroup)
    - `organisation`: the ODS code of the organisation that gave them the role
    """

    job: str
    activities: frozenset[str]
    workgroups: frozenset[str]
    organisation: str


def selected_role(claims: Mapping[str, object]) -> SelectedRole | None:
    """Return the role that somebody selected, or None if there is none that we know.

    :param claims: of the userinfo endpoint, of whatever types it sent
    """
    selected = claims.get("selected_roleid")
    roles = claims.get("nhsid_nrbac_roles")
    if not isinstance(selected, str) or not selected or not isinstance(roles, list):
        return None
    for role in roles:
        if isinstance(role, dict) and role.get("person_roleid") == selected:
            return SelectedRole(
                job=_text(role.get("role_code")).rpartition(":")[2],
                activities=_texts(role.get("activity_codes")),
                workgroups=_texts(role.get("workgroups")),
                organisation=_text(role.get("org_code")),
            )
    return None


def role_in_mavis(selected: SelectedRole) -> str | None:
    """Return what the role makes somebody in their teams, or None for nothing.

    An activity that makes a superuser does so whatever the job is.
    """
    if selected.activities & SUPERUSER_ACTIVITIES:
        return "superuser"
    if selected.job in NURSE_ROLES:
        return "nurse"
    if selected.job in ADMIN_ROLES:
        return "admin"
    return None


def level_of(acr: object) -> int:
    """Return the lowest authentication level that an acr stands for; 0 for none.

    >>> level_of("AAL3_ANY"), level_of("AAL2_OR_AAL3_ANY"), level_of("AAL")
    (3, 2, 0)
    """
    levels = re.findall(r"AAL([123])(?![0-9])", acr) if isinstance(acr, str) else []
    return min((int(level) for level in levels), default=0)


def is_strong_enough(acr: object, *, asked_for: str) -> bool:
    """Test if somebody proved who they are at least as well as we asked for."""
    return level_of(acr) >= max(level_of(asked_for), 1)


def _text(value: object) -> str:
    return value.strip() if isinstance(value, str) else ""


def _texts(value: object) -> frozenset[str]:
    if not isinstance(value, Sequence) or isinstance(value, str):
        return frozenset()
    return frozenset(text for each in value if (text := _text(each)))
