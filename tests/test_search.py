"""Free text and order: what people mean by a word and by A to Z."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from geo.times import Bounds
from routes import Edition
from routes.ordering import SortKey, orderable, ordered
from routes.schema import COLLECTIONS
from routes.search import saying, searchable
from routes.text import fold_text
from tests.helpers import ROUTES, complete, versions


@pytest.mark.parametrize("spelling", ["Durres", "Dürres", "Durrës", "DURRËS", "durrës"])
def test_every_spelling_of_a_port_finds_it(edition: Edition, spelling: str) -> None:
    frame = edition.frame("crossings")
    found = frame["id"][edition.saying("crossings", [spelling])].tolist()
    assert found == ["durres"]


@pytest.mark.parametrize(("one", "other"), [("Straße", "STRASSE"), ("Ærø", "ÆRØ"), ("ﬁ", "FI")])
def test_case_is_folded_as_unicode_has_it(one: str, other: str) -> None:
    assert fold_text(one) == fold_text(other)


def texts_of(*names: str) -> pd.Series:
    frame = complete(versions([None] * len(names), name=list(names)))
    return searchable(ROUTES, frame)


def test_one_of_several_terms_is_enough_and_its_words_stand_side_by_side() -> None:
    texts = texts_of("Northern ferry", "Ferry of the north", "Night train")
    assert saying(texts, ["northern  FERRY"]).tolist() == [True, False, False]
    assert saying(texts, ["train", "northern ferry"]).tolist() == [True, False, True]
    assert saying(texts, ["ferry northern"]).tolist() == [False, False, False]


def test_words_are_not_found_across_two_columns() -> None:
    # The description of all of them is "A line".
    assert not saying(texts_of("Ferry"), ["ferry a line"]).any()


def test_signs_of_patterns_are_only_signs() -> None:
    assert saying(texts_of("100 % (about)", "100 x about"), ["% (a"]).tolist() == [True, False]


def order_of(*keys: SortKey, **columns: list[object]) -> list[int]:
    count = len(next(iter(columns.values())))
    valid = columns.pop("valid", [None] * count)
    frame = versions([None] * count, [v if v is None else str(v) for v in valid], **columns)
    bounds = Bounds.parse(frame["valid"].tolist())
    return ordered(ROUTES, frame, bounds, keys).tolist()


def test_text_goes_by_its_letters_without_case_and_marks() -> None:
    names: list[object] = ["zagreb", "Čačak", "Cetinje", "Ada"]
    assert order_of(SortKey("name"), name=names) == [3, 1, 2, 0]
    assert order_of(SortKey("name", True), name=names) == [0, 2, 1, 3]


def test_what_has_no_value_comes_last_in_either_direction() -> None:
    implied: list[object] = [None, "b", None, "a"]
    assert order_of(SortKey("implied"), implied=implied) == [3, 1, 0, 2]
    assert order_of(SortKey("implied", True), implied=implied) == [1, 3, 0, 2]


def test_equals_keep_their_order_and_are_told_apart_by_the_next_key() -> None:
    mode: list[object] = ["sea", "land", "sea", "land"]
    version: list[object] = [1, 2, 3, 4]
    keys = SortKey("mode"), SortKey("version", True)
    assert order_of(keys[0], mode=mode, version=version) == [1, 3, 0, 2]
    assert order_of(*keys, mode=mode, version=version) == [3, 1, 2, 0]


def test_no_bound_is_before_or_after_every_other() -> None:
    valid: list[object] = ["2003/2004", "../2001", "2002/..", "-4712/.."]
    assert order_of(SortKey("start_earliest"), valid=valid) == [1, 3, 2, 0]
    assert order_of(SortKey("end_latest"), valid=valid) == [1, 0, 2, 3]
    assert order_of(SortKey("valid"), valid=valid) == [1, 3, 2, 0]


def test_every_column_that_can_be_sorted_by_is_sorted_by(edition: Edition) -> None:
    for name, collection in COLLECTIONS.items():
        for column in orderable(collection):
            rows = edition.ordered(name, [SortKey(column)])
            assert np.sort(rows).tolist() == list(range(len(rows)))
