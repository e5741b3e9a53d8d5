"""Texts without case and accents."""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from routes.text import caseless_text, fold, fold_text, plain_text, without_accents, without_case

NAMES = ["Durres", "Dürres", "Durrës", "DURRËS", "du\u0308rres"]


def column(*texts: str | None) -> pd.Series:
    return pd.Series(list(texts), dtype="str")


def test_spellings_of_one_name_fold_to_the_same() -> None:
    assert set(fold(column(*NAMES))) == {"durres"}
    assert {fold_text(name) for name in NAMES} == {"durres"}


def test_case_and_accents_can_be_left_out_one_by_one() -> None:
    assert without_case(column("Vlorë", "VLORË", "Straße")).tolist() == [
        "vlorë",
        "vlorë",
        "strasse",
    ]
    assert without_accents(column("Vlorë", "Šibenik")).tolist() == ["Vlore", "Sibenik"]


def test_letters_of_their_own_stay() -> None:
    assert fold_text("Đakovica, Øst, Łódź") == "đakovica, øst, łodz"


def test_japanese_sound_marks_stay() -> None:
    assert plain_text("か\u3099") == "が"


def test_a_missing_text_stays_missing() -> None:
    assert fold(column("Vlorë", None)).isna().tolist() == [False, True]


@given(st.lists(st.text(max_size=12), min_size=1, max_size=6))
def test_a_column_folds_as_its_texts_do(texts: list[str]) -> None:
    made = column(*texts)
    assert fold(made).tolist() == [fold_text(one) for one in texts]
    assert without_case(made).tolist() == [caseless_text(one) for one in texts]
    assert without_accents(made).tolist() == [plain_text(one) for one in texts]


@pytest.mark.parametrize("text", ["", " ", "123", "a%b_c\\d"])
def test_what_has_no_case_and_no_accents_stays(text: str) -> None:
    assert fold_text(text) == text
