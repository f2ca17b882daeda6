"""The two trainings: seeded, finite, learning, able to stop and go on, and right about superpixels."""

from __future__ import annotations

import copy

import numpy as np
import pytest
import torch

from hsigui.cube.cube import ArraySource, Cube
from hsigui.cube.transform import fit_transform
from hsigui.methods.augment import ViewNoise
from hsigui.methods.chance import Chance, Dropout
from hsigui.methods.dense import TileSampler
from hsigui.methods.plan import Plan
from hsigui.methods.purified import training as purified
from hsigui.methods.purified import views as purified_views
from hsigui.methods.purified.row import Paper
from hsigui.methods.purified.training import FEWEST, PaperTraining, Plateau, QuickTraining
from hsigui.methods.scene import SceneValues
from tests.methods.presets import settings

PRESETS = ("quick", "paper")
PAIR = {"network": "pair", "blocks": 2, "box": 9}  # both branches, on the dense engine
SMALL = {"quick": {"width": 16}, "paper": {"width": 16, "depth": 1, "local": 4}}


def _nothing() -> None:
    return None


def _training(
    preset: str, scene, epochs: int = 4, seed: int = 0, batch: int = 64, pixels: int = 1024, **values
) -> PaperTraining | QuickTraining:
    chosen = settings("purified", preset, **({"batch": batch} if preset == "paper" else {"pixels": pixels}), **values)
    plan = purified.plan(chosen)
    small = Plan(plan.components, plan.pixel_range, plan.kind, {**plan.sizes, **SMALL[preset]})
    prepared = scene if isinstance(scene, SceneValues) else SceneValues.of(*scene)
    chance = Chance(seed)
    with chance.building():
        network = small.network(prepared.channels)
        training = purified.training(chosen, network, prepared, epochs, torch.device("cpu"), seed)
    chance.give_masks(network)
    return training


def _masks(training: PaperTraining | QuickTraining) -> torch.Generator:
    """What dropout draws from; one that nobody draws from where there is none."""
    dropout = [m for m in training.parts["network"].modules() if isinstance(m, Dropout)]
    return dropout[0].generator if dropout else torch.Generator()


def _run(training: PaperTraining | QuickTraining, steps: range) -> list[float]:
    return [float(training.step(n, _nothing).detach()) for n in steps]


@pytest.mark.parametrize("preset", PRESETS)
def test_one_seed_gives_one_result_and_another_seed_another(preset, scene):
    found = []
    for seed in (0, 0, 1):
        training = _training(preset, scene, seed=seed)
        found.append((_run(training, range(3)), training.parts["network"].state_dict()))
    (losses, one), (again, two), (other, _) = found
    assert losses == again
    assert losses != other
    for a, b in zip(one.values(), two.values(), strict=True):
        assert torch.equal(a, b)


@pytest.mark.parametrize(("preset", "values"), [("quick", {}), ("quick", PAIR), ("paper", {})])
def test_every_step_is_finite_and_moves_all_weights_of_both_branches(preset, values, scene):
    training = _training(preset, scene, **values)
    before = copy.deepcopy(training.parts["network"])
    losses = _run(training, range(3))
    assert np.isfinite(losses).all()
    after = dict(training.parts["network"].named_parameters())
    for name, parameter in before.named_parameters():
        # What only shifts every key alike, or what batch normalisation takes out again, need not move.
        assert not torch.equal(parameter, after[name]) or name.endswith("bias"), name


def _capture(parts) -> dict:
    whole = {}
    for name, part in parts.items():
        if isinstance(part, torch.Tensor):
            whole[name] = part.clone()
        elif isinstance(part, torch.Generator):
            whole[name] = part.get_state().clone()
        else:
            whole[name] = copy.deepcopy(part.state_dict())
    return whole


def _restore(parts, kept: dict) -> None:
    for name, part in parts.items():
        if isinstance(part, torch.Tensor):
            part.copy_(kept[name])
        elif isinstance(part, torch.Generator):
            part.set_state(kept[name])
        else:
            part.load_state_dict(copy.deepcopy(kept[name]))


@pytest.mark.parametrize("preset", PRESETS)
def test_stopping_and_going_on_gives_what_not_stopping_gives(preset, scene):
    # The 660 valid pixels are 5 batches of Paper: the stop lies inside the second epoch.
    first, last = (6, 11) if preset == "paper" else (2, 4)
    straight = _training(preset, scene, epochs=6, batch=128)
    _run(straight, range(first))
    assert straight.shrink()
    _run(straight, range(first, first + 1))
    kept, dropout = _capture(straight.parts), _masks(straight).get_state()
    expected = _run(straight, range(first + 1, last))
    resumed = _training(preset, scene, epochs=6, batch=128)
    _restore(resumed.parts, kept)
    _masks(resumed).set_state(dropout)
    assert _run(resumed, range(first + 1, last)) == expected
    pairs = zip(*(t.parts["network"].state_dict().values() for t in (straight, resumed)), strict=True)
    assert all(torch.equal(a, b) for a, b in pairs)


