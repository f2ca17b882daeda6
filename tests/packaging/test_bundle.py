"""The start of the bundle, and what its description names."""

from __future__ import annotations

import ast
import os
import re
import shlex
import subprocess
import sys
import tomllib
from importlib.util import find_spec
from pathlib import Path

import pytest

from hsigui.jobs import SilentContext
from hsigui.pipeline.executors.processes import Processes, start_words
from hsigui.pipeline.executors.seam import Workers
from tests.packaging import PACKAGING, ROOT, script
from tests.pipeline.executors import work

ENTRY = script("entry")
BEGUN = re.compile(r'"-m", "(hsigui[\w.]*)"')


@pytest.mark.parametrize(
    ("words", "module", "rest"),
    [
        ([], "", []),
        (["scene.hdr"], "", ["scene.hdr"]),
        (["-m", "hsigui", "info", "scene.hdr"], "hsigui", ["info", "scene.hdr"]),
        (["-m", "hsigui.pipeline.costs.trial", "a", "b"], "hsigui.pipeline.costs.trial", ["a", "b"]),
        (["-m"], "", ["-m"]),
        (["-m", "http.server"], "", ["-m", "http.server"]),
        (["-m", "hsigui_other"], "", ["-m", "hsigui_other"]),
        (["-c", "print(1)"], "", ["-c", "print(1)"]),
    ],
)
def test_the_bundle_runs_the_program_and_modules_of_it_alone(words, module, rest):
    assert ENTRY.module_asked(words) == (module, rest)


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="elsewhere libraries are not found by a variable")
def test_programs_begun_from_the_bundle_do_not_get_its_libraries():
    inside = {"LD_LIBRARY_PATH": "/opt/hsigui/_internal", "LD_LIBRARY_PATH_ORIG": "/usr/local/lib", "HOME": "/home/a"}
    ENTRY.leave_libraries_to_others(inside)
    assert inside == {"LD_LIBRARY_PATH": "/usr/local/lib", "HOME": "/home/a", "PYINSTALLER_RESET_ENVIRONMENT": "1"}
    alone = {"LD_LIBRARY_PATH": "/opt/hsigui/_internal"}
    ENTRY.leave_libraries_to_others(alone)
    assert alone == {"PYINSTALLER_RESET_ENVIRONMENT": "1"}


@pytest.fixture
def frozen(tmp_path, monkeypatch):
    """A program that is run by `packaging/entry.py`, as the bundle is; `sys` tells of it what it tells of a bundle."""
    program = tmp_path / "Programme äöü" / "hsigui"
    program.parent.mkdir()
    entry = shlex.join([sys.executable, str(PACKAGING / "entry.py")])
    program.write_text(f'#!/bin/sh\nexec {entry} "$@"\n', encoding="utf-8")
    program.chmod(0o755)
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    monkeypatch.setattr(sys, "executable", str(program))
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    return program


@pytest.mark.skipif(sys.platform == "win32", reason="the program is pretended by a shell's script")
def test_worker_processes_of_a_bundle_are_the_bundle_and_do_their_orders(frozen):
    assert start_words()[0] == str(frozen)
    assert "-c" not in start_words(), "a bundle is no Python that takes code"
    with Processes(Workers(2)) as executor:
        ended = list(executor.map(work.doubled, range(4), lambda number: SilentContext()))
    assert sorted(one.value[0] for one in ended) == [0, 2, 4, 6]
    assert os.getpid() not in {one.value[1] for one in ended}


@pytest.mark.skipif(sys.platform == "win32", reason="the program is pretended by a shell's script")
def test_a_bundle_runs_a_module_with_its_words_and_tells_its_exit_code(frozen, tmp_path):
    words = [str(frozen), "-m", "hsigui.pipeline.costs.trial", str(tmp_path / "none.json"), str(tmp_path / "answer")]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "none.json" in done.stderr
    assert "costs/trial.py" in done.stderr
    said = subprocess.run([str(frozen), "-m", "hsigui", "--version"], capture_output=True, text=True, check=True)
    assert said.stdout.startswith("hsigui ")


def test_every_module_that_the_program_begins_a_process_with_is_in_the_bundle_and_can_be_run():
    texts = [path.read_text(encoding="utf-8") for path in (ROOT / "hsigui").rglob("*.py")]
    begun = {module for text in texts for module in BEGUN.findall(text)}
    assert {"hsigui.pipeline.executors", "hsigui.pipeline.costs.trial"} <= begun
    description = (PACKAGING / "hsigui.spec").read_text(encoding="utf-8")
    for module in begun - {"hsigui"}:
        file = ROOT / Path(*module.split("."))
        runs = file / "__main__.py" if file.is_dir() else file.with_suffix(".py")
        assert 'if __name__ == "__main__":' in runs.read_text(encoding="utf-8"), module
        assert f'"{module}' in description, f"hsigui.spec leaves {module} out"


