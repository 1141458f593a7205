"""Giving up root for PostgreSQL, which refuses to run as root."""

import ctypes
import os
import pwd
import shutil
import stat
from collections.abc import Callable
from pathlib import Path

PR_SET_SECUREBITS = 28
# A change of user keeps the rights we had, and so does access(), with which
# PostgreSQL looks for its own programs.
SECBIT_NO_SETUID_FIXUP = 4
PR_CAP_AMBIENT = 47
PR_CAP_AMBIENT_RAISE = 2
CAPABILITY_VERSION_3 = 0x20080522
CAP_DAC_OVERRIDE = 1
CAP_DAC_READ_SEARCH = 2

# Whom PostgreSQL runs as when we are root.
SERVANT = "nobody"


class NoServant(Exception):
    """We are root, and there is nobody to run PostgreSQL as."""


def hand_over(folder: Path) -> None:
    """Make a folder PostgreSQL's own, if it will not run as us."""
    if os.geteuid() == 0:
        shutil.chown(folder, user=_servant().pw_uid, group=_servant().pw_gid)


def give_up_root(*must_reach: Path) -> Callable[[], None] | None:
    """Return what a child does to be nobody, or None when we are not root.

    A clone in root's home, or in a private temporary folder, has a folder above it
    that nobody may enter. Copying the programs out would do for them and not for
    the data, so nobody then keeps the one right of root that is missing: to pass
    through folders.
    """
    if os.geteuid() != 0:
        return None
    servant = _servant()
    kept = None if all(_can_reach(path) for path in must_reach) else _right_to_search()
    libc = ctypes.CDLL(None, use_errno=True)

    def become_servant() -> None:
        if kept is not None:
            libc.prctl(PR_SET_SECUREBITS, SECBIT_NO_SETUID_FIXUP, 0, 0, 0)
        os.setgroups([])
        os.setresgid(servant.pw_gid, servant.pw_gid, servant.pw_gid)
        os.setresuid(servant.pw_uid, servant.pw_uid, servant.pw_uid)
        if kept is not None:
            _keep_right(libc, kept)

    return become_servant


def _servant() -> pwd.struct_passwd:
    try:
        return pwd.getpwnam(SERVANT)
    except KeyError as error:
        raise NoServant(
            f"PostgreSQL refuses to run as root, and there is no user {SERVANT}. "
            "Run this as another user, or set DATABASE_URL."
        ) from error


def _can_reach(path: Path) -> bool:
    """Test if every folder above lets anybody pass."""
    return all(above.stat().st_mode & stat.S_IXOTH for above in path.resolve().parents)


def _right_to_search() -> int | None:
    """Return the number of a right we have that opens folders, the lesser first."""
    try:
        status = Path("/proc/self/status").read_text()
    except FileNotFoundError:
        return None
    permitted = int(status.partition("CapPrm:")[2].split()[0], 16)
    for right in (CAP_DAC_READ_SEARCH, CAP_DAC_OVERRIDE):
        if permitted >> right & 1:
            return right
    return None


def _keep_right(libc: ctypes.CDLL, right: int) -> None:
    """Keep one right through the change of user and into the program."""
    header = (ctypes.c_uint32 * 2)(CAPABILITY_VERSION_3, 0)
    mask = 1 << right
    # Effective, permitted and inheritable, for the lower 32 rights and the upper.
    sets = (ctypes.c_uint32 * 6)(mask, mask, mask, 0, 0, 0)
    libc.capset(header, sets)
    libc.prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, right, 0, 0)
