"""Settings say of themselves what they are; whoever shows, reads or checks them goes by that."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import pytest

from hsigui.errors import HsiError
from hsigui.methods import asked, registry
from hsigui.methods.first_settings import FIRST_SETTINGS
from hsigui.methods.settings import MethodSettings, choice, setting, switch, told
from hsigui.specs import PretrainSpec
from tests.methods.presets import settings

PRESETS = [(info, preset) for info in registry.built_in() for preset in info.presets]
DESCRIBED = [(info, p, each) for info, p in PRESETS for each in p.settings.described()]


@dataclasses.dataclass(frozen=True)
class Example(MethodSettings):
    sharp: float = setting(0.5, 0.1, 2.0, "", "How sharp.")
    side: int = setting(9, 1, 31, "pixels", "Side of the square.", every=2)
    kind: str = choice("round", ("round", "square"), "Its form.")
    twice: bool = switch(False, "Done again.")


@pytest.mark.parametrize(("info", "preset", "each"), DESCRIBED, ids=lambda v: getattr(v, "name", ""))
def test_every_setting_has_a_sentence_and_a_range_that_holds_its_own_value(info, preset, each):
    assert each.sentence.endswith(".")
    assert each.checked(each.default) == each.default
    assert each.read(told(each.default)) == each.default
    assert isinstance(each.default, bool) or each.choices or each.low < each.high
    assert len(each.title) <= 22  # fits beside its box in a narrow panel


def test_no_setting_has_the_name_of_what_every_training_has():
    common = {f.name for f in dataclasses.fields(PretrainSpec)} | {"steps", "device"}
    assert not common & {each.name for _, _, each in DESCRIBED}


@pytest.mark.parametrize(("info", "preset"), PRESETS, ids=lambda v: v.name)
def test_what_the_first_runs_were_made_with_is_known_of_every_setting(info, preset):
    first = FIRST_SETTINGS.get(info.name, {}).get(preset.name, {})
    assert set(first) == {each.name for each in preset.settings.described()}
    assert preset.settings.of(first).to_json() == first


def test_the_first_settings_are_those_of_the_first_runs():
    """Figures that were published of the program before settings could be chosen."""
    lscosa, purified, contrastdm = (FIRST_SETTINGS[name] for name in ("lscosa", "purified", "contrastdm"))
    assert (lscosa["quick"]["temperature"], lscosa["quick"]["rate"], lscosa["quick"]["kl_weight"]) == (0.08, 0.002, 3)
    assert (lscosa["paper"]["rate"], lscosa["paper"]["last_rate"], lscosa["paper"]["batch"]) == (0.3, 0.02, 32)
    assert (purified["quick"]["temperature"], purified["paper"]["temperature"]) == (0.1, 0.5)
    assert (contrastdm["quick"]["off_diagonal"], contrastdm["paper"]["learned_from"]) == (0.1, 20_000)


@pytest.mark.parametrize(
    ("name", "value", "allowed"),
    [("sharp", 3.0, "0.1 to 2"), ("sharp", float("nan"), "0.1 to 2"), ("side", 8, "1, 3, ... to 31"),
     ("side", 9.5, "1, 3"), ("side", True, "1, 3"), ("kind", "oval", "round, square"), ("twice", 1, "yes or no")],
)  # fmt: skip
def test_what_is_not_allowed_is_refused_with_what_is(name, value, allowed):
    with pytest.raises(HsiError, match=f"The setting {name} cannot be") as raised:
        Example.of({name: value})
    assert allowed in raised.value.hint


def test_a_whole_number_will_do_for_a_decimal_one():
    assert Example(sharp=1) == Example(sharp=1.0)
    assert isinstance(Example(sharp=1).sharp, float)


def test_unknown_names_are_refused_with_those_that_are_known():
    with pytest.raises(HsiError, match="no setting blunt") as raised:
        Example.of({"blunt": 1})
    assert raised.value.hint == "Choose from: sharp, side, kind, twice."


def test_only_what_differs_from_the_preset_is_a_change():
    assert Example(sharp=0.5, side=11).changed() == {"side": 11}
    assert Example.of(Example(side=11).to_json()) == Example(side=11)


def test_values_are_asked_for_by_words():
    info = registry.method("lscosa")
    found = asked.read(info, info.preset("quick"), ["temperature=0.2", "lscosa.positives=3", "symmetric=no", "kl=none"])
    assert found == {"temperature": 0.2, "positives": 3, "symmetric": False, "kl": "none"}
    assert asked.read(info, info.preset("quick"), asked.words(found)) == found


@pytest.mark.parametrize(
    ("text", "said"),
    [("temperature", "sets nothing"), ("=3", "sets nothing"), ("heat=3", "has no setting heat"),
     ("purified.temperature=0.1", "no setting purified.temperature"), ("temperature=hot", "cannot be “hot”"),
     ("positives=1.5", "cannot be “1.5”"), ("batch=32", "has no setting batch")],
)  # fmt: skip
def test_what_cannot_be_asked_for_is_refused_in_words(text, said):
    info = registry.method("lscosa")
    with pytest.raises(HsiError, match=said):
        asked.read(info, info.preset("quick"), [text])


@pytest.mark.parametrize("info", registry.built_in(), ids=lambda info: info.name)
def test_the_help_has_the_table_of_what_can_be_set(info):
    if not any(preset.settings.described() for preset in info.presets):
        return
    page = info.name if info.family == "method" else "baselines"
    text = Path(__file__).parents[2].joinpath("resources", "help", f"{page}.md").read_text(encoding="utf-8")
    assert asked.markdown(info) in text, f"{page}.md must hold:\n{asked.markdown(info)}"


def test_a_spec_comes_back_from_json_with_its_settings():
    spec = PretrainSpec(settings={"temperature": 0.2, "positives": 2, "symmetric": False, "kl": "none"})
    again = PretrainSpec.from_json(json.loads(json.dumps(spec.to_json())))
    assert again == spec
    assert hash(again) == hash(spec)
    with pytest.raises(HsiError, match="settings cannot be"):
        PretrainSpec.from_json({"settings": {"temperature": [1]}})


def test_settings_that_a_run_does_not_name_are_those_of_the_first_runs():
    written = {"method": "lscosa", "preset": "quick"}
    first = FIRST_SETTINGS["lscosa"]["quick"]
    assert registry.settings_of(registry.read_spec(written, None)).to_json() == first
    read = registry.read_spec(written, {"temperature": 0.3})
    assert registry.settings_of(read).to_json() == {**first, "temperature": 0.3}
    assert registry.complete("lscosa", "quick", {"temperature": 0.3}) == {**first, "temperature": 0.3}
    paper = {"method": "lscosa", "preset": "paper"}
    assert registry.read_spec(paper, None) == PretrainSpec(preset="paper")


def test_a_run_that_names_all_its_settings_has_those_that_differ_from_todays():
    written = {"method": "lscosa", "preset": "quick"}
    today = settings("lscosa", "quick").to_json()
    assert registry.read_spec(written, today) == PretrainSpec()
    assert registry.read_spec(written, {**today, "temperature": 0.3}).settings == {"temperature": 0.3}


def test_a_run_that_was_as_long_as_the_preset_of_then_says_so():
    written = {"method": "lscosa", "preset": "quick"}
    steps = registry.method("lscosa").preset("quick").epochs
    assert registry.read_spec(written, None, 120).epochs == 120
    assert registry.read_spec(written, None, steps).epochs is None
    assert registry.read_spec({**written, "epochs": 12}, None, 12).epochs == 12


def test_a_training_of_an_earlier_version_goes_on_by_what_was_not_asked_for_then_or_now():
    about = {"spec": {"method": "lscosa", "preset": "quick", "settings": {"rho": 0.3}}, "epochs": 120,
             "settings": {"rho": 0.3, "temperature": 0.07}}  # fmt: skip
    found = registry.resumed(PretrainSpec(settings={"width": 96}), about)
    first = FIRST_SETTINGS["lscosa"]["quick"]
    assert found.epochs == 120
    assert registry.settings_of(found).to_json() == {
        **first, "temperature": 0.07, "rho": settings("lscosa", "quick").to_json()["rho"], "width": 96,
    }  # fmt: skip
    other = PretrainSpec("purified")
    assert registry.resumed(other, about) == other


def test_a_run_of_a_method_that_is_not_there_can_still_be_told():
    found = registry.read_spec({"method": "of-a-plug-in", "preset": "quick"}, {"speed": 3})
    assert found.method == "of-a-plug-in"
