"""What QGIS makes of the service, as JSON: run by the system's Python, which has `qgis.core`.

`python3 in_qgis.py layers|holding|marks|picture|ink|address ...`
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from qgis.core import (
    QgsApplication,
    QgsCoordinateReferenceSystem,
    QgsCoordinateTransform,
    QgsDateTimeRange,
    QgsExpression,
    QgsExpressionContext,
    QgsExpressionContextUtils,
    QgsFeatureRequest,
    QgsLayerDefinition,
    QgsMapRendererSequentialJob,
    QgsMapSettings,
    QgsMapToPixel,
    QgsProject,
    QgsRectangle,
    QgsVectorLayer,
    QgsVectorLayerTemporalContext,
    QgsWkbTypes,
)
from qgis.PyQt.QtCore import QDate, QDateTime, QSize, QTime
from qgis.PyQt.QtGui import QColor, QImage

WEB_MERCATOR = "EPSG:3857"
# How far each of red, green and blue may be from a colour that is asked for.
NEAR = 12


def load(path: str) -> list[QgsVectorLayer]:
    """Load a layer definition into the project: its layers, the topmost first."""
    project = QgsProject.instance()
    loaded, fault = QgsLayerDefinition.loadLayerDefinition(path, project, project.layerTreeRoot())
    if not loaded:
        raise SystemExit(f"QGIS cannot read {path}: {fault}")
    return list(project.layerTreeRoot().layerOrder())


def layers(path: str) -> list[dict[str, Any]]:
    """Say what each layer of a definition is."""
    return [_described(layer) for layer in load(path)]


def holding(path: str, *days: str) -> dict[str, dict[str, list[str]]]:
    """Give the ids that each layer shows while the temporal controller is on each day."""
    loaded = load(path)
    return {day: {layer.name(): sorted(_held(layer, day)) for layer in loaded} for day in days}


def marks(path: str, name: str, *days: str) -> dict[str, dict[str, list[str]]]:
    """Give for each day the ids under each word of a layer's legend, by its rules."""
    (layer,) = (one for one in load(path) if one.name() == name)
    groups = layer.renderer().rootRule().children()
    rules = [(group, rule) for group in groups for rule in group.children()]
    told: dict[str, dict[str, list[str]]] = {}
    for day in days:
        under = told[day] = {rule.label(): [] for _, rule in rules}
        context = _context(_clocked(QgsMapSettings(), day))
        for feature in layer.getFeatures():
            context.setFeature(feature)
            for group, rule in rules:
                if all(_holds(one.filterExpression(), context) for one in (group, rule)):
                    under[rule.label()].append(feature["id"])
    return told


def picture(path: str, folder: str, view: str, *days: str) -> list[str]:
    """Draw all layers on each day, 1200 by 900, as QGIS does on the screen; give the files."""
    # Loading a definition makes its folder the current one.
    place = Path(folder).resolve()
    loaded = load(path)
    return [_drawn(loaded, day, place, view) for day in days]


def ink(file: str, view: str, *asked: str) -> list[int]:
    """Count pixels of a colour in a box of a picture, for each `#rrggbb@west,south,east,north`."""
    image, settings = QImage(file), _settings(view)
    return [_count(image, settings.mapToPixel(), *one.split("@")) for one in asked]


def address(base: str, collection: str, box: str = "") -> dict[str, Any]:
    """Add a collection by the service's address, as a person does; its ids, within a box."""
    source = f"restrictToRequestBBOX='1' srsname='OGC:CRS84' typename='{collection}' url='{base}'"
    layer = QgsVectorLayer(source, collection, "OAPIF")
    request = QgsFeatureRequest()
    if box:
        request.setFilterRect(QgsRectangle(*(float(side) for side in box.split(","))))
    return _described(layer) | {"ids": sorted(row["id"] for row in layer.getFeatures(request))}


def _described(layer: QgsVectorLayer) -> dict[str, Any]:
    time = layer.temporalProperties()
    return {
        "name": layer.name(),
        "valid": layer.isValid(),
        "provider": layer.providerType(),
        "source": layer.source(),
        "count": sum(1 for _ in layer.getFeatures()),
        "geometry": QgsWkbTypes.geometryDisplayString(layer.geometryType()),
        "crs": layer.crs().authid(),
        "types": {field.name(): field.typeName() for field in layer.fields()},
        "abstract": layer.metadata().abstract(),
        "rights": layer.metadata().rights(),
        "licenses": layer.metadata().licenses(),
        "links": [link.url for link in layer.metadata().links()],
        "time": {
            "active": time.isActive(),
            "fields": [time.startField(), time.endField()],
            "mode": int(time.mode()),
            "limit": int(time.limitMode()),
        },
    }


