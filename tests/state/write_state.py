"""How the state in `v0/` was written: what version 0.1.0 (commit 8715fea) leaves on the disks of its users.

Run in a checkout of that commit, from its root, on the CPU, without a display:

    OMP_NUM_THREADS=1 QT_QPA_PLATFORM=offscreen python -m tests.state.write_state

It goes through the program's own functions and commands wherever there is one. It documents `v0/` and will not run with
later code, and need not: what it wrote is never written again. State of a later version goes into a folder of its own.

Everything is written in a folder with a name that says nothing of a machine, then packed into `v0/`:

- `scene/`: a scene of 24 x 20 pixels and 40 bands (36 of them good) in four fields, its ground truth, a sample of
  labels with the record of the draw, validation labels, a mask, and the scene in two files that need an import choice;
- `config/`: settings, import choices and band edits;
- `state/`: what the window keeps: recovery copies, a finished run with features, an unfinished training;
- `runs/`, `unfinished/`: a run of each method and baseline, and unfinished trainings, as the command line leaves them;
- `maps/`, `report/`, `batch/`, `study/`: maps with their records, a report, maps of many cubes, a study that can go on;
- `expected.json`, `expected.npz`: what the code of that commit reads from it all.

The encoders are of the size that users have, after a few steps. The numbers of networks and optimisers are rounded to
bfloat16 (and written as float32, as ever), because numbers that end in zeros pack to a third. Large files are packed
with xz.
"""

from __future__ import annotations

import dataclasses
import json
import lzma
import os
import shutil
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, redirect_stdout
from io import StringIO
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import torch
from hsigui.cube.choice import ImportChoice
from hsigui.cube.envi import write_cube
from hsigui.cube.envi_geo import utm_wkt
from hsigui.labels.files import read_classes, write_classes
from hsigui.project import band_edits, imports
from hsigui.project.recovery import Recovery, scene_key
from hsigui.project.runs import Runs
from hsigui.ui.main_window import MainWindow
from hsigui.ui.validation_files import validation_path
from numpy.typing import NDArray
from PySide6.QtWidgets import QApplication, QDockWidget

from hsigui.__main__ import main
from hsigui.cube.cube import Cube, CubeInfo, Geo
from hsigui.cube.open import open_cube
from hsigui.jobs import Cancelled, SilentContext
from hsigui.labels.classes import ClassInfo, ClassTable
from hsigui.methods import checkpoint, loop, resume
from hsigui.methods.checkpoint import Encoder
from hsigui.methods.snapshot import Snapshot
from hsigui.pipeline import kept_probe
from hsigui.pipeline.classify import classify
from hsigui.pipeline.embed import embed
from hsigui.pipeline.features import ENCODER
from hsigui.pipeline.pretrain import pretrain
from hsigui.pipeline.probe import fit_probe
from hsigui.settings import Settings, SettingsStore
from hsigui.specs import PretrainSpec, ProbeSpec

HOME = Path("/tmp/hsigui-state")
V0 = Path(__file__).parent / "v0"
ROWS, COLS, BANDS = 24, 20, 40
STEPS = 12
CLASSES = ClassTable(
    (
        ClassInfo(1, "Grünland", (90, 170, 60)),
        ClassInfo(2, "Fichte, alt", (10, 80, 40)),
        ClassInfo(3, "Bare soil", (180, 120, 70)),
        ClassInfo(5, "水", (30, 90, 200)),
        ClassInfo(9, "Not drawn yet", (250, 0, 250)),
    )
)
PIXELS = ((1, 1), (3, 15), (8, 9), (11, 10), (12, 4), (17, 17), (20, 2), (23, 19))
PACKED_ABOVE = 20_000  # bytes


class Cut(SilentContext):
    """Cancels a training after so many steps."""

    def __init__(self, steps: int) -> None:
        self.steps = steps

    def metric(self, name: str, value: float, step: int) -> None:
        if name == "loss" and step > self.steps:
            raise Cancelled


