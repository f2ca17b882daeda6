"""Settings say of themselves what they are, read texts, and refuse what they do not allow with what they do."""

from __future__ import annotations

import math
from dataclasses import dataclass

import pytest

from hsigui.errors import HsiError
from hsigui.parameters import Parameters, Value, choice, setting, switch, text, told


@dataclass(frozen=True)
class Made(Parameters):
    kl_weight: float = setting(0.1, 0.0, 2.0, "", "Weight.")
    side: int = setting(16, 8, 64, "pixels", "Side of a patch.", every=4)
    steps: int = setting(20, 1, 100, "", "Steps.")
    rule: str = choice("entropy", ("entropy", "margin"), "Which rule.")
    formula: str = text("b1", "Any formula.")
    quiet: bool = switch(False, "Says nothing.")


@dataclass(frozen=True)
class Nothing(Parameters):
    pass


SETTINGS = {each.name: each for each in Made.described()}


@pytest.mark.parametrize(
    ("name", "title", "allowed"),
    [
        ("kl_weight", "KL weight", "0 to 2"), ("side", "Side", "8, 12, ... to 64"), ("steps", "Steps", "1 to 100"),
        ("rule", "Rule", "entropy, margin"), ("formula", "Formula", "a text"), ("quiet", "Quiet", "yes or no"),
    ],
)  # fmt: skip
def test_a_setting_tells_its_title_and_what_it_allows(name: str, title: str, allowed: str) -> None:
    assert (SETTINGS[name].title, SETTINGS[name].allowed) == (title, allowed)


@pytest.mark.parametrize(
    ("name", "written", "value"),
    [
        ("kl_weight", "0.5", 0.5), ("kl_weight", "1", 1.0), ("side", "12", 12), ("rule", " margin ", "margin"),
        ("formula", "b1 / b2", "b1 / b2"), ("quiet", "Yes", True), ("quiet", "off", False),
    ],
)  # fmt: skip
def test_a_text_is_read_in_the_settings_type(name: str, written: str, value: Value) -> None:
    found = SETTINGS[name].read(written)
    assert (found, type(found)) == (value, type(value))


@pytest.mark.parametrize(
    ("name", "written"),
    [
        ("kl_weight", "nan"), ("kl_weight", "inf"), ("kl_weight", "2.5"), ("kl_weight", "much"), ("side", "13"),
        ("side", "12.0"), ("steps", "0"), ("rule", "chance"), ("quiet", "perhaps"),
    ],
)  # fmt: skip
def test_what_is_not_allowed_is_refused_with_what_is(name: str, written: str) -> None:
    with pytest.raises(HsiError, match=name) as refused:
        SETTINGS[name].read(written)
    assert SETTINGS[name].allowed in refused.value.hint
    assert SETTINGS[name].unit in refused.value.hint


@pytest.mark.parametrize(
    "given", [{"steps": True}, {"quiet": 1}, {"side": "16"}, {"kl_weight": math.nan}, {"rule": None}]
)
def test_a_value_of_another_type_is_refused_when_settings_are_made(given: dict) -> None:
    with pytest.raises(HsiError, match=next(iter(given))):
        Made(**given)


def test_whole_numbers_stand_for_numbers_and_only_what_differs_is_changed() -> None:
    made = Made.of({"kl_weight": 1, "rule": "margin"})
    assert made.changed() == {"kl_weight": 1.0, "rule": "margin"}
    assert Made.of(made.to_json()) == made
    assert Made().changed() == {}


def test_a_setting_that_there_is_not_is_refused_with_those_that_there_are() -> None:
    with pytest.raises(HsiError, match="no setting weight") as refused:
        Made.of({"weight": 1})
    assert "kl_weight, side" in refused.value.hint
    with pytest.raises(HsiError) as refused:
        Nothing.of({"weight": 1})
    assert refused.value.hint == "Nothing can be set of it."


@pytest.mark.parametrize(
    ("value", "words"), [(True, "yes"), (0.1, "0.1"), (1.5e-6, "1.5e-06"), (1 / 3, str(1 / 3)), (3, "3")]
)
def test_what_is_told_of_a_number_is_read_back_as_the_same(value: Value, words: str) -> None:
    assert told(value) == words
    if isinstance(value, float):
        assert float(words) == value
