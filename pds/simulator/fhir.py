"""What an answer looks like: Patients and Bundles in FHIR R4 (UK Core)."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from pds.simulator.people import Address, Death, Name, Person
from pds.simulator.search import Hit

NHS_NUMBER_SYSTEM = "https://fhir.nhs.uk/Id/nhs-number"
ODS_SYSTEM = "https://fhir.nhs.uk/Id/ods-organization-code"
CONFIDENTIALITY = "http://terminology.hl7.org/CodeSystem/v3-Confidentiality"
UK_CORE = "https://fhir.hl7.org.uk"
DEATH_NOTIFICATION = (
    f"{UK_CORE}/StructureDefinition/Extension-UKCore-DeathNotificationStatus"
)
REMOVAL = (
    "https://fhir.nhs.uk/StructureDefinition/Extension-PDS-RemovalFromRegistration"
)
REMOVAL_CODES = "https://fhir.nhs.uk/CodeSystem/PDS-RemovalReasonExitCode"
REASONS_FOR_LEAVING = {
    "DEA": "Death",
    "EMB": "Embarkation",
    "SCT": "Transferred to Scotland",
    "NIT": "Transferred to Northern Ireland",
    "TRA": "Temporary resident not returned",
    "ORR": "Other reason",
}
DEATH_NOTIFICATIONS = {
    "1": "Informal - death notice received via an update from a local NHS Organisation",
    "2": "Formal - death notice received from Registrar of Deaths",
    "U": "Removed",
}


def patient(person: Person, *, in_search: bool) -> dict[str, Any]:
    """Return a person's current data.

    A search does not carry former names and addresses. A restricted person's
    address, telephone, email and GP are gone from both.
    """
    resource: dict[str, Any] = {
        "resourceType": "Patient",
        "id": person.nhs_number,
        "identifier": [{"system": NHS_NUMBER_SYSTEM, "value": person.nhs_number}],
        "meta": {"versionId": str(person.version), "security": [_security(person)]},
    }
    if names := [
        _name(n, name)
        for n, name in enumerate(person.names)
        if not (in_search and name.use == "old")
    ]:
        resource["name"] = names
    if person.gender:
        resource["gender"] = person.gender
    if person.date_of_birth:
        resource["birthDate"] = person.date_of_birth
    extensions = []
    if person.death:
        if person.death.when:
            resource["deceasedDateTime"] = person.death.when
        extensions.append(_death_notification(person.death))
    if person.left_because and not in_search:
        extensions.append(_removal_from_registration(person.left_because))
    if extensions:
        resource["extension"] = extensions
    if not person.restricted:
        _add_whereabouts(resource, person, in_search=in_search)
    return resource


def searchset(hits: Sequence[Hit], *, base: str, at: datetime) -> dict[str, Any]:
    """Return a Bundle of what was found. One of nothing has no entry at all."""
    bundle: dict[str, Any] = {
        "resourceType": "Bundle",
        "type": "searchset",
        "timestamp": at.astimezone(UTC).isoformat(timespec="seconds"),
        "total": len(hits),
    }
    if hits:
        bundle["entry"] = [
            {
                "fullUrl": f"{base}/Patient/{hit.person.nhs_number}",
                "search": {"score": hit.score},
                "resource": patient(hit.person, in_search=True),
            }
            for hit in hits
        ]
    return bundle


def _security(person: Person) -> dict[str, str]:
    code, display = ("R", "restricted") if person.restricted else ("U", "unrestricted")
    return {"system": CONFIDENTIALITY, "code": code, "display": display}


def _name(n: int, name: Name) -> dict[str, Any]:
    resource: dict[str, Any] = {
        "id": f"name{n}",
        "use": name.use,
        "family": name.family,
    }
    if name.given:
        resource["given"] = list(name.given)
    if name.since:
        resource["period"] = {"start": name.since}
    return resource


def _add_whereabouts(
    resource: dict[str, Any], person: Person, *, in_search: bool
) -> None:
    addresses = [
        _address(n, address)
        for n, address in enumerate(person.addresses)
        if not (in_search and address.use == "old")
    ]
    telecoms = [
        {"id": system, "system": system, "value": value, "use": "home"}
        for system, value in (("phone", person.phone), ("email", person.email))
        if value
    ]
    if addresses:
        resource["address"] = addresses
    if telecoms:
        resource["telecom"] = telecoms
    if person.gp_ods_code:
        identifier = {"system": ODS_SYSTEM, "value": person.gp_ods_code}
        resource["generalPractitioner"] = [
            {"id": "gp", "type": "Organization", "identifier": identifier}
        ]


def _address(n: int, address: Address) -> dict[str, Any]:
    resource: dict[str, Any] = {"id": f"address{n}", "use": address.use}
    if address.lines:
        resource["line"] = list(address.lines)
    if address.postcode:
        resource["postalCode"] = address.postcode
    if address.since:
        resource["period"] = {"start": address.since}
    return resource


def _death_notification(death: Death) -> dict[str, Any]:
    coding = {
        "system": f"{UK_CORE}/CodeSystem/UKCore-DeathNotificationStatus",
        "version": "1.0.0",
        "code": death.notification,
        "display": DEATH_NOTIFICATIONS[death.notification],
    }
    parts: list[dict[str, Any]] = [
        {"url": "deathNotificationStatus", "valueCodeableConcept": {"coding": [coding]}}
    ]
    if death.when:
        parts.append({"url": "systemEffectiveDate", "valueDateTime": death.when})
    return {"url": DEATH_NOTIFICATION, "extension": parts}


def _removal_from_registration(code: str) -> dict[str, Any]:
    coding = {
        "system": REMOVAL_CODES,
        "code": code,
        "display": REASONS_FOR_LEAVING[code],
    }
    part = {
        "url": "removalFromRegistrationCode",
        "valueCodeableConcept": {"coding": [coding]},
    }
    return {"url": REMOVAL, "extension": [part]}
