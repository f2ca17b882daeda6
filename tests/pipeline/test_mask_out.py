"""Pretraining that does not see a test area."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest
import torch

from hsigui.cube.cube import ArraySource, Cube
from hsigui.errors import HsiError
from hsigui.jobs import SilentContext
from hsigui.labels.classes import ClassTable
from hsigui.labels.formats.files import write_classes
from hsigui.methods import checkpoint
from hsigui.pipeline import provenance
from hsigui.pipeline.pretrain import pretrain
from hsigui.specs import MapSpec, PretrainSpec, ProbeSpec
from tests.pipeline.conftest import COLS, ROWS, make_cube


@pytest.fixture
def masked(tmp_path) -> tuple[np.ndarray, PretrainSpec]:
    """A mask of part of the scene, and the spec that names its file."""
    mask = np.zeros((ROWS, COLS), dtype=np.uint16)
    mask[8:25, 10:30] = 5
    write_classes(tmp_path / "mask.tif", mask, ClassTable())
    return mask, PretrainSpec(epochs=4, device="cpu", mask_out=str(tmp_path / "mask.tif"))


def altered(cube: Cube, mask: np.ndarray) -> Cube:
    """The scene with other values where the mask is."""
    values = cube.read()
    values[mask > 0] = values[mask > 0] * 3 + 50
    return Cube(ArraySource(values), cube.info, name=cube.name)


@pytest.mark.parametrize("method", ["lscosa", "purified", "contrastdm"])
def test_what_is_masked_out_cannot_change_the_encoder(masked, method):
    mask, spec = masked
    spec = replace(spec, method=method)
    cube = make_cube()
    one, other = pretrain(cube, spec, SilentContext()), pretrain(altered(cube, mask), spec, SilentContext())
    np.testing.assert_array_equal(one.transform.mean, other.transform.mean)
    for a, b in zip(one.network.state_dict().values(), other.network.state_dict().values(), strict=True):
        assert torch.equal(a, b)
    assert one.scene["fingerprint"] != other.scene["fingerprint"]


def test_without_the_mask_it_does(masked):
    mask, spec = masked
    cube, open_spec = make_cube(), replace(spec, mask_out="")
    one, other = (pretrain(c, open_spec, SilentContext()) for c in (cube, altered(cube, mask)))
    assert (one.transform.mean != other.transform.mean).any()


def test_the_run_and_the_record_of_its_maps_say_so(masked, tmp_path):
    mask, spec = masked
    cube = make_cube()
    encoder = pretrain(cube, spec, SilentContext(), tmp_path / "run")
    settings = json.loads((tmp_path / "run" / "run.json").read_text(encoding="utf-8"))
    assert settings["spec"]["mask_out"] == spec.mask_out
    assert settings["scene"]["masked_out"]["pixels"] == np.count_nonzero(mask)
    record = provenance.describe_run(cube, encoder, ProbeSpec(), MapSpec())
    assert not record.transductive
    assert record.masked_out == spec.mask_out
    assert record.masked_out_sha256 == provenance.raster_hash(mask != 0)
    assert record.settings["Pretraining"]["masked out"] == f"{np.count_nonzero(mask)} pixels"
    context = record.context("", ())
    assert context.hashes["masked out"] == record.masked_out_sha256
    assert not context.transductive


def test_the_hash_of_the_weights_is_that_of_the_file(cube, encoder, tmp_path):
    import hashlib

    checkpoint.save(encoder, tmp_path)
    of_file = hashlib.sha256((tmp_path / "weights.safetensors").read_bytes()).hexdigest()
    assert checkpoint.weights_sha256(encoder) == of_file
    assert checkpoint.weights_sha256(checkpoint.load(tmp_path)) == of_file
    record = provenance.describe_run(cube, encoder, ProbeSpec(), MapSpec())
    assert record.hashes["weights"] == of_file
    assert record.reach == encoder.network.halo == 0


def test_masks_that_cannot_be_used_are_refused(masked, tmp_path):
    _, spec = masked
    cube = make_cube()

    def refused(mask: np.ndarray, words: str, **changes: str) -> None:
        write_classes(tmp_path / "bad.tif", mask.astype(np.uint16), ClassTable())
        with pytest.raises(HsiError, match=words):
            pretrain(cube, replace(spec, mask_out=str(tmp_path / "bad.tif"), **changes), SilentContext())

    refused(np.zeros((ROWS, COLS)), "The mask holds no pixel")
    refused(np.ones((ROWS, COLS)), "leaves 0 pixels to learn from")
    refused(np.ones((ROWS, 5)), f"{ROWS} x 5")
    other = pretrain(cube, PretrainSpec(epochs=2, device="cpu"), SilentContext(), tmp_path / "first")
    assert other.epochs == 2
    refused(np.eye(ROWS, COLS), "may have seen them", method="contrastdm", start=str(tmp_path / "first"))
