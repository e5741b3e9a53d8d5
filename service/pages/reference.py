"""Reference: the columns of a collection, the paths of the API, what a refusal says."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from routes.schema import COLLECTIONS
from service.ogc import parameters
from service.pages import words
from service.pages.render import render_alone
from service.site import Site

Document = dict[str, Any]

TYPES = {
    "text": "text",
    "integer": "whole number",
    "number": "number",
    "list": "list of texts",
    "json": "nested (JSON)",
    "edtf": "date or interval (EDTF)",
    "datetime": "moment (RFC 3339)",
}
HEADINGS = {
    400: "This address asks for something that cannot be read",
    404: "There is nothing here",
    405: "This address only gives",
    503: "Nothing can be shown just now",
}
_EXAMPLES = {
    one.name: one.example
    for one in (
        parameters.BBOX,
        parameters.DATETIME,
        parameters.CERTAINTY,
        parameters.FROM,
        parameters.TO,
    )
}
_KINDS = {
    "array": "4 or 6 numbers",
    "string": "text",
    "integer": "whole number",
    "number": "number",
}
_SHOWN_TOGETHER = {
    "items": ("bbox", "datetime", "certainty"),
    "changes": ("from", "to"),
    "oembed": ("url",),
}


def columns(name: str) -> list[dict[str, Any]]:
    """Give the columns of a collection: name, label, type, choices and meaning."""
    return [
        {
            "name": one.name,
            "label": words.label(one.name),
            "type": TYPES[one.kind],
            "choices": one.choices,
            "meaning": one.description,
            "required": one.required,
            "computed": one.computed,
        }
        for one in COLLECTIONS[name].fields
    ]


def queryables(name: str, properties: Document) -> list[dict[str, Any]]:
    """Give what a filter can name, as `columns` gives columns, and the geometry."""
    rows = [one for one in columns(name) if one["name"] in properties]
    rows.append({"name": "geometry", "type": "geometry", "choices": (), "meaning": ""})
    # Only the valid time is compared as a time; another written date is a text to a filter.
    kinds = {"valid": "interval", "attested": TYPES["text"]}
    return [
        one
        | {
            "type": kinds.get(one["name"], one["type"]),
            "meaning": properties[one["name"]]["description"],
            "required": False,
            "computed": False,
        }
        for one in rows
    ]


def operations(site: Site, document: Document) -> list[dict[str, Any]]:
    """Give the operations of the API with their parameters, each with an address to try."""
    return [
        {
            "id": written["get"]["operationId"],
            "path": path,
            "summary": written["get"]["summary"],
            "parameters": [
                _parameter(one) for one in written["get"]["parameters"] if one["name"] != "f"
            ],
            "example": _example(site, path, written["get"]),
        }
        for path, written in document["paths"].items()
    ]


def problem(document: Document, root_path: str) -> str:
    """Give the page of a refused request."""
    status = int(document["status"])
    return render_alone(
        "problem.html",
        root_path,
        title=HEADINGS.get(status, "Something went wrong"),
        problem=document,
        fault=_sentence(str(document.get("fault") or document.get("detail") or "")),
        examples=_examples(document),
    )


def _parameter(written: Document) -> dict[str, Any]:
    schema = written["schema"]
    allowed = schema.get("enum") or schema.get("items", {}).get("enum") or []
    bounds = [f"{key.removesuffix('imum')} {schema[key]:,}"
              for key in ("minimum", "maximum") if key in schema]  # fmt: skip
    return {
        "name": written["name"],
        "where": written["in"],
        "required": written.get("required", False),
        "type": ", ".join(str(one) for one in allowed) or _KINDS.get(schema.get("type", ""), ""),
        "more": [*bounds, *([f"default {schema['default']}"] if "default" in schema else [])],
        "meaning": written.get("description", ""),
    }


def _example(site: Site, path: str, written: Document) -> str:
    shown = {one["name"]: one["example"] for one in written["parameters"] if one["in"] == "path"}
    together = _SHOWN_TOGETHER.get(written["operationId"], ())
    examples = _EXAMPLES | {"url": f"{site.root}/map"}
    query = urlencode({key: examples[key] for key in together}, safe=",")
    return f"{site.base}{path.format(**shown)}{'?' + query if query else ''}"


def _examples(document: Document) -> list[str]:
    """Give the right values that a problem names, each as something to write."""
    example, parameter = document.get("example"), document.get("parameter")
    if not example or not parameter:
        return []
    text = str(example).removeprefix(f"{parameter}=")
    if parameter == "filter":
        return [text]
    # A box has commas of its own; a list of dates is written with a comma and a space.
    each = [one for part in text.split(", ") for one in part.split(" or ")]
    return [one if " " in one else f"{parameter}={one}" for one in each]


def _sentence(text: str) -> str:
    text = text.strip()
    return f"{text[:1].upper()}{text[1:]}{'' if text.endswith(('.', '?')) else '.'}"
