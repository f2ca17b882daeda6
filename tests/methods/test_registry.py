"""The table of methods: complete, and free to look at."""

from __future__ import annotations

import dataclasses
import importlib
import json
import subprocess
import sys

import pytest

from hsigui.errors import HsiError
from hsigui.methods import registry
from hsigui.methods.lscosa import training as lscosa
from hsigui.methods.random_encoder import training as random_encoder
from hsigui.specs import Recipe, levelled
from tests.methods.presets import settings


@pytest.mark.parametrize("info", registry.methods(), ids=lambda m: m.name)
def test_every_method_names_a_module_that_plans_each_of_its_presets(info):
    module = importlib.import_module(info.module)
    for preset in info.presets:
        assert module.plan(preset.settings()).network(4) is not None
    assert callable(module.training)


def test_looking_at_the_table_loads_no_torch():
    program = "import sys, hsigui.methods.registry; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0


def test_every_recipe_comes_back_from_json_as_it_was():
    for info in registry.methods():
        assert Recipe.from_json(json.loads(json.dumps(info.recipe.to_json()))) == info.recipe


def test_methods_come_first_and_every_baseline_that_tables_need_is_there():
    families = [info.family for info in registry.methods()]
    assert families == sorted(families, key=registry.FAMILIES.index)
    assert registry.names()[0] == "lscosa"
    assert set(registry.names("baseline")) == {
        "svm-raw", "rf-raw", "logreg-raw", "svm-pca-smooth", "random-encoder", "spatial-only",
        "svm-spatial",
    }  # fmt: skip


def test_baselines_have_one_preset_without_steps_and_methods_have_steps():
    for info in registry.methods():
        if info.family == "baseline":
            assert [(p.name, p.epochs) for p in info.presets] == [("quick", 0)]
        else:
            assert all(p.epochs > 0 for p in info.presets)


def test_the_untrained_encoder_is_the_quick_network_and_sees_what_it_sees_beside_it():
    assert random_encoder.plan(settings("random-encoder", "quick")) == lscosa.plan(settings("lscosa", "quick"))
    method, untrained, without = (registry.method(n).recipe for n in ("lscosa", "random-encoder", "spatial-only"))
    assert untrained == method
    assert without == levelled(encoder=False)
    assert [level.features for level in without.levels] == [
        dataclasses.replace(level.features, encoder=False) for level in method.levels
    ]


def test_unknown_methods_and_presets_are_refused_with_those_that_exist():
    with pytest.raises(HsiError) as raised:
        registry.method("magic")
    assert "lscosa" in raised.value.hint
    with pytest.raises(HsiError) as raised:
        registry.method("lscosa").preset("slow")
    assert "quick" in raised.value.hint
