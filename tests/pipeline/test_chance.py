"""No verb reads or moves a generator that others draw from: results are the same whatever else the program does."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable

import numpy as np
import pytest
import torch

from hsigui.cube.cube import ArraySource, Cube
from hsigui.jobs import SilentContext
from hsigui.methods import checkpoint, registry
from hsigui.pipeline.classify import classify
from hsigui.pipeline.embed import embed
from hsigui.pipeline.pretrain import pretrain
from hsigui.pipeline.probe import fit_probe
from hsigui.specs import PretrainSpec
from tests.pipeline.test_pretrain import small

PRESETS = [(info, preset) for info in registry.built_in() for preset in info.presets]
Result = tuple[list[torch.Tensor], tuple[float, ...], np.ndarray]


def _everything(info: registry.MethodInfo, preset: registry.Preset, folder) -> Result:
    """Weights, losses and map of a small scene, through a run on disk."""
    rng = np.random.default_rng(0)
    cube = Cube(ArraySource(rng.random((18, 19, 16), dtype=np.float32)), name="noise")
    labels = np.zeros((18, 19), dtype=np.uint16)
    labels[2:16, 2:8], labels[2:16, 10:16] = 1, 2
    spec = PretrainSpec(
        info.name, preset.name, seed=3, device="cpu", epochs=1 if preset.epochs_are == "epochs" else 4,
        settings=small(preset),
    )  # fmt: skip
    pretrain(cube, spec, SilentContext(), folder, labels=labels)
    encoder = checkpoint.load(folder)
    features = embed(cube, encoder, SilentContext(), device="cpu")
    found = classify(features, fit_probe(features, labels, None, SilentContext()), None, SilentContext())
    return list(encoder.network.state_dict().values()), encoder.losses, found.classes


@pytest.fixture(autouse=True)
def one_thread():
    """Sums do not depend on how many threads share them while others work."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.mark.parametrize(("info", "preset"), PRESETS, ids=lambda each: each.name)
def test_the_global_generators_are_as_they_were_and_others_who_draw_change_nothing(info, preset, tmp_path):
    random.seed(7)
    np.random.seed(7)  # noqa: NPY002 - it is the global one that is looked at
    torch.manual_seed(7)
    before = _states()
    alone = _everything(info, preset, tmp_path / "alone")
    assert all(same(now) for same, now in zip(before, _drawn(), strict=True))
    with _Disturber():
        disturbed = _everything(info, preset, tmp_path / "disturbed")
    assert alone[1] == disturbed[1]
    assert all(torch.equal(a, b) for a, b in zip(alone[0], disturbed[0], strict=True))
    assert np.array_equal(alone[2], disturbed[2])


def _drawn() -> tuple[object, object, torch.Tensor]:
    return random.getstate(), np.random.get_state(), torch.get_rng_state()  # noqa: NPY002 - as above


def _states() -> list[Callable[[object], bool]]:
    """For each generator, whether it is still as it is now."""
    python, numpy, of_torch = _drawn()
    return [
        lambda now: now == python,
        lambda now: np.array_equal(now[1], numpy[1]) and now[2] == numpy[2],
        lambda now: torch.equal(now, of_torch),
    ]


class _Disturber:
    """Another thread that draws from all global generators, seeds them and builds networks all the while."""

    def __enter__(self) -> None:
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._disturb)
        self._thread.start()

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()

    def _disturb(self) -> None:
        number = 0
        while not self._stop.wait(0.0005):
            number += 1
            torch.manual_seed(number)
            torch.nn.Linear(5, 5)
            torch.rand(3)
            np.random.seed(number)  # noqa: NPY002 - as above
            random.random()
