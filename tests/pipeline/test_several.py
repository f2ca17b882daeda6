"""One encoder from several scenes: bands, values, what is kept, and every scene mapped with it."""

from __future__ import annotations

import dataclasses
import json

import numpy as np
import pytest
import torch

from hsigui.cube.cube import ArraySource, Cube
from hsigui.cube.demo import demo_scene
from hsigui.errors import HsiError
from hsigui.jobs import Cancelled, SilentContext
from hsigui.labels.raster import ClassRaster
from hsigui.methods import checkpoint, loop, registry
from hsigui.methods.model_card import CARD, SETTINGS
from hsigui.pipeline import kept_probe, repeating, verbs
from hsigui.pipeline.embed import embed
from hsigui.pipeline.pretrain import pretrain
from hsigui.pipeline.provenance import describe_run
from hsigui.pipeline.values import LabelPaths, Labels
from hsigui.specs import MapSpec, PretrainSpec, ProbeSpec

SPEC = PretrainSpec(epochs=3, device="cpu", precision="float32")
LEARNING = [(info, preset) for info in registry.methods() if info.family == "method" for preset in info.presets]


class Heard(SilentContext):
    """Remembers what was warned of, and cancels at a step."""

    def __init__(self, step: int | None = None) -> None:
        self.said: list[str] = []
        self._step = step

    def warn(self, text):
        self.said.append(text)

    def metric(self, name, value, step):
        if step == self._step:
            raise Cancelled


def scene(seed: int, shift: float = 0.0, without: slice = slice(0, 0), rows: int = 40, cols: int = 36) -> Cube:
    """A simulated scene of 24 bands; its centres moved by a share of their spacing, some of its bands left out."""
    cube = demo_scene(seed, rows, cols, 24).cube
    kept = np.setdiff1d(np.arange(24), np.arange(24)[without])
    centres = np.array(cube.info.wavelengths)
    moved = centres + shift * np.diff(centres)[0]
    info = dataclasses.replace(
        cube.info, wavelengths=tuple(moved[kept].tolist()), fwhm=(), default_bands=(),
        bad_bands=tuple(np.array(cube.info.bad_bands)[kept].tolist()),
    )  # fmt: skip
    return Cube(ArraySource(cube._source.array[:, :, kept]), info, name=f"scene-{seed}")


def half(cube: Cube, cols: slice, name: str) -> Cube:
    return Cube(ArraySource(cube._source.array[:, cols]), cube.info, name=name)


def labels_of(seed: int, rows: int = 40, cols: int = 36) -> ClassRaster:
    made = demo_scene(seed, rows, cols, 24)
    return Labels.of(made.truth)


def test_scenes_of_the_same_bands_are_learned_from_together_and_each_is_embedded_silently(tmp_path):
    cubes, ctx = [scene(0), scene(1, cols=20)], Heard()
    encoder = pretrain(cubes, SPEC, ctx, tmp_path)
    assert ctx.said == [encoder.bands["words"]]
    assert encoder.bands["how"] == "same"
    again = checkpoint.load(tmp_path)
    for cube in cubes:
        ctx = Heard()
        found = embed(cube, again, ctx)
        assert found.shape == (cube.rows, cube.cols)
        assert ctx.said == []
        assert np.array_equal(found.array, embed(cube, encoder, ctx).array)
    embed(scene(2), again, ctx)
    assert ctx.said == ["The encoder was trained on another scene (scene-0, scene-1)."]


def test_both_scenes_take_part(tmp_path):
    first = pretrain([scene(0), scene(1)], SPEC, SilentContext())
    other = pretrain([scene(0), scene(2)], SPEC, SilentContext())
    alone = pretrain(scene(0), SPEC, SilentContext())
    assert first.losses != other.losses
    assert first.losses != alone.losses
    assert not np.array_equal(first.transform.mean, alone.transform.mean)


def test_run_and_card_keep_all_scenes_and_what_was_done_with_their_bands(tmp_path):
    pretrain([scene(0), scene(1, shift=0.3)], SPEC, SilentContext(), tmp_path)
    run = json.loads((tmp_path / SETTINGS).read_text(encoding="utf-8"))
    assert [each["name"] for each in run["scenes"]] == ["scene-0", "scene-1"]
    assert run["scene"] == run["scenes"][0]
    assert len({each["fingerprint"] for each in run["scenes"]}) == 2
    assert run["scenes"][1]["wavelengths_nm"] != run["scenes"][0]["wavelengths_nm"]
    assert run["bands"]["how"] == "resampled"
    card = (tmp_path / CARD).read_text(encoding="utf-8")
    assert "trained on scene-0 and scene-1" in card
    assert run["bands"]["words"] in card
    assert run["scenes"][1]["fingerprint"] in card


