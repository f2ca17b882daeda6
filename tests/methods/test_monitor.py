"""The monitor: no pixel on both sides, the published weighting, and a rank where there are no labels."""

from __future__ import annotations

import math
import tracemalloc

import numpy as np
import pytest
import torch

from hsigui.methods import monitor
from hsigui.methods.encoders import DenseEncoder, PatchEncoder
from hsigui.methods.monitor import Monitor, effective_rank, knn_accuracy
from hsigui.methods.scene import SceneValues


def _nothing() -> None:
    return None


def _slow_knn(bank, bank_labels, queries, query_labels, k: int) -> float:
    right = 0
    for q, label in zip(queries.tolist(), query_labels.tolist(), strict=True):
        cosines = []
        for b, own in zip(bank.tolist(), bank_labels.tolist(), strict=True):
            dot = sum(x * y for x, y in zip(q, b, strict=True))
            cosines.append((dot / math.hypot(*q) / math.hypot(*b), own))
        votes: dict[int, float] = {}
        for cosine, own in sorted(cosines, reverse=True)[:k]:
            votes[own] = votes.get(own, 0.0) + math.exp(cosine / 0.2)
        right += max(votes, key=lambda c: votes[c]) == label
    return right / len(queries)


@pytest.mark.parametrize("size", [12, 60])
def test_the_neighbours_vote_as_in_a_loop_written_from_the_definition(size):
    generator = torch.Generator().manual_seed(size)
    labels = torch.randint(0, 4, (2, size), generator=generator)
    bank, queries = (torch.randn(size, 5, generator=generator) + 0.8 * torch.eye(5)[row] for row in labels)
    found = knn_accuracy(bank, labels[0], queries, labels[1])
    assert found == pytest.approx(_slow_knn(bank, labels[0], queries, labels[1], min(20, size)))
    assert 0.2 < found < 1.0


def test_the_rank_is_the_number_of_directions_that_are_used_alike():
    x = torch.zeros(400, 16)
    for n in range(4):
        x[n * 100 : n * 100 + 50, n], x[n * 100 + 50 : (n + 1) * 100, n] = 1.0, -1.0
    assert effective_rank(x + 3.0) == pytest.approx(4.0, rel=1e-4)
    line = torch.arange(50.0)[:, None] * torch.ones(8)
    assert effective_rank(line) == pytest.approx(1.0, abs=1e-3)


def _labels(valid: np.ndarray) -> np.ndarray:
    labels = np.zeros(valid.shape, dtype=np.uint16)
    labels[:12, :14], labels[12:, 14:] = 3, 7
    return np.where(np.random.default_rng(0).random(valid.shape) < 0.3, labels, 0).astype(np.uint16)


@pytest.mark.parametrize("network", [DenseEncoder(6, 8, 1, 3), PatchEncoder(6, 8)], ids=["dense", "patch"])
def test_bank_and_queries_share_no_pixel_and_hold_labelled_pixels_with_data_only(network, scene):
    values, valid = scene
    labels = _labels(valid)
    found = Monitor(network, SceneValues.of(values, valid), torch.device("cpu"), 0, labels)
    assert found.name == monitor.ACCURACY
    bank, queries = ({tuple(p) for p in half.tolist()} for half in np.split(found._pixels, [found._bank]))
    assert bank
    assert queries
    assert not bank & queries
    for row, col in bank | queries:
        assert labels[row, col] > 0
        assert valid[row, col]
    assert 0 <= found.measure(_nothing) <= 1


def test_fields_that_differ_are_told_apart_and_shuffled_labels_are_not(scene):
    values, valid = scene
    network = DenseEncoder(6, 16, 1, 3)
    labels = _labels(valid)
    shuffled = labels.copy()
    shuffled[labels > 0] = np.random.default_rng(1).permutation(labels[labels > 0])
    right, wrong = (
        Monitor(network, SceneValues.of(values, valid), torch.device("cpu"), 0, given).measure(_nothing)
        for given in (labels, shuffled)
    )
    assert right > 0.9
    assert wrong < 0.75


@pytest.mark.parametrize("given", [None, "one class", "one pixel each"])
def test_without_labels_for_two_halves_it_is_a_rank(given, scene):
    values, valid = scene
    labels = np.zeros(valid.shape, dtype=np.uint16)
    if given == "one class":
        labels[:5, :3] = 1
    elif given == "one pixel each":
        labels[0, 0], labels[20, 20] = 1, 2
    network = DenseEncoder(6, 8, 1, 3)
    found = Monitor(network, SceneValues.of(values, valid), torch.device("cpu"), 0, None if given is None else labels)
    assert found.name == monitor.RANK
    assert 1 <= found.measure(_nothing) <= 8


def test_a_reading_leaves_the_network_and_all_random_numbers_as_they_were(scene):
    network = DenseEncoder(6, 8, 1, 3).train()
    found = Monitor(network, SceneValues.of(*scene), torch.device("cpu"))
    before = [t.clone() for t in network.state_dict().values()]
    state = torch.get_rng_state()
    found.measure(_nothing)
    assert network.training
    assert torch.equal(torch.get_rng_state(), state)
    assert all(torch.equal(a, b) for a, b in zip(before, network.state_dict().values(), strict=True))


def test_a_large_scene_is_looked_at_in_a_few_tiles_that_cover_its_labels():
    rng = np.random.default_rng(0)
    values = rng.standard_normal((700, 500, 3)).astype(np.float32)
    valid = np.ones(values.shape[:2], dtype=bool)
    labels = np.zeros(valid.shape, dtype=np.uint16)
    labels[650:690, 450:490] = rng.integers(1, 4, (40, 40))
    found = Monitor(DenseEncoder(3, 4, 1, 3), SceneValues.of(values, valid), torch.device("cpu"), 0, labels)
    assert found.name == monitor.ACCURACY
    assert len(found._tiles) == 1
    assert 0 <= found.measure(_nothing) <= 1


def test_a_huge_scene_is_watched_without_a_mask_of_it():
    class Huge(SceneValues):
        """Values of 2,000 million pixels, made when they are asked for."""

        def __init__(self) -> None:
            self.rows, self.cols, self.channels = 100_000, 20_000, 4
            self._values = self._valid = None

        def window(self, top, left, height, width):
            rng = np.random.default_rng([top, left])
            return rng.normal(size=(height, width, 4)).astype(np.float32), np.ones((height, width), dtype=bool)

    tracemalloc.start()
    watch = Monitor(DenseEncoder(4, width=8), Huge(), torch.device("cpu"))
    held = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert held < 100_000_000
    assert 1 <= watch.measure(_nothing) <= 8
