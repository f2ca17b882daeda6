import dataclasses
import json

import pytest

from hsigui.errors import HsiError
from hsigui.specs import FeatureSpec, MapSpec, NamedSplit, PretrainSpec, ProbeSpec, Recipe, SplitSpec, split_of

SPECS = [
    PretrainSpec(preset="paper", seed=4, device="cpu", epochs=7),
    PretrainSpec(),
    ProbeSpec(strength=0.5, classifier="svm", seed=3),
    FeatureSpec(encoder=False, raw=True, components=10, smoothed=(0.0, 2.0, 4.5), superpixels=(300, 500)),
    FeatureSpec(raw=True, smoothed=()),
    Recipe(FeatureSpec(smoothed=(1.0,)), ProbeSpec(classifier="forest"), MapSpec(2.0)),
    MapSpec(smooth=1.5),
    SplitSpec(per_class=5, seed=2),
    SplitSpec(kind="region", percent=5.0, guard=3),
    SplitSpec(kind="strokes", strokes=2, pixels=12),
]


@pytest.mark.parametrize("spec", SPECS, ids=lambda spec: type(spec).__name__)
def test_a_spec_comes_back_from_json_as_it_was(spec):
    text = json.dumps(spec.to_json())
    assert type(spec).from_json(json.loads(text)) == spec


@pytest.mark.parametrize("spec", SPECS, ids=lambda spec: type(spec).__name__)
def test_a_spec_cannot_be_changed(spec):
    name = dataclasses.fields(spec)[0].name
    with pytest.raises(dataclasses.FrozenInstanceError):
        setattr(spec, name, 1)


def test_missing_settings_take_their_defaults():
    assert PretrainSpec.from_json({"seed": 3}) == PretrainSpec(seed=3)


def test_unknown_settings_are_refused_by_name():
    with pytest.raises(HsiError, match="Unknown settings: colour, size"):
        SplitSpec.from_json({"size": 1, "seed": 0, "colour": 2})


@pytest.mark.parametrize(
    ("spec", "values", "message"),
    [
        (PretrainSpec, {"seed": "3"}, "seed cannot be '3'"),
        (PretrainSpec, {"seed": True}, "seed cannot be True"),
        (PretrainSpec, {"epochs": 1.5}, "epochs cannot be 1.5"),
        (PretrainSpec, {"preset": None}, "preset cannot be None"),
        (ProbeSpec, {"strength": [1]}, "strength cannot be"),
        (FeatureSpec, {"smoothed": 2.0}, "smoothed cannot be 2.0"),
        (FeatureSpec, {"smoothed": ["2"]}, "smoothed cannot be '2'"),
        (FeatureSpec, {"superpixels": [10.5]}, "superpixels cannot be 10.5"),
        (FeatureSpec, {"encoder": 1}, "encoder cannot be 1"),
        (Recipe, {"features": []}, "features cannot be"),
        (Recipe, {"map": {"smooth": "2"}}, "smooth cannot be '2'"),
        (Recipe, {"map": {"sharp": 2}}, "Unknown settings: sharp"),
    ],
)
def test_a_value_of_the_wrong_type_is_refused_by_name(spec, values, message):
    with pytest.raises(HsiError, match=message):
        spec.from_json(values)


def test_a_whole_number_will_do_where_a_fraction_is_expected():
    assert ProbeSpec.from_json({"strength": 2}).strength == 2


@pytest.mark.parametrize(
    ("spec", "values", "message"),
    [
        (PretrainSpec, {"preset": "fast"}, "preset “fast”"),
        (PretrainSpec, {"device": "tpu"}, "device “tpu”"),
        (PretrainSpec, {"seed": -1}, "seed -1"),
        (PretrainSpec, {"epochs": -1}, "cannot have -1 epochs"),
        (ProbeSpec, {"strength": 0.0}, "above 0"),
        (ProbeSpec, {"strength": float("nan")}, "above 0"),
        (ProbeSpec, {"classifier": "oracle"}, "classifier “oracle”"),
        (ProbeSpec, {"seed": -1}, "seed -1"),
        (FeatureSpec, {"encoder": False, "smoothed": (), "edge_aware": ()}, "no features"),
        (FeatureSpec, {"components": 0}, "one component"),
        (FeatureSpec, {"smoothed": (2.0, -1.0)}, "0 to 20"),
        (FeatureSpec, {"smoothed": (2.0, 2.0)}, "each once"),
        (FeatureSpec, {"superpixels": (1,)}, "2 or more"),
        (FeatureSpec, {"edge_aware": (0.0,)}, "median changes"),
        (FeatureSpec, {"pooled": -1.0}, "median changes"),
        (MapSpec, {"edges": -0.1}, "0 to 100"),
        (MapSpec, {"edges": float("nan")}, "0 to 100"),
        (MapSpec, {"smooth": -0.1}, "0 to 20"),
        (MapSpec, {"smooth": 20.5}, "0 to 20"),
        (MapSpec, {"smooth": float("nan")}, "0 to 20"),
        (SplitSpec, {"per_class": 0}, "one label a class"),
        (SplitSpec, {"seed": -2}, "seed -2"),
        (SplitSpec, {"kind": "stripes"}, "Unknown split “stripes”"),
        (SplitSpec, {"percent": 100.0}, "100.0 per cent cannot be drawn"),
        (SplitSpec, {"block": 0}, "Blocks of 0"),
        (SplitSpec, {"guard": -1}, "a guard of -1"),
        (SplitSpec, {"kind": "strokes", "percent": 5.0}, "no share of a class"),
        (SplitSpec, {"kind": "strokes", "strokes": 0}, "0 strokes a class"),
        (SplitSpec, {"kind": "strokes", "pixels": 10_001}, "strokes a class of 10001 pixels"),
    ],
)
def test_a_value_out_of_range_is_refused_with_a_hint(spec, values, message):
    with pytest.raises(HsiError, match=message) as caught:
        spec(**values)
    assert caught.value.hint


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("block", ("block", 1, 25)),
        ("strokes", ("strokes", 1, 25)),
        ("strokes:3", ("strokes", 3, 25)),
        ("strokes:2x12", ("strokes", 2, 12)),
    ],
)
def test_a_split_is_read_from_one_word(text, found):
    assert split_of(text) == found
    assert split_of(str(NamedSplit(*found))) == found


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("stripes:3", "Unknown split “stripes”"),
        ("", "Unknown split “”"),
        ("block:3", "“block:3” cannot be read"),
        ("strokes:", "“strokes:” cannot be read"),
        ("strokes:2x", "“strokes:2x” cannot be read"),
        ("strokes:-1", "“strokes:-1” cannot be read"),
        ("strokes:2x12x3", "“strokes:2x12x3” cannot be read"),
        ("strokes:0", "0 strokes a class"),
        ("strokes:2x0", "of 0 pixels"),
    ],
)
def test_a_word_that_names_no_split_is_refused_with_a_hint(text, message):
    with pytest.raises(HsiError, match=message) as caught:
        split_of(text)
    assert caught.value.hint


def test_numbers_of_strokes_stand_in_the_word_or_beside_it():
    assert split_of("strokes", 3) == split_of("strokes:3")
    assert split_of("strokes", 2, 12) == split_of("strokes:2x12")
    assert split_of("strokes", pixels=12) == ("strokes", 1, 12)
    for wrong in (("strokes:2", 3), ("strokes:2x12", None, 12), ("block", 2), ("random", None, 12), ("strokes", 0)):
        with pytest.raises(HsiError) as caught:
            split_of(*wrong)
        assert caught.value.hint
