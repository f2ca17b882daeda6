"""The command line: exit codes, messages, and what is left on disk."""

from __future__ import annotations

import dataclasses
import html
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import psutil
import pytest

from hsigui import cli
from hsigui.__main__ import main
from hsigui.cube.demo import demo_scene
from hsigui.cube.demo_spec import DemoSpec
from hsigui.cube.formats.envi import write_cube
from hsigui.jobs import Cancelled, SilentContext
from hsigui.labels.classes import ClassInfo, ClassTable
from hsigui.labels.formats.files import read_classes, write_classes


@pytest.fixture(scope="module")
def small(tmp_path_factory) -> Path:
    """A folder with a small scene, its truth, and labels of another size."""
    folder = tmp_path_factory.mktemp("small")
    scene = demo_scene(seed=1, rows=48, cols=40, bands=30)
    write_cube(folder / "scene.hdr", scene.cube.read().astype(np.float32), scene.cube.info)
    classes = ClassTable(tuple(ClassInfo(*entry) for entry in scene.classes))
    write_classes(folder / "truth.tif", scene.truth, classes, scene.cube.geo)
    write_classes(folder / "other.tif", np.ones((5, 6), dtype=np.uint16), classes)
    return folder


def test_no_argument_or_a_path_asks_for_the_window_and_a_command_does_not(monkeypatch):
    assert cli.window_request([]) == cli.WindowRequest()
    assert cli.window_request(["scene.hdr"]) == cli.WindowRequest(path=Path("scene.hdr"))
    for words in (["info", "x.hdr"], ["--help"], ["x.hdr", "y.hdr"], ["demo", "--headless"], ["evalute"]):
        assert cli.window_request(words) is None
    monkeypatch.setattr(cli, "has_display", lambda: True)
    assert cli.window_request(["demo"]) == cli.WindowRequest(demo=True)
    words = ["demo", "--fields", "plots", "--noise", "0.5", "--seed", "3", "--size", "64"]
    wanted = cli.window_request(words)
    assert wanted == cli.WindowRequest(demo=True, scene=DemoSpec("plots", 0.5, 0.0, 3, 64, 64))
    monkeypatch.setattr(cli, "has_display", lambda: False)
    assert cli.window_request(["demo"]) is None


@pytest.mark.parametrize(
    "words",
    [
        ["info"],
        ["nonsense", "a", "b"],
        ["sample", "x.tif", "--per-class", "0"],
        ["pretrain", "x", "--preset", "slow"],
        ["demo", "--fields", "forest"],
        ["demo", "--noise", "-1"],
        ["demo", "--noise", "nan"],
        ["demo", "--size", "8"],
        ["--seed"],
    ],
)
def test_wrong_usage_ends_with_2_and_says_how(words, capsys):
    with pytest.raises(SystemExit) as ended:
        main(words)
    assert ended.value.code == 2
    assert "usage" in capsys.readouterr().err


def test_help_is_there_without_loading_anything_heavy():
    program = (
        "import sys; from hsigui import cli; cli.build_parser().format_help(); "
        "sys.exit(any(m in sys.modules for m in ('numpy', 'torch', 'PySide6')))"
    )
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0


def test_the_whole_job_runs_by_commands(small, tmp_path, capsys):
    out = {name: str(tmp_path / name) for name in ("labels.tif", "test.tif", "run", "map.tif", "map.hdr", "sure.tif")}
    cube = str(small / "scene.hdr")
    sample = ["sample", str(small / "truth.tif"), "--per-class", "5", "--seed", "3"]
    assert main([*sample, "--out", out["labels.tif"], "--rest", out["test.tif"]]) == 0
    labels, rest = read_classes(out["labels.tif"]).array, read_classes(out["test.tif"]).array
    truth = read_classes(small / "truth.tif").array
    assert not ((labels > 0) & (rest > 0)).any()
    assert np.array_equal(labels + rest, truth)

    assert main(["pretrain", cube, "--epochs", "8", "--seed", "3", "--device", "cpu", "--out", out["run"]]) == 0
    common = ["classify", cube, "--run", out["run"], "--labels", out["labels.tif"]]
    assert main([*common, "--out", out["map.tif"], "--confidence", out["sure.tif"]]) == 0
    assert main([*common, "--out", out["map.hdr"]]) == 0
    assert np.array_equal(read_classes(out["map.tif"]).array, read_classes(out["map.hdr"]).array)
    capsys.readouterr()

    scored = ["evaluate", out["map.tif"], "--truth", out["test.tif"], "--json", "--report", str(tmp_path / "report")]
    assert main(scored) == 0
    captured = capsys.readouterr()
    figures = json.loads(captured.out)
    matrix = np.array(figures["matrix"])
    predicted = read_classes(out["map.tif"]).array
    tested = rest > 0
    assert figures["oa"] == pytest.approx((predicted == rest)[tested].mean())
    assert matrix.sum() == tested.sum()
    assert [c["number"] for c in figures["classes"]] == sorted(np.unique(truth)[1:].tolist())
    page = (tmp_path / "report" / "report.html").read_text(encoding="utf-8")
    assert "without labels" in page
    text = html.unescape(re.sub(r"<[^>]+>", "", page))
    assert "--run run" in text, "the commands are to be run in an empty folder"
    assert f"--truth {out['test.tif']}" in text