@pytest.mark.parametrize("preset", PRESETS)
def test_shrinking_halves_the_batch_and_ends(preset, scene):
    training = _training(preset, scene, batch=128)
    sizes = []
    while training.shrink():
        assert np.isfinite(_run(training, range(1))).all()
        sizes.append(int(training.parts["batch" if preset == "paper" else "pixels"]))
    assert sizes == ([64, 32] if preset == "paper" else [512, 256, 128, 64, 32])
    assert sizes[-1] == FEWEST


def test_an_epoch_of_paper_is_one_pass_over_the_valid_pixels_in_another_order_each_time(scene, monkeypatch):
    training = _training("paper", scene, epochs=2, batch=128)
    drawn = []
    gathered = training._gathered
    monkeypatch.setattr(training, "_gathered", lambda flat: drawn.append(flat) or gathered(flat))
    _run(training, range(training.steps))
    each = scene[1].sum() // 128
    assert training.steps == 2 * each
    epochs = torch.cat(drawn[:each]).tolist(), torch.cat(drawn[each:]).tolist()
    for pixels in epochs:
        assert len(set(pixels)) == len(pixels) == 128 * each
        assert scene[1].reshape(-1)[pixels].all()
    assert epochs[0] != epochs[1]


@pytest.mark.parametrize("values", [{}, PAIR], ids=["stem", "pair"])
def test_the_loss_of_quick_falls(values, scene):
    losses = _run(_training("quick", scene, epochs=36, pixels=256, **values), range(36))
    assert np.mean(losses[-8:]) < 0.95 * np.mean(losses[:8])


@pytest.mark.parametrize("preset", PRESETS)
def test_a_step_asks_several_times_whether_to_stop(preset, scene):
    training = _training(preset, scene)
    _run(training, range(1))
    asked = []
    training.step(1, lambda: asked.append(1))
    assert len(asked) >= 3


@pytest.mark.parametrize("preset", PRESETS)
def test_the_stage_says_when_superpixels_are_sought(preset, scene):
    training = _training(preset, scene)
    stages = []
    training.step(0, lambda: stages.append(training.stage))
    assert stages[0] == "finding superpixels"
    assert stages[-1] == ""


@pytest.mark.parametrize("preset", PRESETS)
def test_a_scene_smaller_than_a_batch_can_be_pretrained(preset):
    values = np.random.default_rng(0).standard_normal((16, 16, 4)).astype(np.float32)
    valid = np.zeros((16, 16), dtype=bool)
    valid[4:8, 4:8] = True
    training = _training(preset, (values, valid))
    assert np.isfinite(_run(training, range(2))).all()


@pytest.mark.parametrize(("preset", "chosen"), [("quick", {}), ("quick", PAIR), ("paper", {})])
def test_a_scene_that_stays_on_disk_can_be_pretrained(preset, chosen, scene, monkeypatch):
    monkeypatch.setattr("hsigui.methods.scene.WINDOW_SIDE", 20)
    monkeypatch.setattr("hsigui.methods.scene.MOST_WINDOWS", 3)
    values, valid = scene
    cube = Cube(ArraySource(np.where(valid[..., None], values, np.nan)))
    training = _training(preset, SceneValues(cube, fit_transform(cube), resident_values=0), **chosen)
    assert np.isfinite(_run(training, range(3))).all()


def test_quick_looks_up_the_superpixel_of_the_pixels_drawn(scene):
    values, valid = scene
    training = _training("quick", scene, partner="pixel", **PAIR)
    training._sampler._tile = 18
    labels, similarity = purified._segmented(values, valid, _nothing)
    assert similarity.shape == (labels.max() + 1,) * 2
    for _ in range(4):
        view = training._sampler.draw()[0]
        u, _ = training._superpixels_of(view, _nothing)
        window = labels[view.window.top : view.window.top + 18, view.window.left : view.window.left + 18]
        assert torch.equal(u, window.flatten()[view.pixels])
        assert (u >= 0).all()


def test_quick_finds_the_superpixels_of_each_tile_of_a_scene_on_disk(scene):
    values, valid = scene
    cube = Cube(ArraySource(np.where(valid[..., None], values, np.nan)))
    prepared = SceneValues(cube, fit_transform(cube), resident_values=0)
    training = _training("quick", prepared, partner="pixel", **PAIR)
    view = training._sampler.draw()[0]
    u, similarity = training._superpixels_of(view, _nothing)
    expected, _ = purified._segmented(view.window.values, view.window.valid, _nothing)
    assert torch.equal(u, expected.flatten()[view.pixels])
    assert len(similarity) == int(expected.max()) + 1


