"""A method of two stages that starts from an encoder which is trained already."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from hsigui.errors import HsiError
from hsigui.jobs import SilentContext
from hsigui.methods import checkpoint
from hsigui.pipeline.embed import embed
from hsigui.pipeline.pretrain import pretrain
from hsigui.specs import PretrainSpec
from tests.pipeline.conftest import make_cube

CTX = SilentContext()


@pytest.fixture(scope="module")
def run(cube, encoder, tmp_path_factory):
    folder = tmp_path_factory.mktemp("run")
    checkpoint.save(encoder, folder)
    return folder


def test_the_encoder_of_the_run_is_kept_and_only_the_second_stage_is_trained(cube, encoder, run, tmp_path):
    made = pretrain(cube, PretrainSpec("contrastdm", epochs=5, device="cpu", start=str(run)), CTX, tmp_path)
    # A quarter of the steps of Quick are those of the second stage; the first has none here.
    assert len(made.losses) == 1
    for name, weights in encoder.network.state_dict().items():
        assert torch.equal(made.network.state_dict()[f"encoder.{name}"], weights), name
    again = checkpoint.load(tmp_path)
    assert again.spec.start == str(run)
    assert np.array_equal(embed(cube, again, CTX).array, embed(cube, made, CTX).array)


@pytest.mark.parametrize(
    ("method", "message"), [("lscosa", "cannot start"), ("purified", "cannot start"), ("svm-raw", "cannot start")]
)
def test_methods_of_one_stage_refuse_to_start_from_a_run(cube, run, method, message):
    with pytest.raises(HsiError, match=message) as caught:
        pretrain(cube, PretrainSpec(method, epochs=2, device="cpu", start=str(run)), CTX)
    assert "ContrastDM" in caught.value.hint


def test_a_run_of_another_scene_or_without_a_plain_encoder_is_refused(cube, run, tmp_path):
    other = make_cube(hole=False)
    with pytest.raises(HsiError, match="another scene"):
        pretrain(other, PretrainSpec("contrastdm", epochs=2, device="cpu", start=str(run)), CTX)
    pretrain(cube, PretrainSpec("svm-raw", device="cpu"), CTX, tmp_path)
    with pytest.raises(HsiError, match="no plain encoder"):
        pretrain(cube, PretrainSpec("contrastdm", epochs=2, device="cpu", start=str(tmp_path)), CTX)
    with pytest.raises(HsiError, match="not a run folder"):
        pretrain(cube, PretrainSpec("contrastdm", epochs=2, device="cpu", start=str(tmp_path / "none")), CTX)
