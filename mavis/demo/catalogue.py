"""What the demonstration hands out, and how to sign in to it."""

from dataclasses import dataclass
from pathlib import Path

# Everybody may know it: the demo command refuses to run in production.
PASSWORD = "cohorts-for-all"  # noqa: S105


@dataclass(frozen=True, slots=True, kw_only=True)
class SignIn:
    name: str
    email: str
    role: str
    team: str
    password: str = PASSWORD


@dataclass(frozen=True, slots=True, kw_only=True)
class SampleFile:
    """A file to download: what it is called, and one sentence on what it shows."""

    name: str
    title: str
    description: str


COVERWICK, NETHERBY = "Coverwick school immunisations", "Netherby school immunisations"

SIGN_INS = (
    SignIn(name="Nell Ashby", email="nurse@example.com", role="nurse", team=COVERWICK),
    SignIn(name="Arun Bell", email="admin@example.com", role="admin", team=COVERWICK),
    # Dismisses notices, and sees the audit log and how PDS is.
    SignIn(
        name="Sue Ember",
        email="superuser@example.com",
        role="superuser",
        team=COVERWICK,
    ),
    SignIn(
        name="Niamh Cole",
        email="neighbour@example.com",
        role="nurse",
        team=NETHERBY,
    ),
)

AUTUMN = SampleFile(
    name="1-autumn-cohort.csv",
    title="A cohort with every outcome",
    description="New children, children already in Mavis, close matches, school moves, "
    "twins, and all that PDS can say of an NHS number.",
)
STARTERS = SampleFile(
    name="2-new-starters.csv",
    title="New starters, on the template",
    description="Reception children without NHS numbers, found in PDS. It has the "
    "template’s instruction row.",
)
SPECIAL_SCHOOL = SampleFile(
    name="3-special-school.xlsx",
    title="An Excel workbook",
    description="Years 12 to 14 of a special school, with real date cells and phone "
    "numbers that have lost their 0.",
)
MISTAKES = SampleFile(
    name="4-mistakes.csv",
    title="A file with mistakes",
    description="Invalid: many kinds of error, each shown with its row and column.",
)
SWAPPED_NAMES = SampleFile(
    name="5-names-swapped.csv",
    title="First and last names swapped",
    description="Failed: PDS finds fewer than 70% of the children.",
)
SAME_CHILD_TWICE = SampleFile(
    name="6-same-child-twice.csv",
    title="One child under two names",
    description="Failed: PDS gives two rows the same NHS number.",
)
SAMPLE_FILES = (
    AUTUMN,
    STARTERS,
    SPECIAL_SCHOOL,
    MISTAKES,
    SWAPPED_NAMES,
    SAME_CHILD_TWICE,
)


@dataclass(frozen=True, slots=True)
class Catalogue:
    """What a page tells of the demonstration."""

    sign_ins: tuple[SignIn, ...]
    files: tuple[SampleFile, ...]

    @classmethod
    def read(cls, folder: str | Path) -> "Catalogue":
        """Return the sign-ins, and the sample files that the folder has."""
        there = tuple(
            file for file in SAMPLE_FILES if (Path(folder) / file.name).exists()
        )
        return cls(sign_ins=SIGN_INS, files=there)


def path_of(folder: str | Path, name: str) -> Path | None:
    """Return where a sample file is, or None if the catalogue has none of this name.

    Nothing else in the folder can be asked for.
    """
    path = Path(folder) / name
    is_ours = any(name == file.name for file in SAMPLE_FILES)
    return path if is_ours and path.is_file() else None