def test_a_baseline_goes_the_way_of_a_method_and_its_map_says_what_it_is(small, tmp_path, capsys):
    run, labels, drawn = tmp_path / "run", tmp_path / "labels.tif", tmp_path / "map.tif"
    truth, scene = str(small / "truth.tif"), str(small / "scene.hdr")
    main(["sample", truth, "--per-class", "5", "--out", str(labels), "--rest", str(tmp_path / "test.tif")])
    assert main(["pretrain", scene, "--method", "svm-pca-smooth", "--device", "cpu", "--out", str(run)]) == 0
    made = ["classify", scene, "--run", str(run), "--labels", str(labels), "--device", "cpu", "--out", str(drawn)]
    assert main([*made, "--smooth", "1.5"]) == 0
    record = json.loads((tmp_path / "map.tif.hsigui.json").read_text(encoding="utf-8"))
    assert record["settings"]["Probe"]["classifier"] == "support vector machine, RBF kernel"
    assert record["settings"]["Features"]["principal components"] == 30
    assert record["settings"]["Map"]["smoothing of probabilities (pixels)"] == 1.5
    capsys.readouterr()
    assert main([*made, "--smooth", "50"]) == 1
    assert "0 to 20" in capsys.readouterr().err


def test_training_pixels_are_left_out_of_a_score_on_the_full_truth(small, tmp_path, capsys):
    labels, run, drawn = (str(tmp_path / n) for n in ("labels.tif", "run", "map.tif"))
    truth = str(small / "truth.tif")
    assert main(["sample", truth, "--per-class", "4", "--out", labels, "--rest", str(tmp_path / "rest.tif")]) == 0
    cube = str(small / "scene.hdr")
    assert main(["pretrain", cube, "--epochs", "3", "--device", "cpu", "--out", run]) == 0
    assert main(["classify", cube, "--run", run, "--labels", labels, "--out", drawn]) == 0
    capsys.readouterr()
    assert main(["evaluate", drawn, "--truth", truth, "--json"]) == 0
    figures = json.loads(capsys.readouterr().out)
    trained = int((read_classes(labels).array > 0).sum())
    assert figures["overlap"] == trained
    assert np.array(figures["matrix"]).sum() == (read_classes(truth).array > 0).sum() - trained


def test_info_prints_for_people_and_as_json(small, capsys):
    assert main(["info", str(small / "scene.hdr")]) == 0
    assert "48" in capsys.readouterr().out
    assert main(["info", str(small / "scene.hdr"), "--json"]) == 0
    about = json.loads(capsys.readouterr().out)
    assert (about["rows"], about["cols"], about["bands"]) == (48, 40, 30)