def command(*words: object) -> str:
    """Runs a command, and returns what it printed."""
    printed = StringIO()
    with redirect_stdout(printed):
        code = main([str(word) for word in words])
    if code:
        raise SystemExit(f"{words}: {code}")
    return printed.getvalue()


def write_scene() -> Path:
    """Four fields of noisy spectra, int16 reflectance x 10000, in ENVI; its labels; the same in other files."""
    rng = np.random.default_rng(8715)
    nm = np.linspace(420.0, 1005.0, BANDS)
    fields = np.array([1, 2, 3, 5])[2 * (np.arange(ROWS)[:, None] >= 12) + (np.arange(COLS)[None, :] >= 10)]
    spectra = {n: 0.3 + 0.2 * np.sin(nm / (90 + 30 * n) + n) for n in (1, 2, 3, 5)}
    mean = np.stack([spectra[n] for n in fields.ravel().tolist()]).reshape(ROWS, COLS, BANDS)
    values = mean * (1 + 0.1 * rng.standard_normal((ROWS, COLS, 1))) + 0.06 * rng.standard_normal(mean.shape)
    stored = np.rint(10_000 * values).astype(np.int16)
    info = CubeInfo(
        wavelengths=tuple(np.round(nm, 2).tolist()),
        fwhm=(16.0,) * BANDS,
        bad_bands=tuple(np.isin(np.arange(BANDS), (0, 17, 18, 39)).tolist()),
        default_bands=(15, 9, 3),
        scale=10_000.0,
        geo=Geo((5.0, 0.0, 468_200.0, 0.0, -5.0, 5_541_300.0), utm_wkt(33)),
        interleave="bil",
    )
    folder = HOME / "scene"
    header, _ = write_cube(folder / "scene.hdr", stored, info, "bil")
    truth = fields.astype(np.uint16)
    truth[12, :] = truth[:, 10] = 0
    write_classes(folder / "truth.tif", truth, CLASSES, info.geo)
    mask = np.zeros_like(truth)
    mask[:10, :12] = 1
    write_classes(folder / "mask.tif", mask, ClassTable.for_numbers([1]), info.geo)
    command(
        "sample", folder / "truth.tif", "--per-class", 6, "--seed", 3, "--split", "block", "--block", 6, "--guard", 1,
        "--out", folder / "labels.tif", "--rest", folder / "test.tif",
    )  # fmt: skip
    validation = np.where(read_classes(folder / "labels.tif").array > 0, 0, truth).astype(np.uint16)
    validation[:, 5:] = 0
    write_classes(validation_path(folder / "labels.tif"), validation, CLASSES, info.geo)
    np.save(folder / "flat.npy", stored.transpose(1, 0, 2).reshape(-1, BANDS))
    with h5py.File(folder / "scene.h5", "w") as file:
        file.create_dataset("products/reflectance", data=stored.transpose(2, 0, 1), compression="gzip")
        file["products/centres"] = nm / 1000
    return header


def write_config(header: Path) -> None:
    """Settings as a window leaves them, import choices, and edits of bands."""
    flat, arrays = HOME / "scene" / "flat.npy", HOME / "scene" / "scene.h5"
    for path in (flat, arrays):
        os.utime(path, (1_764_000_000, 1_764_000_000))
    by_columns = ImportChoice("", "pixels,bands", ROWS, COLS, "columns")
    imports.remember(by_columns, flat)
    named = ImportChoice("products/reflectance", "bands,rows,cols", wavelengths="products/centres", units="µm")
    imports.remember(named, arrays)
    centres = tuple(round(400 + 12.5 * n, 2) for n in range(BANDS))
    edit = band_edits.BandEdit(centres, (11.0,) * BANDS, (2, 3, 38), "From the list of the instrument’s maker.")
    band_edits.remember(open_cube(flat, choice=by_columns), edit)
    band_edits.remember(open_cube(arrays, choice=named), band_edits.BandEdit(bad_bands=(0, 1)))
    store = SettingsStore(HOME / "config")
    recent = (str(header), str(flat), str(HOME / "scene" / "gone.hdr"))
    store.save(Settings(recent, "dark", "", "", str(HOME / "scene"), "cpu"))
    app = QApplication.instance() or QApplication(["hsigui"])
    window = MainWindow(store, None, Recovery(HOME / "none"), Runs(HOME / "none"))
    window.resize(1180, 760)
    window.show()
    window.findChild(QDockWidget, "dock Classes").hide()
    app.processEvents()
    window.close()
    app.processEvents()
    shutil.rmtree(HOME / "none", ignore_errors=True)


