"""Every baseline goes the way of every method: a run at once, kept and read again, features by its recipe, a map."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch

from hsigui.jobs import SilentContext
from hsigui.labels.sampling import draw
from hsigui.methods import checkpoint, registry
from hsigui.pipeline import provenance
from hsigui.pipeline.classify import classify
from hsigui.pipeline.embed import embed
from hsigui.pipeline.pretrain import pretrain
from hsigui.pipeline.probe import fit_probe
from hsigui.specs import PretrainSpec

CTX = SilentContext()
BLOCKS = {
    "svm-raw": {"bands": 12},
    "rf-raw": {"bands": 12},
    "logreg-raw": {"bands": 12},
    "svm-pca-smooth": {"components, smoothed 2": 12},
}
PROBES = {
    "svm-raw": "KernelProbe",
    "svm-pca-smooth": "KernelProbe",
    "svm-spatial": "KernelProbe",
    "rf-raw": "ForestProbe",
    "logreg-raw": "LinearProbe",
}


@pytest.mark.parametrize("name", registry.names("baseline"))
def test_a_baseline_is_a_run_that_is_kept_and_maps_the_same_when_read_again(cube, truth, tmp_path, name):
    encoder = pretrain(cube, PretrainSpec(method=name, device="cpu", epochs=7), CTX, tmp_path)
    assert (encoder.epochs, encoder.losses) == (0, ())
    split = draw(truth, 5, seed=0, valid=cube.valid_mask())
    features = embed(cube, encoder, CTX)
    widths = {block: place.stop - place.start for block, place in features.columns.items()}
    assert widths == BLOCKS.get(name, widths)
    assert widths.get("encoder") == (128 if name == "random-encoder" else None)
    probe = fit_probe(features, split.train, None, CTX)
    assert type(probe).__name__ == PROBES.get(name, "LevelledProbe")
    found = classify(features, probe, None, CTX)
    share = (found.classes == truth)[features.valid].mean()
    assert share > (0.6 if "bands" in widths else 0.8)

    again = checkpoint.load(tmp_path)
    assert again.recipe == registry.method(name).recipe
    kept = embed(cube, again, CTX, tmp_path)
    for same in (kept, embed(cube, again, CTX, tmp_path)):  # the second is read from the folder
        assert same.columns == features.columns
        second = classify(same, fit_probe(same, split.train, None, CTX), None, CTX)
        assert np.array_equal(found.classes, second.classes)


def test_the_untrained_encoder_starts_where_the_trained_one_of_its_seed_started(cube, encoder):
    untrained = pretrain(cube, PretrainSpec(method="random-encoder", device="cpu"), CTX)
    torch.manual_seed(0)
    fresh = encoder.plan.network(encoder.transform.channels)
    for a, b in zip(fresh.state_dict().values(), untrained.network.state_dict().values(), strict=True):
        assert torch.equal(a, b)
    one, two = (embed(cube, e, CTX) for e in (replace(untrained, recipe=encoder.recipe), encoder))
    beside = one.columns["components, smoothed 2"]
    assert np.array_equal(one.array[..., beside], two.array[..., beside])


def test_a_map_is_drawn_as_the_recipe_says_unless_told_otherwise(cube, truth):
    encoder = pretrain(cube, PretrainSpec(method="svm-raw", device="cpu"), CTX)
    smooth = replace(encoder.recipe, map=replace(encoder.recipe.map, smooth=3.0))
    labels = draw(truth, 5, seed=0, valid=cube.valid_mask()).train
    sharp, soft = (embed(cube, replace(encoder, recipe=r), CTX) for r in (encoder.recipe, smooth))
    probe = fit_probe(sharp, labels, None, CTX)
    by_recipe = classify(soft, probe, None, CTX).classes
    assert not np.array_equal(by_recipe, classify(sharp, probe, None, CTX).classes)
    assert np.array_equal(by_recipe, classify(sharp, probe, smooth.map, CTX).classes)


def test_the_record_says_which_features_and_which_classifier_and_that_nothing_was_learned(cube):
    encoder = pretrain(cube, PretrainSpec(method="svm-pca-smooth", device="cpu"), CTX)
    recipe = encoder.recipe
    record = provenance.describe_run(cube, encoder, recipe.probe, recipe.map)
    assert record.settings["Features"] == {"principal components": 30, "smoothed (pixels)": "2"}
    assert record.settings["Probe"]["classifier"] == "support vector machine, RBF kernel"
    assert record.seeds == {"pretraining": 0, "probe": 0}
    assert not record.transductive
