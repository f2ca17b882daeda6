from __future__ import annotations

import pytest

from hsigui.cube.demo import demo_scene
from hsigui.cube.demo_spec import DemoSpec
from hsigui.errors import HsiError


@pytest.mark.parametrize(
    ("spec", "name", "words"),
    [
        (DemoSpec(), "demo-mixed", ""),
        (DemoSpec("farmland"), "demo-scene", "--fields farmland"),
        (DemoSpec("plots", noise=0.0, seed=3), "demo-plots-noise0-seed3", "--fields plots --noise 0 --seed 3"),
        (DemoSpec(white=0.05, rows=64, cols=80), "demo-mixed-white0.05-64x80px", "--white 0.05 --size 64x80"),
        (DemoSpec("trees", 2.0, 1e-5), "demo-trees-noise2-white0.00001", "--fields trees --noise 2 --white 0.00001"),
    ],
)  # fmt: skip
def test_a_scene_is_told_by_its_name_and_by_options(spec, name, words):
    assert spec.name == name
    assert DemoSpec.named(name) == spec
    assert " ".join(spec.words()) == words


def test_names_may_be_written_with_colons_and_one_side_for_a_square():
    assert DemoSpec.named("demo") == DemoSpec()
    assert DemoSpec.named("demo:trees:noise2") == DemoSpec("trees", noise=2.0)
    assert DemoSpec.named("demo:farmland:seed1:64px") == DemoSpec("farmland", seed=1, rows=64, cols=64)
    for other in ("salinas_a", "demolition", "demo:forest", "demo:noise", "a demo"):
        assert DemoSpec.named(other) is None


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"fields": "forest"}, "Choose one of: mixed, wide, plots, trees, farmland"),
        ({"noise": -1.0}, "0 or more"),
        ({"white": float("nan")}, "0 or more"),
        ({"cols": 8}, "at least 16 rows and columns"),
    ],
)
def test_a_scene_that_cannot_be_is_refused_in_words(wrong, said):
    with pytest.raises(HsiError) as refusal:
        demo_scene(**wrong)
    assert said in str(refusal.value)


def test_the_scene_says_in_its_name_and_notes_which_it_is():
    scene = demo_scene(1, 32, 32, 6, fields="trees", noise=2, white=0.01)
    assert scene.cube.name == "demo-trees-noise2-white0.01-seed1-32x32px"
    kind, noise, white = scene.cube.info.notes
    assert "simulated" in kind
    assert "hedges" in kind
    assert "2 times" in noise
    assert "0.01" in white
    assert len(demo_scene(rows=32, cols=32, bands=6).cube.info.notes) == 1