def write_recovery(cube: Cube) -> None:
    """Copies of three windows: labels alone, labels with validation labels, and one that was put out of use."""
    labels = read_classes(HOME / "scene" / "labels.tif").array
    validation = read_classes(validation_path(HOME / "scene" / "labels.tif")).array
    key = scene_key(cube)
    given_up = Recovery()
    given_up.retire(given_up.save(key, np.where(labels == 1, 1, 0).astype(np.uint16), CLASSES))
    Recovery().save(key, labels, CLASSES)
    time.sleep(1.1)
    Recovery().save(key, np.where(labels == 5, 9, labels).astype(np.uint16), CLASSES, validation)


def rounded(tensor: torch.Tensor) -> torch.Tensor:
    return tensor.bfloat16().float() if tensor.dtype == torch.float32 else tensor


def round_run(folder: Path) -> Encoder:
    """Rounds the network of a run; features that were made before are of other weights, and go."""
    encoder = checkpoint.load(folder)
    encoder.network.load_state_dict({k: rounded(v) for k, v in encoder.network.state_dict().items()})
    for path in folder.glob("features-*"):
        path.unlink()
    checkpoint.save(encoder, folder)
    return encoder


def round_unfinished(folder: Path) -> None:
    """Rounds the tensors of an unfinished training."""

    def of(state: Snapshot | None) -> Snapshot | None:
        if state is None:
            return None
        return dataclasses.replace(state, tensors={k: rounded(v) for k, v in state.tensors.items()})

    begun = resume.read(folder)
    now = of(begun.now)
    assert now is not None
    resume.write(folder, dataclasses.replace(begun, now=now, best=of(begun.best)))


@contextmanager
def every_step_kept() -> Iterator[None]:
    """A training copies its state after every step, so that a short one can be cut."""
    before = loop.KEEP_SECONDS, loop.KEEP_SHARE, loop.READ_SECONDS
    loop.KEEP_SECONDS = loop.KEEP_SHARE = loop.READ_SECONDS = 0.0
    try:
        yield
    finally:
        loop.KEEP_SECONDS, loop.KEEP_SHARE, loop.READ_SECONDS = before


def leave_unfinished(cube: Cube, spec: PretrainSpec, folder: Path, steps: int, words: str = "") -> None:
    with every_step_kept():
        try:
            pretrain(cube, spec, Cut(steps), folder, command=words)
        except Cancelled:
            round_unfinished(folder)
            return
    raise SystemExit(f"{spec.method} was not cut")