def test_paper_knows_the_superpixel_of_every_patch_of_windows_too(scene, monkeypatch):
    monkeypatch.setattr("hsigui.methods.scene.WINDOW_SIDE", 20)
    monkeypatch.setattr("hsigui.methods.scene.MOST_WINDOWS", 3)
    values, valid = scene
    cube = Cube(ArraySource(np.where(valid[..., None], values, np.nan)))
    training = _training("paper", SceneValues(cube, fit_transform(cube), resident_values=0))
    labels, similarity = training._segmented(_nothing)
    assert (labels[training._patches.pixels] >= 0).all()
    assert int(labels.max()) < len(similarity)
    # Pixels of different windows never share a superpixel.
    rows = training._patches.pixels // training._patches.bank.cols // 20
    owners = {(int(u), int(w)) for u, w in zip(labels[training._patches.pixels], rows, strict=True)}
    assert len(owners) == len({u for u, _ in owners})


def test_the_learning_rate_falls_when_the_loss_has_not_for_long_enough():
    optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=1.0)
    plateau = Plateau(2, torch.device("cpu"))
    rates = []
    for loss in (3.0, 2.0, 2.5, 2.5, 1.9, 2.0, 2.0, 2.0, 2.0, 2.0, 2.0):
        plateau.add(torch.tensor(loss - 0.5))
        plateau.add(torch.tensor(loss + 0.5))
        plateau.end_epoch(optimizer)
        rates.append(optimizer.param_groups[0]["lr"])
    reference_optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=1.0)
    reference = torch.optim.lr_scheduler.ReduceLROnPlateau(reference_optimizer, factor=0.1, patience=2)
    expected = []
    for loss in (3.0, 2.0, 2.5, 2.5, 1.9, 2.0, 2.0, 2.0, 2.0, 2.0, 2.0):
        reference.step(loss)
        expected.append(reference_optimizer.param_groups[0]["lr"])
    assert rates == pytest.approx(expected)
    assert min(rates) < 0.2


def test_a_view_is_an_enlarged_part_of_the_patch_in_one_of_eight_poses():
    patch = torch.arange(225.0).reshape(1, 1, 15, 15)
    many = purified_views.enlarged_and_turned(patch.expand(400, 1, 15, 15), Paper(), torch.Generator().manual_seed(0))
    seen = {tuple(view.flatten().tolist()) for view in many}
    assert len(seen) == 8 * 4
    # Of 15 rows and columns 14 are seen; the pose without turn at the first corner doubles the first.
    stretched = patch[0, 0][np.arange(15) * 14 // 15][:, np.arange(15) * 14 // 15]
    for turns in range(4):
        for pose in (torch.rot90(stretched, turns), torch.rot90(stretched, turns).T):
            assert tuple(pose.flatten().tolist()) in seen


def test_brightness_is_one_factor_and_one_offset_a_patch_for_four_of_five():
    patches = torch.stack([torch.zeros(3, 2, 2), torch.ones(3, 2, 2)]).repeat(2000, 1, 1, 1)
    seen = purified_views.brightened(patches, Paper(), torch.Generator().manual_seed(0))
    assert torch.equal(seen, seen[:, :1, :1, :1].expand_as(seen))
    value = seen[:, 0, 0, 0]
    changed = value != patches[:, 0, 0, 0]
    assert abs(float(changed.float().mean()) - 0.8) < 0.03
    offsets = value[0::2][changed[0::2]]
    assert abs(float(offsets.std()) - 0.1) < 0.01
    assert abs(float(value[1::2].mean()) - 1) < 0.02
    assert float(value[1::2].std()) > 0.1


def test_the_sampler_says_which_pixels_of_the_scene_a_view_shows(scene):
    values, valid = scene
    quiet = ViewNoise(times=0, plus=0, gain=0, drop=0)
    sampler = TileSampler(
        SceneValues.of(values, valid),
        torch.device("cpu"),
        torch.Generator().manual_seed(0),
        pixels=50,
        shift=2,
        noise=quiet,
    )
    for view in sampler.draw():
        shown = view.tile[0].flatten(1).T[view.positions].numpy()
        own = view.window.values.reshape(-1, values.shape[2])[view.pixels]
        assert np.array_equal(shown, own)
        window = values[view.window.top :, view.window.left :][: view.window.valid.shape[0]]
        assert np.array_equal(window, view.window.values)
