"""The person we ask PDS about, as the file describes them."""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Sought:
    """A child whose NHS number is looked for.

    - `nhs_number`: as the file gives it, ten digits; None if it gives none.
    - `may_be_twin`: the file or Mavis holds another child with that date of birth,
      last name and postcode.
    - `twins`: the folded first names of such children of the same file (for a child
      in Mavis, of those in Mavis), who are certainly not this one.
    - `gender`: male or female; anything else says nothing.
    """

    first_name: str
    last_name: str
    date_of_birth: date
    postcode: str
    nhs_number: str | None = None
    may_be_twin: bool = False
    twins: frozenset[str] = frozenset()
    gender: str = ""

    @property
    def has_pseudo_postcode(self) -> bool:
        """Test if the postcode stands for having none."""
        return self.postcode.upper().startswith("ZZ99")
