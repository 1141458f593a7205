"""People as FHIR Patients, one a line: the other kind of file they can be read from.

What a Patient of PDS has is read as PDS writes it. Two states of a record no answer
shows, so they are said in FHIR's own way: `link` to the Patient it is `replaced-by`
for one that is superseded, `active` false for one that is invalidated.
"""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from pds.simulator import fhir
from pds.simulator.people import (
    GENDERS,
    Address,
    BadPeople,
    Death,
    Name,
    Person,
    check_is_test_number,
)

SUFFIXES = frozenset({".jsonl", ".ndjson"})


def read_patients(file: Path) -> list[Person]:
    """Read a FHIR Patient from each line of a file.

    :raises BadPeople: a line cannot be read
    """
    people = []
    with file.open(encoding="utf-8-sig") as lines:
        for line_number, line in enumerate(lines, start=1):
            if not line.strip():
                continue
            try:
                people.append(person_of(json.loads(line)))
            except (BadPeople, json.JSONDecodeError) as bad:
                raise BadPeople(f"{file}, line {line_number}: {bad}") from bad
    return people


def person_of(patient: Mapping[str, Any]) -> Person:
    """Return the person a FHIR Patient describes.

    :raises BadPeople: it is no Patient, or a value in it cannot be used
    """
    try:
        return _person(patient)
    except (AttributeError, IndexError, KeyError, TypeError, ValueError) as error:
        raise BadPeople("This cannot be read as a FHIR Patient.") from error


def _person(patient: Mapping[str, Any]) -> Person:
    if patient["resourceType"] != "Patient":
        raise BadPeople("This is not a FHIR Patient.")
    number = str(patient["id"])
    check_is_test_number(number, "id")
    gender = str(patient.get("gender", ""))
    if gender and gender not in GENDERS:
        raise BadPeople("gender is not male, female, other or unknown.")
    meta = patient.get("meta", {})
    telecoms = {each["system"]: each["value"] for each in patient.get("telecom", ())}
    return Person(
        nhs_number=number,
        names=tuple(_name(name) for name in patient.get("name", ())),
        date_of_birth=str(patient.get("birthDate", "")),
        gender=gender,
        addresses=tuple(_address(each) for each in patient.get("address", ())),
        gp_ods_code=_practice(patient.get("generalPractitioner", ())),
        phone=telecoms.get("phone", ""),
        email=telecoms.get("email", ""),
        restricted=any(label["code"] == "R" for label in meta.get("security", ())),
        death=_death(patient),
        superseded_by=_successor(patient.get("link", ())),
        invalidated=patient.get("active") is False,
        left_because=_code(patient, fhir.REMOVAL, "removalFromRegistrationCode"),
        version=int(meta.get("versionId", 1)),
    )


def _name(name: Mapping[str, Any]) -> Name:
    return Name(
        str(name.get("family", "")),
        tuple(str(given) for given in name.get("given", ())),
        use=name.get("use", "usual"),
        since=name.get("period", {}).get("start", ""),
    )


def _address(address: Mapping[str, Any]) -> Address:
    return Address(
        str(address.get("postalCode", "")),
        tuple(str(line) for line in address.get("line", ())),
        use=address.get("use", "home"),
        since=address.get("period", {}).get("start", ""),
    )


def _practice(practices: Sequence[Mapping[str, Any]]) -> str:
    return str(practices[0]["identifier"]["value"]) if practices else ""


def _death(patient: Mapping[str, Any]) -> Death | None:
    notification = _code(patient, fhir.DEATH_NOTIFICATION, "deathNotificationStatus")
    when = str(patient.get("deceasedDateTime", ""))
    if notification and notification not in fhir.DEATH_NOTIFICATIONS:
        raise BadPeople("The status of the death notification is not 1, 2 or U.")
    if not (when or notification):
        return None
    return Death(when, notification) if notification else Death(when)


def _successor(links: Sequence[Mapping[str, Any]]) -> str:
    for link in links:
        if link["type"] == "replaced-by":
            return str(link["other"]["reference"]).removeprefix("Patient/")
    return ""


def _code(patient: Mapping[str, Any], extension: str, part: str) -> str:
    """Return the code in a part of an extension, blank if there is none."""
    for each in patient.get("extension", ()):
        if each["url"] == extension:
            for inner in each["extension"]:
                if inner["url"] == part:
                    return str(inner["valueCodeableConcept"]["coding"][0]["code"])
    return ""
