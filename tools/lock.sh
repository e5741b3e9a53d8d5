#!/bin/sh
# Resolve what pyproject.toml and requirements/*.in ask for into exact versions with hashes.
# Usage: lock.sh PYTHON [--upgrade]
#
# Versions that are locked already are kept as long as they fit; --upgrade takes the newest.
# The resolver lives in a throw-away environment: nobody else needs it. No address is written:
# where packages come from is the business of whoever installs them.
set -eu

python=$1
shift
uv_version=0.13.9

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
"$python" -m venv "$scratch/venv"
"$scratch/venv/bin/python" -m pip --disable-pip-version-check --quiet install "uv==$uv_version"

lock() {
    output=$1
    shift
    "$scratch/venv/bin/uv" pip compile --quiet --universal --python-version 3.11 \
        --generate-hashes --no-emit-index-url --no-header --no-annotate \
        --output-file "$output" "$@"
    echo "$output: $(grep -c == "$output") packages"
}

# The service and the build backend take their versions from the whole, so that all agree.
lock requirements/dev.txt pyproject.toml --extra dev "$@"
lock requirements/serve.txt pyproject.toml --extra postgis --constraint requirements/dev.txt "$@"
lock requirements/build.txt requirements/build.in --constraint requirements/dev.txt "$@"
lock requirements/npm.txt requirements/npm.in "$@"
# The peers share no version with the service: each is measured as it is.
lock requirements/peers.txt requirements/peers.in "$@"
