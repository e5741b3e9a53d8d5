#!/bin/sh
# Give the tests the programs that people use the service with: a browser and GDAL's ogrinfo,
# Debian's, through apt where that is allowed.
set -eu

runs() {
    command -v "$1" >/dev/null && "$1" --version >/dev/null 2>&1
}

missing() {
    runs chromium || printf ' chromium'
    runs ogrinfo || printf ' gdal-bin'
}

fail() {
    echo "The tests need Chromium and GDAL, as \`chromium\` and \`ogrinfo\` on the PATH." >&2
    echo "$1" >&2
    exit 1
}

packages=$(missing)
if [ -z "$packages" ]; then
    exit 0
fi

command -v apt-get >/dev/null ||
    fail "Install them with this system's package manager, then run make again."

if [ "$(id -u)" -eq 0 ]; then
    as_root=
elif command -v sudo >/dev/null && sudo -n true 2>/dev/null; then
    as_root="sudo -n"
else
    fail "Run: sudo apt-get update && sudo apt-get install$packages    then make again."
fi

echo "Installing Debian's$packages for the tests."
$as_root apt-get update --quiet
$as_root env DEBIAN_FRONTEND=noninteractive \
    apt-get install --yes --quiet --no-install-recommends $packages
packages=$(missing)
[ -z "$packages" ] || fail "apt-get installed$packages, and it still does not run."