def test_no_process_is_begun_by_code_but_where_the_program_is_no_bundle():
    begin = re.compile(r'sys\.executable, "-c"')
    found = {
        path.relative_to(ROOT).as_posix()
        for path in (ROOT / "hsigui").rglob("*.py")
        if begin.search(path.read_text(encoding="utf-8"))
    }
    assert found == {"hsigui/pipeline/executors/processes.py"}


def test_the_description_of_the_bundle_names_what_there_is():
    tree = ast.parse((PACKAGING / "hsigui.spec").read_text(encoding="utf-8"))
    texts = {node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str)}
    for name in texts:
        if re.fullmatch(r"hsigui(\.\w+)+", name) and not name.endswith((".ico", ".icns", ".app", ".svg")):
            assert find_spec(name) is not None, name
    metadata = next(
        ast.literal_eval(node.iter)
        for node in ast.walk(tree)
        if isinstance(node, ast.For) and any(isinstance(inside, ast.Try) for inside in node.body)
    )
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    lines = [*project["dependencies"], *(line for extra in project["optional-dependencies"].values() for line in extra)]
    needed = {re.split(r"[^\w.-]", line)[0] for line in lines}
    assert set(metadata) - needed == {"numcodecs"}, "that one is zarr's"


@pytest.fixture(scope="module")
def needed():
    """The rule of the bundle's description, by which a file is taken in."""
    tree = ast.parse((PACKAGING / "hsigui.spec").read_text(encoding="utf-8"))
    wanted = {"_UNNEEDED", "_ONLY_FOR_THOSE", "_OF_DESKTOPS", "_SOURCES", "_SERVICES", "needed"}
    parts = [
        node
        for node in tree.body
        if (isinstance(node, ast.FunctionDef) and node.name in wanted)
        or (isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name) and node.targets[0].id in wanted)
    ]
    assert len(parts) == len(wanted)
    names = {"re": re, "languages": ["de", "zh"]}
    exec(compile(ast.Module(parts, type_ignores=[]), "hsigui.spec", "exec"), names)
    return lambda name: bool(names["needed"]((name, "", "DATA")))


def test_the_bundle_leaves_out_no_file_that_ships_beside_the_code_but_sources_of_languages(needed):
    files = [path.relative_to(ROOT).as_posix() for path in (ROOT / "resources").rglob("*") if path.is_file()]
    left_out = [name for name in files if not needed(f"hsigui/{name}")]
    assert len(files) > 100
    assert {Path(name).suffix for name in left_out} == {".po"}


@pytest.mark.parametrize(
    ("name", "taken"),
    [
        ("PySide6/Qt/lib/libQt6Gui.so.6", True),
        ("PySide6/Qt/lib/libQt6Network.so.6", False),
        ("libQt6Network.so.6", False),
        ("PySide6/Qt/plugins/platforms/libqxcb.so", True),
        ("PySide6/Qt/plugins/platforms/libqwayland.so", True),
        ("PySide6/Qt/plugins/platforms/libqoffscreen.so", True),
        ("PySide6/Qt/plugins/platformthemes/libqgtk3.so", False),
        ("PySide6/Qt/translations/qtbase_zh_CN.qm", True),
        ("PySide6/Qt/translations/qtbase_fr.qm", False),
        ("libharfbuzz.so.0", False),
        ("pillow.libs/libharfbuzz-fb49c9fc.so.0.61450.0", True),
        ("libglib-2.0.so.0", True),
        ("libdbus-1.so.3", False),
        ("numcodecs/lz4.cpython-311-x86_64-linux-gnu.so", True),
        ("rasterio.libs/liblz4-1a2b.so.1", True),
        ("torch/bin/torch_shm_manager", True),
        ("torch/bin/test_api", False),
        ("botocore/data/s3/2006-03-01/service-2.json.gz", True),
        ("botocore/data/ec2/2016-11-15/service-2.json.gz", False),
        ("torch-2.13.0+cpu.dist-info/METADATA", True),
        ("torch-2.13.0+cpu.dist-info/licenses/LICENSE", True),
        ("torch-2.13.0+cpu.dist-info/RECORD", False),
        ("pyogrio/tests/fixtures/test.gpkg", False),
        ("rasterio/gdal_data/ecw_cs.wkt", True),
    ],
)
def test_the_bundle_takes_what_its_parts_need(needed, name, taken):
    assert needed(name) is taken
