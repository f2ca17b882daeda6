"""The scripts of `resources/examples` run, and the help shows them as they are."""

from __future__ import annotations

import importlib
import re
import runpy
import sys
from functools import partial
from pathlib import Path

import pytest

import hsigui
from hsigui import api, plugins
from hsigui.assets import resource
from hsigui.cube.demo import write_demo
from hsigui.labels.formats.files import read_classes

NAMES = ("first_map", "many_scenes", "own_method", "own_reader", "own_report", "own_tool")
PAGES = ("notebooks", "howto-add")


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder, in which the demo scene is small and trainings are short."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(hsigui, "write_demo", partial(write_demo, rows=48, cols=40), raising=False)
    monkeypatch.setattr(hsigui, "pretrain", partial(api.pretrain, epochs=3, device="cpu"), raising=False)
    return tmp_path


def run(name: str) -> None:
    runpy.run_path(str(resource("examples") / f"{name}.py"), run_name="__main__")


def test_every_example_is_a_test_and_stands_in_the_help():
    assert sorted(path.stem for path in resource("examples").glob("*.py")) == sorted(NAMES)
    texts = [(resource("help") / f"{page}.md").read_text(encoding="utf-8") for page in PAGES]
    shown = [code for text in texts for code in re.findall(r"```python\n(.*?)```", text, re.DOTALL)]
    for name in NAMES:
        assert (resource("examples") / f"{name}.py").read_text(encoding="utf-8") in shown, name


def test_a_map_in_ten_lines(here, capsys):
    run("first_map")
    assert float(re.findall(r"\d+\.\d", capsys.readouterr().out)[0]) > 50
    assert read_classes(here / "map.tif").array.shape == (48, 40)


def test_many_scenes_are_learned_from_by_a_list_and_counted(here, capsys):
    run("many_scenes")
    head, *lines = capsys.readouterr().out.strip().splitlines()
    assert head.startswith("scene,overall accuracy,")
    assert [line.split(",")[0] for line in lines] == ["flight0", "flight1", "flight2"]
    assert all(sum(map(int, line.split(",")[2:])) == 48 * 40 for line in lines)


def test_a_method_of_ones_own_learns(here, capsys, monkeypatch):
    monkeypatch.syspath_prepend(resource("examples"))
    monkeypatch.setattr(hsigui, "pretrain", partial(api.pretrain, epochs=60, device="cpu"), raising=False)
    plugins.forget()
    try:
        importlib.import_module("own_method").main()
        first, last, accuracy = map(float, re.findall(r"\d+\.\d+", capsys.readouterr().out))
        assert last < first / 2
        assert accuracy > 50
        with pytest.raises(hsigui.HsiError, match="There is a method"):
            hsigui.add_method(plugins_row("lscosa"))
    finally:
        plugins.forget()
        sys.modules.pop("own_method", None)


def plugins_row(name: str):
    from hsigui.methods import registry

    return registry.method(name)


def test_a_format_of_ones_own_is_read_and_refused_with_a_sentence(here, capsys, monkeypatch):
    monkeypatch.syspath_prepend(resource("examples"))
    plugins.forget()
    try:
        importlib.import_module("own_reader").main()
        assert capsys.readouterr().out == "1 x 2 pixels, 3 bands, 450 to 650 nm\n"
        (here / "short.scenetext").write_text("1 2 3\n450 550 650\n5 6 7\n", encoding="utf-8")
        with pytest.raises(hsigui.HsiError, match="is no text scene"):
            hsigui.open(here / "short.scenetext")
    finally:
        plugins.forget()
        sys.modules.pop("own_reader", None)


def test_a_report_of_ones_own_is_one_page(here, capsys):
    run("own_report")
    page = (here / "report.html").read_text(encoding="utf-8")
    assert page.count("data:image/png;base64,") == 2
    assert "±" in capsys.readouterr().out
