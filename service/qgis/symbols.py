"""Symbols as QGIS keeps them: a stack of parts, each with options and driven properties."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal
from xml.etree.ElementTree import Element, SubElement

Shape = Literal["marker", "line", "fill"]
Options = Mapping[str, str]


@dataclass(frozen=True)
class Part:
    """One layer of a symbol: QGIS's class of it, its options, and properties by expression.

    `over`: drawn after the parts of all features with a smaller number, where levels are on.
    """

    kind: str
    options: Options
    driven: Options = field(default_factory=dict)
    inner: Symbol | None = None
    over: int = 0
    blur_mm: float = 0.0


@dataclass(frozen=True)
class Symbol:
    """A symbol for points, lines or areas, drawn from its first part to its last."""

    shape: Shape
    parts: tuple[Part, ...]


def points(pixels: float) -> str:
    """Give pixels of the stylesheet as points, which are the same on screen and in print."""
    return f"{pixels * 0.75:g}"


def symbol_element(symbol: Symbol, name: str) -> Element:
    """Write a symbol."""
    element = Element(
        "symbol", type=symbol.shape, name=name, alpha="1", clip_to_extent="1", force_rhr="0"
    )
    for place, part in enumerate(symbol.parts):
        _part_element(element, part, f"@{name}@{place}")
    return element


def _driven_element(driven: Options) -> Element:
    """Write properties that are worked out by expressions."""
    element = Element("data_defined_properties")
    collection = SubElement(element, "Option", type="Map")
    SubElement(collection, "Option", name="name", type="QString", value="")
    properties = SubElement(collection, "Option", name="properties", type="Map")
    for name, expression in driven.items():
        one = SubElement(properties, "Option", name=name, type="Map")
        SubElement(one, "Option", name="active", type="bool", value="true")
        SubElement(one, "Option", name="expression", type="QString", value=expression)
        # QgsProperty::ExpressionBasedProperty
        SubElement(one, "Option", name="type", type="int", value="3")
    SubElement(collection, "Option", name="type", type="QString", value="collection")
    return element


def _part_element(parent: Element, part: Part, inner_name: str) -> None:
    element = SubElement(
        parent, "layer", {"class": part.kind, "enabled": "1", "pass": str(part.over), "locked": "0"}
    )
    _options(element, part.options)
    if part.blur_mm:
        stack = SubElement(element, "effect", type="effectStack", enabled="1")
        blur = SubElement(stack, "effect", type="blur")
        said = {"blur_level": f"{part.blur_mm:g}", "blur_unit": "MM", "blur_method": "1",
                "draw_mode": "2", "enabled": "1", "opacity": "1", "blend_mode": "0"}  # fmt: skip
        _options(blur, said)
    if part.driven:
        element.append(_driven_element(part.driven))
    if part.inner is not None:
        element.append(symbol_element(part.inner, inner_name))


def _options(parent: Element, options: Options) -> None:
    collection = SubElement(parent, "Option", type="Map")
    for name, value in options.items():
        SubElement(collection, "Option", name=name, type="QString", value=value)
