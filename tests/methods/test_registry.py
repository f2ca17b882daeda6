"""The table of methods: complete, and free to look at."""

from __future__ import annotations

import importlib
import subprocess
import sys

import pytest

from hsigui.errors import HsiError
from hsigui.methods import registry


@pytest.mark.parametrize("info", registry.METHODS, ids=lambda m: m.name)
def test_every_method_names_a_module_that_plans_each_of_its_presets(info):
    module = importlib.import_module(info.module)
    for preset in info.presets:
        assert module.plan(preset.name).network(4) is not None
    assert callable(module.training)


def test_looking_at_the_table_loads_no_torch():
    program = "import sys, hsigui.methods.registry; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0


def test_unknown_methods_and_presets_are_refused_with_those_that_exist():
    with pytest.raises(HsiError) as raised:
        registry.method("magic")
    assert "lscosa" in raised.value.hint
    with pytest.raises(HsiError) as raised:
        registry.method("lscosa").preset("slow")
    assert "quick" in raised.value.hint
