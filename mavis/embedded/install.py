"""Makes what Mavis runs on from what is committed: .venv, node_modules, build.

Plain Python that needs nothing installed: bin/run starts it by its path. A step
that is done leaves a stamp of what it was made from, and is skipped while that
stays the same. Everything is said on standard error, for standard output belongs
to the command.
"""

import ast
import contextlib
import fcntl
import hashlib
import os
import shutil
import ssl
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
TOOLS = ROOT / ".tools"
VENV = ROOT / ".venv"
NODE_MODULES = ROOT / "node_modules"
BUILD = ROOT / "build"
LOCK = ROOT / "requirements.lock"
NODE_LOCK = ROOT / "package-lock.json"

# pip's settings, and what uv calls them: a machine that is set up to reach its
# packages through a mirror is set up for pip.
PIP_TO_UV = {
    "index-url": "UV_DEFAULT_INDEX",
    "extra-index-url": "UV_INDEX",
    "find-links": "UV_FIND_LINKS",
    "trusted-host": "UV_INSECURE_HOST",
    "cert": "SSL_CERT_FILE",
}


class CannotInstall(Exception):
    """A step failed. Says which."""


def main(words: list[str]) -> None:
    """Install what is missing, then become the module that is named first."""
    module, *arguments = words
    try:
        install()
    except CannotInstall as problem:
        sys.exit(str(problem))
    python = str(VENV / "bin" / "python")
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    # Set here and there to keep folders clean, it makes every start slow.
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    os.execve(python, [python, "-m", module, *arguments], environment)  # noqa: S606