def write_runs(header: Path, cube: Cube) -> dict[str, Path]:
    """A run of each method and baseline, by commands; the window's run of LSCoSa."""
    scene = HOME / "scene"
    runs = {}
    for method in ("purified", "contrastdm", "svm-raw", "rf-raw", "logreg-raw", "svm-pca-smooth", "spatial-only",
                   "random-encoder"):  # fmt: skip
        folder = runs[method] = HOME / "runs" / method
        more = ["--mask-out", scene / "mask.tif"] if method == "purified" else []
        words = ["pretrain", header, "--method", method, "--epochs", STEPS, "--seed", 1, "--device", "cpu"]
        command(*words, *more, "--out", folder)
        round_run(folder)
        command(
            "classify", header, "--run", folder, "--labels", scene / "labels.tif", "--device", "cpu",
            "--out", HOME / "maps" / f"{method}.tif",
        )  # fmt: skip
    of_window = runs["lscosa"] = Runs().new(scene_key(cube))
    ctx = SilentContext()
    pretrain(cube, PretrainSpec("lscosa", "quick", 7, "cpu", STEPS), ctx, of_window)
    round_run(of_window)
    command("classify", header, "--run", of_window, "--labels", scene / "labels.tif", "--device", "cpu",
            "--out", HOME / "maps" / "lscosa.tif", "--smooth", "0.5")  # fmt: skip
    printed = command(
        "evaluate", HOME / "maps" / "lscosa.tif", "--truth", scene / "test.tif", "--report", HOME / "report", "--json"
    )
    (HOME / "report" / "printed.json").write_text(printed, encoding="utf-8")
    command("card", of_window, "--report", HOME / "report" / "report.json")
    fused(cube, runs["purified"])
    return runs


def fused(cube: Cube, folder: Path) -> None:
    """A probe for each branch of the purified encoder, which no command asks for, in the place of the one probe."""
    ctx = SilentContext()
    encoder, kept = checkpoint.load(folder), kept_probe.load(folder)
    features = embed(cube, encoder, ctx, folder, device="cpu")
    labels = read_classes(HOME / "scene" / "labels.tif").array
    probe = fit_probe(features, labels, ProbeSpec(fusion=0.8), ctx)
    kept_probe.save(dataclasses.replace(kept, probe=probe), folder)


def write_batch(header: Path, run: Path) -> None:
    """Maps of many cubes: one is made, one cannot be read."""
    broken = HOME / "batch" / "broken.npy"
    broken.parent.mkdir()
    broken.write_bytes(b"not an array")
    words = ["classify", header, broken, "--run", run, "--probe", "kept", "--device", "cpu", "--out-dir"]
    code = main([*map(str, words), str(HOME / "batch")])
    if code != 1:
        raise SystemExit(f"classify --out-dir: {code}")


def study_words(header: Path, draws: int) -> list[object]:
    return [
        "study", header, "--truth", HOME / "scene" / "truth.tif", "--methods", "svm-raw,logreg-raw", "--labels", 5,
        "--draws", draws, "--seed", 2, "--device", "cpu", "--out", HOME / "study",
    ]  # fmt: skip


def features_of(cube: Cube, folder: Path) -> dict[str, NDArray[Any]]:
    """The encoder's features of some pixels (all features where there is no encoder), and the map by the kept probe."""
    ctx = SilentContext()
    encoder, kept = checkpoint.load(folder), kept_probe.load(folder)
    features = embed(cube, encoder, ctx, device="cpu", known=kept.transforms)
    block = features.columns.get(ENCODER, slice(None))
    rows = np.array([features.array[pixel][block] for pixel in PIXELS]).astype(np.float32)
    drawn = classify(kept.fitted_to(features), kept.probe, kept.drawn, ctx)
    return {"features": rows, "map": drawn.classes.astype(np.uint8), "confidence": drawn.confidence.astype(np.float32)}


def facts_of(folder: Path) -> dict[str, Any]:
    """What is told of a run, and the sum of the sizes of its weights."""
    encoder, kept = checkpoint.load(folder), kept_probe.load(folder)
    state = encoder.network.state_dict().values()
    return {
        "folder": folder.relative_to(HOME).as_posix(),
        "spec": encoder.spec.to_json(),
        "recipe": encoder.recipe.to_json(),
        "width": encoder.width,
        "epochs": encoder.epochs,
        "losses": list(encoder.losses),
        "readings": encoder.readings,
        "monitor": encoder.monitor,
        "precision": encoder.precision,
        "masked_out": encoder.scene.get("masked_out", {}).get("pixels", 0),
        "weights": float(sum(t.double().abs().sum() for t in state)),
        "classifier": type(kept.probe).__name__,
        "t*": None if kept.probe.refinement is None else kept.probe.refinement.t_star,
        "counts": kept.about["counts"],
        "map": kept.drawn.to_json(),
    }


