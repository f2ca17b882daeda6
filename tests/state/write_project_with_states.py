"""Wrote `v2/`: a project file with all that is beside labels, of the scene of `v0/`. Run once, with the code of then.

    python -m tests.state.write_project_with_states

The file stays as it is for good; what every later version must read of it stands in `v2/expected.npz` and `.json`.
"""

from __future__ import annotations

import json
import lzma
import tempfile
from pathlib import Path

import numpy as np

from hsigui.cube.formats.choice import ImportChoice
from hsigui.cube.open import open_cube
from hsigui.cube.render import ViewState
from hsigui.document.samples import Sample, SplitRecord
from hsigui.document.scene import Scene
from hsigui.document.scene_state import MapMaking, RunPlace, SceneState
from hsigui.document.values import Spectrum, Truth
from hsigui.specs import MapSpec, PretrainSpec, SplitSpec
from hsigui.storage.band_edits import BandEdit
from hsigui.storage.kept_scene import SceneFacts, Surroundings
from hsigui.storage.project_content import read_content
from hsigui.storage.project_file import ProjectFile
from hsigui.storage.scene_import import SceneImport
from tests.state.home import STATE, Home, unpack
from tests.state.write_project import draw

NAME = "fields.hsigui"


def main() -> None:
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        home = Home(unpack("v0", folder / "v0"), folder / "home")
        scene = Scene(open_cube(home.scene), ViewState(0, 1, 2))
        draw(scene)
        path = folder / NAME
        file = ProjectFile(path)
        file.write(SceneFacts.of(scene.plain), None, surroundings(scene, folder))
        file.close()
        (kept,) = read_content(path).scenes
        assert kept.state.truth is not None
        assert kept.state.map is not None
        target = STATE / "v2"
        target.mkdir(exist_ok=True)
        (target / f"{NAME}.xz").write_bytes(lzma.compress(path.read_bytes()))
        left_out = kept.state.samples[0][1].left_out if kept.state.samples[0][1] else None
        assert left_out is not None
        np.savez_compressed(
            target / "expected.npz", truth=kept.state.truth.array, trained_on=kept.state.map.trained_on,
            spectrum=kept.state.spectra[0].values, left_out=left_out,
        )  # fmt: skip
        (target / "expected.json").write_text(json.dumps(about(path), indent=1, ensure_ascii=False), encoding="utf-8")


def surroundings(scene: Scene, folder: Path) -> Surroundings:
    """Some of everything."""
    rows, cols = scene.labels.shape
    rng = np.random.default_rng(0)
    truth, other = (rng.integers(0, 3, (rows, cols)).astype(np.uint16) for _ in range(2))
    record = SplitRecord("block", 3, 8, "a" * 64, "b" * 64, "c" * 64, ("水",), "hsigui sample")
    sample = Sample(SplitSpec(5, 3, "block"), record, 9, np.packbits(other > 1))
    values = rng.random(scene.cube.bands, dtype=np.float32)
    state = SceneState(
        ViewState(2, 1, 0, 1.5, 97.5), (10.5, 20.25, 3.0), (Spectrum("水", (1, 2, 3), values, (4, 5)),),
        Truth(truth, "truth.mat", matched_by_user=True), ((2, sample), (5, None)),
        (RunPlace(folder / "runs" / "one", True, {"features": 1.25}, "d" * 64),), MapSpec(1.5, 3.0, "narrow"),
        MapMaking(other, MapSpec(0.5), sample, {"probe and map": 0.25}, "the truth", other),
    )  # fmt: skip
    window = {"method": PretrainSpec("contrastdm", seed=7).to_json(), "map": {"opacity": 0.4, "layer": "entropy"}}
    bands = BandEdit(tuple(400.0 + 10 * band for band in range(scene.cube.bands)), (), (0, 1), "By hand.")
    return Surroundings(state, window, None, SceneImport(ImportChoice("cube"), bands))


def about(path: Path) -> dict[str, object]:
    """What of a project file is no array."""
    content = read_content(path)
    (kept,) = content.scenes
    state, made = kept.state, kept.state.map
    assert state.view is not None
    assert state.truth is not None
    assert state.map_spec is not None
    assert made is not None
    (run,), ((step, sample), (later, none)) = state.runs, state.samples
    assert sample is not None
    return {
        "view": [*state.view.bands, state.view.low, state.view.high], "looked_at": list(state.looked_at or ()),
        "spectrum": [state.spectra[0].label, list(state.spectra[0].color), list(state.spectra[0].place or ())],
        "truth": [state.truth.name, state.truth.matched_by_user],
        "samples": [step, sample.spec.to_json(), sample.record.kind, list(sample.record.not_tested), sample.gap,
                    later, none],
        "run": [run.folder.name, run.in_use, dict(run.seconds), run.sha256],
        "map_spec": state.map_spec.to_json(),
        "map": [made.spec.to_json(), made.measured_on, dict(made.seconds), made.sha256, made.sample is not None],
        "choice": kept.imported.choice.to_json() if kept.imported.choice else None,
        "bands": [list(kept.imported.bands.wavelengths or ()), list(kept.imported.bands.bad_bands or ()),
                  kept.imported.bands.note],
        "window": content.window, "shown": content.shown, "lost": list(state.lost),
    }  # fmt: skip


if __name__ == "__main__":
    main()
