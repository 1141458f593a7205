"""What a file is by its content, whatever it is called (spec section 3, step 1)."""

import zipfile
from io import BytesIO

# What stands between the cells of text that is no CSV for us, and what it is called.
SEPARATORS = ((";", "semicolons"), ("\t", "tabs"), ("|", "vertical bars"))

# How to save what is not CSV or .xlsx, by the kind of program.
_AS_CSV = "Open it and save it as “CSV UTF-8 (Comma delimited)”, then upload that file"
_FROM_EXCEL = (
    "Open it in Excel and save it as “Excel Workbook (.xlsx)” or “CSV UTF-8”, then "
    "upload that file"
)
_FROM_NUMBERS = (
    "Open it in Numbers and choose File, Export To, and Excel or CSV, then upload that "
    "file"
)
_FROM_LIBRE_OFFICE = (
    "Open it in LibreOffice or Excel and save it as “Excel Workbook (.xlsx)” or as CSV "
    "with the character set UTF-8, then upload that file"
)
_COPY_OVER = (
    "Copy the children into the cohort template, save it as .xlsx or CSV, then upload "
    "that file"
)

_SIGNATURES: tuple[tuple[bytes, str, str, str], ...] = (
    (b"%PDF", "looks_like_pdf", "a PDF document", _COPY_OVER),
    (b"{\\rtf", "looks_like_document", "a text document", _COPY_OVER),
    (b"\x89PNG", "looks_like_image", "a picture", _COPY_OVER),
    (b"\xff\xd8\xff", "looks_like_image", "a picture", _COPY_OVER),
    (b"GIF8", "looks_like_image", "a picture", _COPY_OVER),
    (b"\x1f\x8b", "looks_like_archive", "a compressed file", "Unpack it first"),
    (b"7z\xbc\xaf", "looks_like_archive", "a compressed file", "Unpack it first"),
    (b"Rar!", "looks_like_archive", "a compressed file", "Unpack it first"),
    (b"SQLite format", "looks_like_database", "a database", _COPY_OVER),
)  # fmt: skip
_OLD_OFFICE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_UTF_16 = (b"\xff\xfe", b"\xfe\xff")
_MARKUP = (b"<!doctype", b"<html", b"<table", b"<?xml", b"<head", b"<meta")
_ZIP = (b"PK\x03\x04", b"PK\x05\x06")
# A part of the archive that shows what it is: the part, code, what it looks like.
_IN_ZIP: tuple[tuple[str, str, str, str], ...] = (
    ("xl/workbook.bin", "looks_like_binary_workbook", "a binary Excel workbook (.xlsb)", _FROM_EXCEL),
    ("word/document.xml", "looks_like_document", "a Word document", _COPY_OVER),
    ("ppt/presentation.xml", "looks_like_document", "a presentation", _COPY_OVER),
    ("Index/Document.iwa", "looks_like_numbers", "an Apple Numbers file", _FROM_NUMBERS),
    ("Index.zip", "looks_like_numbers", "an Apple Numbers file", _FROM_NUMBERS),
    ("content.xml", "looks_like_open_document", "an OpenDocument file (.ods)", _FROM_LIBRE_OFFICE),
)  # fmt: skip

XLSX, CSV = "xlsx", "csv"
# Parts of an archive. A workbook has some twenty; each takes ten times the memory that
# it takes in the file, before anything of it is unpacked.
MOST_PARTS = 10_000
_PART = b"PK\x01\x02"


class NotUsable(Exception):
    """The file as a whole cannot be read. `line` is a physical line, if one is meant."""

    def __init__(self, code: str, message: str, *, column: str | None = None) -> None:
        super().__init__(code)
        self.code = code
        self.message = message
        self.column = column


def kind_of(content: bytes) -> str:
    """Return "xlsx" or "csv" (which here is any text).

    :raises NotUsable: it is something else; the message says what and what to do
    """
    if not content.strip(b" \t\r\n\xef\xbb\xbf\0"):
        raise NotUsable(
            "empty_file",
            "The file is empty. Check that you saved it, and upload it again",
        )
    for signature, code, what, advice in _SIGNATURES:
        if content.startswith(signature):
            raise _looks_like(code, what, advice)
    if content.startswith(_OLD_OFFICE):
        raise _old_office(content)
    if content.startswith(_ZIP):
        return _kind_of_archive(content)
    if content.startswith(_UTF_16):
        raise _looks_like("looks_like_unicode_text", "Unicode text (UTF-16)", _AS_CSV)
    if content[:200].lstrip(b"\xef\xbb\xbf \t\r\n").lower().startswith(_MARKUP):
        raise _looks_like("looks_like_web_page", "a web page or XML", _FROM_EXCEL)
    return CSV


def separated_by(what: str) -> NotUsable:
    """Return that the text is separated by something other than commas."""
    code = f"looks_like_{what.replace(' ', '_')}"
    return _looks_like(code, f"text separated by {what}", _AS_CSV)


def _looks_like(code: str, what: str, advice: str) -> NotUsable:
    return NotUsable(code, f"The file looks like {what}. {advice}")


def _old_office(content: bytes) -> NotUsable:
    if _ENCRYPTED in content:
        return NotUsable(
            "has_password",
            "The file is protected by a password. Take the password off in Excel "
            "(File, Info, Protect Workbook), save it, then upload it again",
        )
    return _looks_like(
        "looks_like_old_excel", "an old Excel workbook (.xls)", _FROM_EXCEL
    )


def _kind_of_archive(content: bytes) -> str:
    if content.count(_PART) > MOST_PARTS:
        raise _looks_like(
            "looks_like_archive",
            "a compressed folder (.zip) of very many files",
            "Unpack it and upload the CSV or Excel file in it",
        )
    try:
        with zipfile.ZipFile(BytesIO(content)) as archive:
            parts = set(archive.namelist())
    # zipfile raises more than BadZipFile on a damaged directory.
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError) as error:
        raise NotUsable(
            "workbook_damaged",
            "The file is damaged and cannot be opened. Open it in Excel and save it "
            "again, then upload it",
        ) from error
    if "xl/workbook.xml" in parts:
        return XLSX
    for part, code, what, advice in _IN_ZIP:
        if part in parts:
            raise _looks_like(code, what, advice)
    raise _looks_like(
        "looks_like_archive",
        "a compressed folder (.zip)",
        "Unpack it and upload the CSV or Excel file in it",
    )
