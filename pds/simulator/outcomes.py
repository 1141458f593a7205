"""What PDS says instead of an answer: OperationOutcomes, by their Spine code."""

from dataclasses import dataclass
from typing import Any

SYSTEM = "https://fhir.nhs.uk/R4/CodeSystem/Spine-ErrorOrWarningCode"


@dataclass(frozen=True, slots=True)
class Kind:
    status: int
    issue_code: str
    display: str
    severity: str = "error"


KINDS = {
    "INVALID_RESOURCE_ID": Kind(400, "value", "Resource Id is invalid"),
    "UNSUPPORTED_SERVICE": Kind(400, "processing", "Unsupported Service"),
    "UNSUPPORTED_REQUEST": Kind(400, "not-supported", "Unsupported request"),
    "ADDITIONAL_PROPERTIES": Kind(400, "invalid", "Additional properties are not allowed"),
    "MISSING_VALUE": Kind(400, "required", "Required value is missing"),
    "INVALID_VALUE": Kind(400, "value", "Provided value is invalid"),
    "INVALID_SEARCH_DATA": Kind(400, "value", "Search data is invalid"),
    "ACCESS_DENIED": Kind(401, "forbidden", "Access Denied - Unauthorised"),
    "INVALID_METHOD": Kind(403, "forbidden", "Cannot create resource with application-restricted access token"),
    "RESOURCE_NOT_FOUND": Kind(404, "not-found", "Resource not found", "information"),
    "INVALIDATED_RESOURCE": Kind(404, "processing", "Resource that has been marked as invalid was requested - invalid resources cannot be retrieved"),
    "UNABLE_TO_CALL_SERVICE": Kind(408, "timeout", "Unable to call service"),
    "TOO_MANY_REQUESTS": Kind(429, "value", "Too many requests"),
    "UNKNOWN_ERROR": Kind(500, "exception", "Unknown Error"),
    "TOO_MANY_MATCHES": Kind(200, "multiple-matches", "Too Many Matches", "information"),
}  # fmt: skip


class Refused(Exception):
    """PDS answers with an OperationOutcome and nothing else."""

    def __init__(
        self,
        code: str,
        diagnostics: str = "",
        *,
        by_proxy: bool = False,
        status: int | None = None,
        display: str | None = None,
        issue_code: str | None = None,
    ) -> None:
        kind = KINDS[code]
        super().__init__(code)
        self.code = code
        self.status = status or kind.status
        # The proxy in front of PDS answers as application/json, PDS itself as
        # application/fhir+json.
        self.by_proxy = by_proxy
        self.body = operation_outcome(
            code,
            diagnostics,
            display=display or kind.display,
            issue_code=issue_code or kind.issue_code,
            severity=kind.severity,
        )


def operation_outcome(
    code: str, diagnostics: str, *, display: str, issue_code: str, severity: str
) -> dict[str, Any]:
    """Return an OperationOutcome with one issue."""
    coding = {"system": SYSTEM, "version": "1", "code": code, "display": display}
    issue: dict[str, Any] = {
        "severity": severity,
        "code": issue_code,
        "details": {"coding": [coding]},
    }
    if diagnostics:
        issue["diagnostics"] = diagnostics
    return {"resourceType": "OperationOutcome", "issue": [issue]}


def invalid_value(value: str, field: str, *, by_proxy: bool = False) -> Refused:
    return Refused(
        "INVALID_VALUE",
        f"Invalid value - '{value}' in field '{field}'",
        by_proxy=by_proxy,
    )


def missing_value(field: str) -> Refused:
    return Refused("MISSING_VALUE", f"Missing value - '{field}'")


def invalid_search(what: str) -> Refused:
    return Refused("INVALID_SEARCH_DATA", f"Invalid search data provided - '{what}'")
