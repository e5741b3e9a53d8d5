"""A layer definition (.qlr): a group of layers with sources, styles, time and metadata."""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import quote
from xml.etree.ElementTree import Element, SubElement, indent, tostring

import numpy as np

from routes import Edition
from routes.schema import COLLECTIONS
from service.qgis import metadata
from service.qgis.facts import facts_of
from service.qgis.layer import Layer
from service.qgis.layers import layers
from service.qgis.rules import labelling_element
from service.site import Site

DOCTYPE = b"<!DOCTYPE qgis-layer-definition>\n"

_GEOMETRIES = {"Point": "Point", "LineString": "Line", "Polygon": "Polygon"}
# QgsVectorLayerTemporalProperties: start and end from fields; Qgis.VectorTemporalLimitMode:
# the end does not belong to the time, as everywhere here.
_FROM_TWO_FIELDS, _WITHOUT_THE_END = "2", "0"


def definition(site: Site) -> bytes:
    """Write the layer definition of an edition, its sources at the address of the request."""
    atlas = site.edition.atlas
    shown = [one for one in layers(facts_of(site.edition)) if _is_there(site, one)]
    root = Element("qlr")
    tree = SubElement(root, "layer-tree-group", name="", checked="Qt::Checked", expanded="1")
    title = f"{atlas['title']}, edition {site.edition.number}"
    group = SubElement(tree, "layer-tree-group", name=title, checked="Qt::Checked", expanded="1")
    described = SubElement(root, "maplayers")
    for number, layer in enumerate(shown):
        source, provider = _source(site, layer)
        SubElement(
            group, "layer-tree-layer", id=_id(layer, number), name=layer.name, source=source,
            providerKey=provider, checked="Qt::Checked", expanded=str(int(layer.name == "Routes")),
        )  # fmt: skip
        described.append(_layer(site, layer, _id(layer, number)))
    indent(root, space=" ")
    written: bytes = tostring(root, encoding="utf-8")
    return DOCTYPE + written


def _is_there(site: Site, layer: Layer) -> bool:
    """Tell whether the edition has features for a layer: QGIS calls one without any broken."""
    return layer.collection in site.edition.collections and layer.geometry in _kinds(
        site.edition, layer.collection
    )


def _kinds(edition: Edition, collection: str) -> set[str]:
    """Give the kinds of geometry in a collection; of its rows only if they may differ."""
    declared = _kinds_among(COLLECTIONS[collection].geometry)
    if edition.manifest.collections[collection].bbox is None:
        return set()
    if len(declared) == 1:
        return declared
    index = edition.index(collection)
    there = index.geometry_types(np.arange(len(index)))
    return _kinds_among(name for name in there if name is not None)


def _kinds_among(types: Iterable[str]) -> set[str]:
    return {name.removeprefix("Multi") for name in types}


def _source(site: Site, layer: Layer) -> tuple[str, str]:
    """Give where a layer's features come from, and the name of QGIS's provider for that.

    QGIS's own gives a layer the kind of the first geometry it meets. Where a collection has
    several, GDAL's driver for the same protocol tells them apart.
    """
    base = quote(site.base, safe="/:[]")
    if len(_kinds(site.edition, layer.collection)) > 1:
        named = f"layername={layer.collection}|geometrytype={layer.geometry}"
        return f"OAPIF:{base}|{named}", "ogr"
    source = (
        "pagingEnabled='true' restrictToRequestBBOX='1' srsname='OGC:CRS84' "
        f"typename='{layer.collection}' url='{base}'"
    )
    return source, "OAPIF"


def _layer(site: Site, layer: Layer, name: str) -> Element:
    source, provider = _source(site, layer)
    element = Element(
        "maplayer", type="vector", geometry=_GEOMETRIES[layer.geometry], readOnly="1",
        labelsEnabled=str(int(bool(layer.names))), styleCategories="AllStyleCategories",
        simplifyDrawingHints="1", simplifyDrawingTol="1", simplifyLocal="1",
    )  # fmt: skip
    SubElement(element, "id").text = name
    SubElement(element, "datasource").text = source
    SubElement(element, "layername").text = layer.name
    metadata.crs(SubElement(element, "srs"))
    element.append(metadata.metadata_element(site, layer))
    SubElement(element, "provider", encoding="UTF-8").text = provider
    SubElement(
        element, "temporal", enabled="1", mode=_FROM_TWO_FIELDS, limitMode=_WITHOUT_THE_END,
        startField="start_earliest", endField="end_latest", accumulate="0", fixedDuration="0",
        durationUnit="min",
    )  # fmt: skip
    element.append(layer.renderer)
    SubElement(
        element, "legend", type="default-vector",
        showLabelLegend=str(int(layer.renderer.get("type") == "nullSymbol")),
    )  # fmt: skip
    if layer.names:
        element.append(labelling_element(layer.names))
    SubElement(element, "layerOpacity").text = f"{layer.opacity:g}"
    SubElement(element, "blendMode").text = "0"
    SubElement(element, "previewExpression").text = '"name"'
    SubElement(element, "mapTip").text = _TIP
    return element


_TIP = """<b>[% "name" %]</b><br>[% coalesce("when", 'no date in the source') %]<br>
<small>[% coalesce("caveat", '') %]</small>"""


def _id(layer: Layer, number: int) -> str:
    return f"routeshift_{layer.collection}_{number}"
