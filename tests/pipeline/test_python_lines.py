"""Command lines as Python: the same steps with variables between them, or none where a step has no Python."""

from __future__ import annotations

import ast
import shlex

import pytest

from hsigui.errors import HsiError
from hsigui.pipeline.python_lines import python_of


def line(*words: object) -> str:
    return shlex.join(["hsigui", *map(str, words)])


def test_what_one_step_makes_the_next_takes_by_a_variable():
    script = python_of([
        line("sample", "/a b/truth.tif", "--per-class", 5, "--seed", 1, "--out", "labels.tif", "--rest", "rest.tif"),
        line("pretrain", "/a b/scene.hdr", "--method", "lscosa", "--seed", 1, "--device", "cpu", "--out", "run"),
        line("classify", "/a b/scene.hdr", "--run", "run", "--labels", "labels.tif", "--device", "cpu",
             "--smooth", 1.5, "--out", "map.tif"),
        line("evaluate", "map.tif", "--truth", "rest.tif", "--report", "report"),
    ])  # fmt: skip
    assert script.splitlines() == [
        "import hsigui", "",
        "truth = hsigui.read_labels('/a b/truth.tif')",
        "split = hsigui.sample(truth, per_class=5, seed=1)",
        "cube = hsigui.open('/a b/scene.hdr')",
        "encoder = hsigui.pretrain("
        "cube, spec=hsigui.PretrainSpec(method='lscosa', seed=1, device='cpu'), folder='run')",
        "features = hsigui.embed(cube, encoder, folder='run', device='cpu')",
        "classifier = hsigui.fit(features, split.train)",
        "result = hsigui.classify(features, classifier, smooth=1.5)",
        "hsigui.keep(result)", "hsigui.save(result, 'map.tif')",
        "score = hsigui.evaluate(result, split.test)", "hsigui.save(score, 'report')",
    ]  # fmt: skip


def test_settings_and_how_a_cube_is_read_are_python_values():
    script = python_of([
        line("pretrain", "c.mat", "--set", "temperature=0.2", "--set", "mlp=yes", "--set", "steps=20", "--no-monitor",
             "--out", "run", "--axes", "bands-pixels", "--size", "3x4", "--wavelengths", "none", "--scale", "5"),
    ])  # fmt: skip
    ast.parse(script)
    assert "settings={'temperature': 0.2, 'mlp': True, 'steps': 20}" in script
    assert "monitor=False" in script
    assert "choice=hsigui.ImportChoice(axes='bands-pixels', rows=3, cols=4, wavelengths='')" in script
    assert "scale=5.0" in script


def test_bands_left_out_and_numbers_without_a_label_are_arguments_that_count_as_python_does():
    script = python_of([
        line("classify", "c.hdr", "--run", "run", "--labels", "l.tif", "--labels-background=-1,0", "--out", "m.tif",
             "--leave-out-bands", "1,4-6", "--take-in-bands", "9"),
        line("pretrain", "c.hdr", "--monitor-labels", "w.tif", "--monitor-labels-background=255", "--out", "r2"),
    ])  # fmt: skip
    ast.parse(script)
    assert "hsigui.open('c.hdr', leave_out=[0, 3, 4, 5], take_in=[8])" in script
    assert "hsigui.read_labels('l.tif', cube, background='-1,0')" in script
    assert "hsigui.read_labels('w.tif', cube_2, background='255')" in script