def test_a_run_of_one_scene_is_written_as_before(tmp_path):
    pretrain([scene(0)], SPEC, SilentContext(), tmp_path)
    run = json.loads((tmp_path / SETTINGS).read_text(encoding="utf-8"))
    assert not {"scenes", "bands", "from"} & set(run)
    assert "begin_from" not in run["spec"]
    assert run["format"] == 2


@pytest.mark.parametrize(
    ("second", "how"),
    [
        (scene(1, shift=0.3), "resampled"),
        (scene(1, without=slice(5, 8)), "common"),
        (scene(1, shift=0.2, without=slice(20, 24)), "common"),
    ],
    ids=["shifted", "subset", "shifted subset"],
)
def test_scenes_of_other_bands_are_classified_each_with_labels_of_its_own_and_with_those_of_the_other(
    tmp_path, second, how
):
    first, ctx = scene(0), Heard()
    encoder = pretrain([first, second], SPEC, ctx, tmp_path)
    assert encoder.bands["how"] == how
    for cube, seed in ((first, 0), (second, 1)):
        made = verbs.embed(cube, encoder, ctx, tmp_path)
        classifier = verbs.fit(made, labels_of(seed), None, ctx)
        result = verbs.classify(made, classifier, None, ctx)
        assert result.array.shape == (cube.rows, cube.cols)
        assert result.cube is cube
        assert describe_run(cube, encoder, ProbeSpec(), MapSpec()).transductive
    kept = kept_probe.of_scene(
        first, encoder, verbs.embed(first, encoder, ctx).features,
        verbs.fit(verbs.embed(first, encoder, ctx), labels_of(0), None, ctx).probe, MapSpec(), labels_of(0).array,
        labels_of(0).classes, "", ctx,
    )  # fmt: skip
    kept_probe.save(kept, tmp_path)
    other = verbs.classify_other(second, verbs.load_classifier(tmp_path), None, ctx)
    assert other.record().transductive
    assert (other.array > 0).all()
    moved = second.info.wavelengths[0] != first.info.wavelengths[0]
    assert ("resampled" in other.record().settings.get("Brought to the run", {}).get("bands", "")) == moved


def test_what_is_resampled_is_like_what_it_was_resampled_from():
    """The same ground seen by a sensor whose bands lie a third further: its features are nearly those of the first."""
    rng = np.random.default_rng(0)
    centres = np.linspace(400, 1000, 25)
    amounts = rng.random((40, 36, 3))

    def seen(at, name):
        spectra = np.stack([np.exp(-(((at - peak) / 150) ** 2)) for peak in (450, 700, 900)])
        cube = Cube(ArraySource((amounts @ spectra).astype(np.float32)), name=name)
        return cube.with_info(dataclasses.replace(cube.info, wavelengths=tuple(at.tolist())))

    first, second = seen(centres, "first"), seen(centres + 8, "second")
    encoder = pretrain([first, second], SPEC, SilentContext())
    one, two = (embed(cube, encoder, SilentContext()).array.astype(np.float32) for cube in (first, second))
    across = np.corrcoef(one[3:-3, 3:-3, 0].ravel(), two[3:-3, 3:-3, 0].ravel())[0, 1]
    assert across > 0.99


def test_without_wavelengths_the_number_of_bands_decides():
    nameless = [scene(n).with_info(dataclasses.replace(scene(n).info, wavelengths=())) for n in (0, 1)]
    assert pretrain(nameless, SPEC, SilentContext()).bands["how"] == "by number"
    fewer = Cube(ArraySource(nameless[1]._source.array[:, :, :20]), name="fewer")
    with pytest.raises(HsiError, match="no wavelengths to match them by"):
        pretrain([nameless[0], fewer], SPEC, SilentContext())


