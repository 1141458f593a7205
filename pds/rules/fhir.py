"""What an HTTP answer of PDS means.

PDS is decided by body, not by content type, and says more than we know: fields and
codes may be added without notice. What we do not know inside a record is ignored;
an answer that we do not know as a whole is a fault, never "no match".
"""

import json
import re
from collections.abc import Iterator
from datetime import date
from typing import Any

from pds.rules.answers import (
    Answer,
    Fault,
    Nobody,
    OnePerson,
    Person,
    PersonName,
    RefusesUs,
    Rejected,
    Reply,
)

# Marks on a record that must not show where its person lives.
_RESTRICTED = frozenset({"R", "V", "REDACTED"})
_DEATH_NOTIFIED = frozenset({"1", "2"})  # informal, formal
_DEATH_REMOVED = "U"
# Not the fault of what was asked about: our request, or an application that has not
# been given all its rights (no ASID).
_ABOUT_US = frozenset(
    {
        "ADDITIONAL_PROPERTIES",
        "MISSING_VALUE",
        "UNSUPPORTED_REQUEST",
        "UNSUPPORTED_SERVICE",
    }
)


def read_reply(status: int, body: bytes) -> Reply:
    """Return what PDS said to `GET /Patient/{nhs_number}`."""
    resource = _resource(body)
    if status == 200 and resource.get("resourceType") == "Patient":
        person = _person(resource)
        return OnePerson(person) if person else Fault("broken_record")
    if status == 404:
        codes = set(_error_codes(resource))
        if "INVALIDATED_RESOURCE" in codes:
            return Nobody.VOID
        if "RESOURCE_NOT_FOUND" in codes:
            return Nobody.NOT_HELD
    return _failure(status, resource)


def search_reply(status: int, body: bytes) -> Reply:
    """Return what PDS said to `GET /Patient?…`, one of four shapes if all is well."""
    resource = _resource(body)
    if status == 200:
        return _search_answer(resource) or Fault("unknown_answer")
    return _failure(status, resource)


def _search_answer(resource: dict[str, Any]) -> Answer | None:
    if isinstance(resource.get("total"), bool):
        return None  # which Python takes for a number
    match resource:
        case {"resourceType": "Bundle", "total": int(total)} if total > 1:
            return Nobody.TOO_MANY
        case {"resourceType": "Bundle", "total": 1, "entry": [{"resource": dict(one)}]}:
            person = _person(one) if one.get("resourceType") == "Patient" else None
            return OnePerson(person) if person else None
        case {"resourceType": "Bundle", "type": "searchset", "total": 0}:
            # A total of 0 with people in it is no answer.
            return None if resource.get("entry") else Nobody.NO_MATCHES
        case {"resourceType": "OperationOutcome"}:
            too_many = "TOO_MANY_MATCHES" in _error_codes(resource) or any(
                issue.get("code") == "multiple-matches"
                for issue in _dicts(resource.get("issue"))
            )
            return Nobody.TOO_MANY if too_many else None
    return None


def _failure(status: int, resource: dict[str, Any]) -> Reply:
    if status in {401, 403}:
        return RefusesUs(status)
    if status == 400:
        code = next(_error_codes(resource), "unknown")
        return RefusesUs(status) if code in _ABOUT_US else Rejected(code)
    return Fault("unknown_answer" if status == 200 else f"http_{status}")


def _resource(body: bytes) -> dict[str, Any]:
    try:
        resource = json.loads(body)
    # Nesting without end exhausts the stack, not the grammar.
    except (ValueError, RecursionError):
        return {}
    return resource if isinstance(resource, dict) else {}


def _error_codes(outcome: dict[str, Any]) -> Iterator[str]:
    for issue in _dicts(outcome.get("issue")):
        details = issue.get("details")
        codings = details.get("coding") if isinstance(details, dict) else None
        for coding in _dicts(codings):
            if isinstance(code := coding.get("code"), str):
                yield code


def _person(patient: dict[str, Any]) -> Person | None:
    """Return the person of a Patient, or None if it does not say whom it is about."""
    number = patient.get("id")
    if not isinstance(number, str) or not re.fullmatch(r"[0-9]{10}", number):
        return None
    is_deceased, date_of_death = _death(patient)
    return Person(
        nhs_number=number,
        names=tuple(
            PersonName(given=tuple(_texts(name.get("given"))), family=family)
            for name in _dicts(patient.get("name"))
            for family in [_text(name.get("family"))]
        ),
        date_of_birth=_whole_date(patient.get("birthDate")),
        postcodes=tuple(
            postcode
            for address in _dicts(patient.get("address"))
            if (postcode := _text(address.get("postalCode")))
        ),
        gender=_text(patient.get("gender")),
        is_restricted=_is_restricted(patient),
        is_deceased=is_deceased,
        date_of_death=date_of_death,
    )


def _is_restricted(patient: dict[str, Any]) -> bool:
    meta = patient.get("meta")
    labels = meta.get("security") if isinstance(meta, dict) else None
    return any(_text(label.get("code")) in _RESTRICTED for label in _dicts(labels))


def _death(patient: dict[str, Any]) -> tuple[bool, date | None]:
    """Return whether PDS says that the person has died, and when."""
    statuses = {
        _text(coding.get("code"))
        for extension in _dicts(patient.get("extension"))
        if _text(extension.get("url")).endswith("DeathNotificationStatus")
        for part in _dicts(extension.get("extension"))
        if isinstance(concept := part.get("valueCodeableConcept"), dict)
        for coding in _dicts(concept.get("coding"))
    }
    when = patient.get("deceasedDateTime")
    if _DEATH_REMOVED in statuses:
        return False, None
    has_died = (
        bool(statuses & _DEATH_NOTIFIED)
        or bool(_text(when))
        or patient.get("deceasedBoolean") is True
    )
    return has_died, _whole_date(when) if has_died else None


def _whole_date(value: object) -> date | None:
    """Return the day of a FHIR date or date-time; None for a year, a month, rubbish."""
    found = re.match(r"([0-9]{4}-[0-9]{2}-[0-9]{2})(T|$)", _text(value))
    try:
        return date.fromisoformat(found[1]) if found else None
    except ValueError:
        return None


def _text(value: object) -> str:
    return value.strip() if isinstance(value, str) else ""


def _texts(value: object) -> list[str]:
    values = value if isinstance(value, list) else [value]
    return [text for item in values if (text := _text(item))]


def _dicts(value: object) -> list[dict[str, Any]]:
    values = value if isinstance(value, list) else []
    return [item for item in values if isinstance(item, dict)]
