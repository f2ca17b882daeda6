"""The card of a run says what is in its folder, and nothing that belongs to other weights."""

from __future__ import annotations

import pytest

from hsigui.errors import HsiError
from hsigui.methods import checkpoint, model_card
from tests.methods.test_checkpoint import encoder  # noqa: F401 - fixture

FIGURES = {"oa": 0.9123, "aa": None, "kappa": 0.8, "n_test": 500, "overlap": 0, "classes": []}


def test_a_run_has_a_card_with_its_scene_and_how_to_use_it(encoder, tmp_path):  # noqa: F811
    written = checkpoint.save(encoder, tmp_path)
    assert tmp_path / "README.md" in written
    card = (tmp_path / "README.md").read_text(encoding="utf-8")
    for word in ("LSCoSa", "field", "20 x 20 pixels, 6 bands", "--labels LABELS", "not been measured", "`run.json`"):
        assert word in card
    assert "--probe kept" not in card
    assert "probe.json" not in card


def test_accuracy_is_added_to_the_card_and_goes_with_new_weights(encoder, tmp_path):  # noqa: F811
    checkpoint.save(encoder, tmp_path)
    model_card.keep_accuracy(tmp_path, {**FIGURES, "areas": "Areas are on the ellipsoid."}, "report.json")
    assert "| areas | Areas are on the ellipsoid. |" in (tmp_path / model_card.CARD).read_text(encoding="utf-8")
    card = (tmp_path / "README.md").read_text(encoding="utf-8")
    assert "| overall accuracy | 91.23 % |" in card
    assert "| average accuracy | n/a |" in card
    (tmp_path / "probe.json").write_text("{}", encoding="utf-8")
    checkpoint.save(encoder, tmp_path)
    assert "not been measured" in (tmp_path / "README.md").read_text(encoding="utf-8")
    assert not (tmp_path / "accuracy.json").exists()
    assert not (tmp_path / "probe.json").exists()


def test_figures_or_folders_that_are_none_are_refused(encoder, tmp_path):  # noqa: F811
    with pytest.raises(HsiError, match="not a run folder"):
        model_card.write_card(tmp_path)
    with pytest.raises(HsiError, match="not a run folder"):
        model_card.keep_accuracy(tmp_path, FIGURES, "report.json")
    checkpoint.save(encoder, tmp_path)
    with pytest.raises(HsiError, match="holds no accuracy"):
        model_card.keep_accuracy(tmp_path, {"matrix": []}, "other.json")


def test_a_class_name_cannot_break_the_table():
    run = {
        "spec": {"method": "of tomorrow", "preset": "quick", "seed": 0}, "scene": {"name": "a|b"}, "epochs": 1,
        "device": "CPU", "seconds": 1.0, "program": "hsigui", "stopped": "",
    }  # fmt: skip
    probe = {
        "classes": [{"class_id": 1, "class_name": "Oak | ash\n", "color": [1, 2, 255]}], "probe": {"kind": "svm"},
        "fitted": {"scene": "s", "counts": {"1": 5}},
    }  # fmt: skip
    text = model_card.card_text(run, probe, None, [])
    assert "| 1 | Oak \\| ash  | #0102ff | 5 |" in text
    assert "of tomorrow" in text