def test_values_of_another_scale_are_refused_unless_a_scale_factor_tells_why():
    first, second = scene(0), scene(1)
    reflectance = Cube(
        ArraySource(second.read()), dataclasses.replace(second.info, scale=1.0), name="reflectance"
    )  # fmt: skip
    assert pretrain([first, reflectance], SPEC, SilentContext()).losses
    raw = second.with_info(dataclasses.replace(second.info, scale=1.0))
    with pytest.raises(HsiError, match="not in the same unit") as caught:
        pretrain([first, raw], SPEC, SilentContext())
    assert "scale factor" in caught.value.hint


def test_a_scene_given_twice_and_what_is_of_one_scene_alone_is_refused(tmp_path):
    with pytest.raises(HsiError, match="given twice"):
        pretrain([scene(0), scene(0)], SPEC, SilentContext())
    with pytest.raises(HsiError, match="no scene"):
        pretrain([], SPEC, SilentContext())
    masked = dataclasses.replace(SPEC, mask_out=str(tmp_path / "test.tif"))
    with pytest.raises(HsiError, match="masked out of one scene only"):
        pretrain([scene(0), scene(1)], masked, SilentContext())
    started = dataclasses.replace(SPEC, method="contrastdm", start=str(tmp_path))
    with pytest.raises(HsiError, match="cannot have several scenes"):
        pretrain([scene(0), scene(1)], started, SilentContext())


def small(preset: registry.Preset) -> dict[str, int]:
    wished = {"width": 8, "local": 8, "depth": 1, "batch": 64, "epoch_pixels": 192}
    known = {each.name for each in preset.settings.described()}
    return {name: value for name, value in wished.items() if name in known}


@pytest.mark.parametrize(("info", "preset"), LEARNING, ids=lambda each: each.name)
def test_a_training_on_several_scenes_goes_on_bit_for_bit(info, preset, tmp_path, monkeypatch):
    for name in ("READ_SECONDS", "KEEP_SECONDS", "KEEP_SHARE"):
        monkeypatch.setattr(loop, name, 0.0)
    rng = np.random.default_rng(0)
    cubes = [Cube(ArraySource(rng.random((18, 17 + n, 16), dtype=np.float32)), name=f"noise {n}") for n in (0, 2)]
    # A seed of weights that networks as narrow as these learn with: with some the loss overflows.
    spec = PretrainSpec(
        info.name, preset.name, seed=1, device="cpu", epochs=2 if preset.epochs_are == "epochs" else 6,
        precision="float32", settings=small(preset),
    )  # fmt: skip
    whole = pretrain(cubes, spec, SilentContext())
    with pytest.raises(Cancelled):
        pretrain(cubes, spec, Heard(step=max(2, len(whole.losses) // 2)), tmp_path)
    with pytest.raises(HsiError, match="another scene"):
        pretrain(cubes[::-1], spec, SilentContext(), tmp_path, resume=True)
    with pytest.raises(HsiError, match="another scene"):
        pretrain(cubes[0], spec, SilentContext(), tmp_path, resume=True)
    again = pretrain(cubes, spec, SilentContext(), tmp_path, resume=True)
    assert again.losses == whole.losses
    for name, weights in whole.network.state_dict().items():
        assert torch.equal(again.network.state_dict()[name], weights), name


def test_halves_of_a_scene_are_several_scenes():
    whole = scene(0, cols=48)
    left, right = half(whole, slice(0, 24), "left"), half(whole, slice(24, 48), "right")
    encoder = pretrain([left, right], SPEC, SilentContext())
    assert encoder.scene_names == "left, right"
    assert np.allclose(encoder.transform.mean, pretrain(whole, SPEC, SilentContext()).transform.mean, rtol=1e-4)


def test_the_lines_that_repeat_a_map_name_the_run_and_not_one_of_its_scenes(tmp_path):
    cube, ctx = scene(0), SilentContext()
    cube.path = tmp_path / "scene-0.hdr"
    encoder = pretrain([cube, scene(1)], SPEC, ctx, tmp_path)
    made = verbs.embed(cube, encoder, ctx, tmp_path)
    result = verbs.classify(made, verbs.fit(made, labels_of(0), None, ctx), None, ctx)
    files = LabelPaths(labels=tmp_path / "labels.tif")
    lines = repeating.command_lines(result, result.record(), files)
    assert not any(line.startswith("hsigui pretrain") for line in lines)
    assert any(f"--run {tmp_path}" in line for line in lines)