def test_the_options_say_how_an_array_becomes_the_scene(tmp_path, capsys):
    import scipy.io

    flat = np.arange(7 * 30, dtype=np.float32).reshape(7, 30)
    nm = np.linspace(400, 1000, 7)
    scipy.io.savemat(tmp_path / "flat.mat", {"study": {"spectra": flat}, "centres": nm})
    words = ["info", str(tmp_path / "flat.mat"), "--json", "--variable", "study.spectra", "--axes", "bands,pixels"]
    assert main([*words, "--size", "5x6", "--wavelengths", "centres"]) == 0
    about = json.loads(capsys.readouterr().out)
    assert (about["rows"], about["cols"], about["bands"]) == (5, 6, 7)
    assert about["wavelength_last_nm"] == 1000
    assert main([*words, "--size", "5x6", "--wavelengths", "none"]) == 0
    assert json.loads(capsys.readouterr().out)["wavelength_last_nm"] is None
    assert main([*words, "--size", "5x7"]) == 1
    assert "30" in capsys.readouterr().err
    with pytest.raises(SystemExit):
        main([*words, "--size", "30"])


def _bad_inputs(small: Path, folder: Path) -> dict[str, list[str]]:
    (folder / "alone.hdr").write_bytes((small / "scene.hdr").read_bytes())
    (folder / "short.hdr").write_bytes((small / "scene.hdr").read_bytes())
    (folder / "short.img").write_bytes((small / "scene.img").read_bytes()[:1000])
    (folder / "none.hdr").write_text("BYTEORDER I\nNROWS 3\n", encoding="utf-8")
    (folder / "none.img").write_bytes(b"0" * 100)
    import scipy.io

    scipy.io.savemat(folder / "flat.mat", {"text": "no cube", "x": np.arange(3.0)})
    classify = ["classify", str(small / "scene.hdr"), "--run", str(folder / "run")]
    return {
        "missing file": ["info", str(folder / "nothing.hdr")],
        "missing data file": ["info", str(folder / "alone.hdr")],
        "truncated data": ["info", str(folder / "short.hdr")],
        "no ENVI header": ["info", str(folder / "none.hdr")],
        "no cube in .mat": ["info", str(folder / "flat.mat")],
        "labels of another size": [
            *classify, "--labels", str(small / "other.tif"), "--out", str(folder / "map.tif"),
        ],
        "truth of another size": ["evaluate", str(small / "other.tif"), "--truth", str(small / "truth.tif")],
        "not a run": [
            *classify, "--labels", str(small / "truth.tif"), "--out", str(folder / "map.tif"),
        ],
    }  # fmt: skip


CASES = ("missing file", "missing data file", "truncated data", "no ENVI header", "no cube in .mat",
         "labels of another size", "truth of another size", "not a run")  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_bad_input_ends_with_1_a_sentence_and_a_hint_and_writes_nothing(case, small, tmp_path, capsys):
    words = _bad_inputs(small, tmp_path)[case]
    before = {p: p.read_bytes() for p in (*tmp_path.iterdir(), *small.iterdir()) if p.is_file()}
    assert main(words) == 1
    said = capsys.readouterr()
    assert said.out == ""
    first, hint = said.err.splitlines()[0], said.err.splitlines()[1]
    assert first.startswith("hsigui: ")
    assert len(hint.strip()) > 10
    assert "Traceback" not in said.err
    assert {p: p.read_bytes() for p in (*tmp_path.iterdir(), *small.iterdir()) if p.is_file()} == before


def test_a_size_mismatch_names_both_sizes(small, tmp_path, capsys):
    main(_bad_inputs(small, tmp_path)["labels of another size"])
    assert re.search("5 x 6.*48 x 40", capsys.readouterr().err)


def ended_children() -> float:
    """Seconds of the processor that all processes took that were started here and have ended."""
    import resource  # POSIX only

    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


@pytest.mark.skipif(sys.platform == "win32", reason="sends a POSIX signal")
def test_ctrl_c_cancels_pretraining_with_130_and_leaves_no_run(small, tmp_path):
    words = [
        "pretrain",
        str(small / "scene.hdr"),
        "--epochs",
        "100000",
        "--device",
        "cpu",
        "--out",
        str(tmp_path / "run"),
        "--progress",
        "json",  # of lines for a log the second comes after a minute
    ]
    environment = {**os.environ, "PYTHONUNBUFFERED": "1"}
    command = [sys.executable, "-m", "hsigui", *words]
    earlier = ended_children()
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env=environment) as process:
        assert process.stderr is not None
        for line in process.stderr:
            if "Pretraining" in line:
                break
        time.sleep(0.5)
        until_sent = sum(psutil.Process(process.pid).cpu_times()[:2])
        process.send_signal(signal.SIGINT)
        rest = process.stderr.read()
        assert process.wait(timeout=10) == 130
    assert ended_children() - earlier - until_sent < 3, "processor seconds, however busy the machine is"
    assert "cancelled" in rest
    assert "Traceback" not in rest
    assert not (tmp_path / "run" / "run.json").exists()


