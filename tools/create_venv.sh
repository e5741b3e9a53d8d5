#!/bin/sh
# Make the environment FOLDER with the interpreter PYTHON, or say in one line why that fails.
# Usage: create_venv.sh PYTHON FOLDER
set -eu

python=$1
folder=$2
needed="(3, 11)"

fail() {
    echo "$1" >&2
    exit 1
}

is_new_enough() {
    "$1" -c "import sys; sys.exit(sys.version_info < $needed)" 2>/dev/null
}

# One that works already is kept, whoever made it.
if is_new_enough "$folder/bin/python" && "$folder/bin/python" -m pip --version >/dev/null 2>&1; then
    exit 0
fi

command -v "$python" >/dev/null ||
    fail "There is no $python here. Install Python 3.11 or newer, or name yours: make PYTHON=python3.12"
version=$("$python" -c 'import platform; print(platform.python_version())' 2>/dev/null) ||
    fail "$python does not run. Install Python 3.11 or newer, or name yours: make PYTHON=python3.12"
is_new_enough "$python" ||
    fail "$python is Python $version; 3.11 or newer is needed. Name one: make PYTHON=python3.12"
"$python" -c 'import ensurepip, venv' 2>/dev/null ||
    fail "$python lacks its venv module. On Debian and Ubuntu: sudo apt-get install python3-venv"

echo "Making $folder with Python $version."
"$python" -m venv --clear "$folder"
