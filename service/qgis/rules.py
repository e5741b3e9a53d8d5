"""Rules of a layer: which features are drawn and named how, under which words of the legend."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from uuid import NAMESPACE_URL, uuid5
from xml.etree.ElementTree import Element, SubElement

from service.qgis.symbols import Options, Symbol, symbol_element


@dataclass(frozen=True)
class Rule:
    """Features that an expression tells, their symbol and its words in the legend.

    A rule without a symbol is a heading for those below it.
    """

    label: str
    expression: str
    symbol: Symbol | None = None
    below: tuple[Rule, ...] = ()


@dataclass(frozen=True)
class Name:
    """How features that an expression tells are named on the map. Sizes in points.

    `legend`: the words of the legend and its sample, where the names are what the layer shows.
    `box`: the colour of a box around the name. `is_drawn`: if not, other names only keep off the
    feature; `keeps_off`: how much they do, 0 to 2. `least_mm`: smaller features have no name.
    """

    expression: str
    text: str
    families: tuple[str, ...]
    size: float
    colour: str
    halo: str
    italic: bool = False
    bold: bool = False
    placement: Options = field(default_factory=dict)
    legend: tuple[str, str] = ("", "Aa")
    box: str = ""
    is_drawn: bool = True
    keeps_off: float = 1.0
    least_mm: float = 0.0


def renderer_element(rules: Sequence[Rule], *, in_levels: bool = False) -> Element:
    """Write the rules for symbols; `in_levels`: parts in the order of `over`, across features."""
    element = Element(
        "renderer-v2",
        type="RuleRenderer",
        symbollevels=str(int(in_levels)),
        forceraster="0",
        enableorderby="0",
    )
    symbols: list[Symbol] = []
    _append(SubElement(element, "rules", key=_key("root")), rules, symbols)
    written = SubElement(element, "symbols")
    for number, symbol in enumerate(symbols):
        written.append(symbol_element(symbol, str(number)))
    return element


def inverted_element(inner: Element) -> Element:
    """Write a renderer that draws what the areas of another leave over."""
    element = Element("renderer-v2", type="invertedPolygonRenderer", preprocessing="0")
    element.append(inner)
    return element


def unseen_element() -> Element:
    """Write a renderer that draws nothing, for a layer of which only names are shown."""
    return Element("renderer-v2", type="nullSymbol")


def labelling_element(names: Sequence[Name]) -> Element:
    """Write the rules for names."""
    element = Element("labeling", type="rule-based")
    rules = SubElement(element, "rules", key=_key("names"))
    for number, name in enumerate(names):
        said = {"key": _key(f"name {number}"), "description": name.legend[0]}
        if name.expression:
            said["filter"] = name.expression
        rule = SubElement(rules, "rule", said)
        rule.append(_settings(name))
    return element


def quoted(text: str) -> str:
    """Write a text for an expression."""
    escaped = text.replace("\\", "\\\\").replace("'", "''")
    return f"'{escaped}'"


def _append(parent: Element, rules: Sequence[Rule], symbols: list[Symbol]) -> None:
    for rule in rules:
        said = {"key": _key(f"{rule.label} {rule.expression}"), "label": rule.label}
        if rule.expression:
            said["filter"] = rule.expression
        if rule.symbol:
            said["symbol"] = str(len(symbols))
            symbols.append(rule.symbol)
        _append(SubElement(parent, "rule", said), rule.below, symbols)


def _settings(name: Name) -> Element:
    settings = Element("settings", calloutType="simple")
    style = SubElement(
        settings, "text-style", fieldName=name.text, isExpression="1",
        fontFamily=name.families[0], namedStyle="", fontSize=f"{name.size:g}", fontSizeUnit="Point",
        fontItalic=str(int(name.italic)), fontWeight="75" if name.bold else "50",
        textColor=name.colour, textOpacity="1", multilineHeight="0.9", fontKerning="1",
        legendString=name.legend[1],
    )  # fmt: skip
    families = SubElement(style, "families")
    for family in name.families:
        SubElement(families, "family", name=family)
    SubElement(
        style, "text-buffer", bufferDraw=str(int(not name.box)), bufferSize="1.5",
        bufferSizeUnits="Point", bufferColor=name.halo, bufferOpacity="0.85", bufferNoFill="0",
        bufferJoinStyle="128",
    )  # fmt: skip
    if name.box:
        SubElement(
            style, "background", shapeDraw="1", shapeType="0", shapeSizeType="0", shapeSizeX="2.2",
            shapeSizeY="0.6", shapeSizeUnit="Point", shapeFillColor=name.halo, shapeOpacity="1",
            shapeBorderColor=name.box, shapeBorderWidth="0.75", shapeBorderWidthUnit="Point",
            shapeRadiiX="1.5", shapeRadiiY="1.5", shapeRadiiUnit="Point", shapeJoinStyle="128",
        )  # fmt: skip
    SubElement(settings, "text-format", wrapChar="\n", multilineAlign="1", autoWrapLength="0")
    SubElement(settings, "placement", {"priority": "5", "offsetUnits": "Point", **name.placement})
    SubElement(
        settings, "rendering", drawLabels=str(int(name.is_drawn)),
        obstacle=str(int(name.keeps_off > 0)), obstacleFactor=f"{name.keeps_off:g}",
        obstacleType="1", maxNumLabels="2000", fontMaxPixelSize="10000", displayAll="0",
        minFeatureSize=f"{name.least_mm:g}",
    )  # fmt: skip
    return settings


def _key(said: str) -> str:
    """Give a key that is the same each time, so that an edition's file is."""
    return f"{{{uuid5(NAMESPACE_URL, said)}}}"