def gone_on_with(cube: Cube, folder: Path) -> dict[str, Any]:
    """How a copy of an unfinished training goes on to its end with the code of this version."""
    copy = HOME / "scratch" / folder.name
    shutil.copytree(folder, copy)
    begun = resume.read(copy)
    spec = PretrainSpec.from_json(dict(begun.about["spec"]))
    encoder = pretrain(cube, spec, SilentContext(), copy, resume=True)
    shutil.rmtree(HOME / "scratch")
    return {
        "folder": folder.relative_to(HOME).as_posix(),
        "spec": spec.to_json(),
        "step": begun.now.step,
        "steps": begun.steps,
        "has best": begun.best is not None,
        "losses": list(encoder.losses),
        "readings": encoder.readings,
        "stopped": encoder.stopped,
    }


def pack(extra: Mapping[str, Any], arrays: Mapping[str, NDArray[Any]]) -> None:
    """Copies everything into `v0/`, the large files packed."""
    shutil.rmtree(V0, ignore_errors=True)
    shutil.copytree(HOME, V0)
    for path in sorted(V0.rglob("*")):
        if path.is_file() and path.suffix in (".safetensors", ".npy") and path.stat().st_size > PACKED_ABOVE:
            packed = lzma.compress(path.read_bytes(), preset=9 | lzma.PRESET_EXTREME)
            path.with_name(f"{path.name}.xz").write_bytes(packed)
            path.unlink()
    (V0 / "expected.json").write_text(json.dumps(extra, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    np.savez_compressed(V0 / "expected.npz", **arrays)  # type: ignore[arg-type]


def write() -> None:
    shutil.rmtree(HOME, ignore_errors=True)
    HOME.mkdir()
    os.environ["HSIGUI_STATE_DIR"], os.environ["HSIGUI_CONFIG_DIR"] = str(HOME / "state"), str(HOME / "config")
    header = write_scene()
    cube = open_cube(header)
    write_config(header)
    write_recovery(cube)
    runs = write_runs(header, cube)
    of_window = Runs().new(scene_key(cube))
    quick = PretrainSpec("lscosa", "quick", 4, "cpu", STEPS, patience=3, precision="float32")
    leave_unfinished(cube, quick, of_window, 2)  # the step of its best reading: both states are one in the packed file
    begun = {"lscosa": of_window}
    for method in ("purified", "contrastdm"):
        begun[method] = HOME / "unfinished" / method
        spec = PretrainSpec(method, "quick", 4, "cpu", STEPS, precision="auto" if method == "purified" else "float32")
        words = f"hsigui pretrain scene.hdr --method {method} --epochs {STEPS} --seed 4 --device cpu --out {method}"
        leave_unfinished(cube, spec, begun[method], 4, words)
    write_batch(header, runs["logreg-raw"])
    command(*study_words(header, 2))
    others = (path for path in HOME.glob("maps/*") if not path.name.startswith(("lscosa.", "purified.")))
    for path in (*others, *HOME.glob("study/study*"), *HOME.glob("report/*.html"), *HOME.glob("report/*.csv")):
        path.unlink()  # pages and tables for people: nothing reads them again
    extra = {
        "home": str(HOME),
        "scene key": scene_key(cube),
        "pixels": PIXELS,
        "classes": [[c.number, c.name, list(c.color)] for c in CLASSES],
        "runs": {name: facts_of(folder) for name, folder in runs.items()},
        "unfinished": {name: gone_on_with(cube, folder) for name, folder in begun.items()},
    }
    arrays = {f"{name} {what}": found for name, folder in runs.items()
              for what, found in features_of(cube, folder).items()}  # fmt: skip
    for name, folder in runs.items():
        if name not in ("lscosa", "svm-raw"):  # features are kept with these two; they are made again for the others
            for path in folder.glob("features-*"):
                path.unlink()
    pack(extra, arrays)


if __name__ == "__main__":
    write()
