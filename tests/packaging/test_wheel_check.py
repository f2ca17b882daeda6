"""What a wheel needs, and the files of the workflows."""

from __future__ import annotations

import re
import zipfile

import pytest

from tests.packaging import ROOT, script

INSTALLED = script("installed")
METADATA = """Metadata-Version: 2.4
Name: hsigui
Version: 0.1.0
Requires-Dist: numpy>=2.0
Requires-Dist: torch<2.14,>=2.6
Requires-Dist: pyside6-essentials<6.12,>=6.8; python_version < '3.0'
Requires-Dist: pyside6-essentials>=6.8; python_version >= '3.0'
Requires-Dist: zarr>=3.0.8; extra == 'cloud'
Requires-Dist: hsigui[cloud]; extra == 'dev'
Requires-Dist: pytest>=8.2; extra == 'dev'
"""


@pytest.fixture
def wheel(tmp_path):
    path = tmp_path / "hsigui-0.1.0-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("hsigui-0.1.0.dist-info/METADATA", METADATA)
    return str(path)


def test_all_but_pytorch_is_asked_of_pip_for_this_python(wheel):
    assert INSTALLED.needs(wheel, "torch", "") == ["numpy>=2.0", "pyside6-essentials>=6.8"]


def test_an_extra_brings_its_packages_and_those_of_the_extras_in_it(wheel):
    found = INSTALLED.needs(wheel, "torch", "dev")
    assert found == ["numpy>=2.0", "pyside6-essentials>=6.8", "pytest>=8.2", "zarr>=3.0.8"]
    assert "torch<2.14,>=2.6" in INSTALLED.needs(wheel, "", "")


def test_a_wheel_without_its_resources_or_with_strays_is_refused(wheel):
    with pytest.raises(SystemExit, match=r"missing are \['hsigui/__init__\.pyi'"):
        INSTALLED.require_content(wheel)
    with zipfile.ZipFile(wheel, "a") as archive:
        archive.writestr("tests/test_all.py", "")
    with pytest.raises(SystemExit, match=r"beside the package lie \['tests/test_all\.py'\]"):
        INSTALLED.require_content(wheel)


def test_an_extra_of_the_project_is_told_what_proves_it():
    project = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    section = project.split("[project.optional-dependencies]")[1].split("[project.scripts]")[0]
    assert set(re.findall(r"^(\w+) = \[", section, re.M)) - {"dev"} <= set(INSTALLED.OF_EXTRA)


@pytest.mark.parametrize("name", ["checks", "bundles"])
def test_a_workflow_names_scripts_that_there_are(name):
    text = (ROOT / ".github" / "workflows" / f"{name}.yml").read_text(encoding="utf-8")
    named = set(re.findall(r"packaging/[\w.-]+", text))
    assert named
    assert [each for each in named if not (ROOT / each).is_file()] == []