def test_an_unfinished_pretraining_goes_on_with_resume_and_only_with_its_own_settings(small, tmp_path, capsys):
    from hsigui.cube.open import open_cube
    from hsigui.methods import loop
    from hsigui.pipeline.pretrain import pretrain
    from hsigui.specs import PretrainSpec

    class Stopping(SilentContext):
        def metric(self, name, value, step):
            if step == 4:
                raise Cancelled

    run, cube = tmp_path / "run", open_cube(small / "scene.hdr")
    with pytest.MonkeyPatch.context() as patch:
        for name in ("READ_SECONDS", "KEEP_SECONDS", "KEEP_SHARE"):
            patch.setattr(loop, name, 0.0)
        with pytest.raises(Cancelled):
            pretrain(cube, PretrainSpec(epochs=6, device="cpu"), Stopping(), run)
    assert [p.name for p in run.iterdir()] == ["resume.safetensors"]
    words = ["pretrain", str(small / "scene.hdr"), "--device", "cpu", "--out", str(run), "--resume", "--epochs"]
    assert main([*words, "7"]) == 1
    assert "epochs 6, not 7" in capsys.readouterr().err
    assert main([*words, "6", "--monitor-labels", str(small / "truth.tif")]) == 1
    assert "begun with monitor labels none" in capsys.readouterr().err
    assert main([*words, "6"]) == 0
    assert not (run / "resume.safetensors").exists()
    assert len(json.loads((run / "run.json").read_text(encoding="utf-8"))["losses"]) == 6
    assert main([*words, "6"]) == 1
    assert "no unfinished training" in capsys.readouterr().err


def test_a_finished_run_is_trained_over_only_when_told(small, tmp_path, capsys):
    run = tmp_path / "run"
    words = ["pretrain", str(small / "scene.hdr"), "--device", "cpu", "--epochs", "2", "--out", str(run)]
    assert main(words) == 0
    before = (run / "weights.safetensors").read_bytes()
    assert main([*words, "--seed", "1"]) == 1
    assert "--replace" in capsys.readouterr().err
    assert (run / "weights.safetensors").read_bytes() == before
    assert main([*words, "--seed", "1", "--replace"]) == 0
    assert (run / "weights.safetensors").read_bytes() != before


@pytest.mark.parametrize("word", ["foo", "pretrian"])
def test_a_bare_word_that_is_no_file_is_a_mistyped_command(word, capsys):
    assert cli.window_request([word]) is None
    with pytest.raises(SystemExit) as stopped:
        main([word])
    assert stopped.value.code == 2
    assert word in capsys.readouterr().err


def test_a_number_that_is_none_is_told_in_words(capsys):
    with pytest.raises(SystemExit):
        main(["sample", "t.tif", "--per-class", "abc", "--out", "a.tif", "--rest", "b.tif"])
    assert "'abc' is no whole number" in capsys.readouterr().err


def test_an_output_that_is_an_input_is_refused_before_anything_is_read(small, tmp_path, capsys):
    for name in ("scene.hdr", "scene.img", "truth.tif"):
        shutil.copy(small / name, tmp_path / name)
    cube, truth, labels = (str(tmp_path / n) for n in ("scene.hdr", "truth.tif", "l.tif"))
    before = {p: p.read_bytes() for p in tmp_path.iterdir()}
    common = ["classify", cube, "--run", str(tmp_path / "run"), "--labels", truth]
    for words in (
        ["sample", truth, "--out", truth, "--rest", labels],
        ["sample", truth, "--out", labels, "--rest", labels],
        [*common, "--out", cube],
        [*common, "--out", str(tmp_path / "scene.img")],
        [*common, "--out", truth],
        [*common, "--out", labels, "--confidence", labels],
        [*common, "--out", str(tmp_path / "map.webp")],
        [*common, "--out", labels, "--confidence", str(tmp_path / "sure.png")],
        ["pretrain", cube, "--out", truth],
    ):
        assert main(words) == 1, words
        assert capsys.readouterr().err.startswith("hsigui: "), words
    assert {p: p.read_bytes() for p in tmp_path.iterdir()} == before


