"""The temperature: known ones are found again, few answers change little, and no order of classes changes."""

from __future__ import annotations

import numpy as np
import pytest

from hsigui.methods.calibration import ALONE, EARLIER, FEW, Calibration, find_temperature, tempered


def told(scale: float, count: int, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Answers that are too sure by a factor (of the logarithms), and right classes drawn as they should be."""
    rng = np.random.default_rng(seed)
    scores = 2 * rng.standard_normal((count, 5))
    honest = np.exp(scores) / np.exp(scores).sum(axis=1, keepdims=True)
    own = np.array([rng.choice(5, p=row) for row in honest])
    said = honest**scale
    return (said / said.sum(axis=1, keepdims=True)).astype(np.float32), own


def found(answers: np.ndarray, own: np.ndarray, groups: np.ndarray | None = None) -> float:
    return find_temperature(answers, own, np.ones(len(own)), np.arange(len(own)) if groups is None else groups)


@pytest.mark.parametrize("scale", [0.4, 1.0, 2.5])
def test_a_known_temperature_is_found_and_brings_confidence_to_accuracy(scale):
    answers, own = told(scale, 4000)
    temperature = found(answers, own)
    assert temperature == pytest.approx(scale, rel=0.12)
    tempered(answers, temperature)
    assert abs(answers.max(axis=1).mean() - (answers.argmax(axis=1) == own).mean()) < 0.03


def test_few_answers_change_little_and_more_of_one_group_no_more():
    answers = np.full((3, 2), 0.1, dtype=np.float32)
    answers[:, 0] = 0.9
    right = np.zeros(3, dtype=int)
    few = found(answers, right)
    assert 0.75 < few < 1
    many, same = np.repeat(answers, 100, axis=0), np.zeros(300, dtype=int)
    assert found(many, same) < 0.7
    assert found(many, same, np.repeat([0, 1, 2], 100)) == pytest.approx(few, abs=1e-6)


def test_weights_say_what_an_answer_stands_for():
    sure_and_right, sure_and_wrong = told(1.0, 300), told(3.0, 300, seed=1)
    answers = np.concatenate([sure_and_right[0], sure_and_wrong[0]])
    own = np.concatenate([sure_and_right[1], sure_and_wrong[1]])
    each = [
        find_temperature(answers, own, np.repeat(weights, 300), np.arange(600)) for weights in ((1, 0.01), (0.01, 1))
    ]
    assert each[0] == pytest.approx(1.0, abs=0.25)
    assert each[1] > 1.8


@pytest.mark.parametrize("temperature", [0.3, 1.0, 4.0])
def test_probabilities_keep_their_order_and_sum_to_one(temperature):
    rng = np.random.default_rng(1)
    before = rng.dirichlet(np.full(6, 0.3), (8, 9)).astype(np.float32)
    before[0, 0] = [1, 0, 0, 0, 0, 0]
    after = before.copy()
    tempered(after, temperature)
    assert np.array_equal(after.argmax(axis=2), before.argmax(axis=2))
    np.testing.assert_allclose(after.sum(axis=2), 1, atol=1e-5)
    if temperature == 1:
        assert np.array_equal(after, before)
    else:
        surer = after.max(axis=2)[1:] >= before.max(axis=2)[1:]
        assert surer.all() if temperature < 1 else not surer.any()


def test_it_says_by_what_it_was_found_or_why_it_was_not():
    assert "temperature 0.80, found by 40 answers" in Calibration(0.8, 40, 0.7, 0.9, 0.85).words
    assert "90 % right, 85 % sure before" in Calibration(0.8, 40, 0.7, 0.9, 0.85).words
    assert "80 % of the map lies in fields without a label" in Calibration(near=0.2, why=ALONE).words
    for why in (FEW, ALONE, EARLIER):
        assert Calibration(why=why).words.startswith("Not calibrated")
        assert Calibration(why=why).brief.startswith("Not calibrated")
    assert Calibration(0.8, 40).brief == "Calibrated by your labels (temperature 0.80)"
