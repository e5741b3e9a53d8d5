"""What a layer says of itself in QGIS: what it holds, how far it is known, on whose word."""

from __future__ import annotations

from xml.etree.ElementTree import Element, SubElement

from routes.schema import COLLECTIONS
from service.qgis.layer import Layer
from service.site import Site


def crs(parent: Element) -> None:
    """Say EPSG:4326, in all the words that QGIS needs: by its code alone it is not transformed."""
    system = SubElement(parent, "spatialrefsys")
    SubElement(system, "proj4").text = "+proj=longlat +datum=WGS84 +no_defs"
    SubElement(system, "srsid").text = "3452"
    SubElement(system, "srid").text = "4326"
    SubElement(system, "authid").text = "EPSG:4326"
    SubElement(system, "description").text = "WGS 84"
    SubElement(system, "projectionacronym").text = "longlat"
    SubElement(system, "ellipsoidacronym").text = "EPSG:7030"
    SubElement(system, "geographicflag").text = "true"


def metadata_element(site: Site, layer: Layer) -> Element:
    """Say what a layer holds, on whose word and under which licence (QgsLayerMetadata)."""
    atlas, declared = site.edition.atlas, COLLECTIONS[layer.collection]
    path = f"/collections/{layer.collection}"
    element = Element("resourceMetadata")
    SubElement(element, "identifier").text = site.url(path)
    SubElement(element, "type").text = "dataset"
    SubElement(element, "title").text = declared.title
    SubElement(element, "abstract").text = _abstract(site, layer)
    links = SubElement(element, "links")
    for name, address, media_type in (
        ("items", site.url(f"{path}/items"), "application/geo+json"),
        ("license", site.licence, "text/html"),
    ):
        SubElement(links, "link", name=name, type="WWW:LINK", url=address, mimeType=media_type,
                   description=name, format="", size="")  # fmt: skip
    SubElement(element, "rights").text = f"{atlas['byline']} ({atlas['title']})"
    SubElement(element, "license").text = str(atlas["licence"])
    crs(SubElement(element, "crs"))
    element.append(_extent(site, layer))
    return element


def _extent(site: Site, layer: Layer) -> Element:
    """Say where and when the collection lies."""
    record = site.edition.manifest.collections[layer.collection]
    element = Element("extent")
    if record.bbox:
        sides = zip(("minx", "miny", "maxx", "maxy"), record.bbox, strict=True)
        said = {"crs": "EPSG:4326", "dimensions": "2", "minz": "0", "maxz": "0"}
        SubElement(element, "spatial", said | {name: f"{side:.6g}" for name, side in sides})
    period = SubElement(SubElement(element, "temporal"), "period")
    for name, moment in zip(("start", "end"), record.interval, strict=True):
        SubElement(period, name).text = moment or ""
    return element


def _abstract(site: Site, layer: Layer) -> str:
    atlas = site.edition.atlas
    knowledge = (
        f"The sources know nothing later than {atlas['knowledge_ends']}: “described until” says "
        "that their knowledge ends, not that the thing did. start_earliest and end_latest bound "
        "when it may have been so; start_latest and end_earliest when it surely was."
    )
    parts = (COLLECTIONS[layer.collection].description, layer.note, knowledge)
    return "\n\n".join(part.strip() for part in parts if part.strip())
