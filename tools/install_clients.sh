#!/bin/sh
# Give the tests the programs that people use the service with, Debian's, through apt where that is
# allowed: `install_clients.sh PROGRAM...`, by default chromium and ogrinfo; `package_of` lists them.
# QGIS is meant as the modules of the system's Python, which SYSTEM_PYTHON names; PostGIS as the
# server of that PostgreSQL that has its extension. With compiler and headers the search of the index
# can be compiled for PYTHON.
set -eu

runs() {
    case "$1" in
    qgis) "${SYSTEM_PYTHON:-/usr/bin/python3}" -c "import qgis.core" >/dev/null 2>&1 ;;
    postgis) ls /usr/share/postgresql/*/extension/postgis.control >/dev/null 2>&1 ;;
    nginx) PATH="$PATH:/usr/sbin" nginx -v >/dev/null 2>&1 ;;
    compiler) command -v cc >/dev/null && cc --version >/dev/null 2>&1 ;;
    headers) [ -e "$("${PYTHON:-python3}" -c 'import sysconfig
print(sysconfig.get_path("include"))')/Python.h" ] ;;
    *) command -v "$1" >/dev/null && "$1" --version >/dev/null 2>&1 ;;
    esac
}

package_of() {
    case "$1" in
    chromium) echo chromium ;;
    ogrinfo | ogr2ogr) echo gdal-bin ;;
    qgis) echo python3-qgis ;;
    postgis) echo postgresql-postgis ;;
    nginx) echo nginx-light ;;
    compiler) echo gcc libc6-dev ;;
    headers) echo python3-dev ;;
    *) echo "install_clients.sh knows no $1" >&2 && exit 2 ;;
    esac
}

missing() {
    for program in "$@"; do
        package=$(package_of "$program")
        runs "$program" || printf ' %s' "$package"
    done
}

fail() {
    echo "The tests drive real programs, of which this system lacks Debian's$packages." >&2
    echo "$1" >&2
    exit 1
}

[ $# -gt 0 ] || set -- chromium ogrinfo
packages=$(missing "$@")
if [ -z "$packages" ]; then
    exit 0
fi

command -v apt-get >/dev/null ||
    fail "Install the same with this system's package manager, then run make again."

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
packages=$(missing "$@")
[ -z "$packages" ] || fail "apt-get installed$packages, and it still does not run."