def install() -> None:
    """Do each step that is not done yet.

    :raises CannotInstall: one failed
    """
    TOOLS.mkdir(exist_ok=True)
    with (TOOLS / "lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # two may start at once
        python = f"{sys.version} {sys.executable} {ROOT}"
        uv_lock = ROOT / "bin" / "uv.txt"
        with step("uv", TOOLS, [python, uv_lock]) as needed:
            if needed:
                # What another Python has made there, venv would mend in vain.
                remove_all_but("lock", TOOLS)
                run([sys.executable, "-m", "venv", TOOLS])
                pip("install", "--quiet", "--require-hashes", "-r", uv_lock)
        with step("Python packages", VENV, [python, LOCK]) as needed:
            if needed:
                uv("venv", "--quiet", "--clear", "--python", sys.executable, VENV)
                uv("pip", "sync", "--quiet", "--python", VENV, LOCK)
        with step("the design system", NODE_MODULES, [NODE_LOCK]) as needed:
            if needed:
                npm("ci", "--ignore-scripts", "--no-audit", "--no-fund")
        static = sorted(path for path in (ROOT / "static").rglob("*") if path.is_file())
        with step("static files", BUILD, [LOCK, NODE_LOCK, *static]) as needed:
            if needed:
                build()


@contextlib.contextmanager
def step(name: str, folder: Path, made_from: Iterable[Path | str]) -> Iterator[bool]:
    """Tell if a folder is to be made, and stamp it when it has been."""
    stamp = folder / ".made-from"
    digest = hashlib.sha256()
    for source in made_from:
        digest.update(str(source).encode())
        if isinstance(source, Path):
            digest.update(source.read_bytes())
    if stamp.exists() and stamp.read_text() == digest.hexdigest():
        yield False
        return
    began = time.monotonic()
    print(f"Installing {name} …", end=" ", file=sys.stderr, flush=True)
    yield True
    stamp.write_text(digest.hexdigest())
    print(f"{time.monotonic() - began:.1f} s", file=sys.stderr, flush=True)


def run(command: list[str | Path], environment: Mapping[str, str] = os.environ) -> None:
    """Run one command, whose output is kept for when it fails."""
    words = [str(word) for word in command]
    done = subprocess.run(  # noqa: S603 - our own commands
        words,
        env=dict(environment),
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        raise CannotInstall(f"\n{done.stdout}\nThis failed: {' '.join(words)}")


def remove_all_but(name: str, folder: Path) -> None:
    for each in folder.iterdir():
        if each.is_dir() and not each.is_symlink():
            shutil.rmtree(each)
        elif each.name != name:
            each.unlink()


def pip(*words: str | Path) -> None:
    environment = {**os.environ, "PIP_DISABLE_PIP_VERSION_CHECK": "1"}
    run([TOOLS / "bin" / "python", "-m", "pip", *words], environment)


def uv(*words: str | Path) -> None:
    run([TOOLS / "bin" / "uv", *words], uv_environment())


def uv_environment() -> dict[str, str]:
    """Return the environment in which uv finds packages where pip would."""
    environment = {
        **os.environ,
        "UV_SYSTEM_CERTS": "1",
        "UV_PYTHON_DOWNLOADS": "never",
        "UV_NO_CONFIG": "1",
    }
    for name, value in pip_settings().items():
        if variable := PIP_TO_UV.get(name):
            separator = "," if variable == "UV_FIND_LINKS" else " "
            environment.setdefault(variable, separator.join(value.split()))
    # As pip does: the best version of all indexes. The lock's hashes decide.
    environment.setdefault("UV_INDEX_STRATEGY", "unsafe-best-match")
    return environment


def pip_settings() -> dict[str, str]:
    """Return pip's settings by their short names; the environment comes last."""
    listed = subprocess.run(  # noqa: S603 - our own command
        [TOOLS / "bin" / "python", "-m", "pip", "config", "list"],
        capture_output=True,
        text=True,
        check=False,
    )
    settings: dict[str, str] = {}
    for line in sorted(listed.stdout.splitlines(), key=lambda line: line[0] == ":"):
        name, equals, value = line.partition("=")
        if equals:
            settings[name.rpartition(".")[2]] = str(ast.literal_eval(value))
    return settings


def npm(*words: str) -> None:
    """Run the machine's npm, or one from a Python package where there is none."""
    environment = dict(os.environ)
    path = environment.get("PATH", os.defpath)
    if not (shutil.which("npm") and shutil.which("node")):
        if not (TOOLS / "bin" / "npm").exists():
            uv(
                *("pip", "install", "--quiet", "--python", TOOLS, "--require-hashes"),
                *("-r", ROOT / "bin" / "node.txt"),
            )
        path = f"{TOOLS / 'bin'}{os.pathsep}{path}"
        # This Node knows neither the machine's certificates nor its settings.
        certificates = ssl.get_default_verify_paths().cafile
        for name, file in (
            ("NODE_EXTRA_CA_CERTS", pip_settings().get("cert") or certificates),
            ("NPM_CONFIG_GLOBALCONFIG", "/etc/npmrc"),
        ):
            if file and Path(file).exists():
                environment.setdefault(name, file)
    program = shutil.which("npm", path=path) or "npm"
    run([program, *words], {**environment, "PATH": path})


def build() -> None:
    """Put static files where the web server reads them, ready compressed."""
    shutil.rmtree(BUILD, ignore_errors=True)
    assets = NODE_MODULES / "nhsuk-frontend" / "dist" / "nhsuk" / "assets"
    shutil.copytree(assets, BUILD / "root" / "assets")
    # Nothing is asked of these servers: the settings must only be readable.
    unused = {
        "SECRET_KEY": "unused",
        "FILE_KEYS": "unused",
        "DATABASE_URL": "postgres://unused/unused",
        "REDIS_URL": "redis://unused",
        "PDS_BASE_URL": "http://unused",
    }
    run(
        [
            *(VENV / "bin" / "python", ROOT / "manage.py", "collectstatic"),
            *("--no-input", "--verbosity", "0"),
        ],
        {**os.environ, **unused},
    )


if __name__ == "__main__":
    main(sys.argv[1:])