MAP = line("classify", "c.hdr", "--run", "r", "--labels", "l.tif", "--cog", "--out", "m.tif")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--out", "c.tif", "--cog"), "hsigui.save(result, 'c.tif', options=hsigui.MapOptions(cloud=True))"),
        (("--cog", "--out", "c.tif"), "hsigui.save(result, 'c.tif', options=hsigui.MapOptions(cloud=True))"),
        (("--out", "n.hdr", "--north-up"), "hsigui.save(result, 'n.hdr', options=hsigui.MapOptions(north_up=True))"),
        (("--out", "p.png", "--bare", "--title", "A b"),
         "hsigui.save(result, 'p.png', options=hsigui.MapOptions(bare=True, title='A b'))"),
        (("--out", "p.gpkg", "p.geojson", "--simplify", "1.5", "--mmu", "20"),
         "hsigui.save(result, 'p.geojson', options=hsigui.MapOptions(simplify=1.5, smallest=20))"),
        (("--out", "p.gpkg", "--mmu", "0.5ha"),
         "hsigui.save(result, 'p.gpkg', options=hsigui.MapOptions(smallest=smallest_unit('0.5ha', result.cube.geo, "
         "result.array.shape)))"),
        (("--sieve", "9", "--out", "p.png", "--legend", "a.csv", "b.clr"), "write_table('b.clr', result_2.classes)"),
    ],
)  # fmt: skip
def test_how_a_map_is_exported_is_told_as_an_argument(words, said):
    script = python_of([MAP, line("export", "m.tif", *words)])
    ast.parse(script)
    assert said in script.splitlines()
    assert "hsigui.save(result, 'm.tif', options=hsigui.MapOptions(cloud=True))" in script, "and that of the first"
    assert script.index("import hsigui") == 0
    for name in ("smallest_unit", "write_table"):
        assert (f"import {name}" in script) == (f"{name}(" in script)


def test_a_truth_is_sampled_as_it_was_read():
    script = python_of([
        line("labels", "p.gpkg", "t.tif", "--scene", "c.hdr", "--buffer", "2"),
        line("sample", "t.tif", "--out", "l.tif", "--rest", "r.tif"),
        line("sample", "g.tif", "--background=255", "--variable", "v", "--out", "l2.tif", "--rest", "r2.tif"),
    ])  # fmt: skip
    assert "split = hsigui.sample(labels)" in script
    assert "truth = hsigui.read_labels('g.tif', variable='v', background='255')" in script


def test_names_that_python_would_read_otherwise_are_quoted():
    script = python_of([line("pretrain", 'it\'s "one"\\.hdr', "--out", "ru'n")])
    opened = next(node for node in ast.walk(ast.parse(script)) if isinstance(node, ast.Call))
    assert opened.args[0].value == 'it\'s "one"\\.hdr'


@pytest.mark.parametrize(
    "words",
    [("study", "scene.hdr", "--out", "x"), ("classify", "s.hdr", "--run", "r", "--labels", "l", "--unheard", "1"),
     ("export", "other.tif", "--out", "m.hdr"), ("evaluate", "a.tif", "b.tif", "--truth", "t.tif")],
)  # fmt: skip
def test_what_has_no_python_is_told_and_not_left_out(words):
    with pytest.raises(HsiError, match="There is no Python"):
        python_of([line(*words)])


def test_several_pixels_of_a_class_are_all_told():
    line = "hsigui classify a.hdr --by sam --pixel water=1,2 --pixel soil=3,4 --pixel water=5,6 --out map.tif"
    assert "pixels={'water': [(1, 2), (5, 6)], 'soil': (3, 4)}" in python_of([line])


def test_areas_and_statistics_by_zone_are_calls_that_save_what_they_give():
    script = python_of([
        line("classify", "c.hdr", "--run", "run", "--probe", "kept", "--out", "map.tif"),
        line("areas", "map.tif", "areas.xlsx", "areas.csv", "--zones", "/a b/parcels.gpkg", "--zone-field", "id",
             "--by-share"),
        line("statistics", "c.hdr", "--zones", "/a b/parcels.gpkg", "--zone-layer", "2026", "--out", "s.gpkg"),
    ])  # fmt: skip
    assert script.splitlines()[-5:] == [
        "areas = hsigui.areas(result, '/a b/parcels.gpkg', zone_field='id', by_share=True)",
        "areas.save('areas.xlsx')", "areas.save('areas.csv')",
        "statistics = hsigui.statistics(cube, zones='/a b/parcels.gpkg', zone_layer='2026')",
        "statistics.save('s.gpkg')",
    ]  # fmt: skip
    with pytest.raises(HsiError):
        python_of([line("areas", "map.tif", "--reference", "test.tif", "--design", "random")])


def test_a_training_on_a_list_of_scenes_reads_the_list():
    script = python_of(["hsigui pretrain --manifest /a/list.csv --normalise scene --method lscosa --out run"])
    assert "scenes = hsigui.read_manifest('/a/list.csv')" in script
    assert (
        "hsigui.pretrain(scenes, spec=hsigui.PretrainSpec(method='lscosa', normalise='scene'), folder='run')" in script
    )
