"""The README beside shapefiles: what they are, on whose word, and what they could not hold."""

from __future__ import annotations

from collections.abc import Mapping

from geo.formats.dbase import MOST_OF_A_NAME, MOST_OF_A_TEXT
from geo.formats.table import About

_BASICS = f"""\
What a shapefile cannot hold
----------------------------
Names of columns have at most {MOST_OF_A_NAME} bytes, texts at most {MOST_OF_A_TEXT} bytes of UTF-8.
Moments are texts (RFC 3339, UTC), as its dates have no time of day. Lists and structures
are JSON texts. Nothing and an empty text are the same. Numbers have 15 decimals,
and whole ones beyond 2^53 lose digits.
Take GeoPackage, FlatGeobuf or GeoParquet to have all of it.
"""


def readme(
    about: About,
    names: Mapping[str, str],
    rows: Mapping[str, int],
    cut: Mapping[str, int],
    left_out: Mapping[str, int],
    collections: int,
) -> str:
    """Write the README: `names` short by long, `rows` by file.

    `cut`: how many texts of each column; `left_out`: how many numbers, too large.
    `collections`: how many geometries of several kinds are left out.
    """
    parts = [_said(about), _files(rows), _BASICS, _names(names), _cut(names, cut)]
    if any(left_out.values()):
        parts.append(_counted("Numbers too large, left out, by column", names, left_out))
    if collections:
        parts.append(f"Geometries of several kinds left out: {collections}\n")
    return "\n".join([*parts, _sources(about)])


def _said(about: About) -> str:
    lines = [
        about.title,
        "=" * len(about.title),
        about.description,
        "",
        f"Attribution  {about.attribution}",
        f"Licence      {about.licence}",
        f"Edition      {about.edition}, published {about.published}",
        f"Content      {about.content}",
        f"Address      {about.address}",
    ]
    return "\n".join(lines) + "\n"


def _files(rows: Mapping[str, int]) -> str:
    width = max(map(len, rows), default=0)
    lines = [f"{name:{width}}  {count}" for name, count in rows.items()]
    return "\n".join(["Files and their rows", "-" * 20, *lines]) + "\n"


def _names(names: Mapping[str, str]) -> str:
    cut = {short: name for name, short in names.items() if short != name}
    if not cut:
        return "Every name of a column is whole.\n"
    lines = [f"{short:{MOST_OF_A_NAME}}  {name}" for short, name in cut.items()]
    return "\n".join(["Names of columns that were cut", "-" * 30, *lines]) + "\n"


def _cut(names: Mapping[str, str], cut: Mapping[str, int]) -> str:
    if not any(cut.values()):
        return "Every text is whole.\n"
    return _counted("Texts that were cut, by column", names, cut)


def _counted(heading: str, names: Mapping[str, str], counts: Mapping[str, int]) -> str:
    lines = [f"{names[name]:{MOST_OF_A_NAME}}  {count}" for name, count in counts.items() if count]
    return "\n".join([heading, "-" * len(heading), *lines]) + "\n"


def _sources(about: About) -> str:
    lines = [
        f"{name}: " + ". ".join(str(one) for one in said.values() if isinstance(one, str | int))
        for name, said in about.sources.items()
    ]
    return "\n".join(["Sources", "-------", *lines]) + "\n"