def test_classes_are_matched_by_name_when_a_map_is_scored(small, tmp_path, capsys):
    truth = read_classes(small / "truth.tif")
    numbers = truth.classes.numbers
    other = dict(zip(numbers, numbers[::-1], strict=True))
    array = np.zeros_like(truth.array)
    for old, new in other.items():
        array[truth.array == old] = new
    renamed = ClassTable(tuple(ClassInfo(other[c.number], c.name, c.color) for c in truth.classes))
    write_classes(tmp_path / "map.tif", array, renamed, truth.geo)
    assert main(["evaluate", str(tmp_path / "map.tif"), "--truth", str(small / "truth.tif"), "--json"]) == 0
    said = capsys.readouterr()
    figures = json.loads(said.out)
    assert figures["oa"] == 1.0
    assert any("by name" in note for note in figures["notes"])
    assert "not known which pixels" in said.err


def test_a_map_that_lies_elsewhere_is_not_scored(small, tmp_path, capsys):
    truth = read_classes(small / "truth.tif")
    a, b, c, d, e, f = truth.geo.transform
    moved = dataclasses.replace(truth.geo, transform=(a, b, c + 1000, d, e, f))
    write_classes(tmp_path / "map.tif", truth.array, truth.classes, moved)
    assert main(["evaluate", str(tmp_path / "map.tif"), "--truth", str(small / "truth.tif")]) == 1
    assert "lie elsewhere" in capsys.readouterr().err


def test_labels_drawn_anew_under_the_same_name_are_not_taken_for_those_of_the_map(small, tmp_path, capsys):
    labels, rest, run, drawn = (str(tmp_path / n) for n in ("l.hdr", "t.hdr", "run", "map.hdr"))
    sample = ["sample", str(small / "truth.tif"), "--per-class", "3", "--out", labels, "--rest", rest]
    assert main([*sample, "--seed", "0"]) == 0
    cube = str(small / "scene.hdr")
    assert main(["pretrain", cube, "--epochs", "2", "--device", "cpu", "--out", run]) == 0
    assert main(["classify", cube, "--run", run, "--labels", labels, "--out", drawn]) == 0
    assert main([*sample, "--seed", "7"]) == 0
    capsys.readouterr()
    assert main(["evaluate", drawn, "--truth", rest]) == 0
    assert "moved or changed" in capsys.readouterr().err


def test_a_class_with_too_few_pixels_is_named(small, tmp_path, capsys):
    out = ["--out", str(tmp_path / "l.tif"), "--rest", str(tmp_path / "t.tif")]
    assert main(["sample", str(small / "truth.tif"), "--per-class", "5000", *out]) == 0
    assert "are left for testing" in capsys.readouterr().err


def test_without_a_display_the_window_is_refused_in_words(monkeypatch, capsys):
    monkeypatch.setattr(cli, "has_display", lambda: False)
    monkeypatch.delenv("QT_QPA_PLATFORM", raising=False)
    assert main([]) == 1
    assert "no display" in capsys.readouterr().err


def test_the_window_takes_one_thread_for_products_before_numpy_comes():
    code = (
        "import os, sys, hsigui.__main__ as m; from hsigui import cli; cli.window_request(['x']); "
        "assert 'numpy' not in sys.modules; m.take_one_blas_thread(); print(os.environ['OPENBLAS_NUM_THREADS'])"
    )
    for set_by_user, told in ((None, "1"), ("3", "3")):
        environment = {name: value for name, value in os.environ.items() if name != "OPENBLAS_NUM_THREADS"}
        environment |= {} if set_by_user is None else {"OPENBLAS_NUM_THREADS": set_by_user}
        done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)
        assert done.stdout.strip() == told


def test_a_reader_of_a_list_that_goes_away_is_not_worth_a_word() -> None:
    reader, writer = os.pipe()
    os.close(reader)
    command = [sys.executable, "-u", "-m", "hsigui", "pretrain", "--list-settings", "lscosa"]
    done = subprocess.run(command, stdout=writer, stderr=subprocess.PIPE, text=True, check=False)
    os.close(writer)
    assert (done.returncode, done.stderr) == (1, "")
