"""Scripts for clusters, run as schedulers run them: by stand-ins for `sbatch`, `srun` and, where none is installed,
`snakemake`, with real processes."""

from __future__ import annotations

import ast
import csv
import json
import os
import re
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import rasterio

from hsigui.__main__ import main
from hsigui.cube.cube import Geo
from hsigui.cube.demo import demo_scene
from hsigui.cube.formats.envi import write_cube
from hsigui.labels.classes import ClassInfo, ClassTable
from hsigui.labels.formats.files import write_classes

CROP = 16
PROGRAM = f"{sys.executable} -m hsigui"
COMMAND = ["classify", "crops of may/*.hdr", "--run", "run", "--device", "cpu"]


@pytest.fixture(scope="module")
def place(tmp_path_factory) -> Path:
    """A run that keeps a classifier, and six crops of its scene."""
    folder = tmp_path_factory.mktemp("cluster")
    made = demo_scene(seed=1, rows=2 * CROP, cols=3 * CROP, bands=12)
    values, info = made.cube.read().astype(np.float32), made.cube.info
    write_cube(folder / "scene.hdr", values, info)
    table = ClassTable(tuple(ClassInfo(*entry) for entry in made.classes))
    write_classes(folder / "truth.tif", made.truth, table, made.cube.geo)
    run = ["--run", folder / "run", "--labels", folder / "truth.tif", "--out", folder / "map.tif"]
    for words in (["pretrain", folder / "scene.hdr", "--method", "svm-pca-smooth", "--out", folder / "run"],
                  ["classify", folder / "scene.hdr", *run]):  # fmt: skip
        assert main([*map(str, words), "--device", "cpu"]) == 0
    a, b, c, d, e, f = info.geo.transform
    for number in range(6):
        top, left = CROP * (number // 3), CROP * (number % 3)
        geo = Geo((a, b, c + a * left, d, e, f + e * top), info.geo.crs_wkt)
        part = values[top : top + CROP, left : left + CROP]
        write_cube(folder / "crops of may" / f"crop-{number}.hdr", part, replace(info, geo=geo))
    return folder


@pytest.fixture
def recorder(tmp_path) -> str:
    """A program that notes its words in place of doing anything, and fails where one of them is `fail`."""
    path = tmp_path / "recorder.py"
    path.write_text(
        "import json, os, pathlib, sys\n"
        "told = {'words': sys.argv[1:], 'threads': os.environ['OMP_NUM_THREADS']}\n"
        f"place = pathlib.Path({str(tmp_path / 'told')!r}); place.mkdir(exist_ok=True)\n"
        "(place / f'{os.getpid()}.json').write_text(json.dumps(told))\n"
        "if 'merge' in sys.argv:\n"
        "    out = pathlib.Path(sys.argv[sys.argv.index('--out') + 1]); out.mkdir()\n"
        "    (out / 'outcomes.csv').write_text('cube')\n"
    )
    return f"{sys.executable} {path}"


def told(folder: Path) -> list[dict[str, object]]:
    files = sorted((folder / "told").iterdir(), key=lambda path: path.stat().st_mtime_ns)
    return [json.loads(path.read_text()) for path in files]


def sbatch(script: Path, *words: str, array: str = "", folder: Path) -> list[int]:
    """Runs the tasks of an array at once, as SLURM does; returns how they ended."""
    asked = dict(re.findall(r"^#SBATCH --([a-z-]+)=(\S+)", script.read_text(), re.M))
    first, _, last = (array or asked["array"]).partition("-")
    tasks = range(int(first), int(last or first) + 1)
    tools = folder / "tools"
    tools.mkdir(exist_ok=True)
    (tools / "srun").write_text('#!/bin/sh\nexec "$@"\n')
    (tools / "srun").chmod(0o755)
    started = []
    for task in tasks:
        log = folder / asked["output"].replace("%A", "7").replace("%a", str(task))
        environment = {**os.environ, "PATH": f"{tools}:{os.environ['PATH']}", "SLURM_ARRAY_TASK_ID": str(task),
                       "SLURM_ARRAY_TASK_COUNT": str(len(tasks)), "SLURM_ARRAY_JOB_ID": "7",
                       "SLURM_CPUS_PER_TASK": asked["cpus-per-task"]}  # fmt: skip
        with log.open("w") as file:
            command = ["bash", str(script), *words]
            started.append(subprocess.Popen(command, env=environment, cwd="/", stdout=file, stderr=file))
    return [process.wait(timeout=300) for process in started]


def rows(table: Path) -> list[tuple[str, ...]]:
    with table.open(encoding="utf-8", newline="") as file:
        return [(Path(row["cube"]).name, row["outcome"], Path(row["map"]).name, row["pixels"], row["classes"])
                for row in csv.DictReader(file)]  # fmt: skip


def test_an_array_job_makes_bit_for_bit_the_maps_and_the_table_of_one_process(place, monkeypatch):
    monkeypatch.chdir(place)
    script = ["cluster-script", "--tasks", "2", "--cpus", "1", "--program", PROGRAM, "--out", "job.sh"]
    assert main([*script, "--", *COMMAND, "--out-dir", "maps"]) == 0
    assert main([*COMMAND, "--out-dir", "alone"]) == 0
    assert sbatch(place / "job.sh", folder=place) == [0, 0], (place / "hsigui-classify-7_1.log").read_text()
    assert sbatch(place / "job.sh", "merge", array="1", folder=place) == [0]
    assert rows(place / "maps" / "outcomes.csv") == rows(place / "alone" / "outcomes.csv")
    assert rows(place / "maps-merged" / "outcomes.csv") == rows(place / "alone" / "outcomes.csv")
    names = [path.name for path in (place / "alone").glob("*-map.tif*") if path.suffix != ".json"]
    assert len(names) == 12
    for name in names:
        assert (place / "maps" / name).read_bytes() == (place / "alone" / name).read_bytes()
    with rasterio.open(place / "maps-merged" / "mosaic.vrt") as file:
        whole = file.read(1)
    for number in range(6):
        with rasterio.open(place / "alone" / f"crop-{number}-map.tif") as file:
            top, left = CROP * (number // 3), CROP * (number % 3)
            assert np.array_equal(whole[top : top + CROP, left : left + CROP], file.read(1))


def test_a_share_that_is_given_again_is_the_same_share(tmp_path, monkeypatch, recorder):
    monkeypatch.chdir(tmp_path)
    script = ["cluster-script", "--tasks", "3", "--cpus", "2", "--program", recorder, "--out", "job.sh"]
    assert main([*script, "--", *COMMAND, "--out-dir", "maps"]) == 0
    assert sbatch(tmp_path / "job.sh", array="2", folder=tmp_path) == [0]
    wanted = [*COMMAND, "--out-dir", "maps", "--progress", "lines", "--shard", "2/3"]
    assert told(tmp_path) == [{"words": wanted, "threads": "2"}]


def snakemake(snakefile: Path) -> None:
    """Runs a Snakefile by Snakemake or, where that is not installed, by a reader of what is used of its language."""
    if (program := shutil.which("snakemake")) is not None:
        subprocess.run([program, "--snakefile", snakefile, "--cores", "2"], check=True, cwd="/", timeout=300)
        return
    text = snakefile.read_text()
    folder = Path(ast.literal_eval(re.search(r"^workdir: (.+)$", text, re.M)[1]))
    count = int(re.search(r"^TASKS = (\d+)$", text, re.M)[1])
    rules = dict(re.findall(r"^rule (\w+):\n((?:    .*\n|\n(?=    ))*)", text, re.M))
    share = rules.pop("share")
    written = {**rules, "share": share}
    shell = {name: "".join(map(ast.literal_eval, _part(body, "shell")))
             for name, body in written.items() if "shell:" in body}  # fmt: skip
    log = ast.literal_eval(_part(share, "log")[0].rstrip(","))

    class Wildcards:
        task = 0

    for task in range(1, count + 1):
        Wildcards.task = task
        place = folder / log.format(task=task)
        place.parent.mkdir(exist_ok=True)
        threads = re.search(r"threads: (\d+)", share)[1]
        words = shell["share"].format(threads=threads, wildcards=Wildcards, log=place)
        subprocess.run(["bash", "-euo", "pipefail", "-c", words], check=True, cwd=folder, timeout=300)
    if "merge" in shell:
        words = shell["merge"].format()
        environment = {**os.environ, "OMP_NUM_THREADS": "1"}
        subprocess.run(["bash", "-euo", "pipefail", "-c", words], check=True, cwd=folder, env=environment, timeout=300)


def _part(rule: str, name: str) -> list[str]:
    """The lines of a part of a rule."""
    return [line.strip() for line in re.search(rf"^    {name}:\n((?:        .*\n?)+)", rule, re.M)[1].splitlines()]


def test_a_snakefile_does_all_shares_and_then_merges(tmp_path, monkeypatch, recorder):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    script = ["cluster-script", "--for", "snakemake", "--tasks", "3", "--cpus", "2", "--program", recorder]
    command = ["classify", "{a} 'b'/*.hdr", *COMMAND[2:], "--out-dir", "maps"]
    assert main([*script, "--out", "Snakefile", "--", *command]) == 0
    snakemake(tmp_path / "Snakefile")
    *shares, last = told(tmp_path)
    wanted = [[*command, "--progress", "lines", "--shard", f"{task}/3"] for task in (1, 2, 3)]
    assert sorted(one["words"] for one in shares) == wanted
    assert last["words"] == ["merge", "maps", "--out", "maps-merged", "--cubes", "{a} 'b'/*.hdr"]


def test_a_study_is_shared_by_the_same_command_in_every_task(tmp_path, monkeypatch, recorder):
    monkeypatch.chdir(tmp_path)
    study = ["study", "scene.hdr", "--truth", "truth.tif", "--out", "study", "--quiet"]
    for kind, name in (("slurm", "job.sh"), ("snakemake", "Snakefile")):
        script = ["cluster-script", "--for", kind, "--tasks", "2", "--program", recorder, "--out", name, "--", *study]
        assert main(script) == 0
        assert "merge" not in (tmp_path / name).read_text()
    assert sbatch(tmp_path / "job.sh", folder=tmp_path) == [0, 0]
    snakemake(tmp_path / "Snakefile")
    assert [one["words"] for one in told(tmp_path)] == [study] * 4


@pytest.mark.parametrize(
    ("options", "command", "said"),
    [
        ([], ["pretrain", "a.hdr", "--out", "run"], "is no command that several tasks can share"),
        ([], ["classify", "a.hdr", "--run", "r", "--out", "m.tif"], "is no command that several tasks can share"),
        ([], [*COMMAND, "--out-dir", "maps", "--shard", "1/2"], "The shares are set by the script"),
        (["--memory", "much"], [*COMMAND, "--out-dir", "maps"], "is no amount of memory"),
        (["--time", "4h"], [*COMMAND, "--out-dir", "maps"], "is no time"),
        (["--out", "there.sh"], [*COMMAND, "--out-dir", "maps"], "is there already"),
    ],
)
def test_what_makes_no_array_job_is_refused(tmp_path, monkeypatch, capsys, options, command, said):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "there.sh").write_text("mine")
    assert main(["cluster-script", *options, "--", *command]) == 1
    assert said in capsys.readouterr().err
    assert (tmp_path / "there.sh").read_text() == "mine"


def test_a_mistake_in_the_command_is_told_before_a_script_is_written(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SystemExit):
        main(["cluster-script", "--out", "job.sh", "--", *COMMAND, "--out-dir", "maps", "--majorty", "3"])
    assert "--majorty" in capsys.readouterr().err
    assert not (tmp_path / "job.sh").exists()
