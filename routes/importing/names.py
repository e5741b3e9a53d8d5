"""Names that columns have in files of others, in the languages met so far.

Compared without case, marks and punctuation. A Shapefile cuts names after ten characters.
"""

from __future__ import annotations

import re

from routes.schema import Collection
from routes.text import fold_text

CUT = 10

# In the order in which they claim a column: what is more particular first.
USUAL: dict[str, tuple[str, ...]] = {
    "valid": ("valid", "edtf", "valid_edtf", "valid_time"),
    "valid_from": (
        "start_date_edtf", "valid_from", "validfrom", "start_date", "startdate", "date_start",
        "date_from", "from_date", "begin_date", "begin", "beginning", "start", "from", "since",
        "start_year", "year_from", "year_start", "gueltig_von", "gultig_von", "von", "seit",
        "beginn", "anfang", "platnost_od", "platne_od", "od", "vazi_od", "pocetak", "datum_od",
        "inizio", "data_inizio", "dal", "da", "debut", "date_debut", "depuis", "desde", "inicio",
        "fecha_inicio", "nga", "fillimi", "data_fillimit", "od_kdy", "zacatek",
    ),
    "valid_to": (
        "end_date_edtf", "valid_to", "validto", "valid_until", "end_date", "enddate", "date_end",
        "date_to", "to_date", "end", "ending", "finish", "until", "till", "to", "end_year",
        "year_to", "year_end", "gueltig_bis", "gultig_bis", "bis", "ende", "platnost_do",
        "platne_do", "do", "vazi_do", "kraj", "datum_do", "fine", "data_fine", "al", "fin",
        "date_fin", "jusqu_a", "hasta", "fecha_fin", "deri", "mbarimi", "do_kdy", "konec",
    ),
    "route": (
        "route_id", "routeid", "route", "route_name", "line_id", "line", "linie", "linija",
        "linka", "ligne", "linea", "trasa", "ruta", "rruga", "linja", "strecke", "relation",
    ),
    "name": (
        "name", "title", "label", "name_en", "bezeichnung", "titel", "nazev", "naziv", "jmeno",
        "emri", "emer", "nome", "nom", "nombre", "ime",
    ),
    "version": ("version", "ver", "version_no", "verze", "verzija", "versione", "versioni"),
    "mode": ("mode", "transport", "transport_mode", "verkehrsmittel", "modo"),
    "description": (
        "description", "desc", "descr", "beschreibung", "popis", "opis", "descrizione",
        "pershkrimi", "remarks", "comment", "cmt", "notes", "note",
    ),
    "locator": ("locator", "page", "seite", "strana", "pagina"),
    "id": ("id", "identifier", "gid", "code", "osm_id", "fid"),
}  # fmt: skip
# A date of its own, where there is neither an interval nor a start or an end.
SINGLE = ("date", "datetime", "timestamp", "time", "year", "datum", "jahr", "rok", "godina",
          "viti", "anno", "annee", "ano", "data")  # fmt: skip
PLACES: dict[str, tuple[str, ...]] = {
    "wkt": ("wkt", "geom_wkt", "wkt_geom", "geom", "geometry", "the_geom", "shape"),
    "lon": ("lon", "lng", "long", "longitude", "x", "xcoord", "laenge", "lange", "longitudine",
            "easting", "rechtswert", "point_x"),
    "lat": ("lat", "latitude", "y", "ycoord", "breite", "latitudine", "northing", "hochwert",
            "point_y"),
}  # fmt: skip
# Drawing instructions that every KML feature carries, and counters of programs.
IGNORED = {"altitudemode", "tessellate", "extrude", "visibility", "draworder", "icon", "ogc_fid",
           "objectid", "fid", "shape_leng", "shape_length", "shape_area"}  # fmt: skip


def plain(name: str) -> str:
    """Give a column's name without case, marks and punctuation: `Gültig von` is `gultig_von`."""
    return re.sub(r"[^a-z0-9]+", "_", fold_text(name)).strip("_")


def guess(
    columns: list[str], collection: Collection, *, has_geometry: bool
) -> dict[str, list[str]]:
    """Give which columns of a file probably hold what: our column -> columns of the file.

    Several stand for one where the first has not always a value.
    """
    free = {plain(name): name for name in reversed(columns)}
    own = {field.name for field in collection.written}
    found: dict[str, list[str]] = {}

    def claim(target: str, usual: tuple[str, ...], most: int = 1) -> None:
        for name in usual:
            fits = name if name in free else name[:CUT]
            if fits in free and len(found.get(target, [])) < most:
                found.setdefault(target, []).append(free.pop(fits))

    for name in IGNORED - {"fid"}:
        free.pop(name, None)
    # What has exactly our names is ours: `end` beside `valid` says what an end means.
    if "valid" in free:
        for target in own - {"id"}:
            claim(target, (target,))
    for target, usual in ({} if has_geometry else PLACES).items():
        claim(target, usual)
    for target, usual in USUAL.items():
        if target in own or (target.startswith("valid_") and "valid" not in found):
            # Partial dates stand beside full ones: `start_date:edtf` and `start_date`.
            claim(target, usual, most=2 if target.startswith("valid_") else 1)
    if not found.keys() & {"valid", "valid_from", "valid_to"}:
        claim("valid", SINGLE)
    elif {"begin", "end", "timestamp"} <= {plain(name) for name in columns}:
        claim("valid", ("timestamp",))  # KML: a placemark has a TimeSpan or a TimeStamp
    for target in own - found.keys() - {"id", "end"}:
        claim(target, (target,))
    if "route" in own:
        found.pop("id", None)  # made of route and version, so that it says which it is
    return found
