"""What was asked for, in words: "on 1 December 2003, certain"."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from geo import words
from geo.crs import CRS84_URI
from service.maps.words import ENGLISH, speech
from service.maps.words import words as map_words
from service.ogc.parameters import parse_bbox
from service.pages.words import box, counted


def in_words(asked: Mapping[str, str]) -> str:
    """Say a query: when, how sure, and where; "at any time" where nothing is asked."""
    said = [moment(asked["datetime"]) if "datetime" in asked else "at any time"]
    if "datetime" in asked:
        certainly = asked.get("certainty") == "certain"
        said.append("certain only" if certainly else "possible or certain")
    if "bbox" in asked and asked.get("bbox-crs", CRS84_URI) != CRS84_URI:
        said.append(f"in the box {asked['bbox']} of {asked['bbox-crs']}")
    elif "bbox" in asked:
        boxes = parse_bbox(asked["bbox"])
        said.append("between " + box((boxes[0].west, boxes[0].south, boxes[-1].east,
                                      boxes[-1].north)))  # fmt: skip
    if "q" in asked:
        said.append(f"saying “{asked['q']}”")
    if "filter" in asked:
        said.append(f"where {asked['filter']}")
    return ", ".join(said)


def moment(text: str, lang: str = ENGLISH) -> str:
    """Say an OGC `datetime`: "on 1 December 2003", "in 2003", "from 2003 on"."""
    told, said = speech(lang), map_words(lang)["moment"]
    begin, slash, end = text.partition("/")
    if not slash:
        return told.agree(said[_preposition(begin)].format(date=words.date(begin, told)))
    starts, stops = begin not in ("", ".."), end not in ("", "..")
    if starts and stops:
        return told.say("from_to", begin=words.date(begin, told), end=words.date(end, told))
    if starts:
        return told.agree(said["from_on"].format(first=words.date(begin, told)))
    return told.say("until", end=words.date(end, told)) if stops else told.say("always")


def count(head: Mapping[str, Any]) -> str:
    """Say how many items a page has, and of how many."""
    returned, matched = head["numberReturned"], head.get("numberMatched")
    if matched is None:
        return f"{counted(returned, 'item')} on this page"
    if matched == returned:
        return counted(matched, "item")
    return f"{returned:,} of {counted(matched, 'item')}"


def _preposition(date: str) -> str:
    if "T" in date:
        return "at"
    return ("in_year", "in_month", "on")[min(date.lstrip("-").count("-"), 2)]