def _range(day: str) -> QgsDateTimeRange:
    """Give the frame of the temporal controller for a day, without its end."""
    first = QDate.fromString(day, "yyyy-MM-dd")
    midnight = QTime(0, 0)
    return QgsDateTimeRange(
        QDateTime(first, midnight), QDateTime(first.addDays(1), midnight), True, False
    )


def _held(layer: QgsVectorLayer, day: str) -> Iterator[str]:
    context = QgsVectorLayerTemporalContext()
    context.setLayer(layer)
    told = layer.temporalProperties().createFilterString(context, _range(day))
    for row in layer.getFeatures(QgsFeatureRequest().setFilterExpression(told)):
        yield row["id"]


def _settings(view: str) -> QgsMapSettings:
    settings = QgsMapSettings()
    settings.setDestinationCrs(QgsCoordinateReferenceSystem(WEB_MERCATOR))
    settings.setOutputSize(QSize(1200, 900))
    settings.setExtent(_projected(view))
    return settings


def _projected(box: str) -> QgsRectangle:
    degrees = QgsCoordinateReferenceSystem("EPSG:4326")
    mercator = QgsCoordinateReferenceSystem(WEB_MERCATOR)
    transform = QgsCoordinateTransform(degrees, mercator, QgsProject.instance())
    return transform.transformBoundingBox(QgsRectangle(*(float(side) for side in box.split(","))))


def _clocked(settings: QgsMapSettings, day: str) -> QgsMapSettings:
    """Set the clock; on the day "off" the temporal controller is off."""
    if day != "off":
        settings.setIsTemporal(True)
        settings.setTemporalRange(_range(day))
    return settings


def _context(settings: QgsMapSettings) -> QgsExpressionContext:
    """Give what the map canvas gives to expressions: without it there is no @map_start_time."""
    context = QgsExpressionContext()
    context.appendScope(QgsExpressionContextUtils.globalScope())
    context.appendScope(QgsExpressionContextUtils.projectScope(QgsProject.instance()))
    context.appendScope(QgsExpressionContextUtils.mapSettingsScope(settings))
    return context


def _holds(expression: str, context: QgsExpressionContext) -> bool:
    asked = QgsExpression(expression)
    value = asked.evaluate(context)
    if asked.hasEvalError():
        raise SystemExit(f"{expression}: {asked.evalErrorString()}")
    return bool(value)


def _drawn(loaded: list[QgsVectorLayer], day: str, folder: Path, view: str) -> str:
    settings = _clocked(_settings(view), day)
    settings.setLayers(loaded)
    settings.setExpressionContext(_context(settings))
    job = QgsMapRendererSequentialJob(settings)
    job.start()
    job.waitForFinished()
    if job.errors():
        raise SystemExit(f"QGIS drew with faults: {[fault.message for fault in job.errors()]}")
    file = folder / f"qgis-{day}.png"
    if not job.renderedImage().save(str(file)):
        raise SystemExit(f"{file} cannot be written")
    return str(file)


def _count(image: QImage, pixels: QgsMapToPixel, colour: str, box: str) -> int:
    area, wanted = _projected(box), QColor(colour)
    first = pixels.transform(area.xMinimum(), area.yMaximum())
    last = pixels.transform(area.xMaximum(), area.yMinimum())
    columns = range(max(int(first.x()), 0), min(int(last.x()), image.width()))
    rows = range(max(int(first.y()), 0), min(int(last.y()), image.height()))
    return sum(_is_near(image.pixelColor(x, y), wanted) for y in rows for x in columns)


def _is_near(colour: QColor, other: QColor) -> bool:
    pairs = zip(colour.getRgb()[:3], other.getRgb()[:3], strict=True)
    return all(abs(one - another) <= NEAR for one, another in pairs)


COMMANDS = {
    command.__name__: command for command in (layers, holding, marks, picture, ink, address)
}


def main() -> None:
    """Run a command and print what it gives."""
    application = QgsApplication([], False)
    application.initQgis()
    name, *arguments = sys.argv[1:]
    print(json.dumps(COMMANDS[name](*arguments)))
    application.exitQgis()


if __name__ == "__main__":
    main()
