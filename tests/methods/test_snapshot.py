"""A state that is taken, written, read and put back is the same state, bit for bit and in the same tensors."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from hsigui.errors import HsiError
from hsigui.methods import resume, snapshot
from hsigui.methods.chance import Chance, Dropout
from hsigui.methods.encoders import channels_last
from hsigui.methods.optim import LARS, set_lr
from hsigui.methods.resume import Course, Unfinished


def _parts(optimizer: str) -> dict[str, snapshot.Part]:
    chance = Chance(0)
    with chance.building():
        network = channels_last(torch.nn.Sequential(torch.nn.Conv2d(3, 8, 3), torch.nn.BatchNorm2d(8), Dropout(0.3)))
    chance.give_masks(network)
    made = {
        "adamw": lambda p: torch.optim.AdamW(p, lr=1e-2),
        "sgd": lambda p: torch.optim.SGD(p, lr=1e-2, momentum=0.9),
        "lars": lambda p: LARS(p, lr=0.3),
    }[optimizer]
    return {
        "network": network, "optimizer": made(network.parameters()),
        "generator": torch.Generator().manual_seed(4), "dictionary": torch.zeros(2, 3),
        **chance.parts,
    }  # fmt: skip


def _go(parts, steps: int) -> list[float]:
    losses = []
    for _ in range(steps):
        x = torch.randn(2, 3, 9, 9, generator=parts["generator"]).contiguous(memory_format=torch.channels_last)
        loss = (parts["network"](x) ** 2).sum() + 0.1 * parts["network"][0].weight.sum()
        set_lr(parts["optimizer"], 0.01 / (1 + len(losses)))
        parts["optimizer"].zero_grad()
        loss.backward()
        parts["optimizer"].step()
        parts["dictionary"] += loss.detach()
        losses.append(float(loss.detach()))
    return losses


def _through_a_file(state: snapshot.Snapshot, folder) -> snapshot.Snapshot:
    resume.write(folder, Unfinished(state, None, Course(), {}))
    return resume.read(folder).now


@pytest.mark.parametrize("optimizer", ["adamw", "sgd", "lars"])
@pytest.mark.parametrize("by", ["memory", "file", "file into new parts"])
def test_going_on_from_a_restored_state_gives_bit_for_bit_what_not_stopping_gives(optimizer, by, tmp_path):
    parts = _parts(optimizer)
    _go(parts, 3)
    state = snapshot.take(parts, 3)
    if by != "memory":
        state = _through_a_file(state, tmp_path)
    expected = _go(parts, 3)
    weights = [t.clone() for t in parts["network"].state_dict().values()]
    if by == "file into new parts":
        parts = _parts(optimizer)
    snapshot.restore(parts, state)
    assert _go(parts, 3) == expected
    for a, b in zip(parts["network"].state_dict().values(), weights, strict=True):
        assert torch.equal(a, b)


@pytest.mark.parametrize("optimizer", ["adamw", "lars"])
def test_values_go_back_into_the_very_tensors_that_are_there(optimizer):
    parts = _parts(optimizer)
    _go(parts, 1)
    state = snapshot.take(parts, 1)
    places = _places(parts)
    _go(parts, 1)
    snapshot.restore(parts, state)
    assert _places(parts) == places


def _places(parts) -> list[int]:
    states = [v for s in parts["optimizer"].state.values() for v in s.values()]
    return [t.data_ptr() for t in (*parts["network"].parameters(), *states, parts["dictionary"])]


def test_a_snapshot_does_not_follow_the_training():
    parts = _parts("adamw")
    state = snapshot.take(parts, 0)
    before = {k: v.clone() for k, v in state.tensors.items()}
    _go(parts, 2)
    snapshot.restore(parts, state)
    _go(parts, 2)
    assert all(torch.equal(before[k], v) for k, v in state.tensors.items())


def test_a_network_with_one_weight_that_is_no_number_is_found():
    parts = _parts("sgd")
    assert snapshot.is_finite(parts)
    parts["network"][1].running_var[2] = float("inf")
    assert not snapshot.is_finite(parts)


def test_an_unfinished_training_is_read_as_it_was_written(tmp_path):
    parts = _parts("adamw")
    _go(parts, 2)
    course = Course((1.5, 0.1 + 0.2), ((1, 0.25), (2, 0.5)), 12.5)
    about = {"spec": {"seed": 3}, "scene": {"name": "Feld"}}
    transform = {"mean": np.arange(4, dtype=np.float32)}
    state = snapshot.take(parts, 2)
    path = resume.write(tmp_path / "run", Unfinished(state, snapshot.take(parts, 2), course, about, transform))
    again = resume.read(tmp_path / "run")
    assert (again.course, again.about) == (course, about)
    assert again.best is not None
    assert again.now.step == again.best.step == 2
    assert np.array_equal(again.transform["mean"], transform["mean"])
    assert [p.name for p in path.parent.iterdir()] == [resume.FILE]
    resume.remove(tmp_path / "run")
    with pytest.raises(HsiError, match="no unfinished training"):
        resume.read(tmp_path / "run")


def test_a_damaged_file_is_refused_in_words(tmp_path):
    path = resume.write(tmp_path, Unfinished(snapshot.take(_parts("sgd"), 1), None, Course((1.0,)), {}))
    whole = path.read_bytes()
    for broken in (whole[: len(whole) // 2], b"", b"\x08" + 30 * b"\0"):
        path.write_bytes(broken)
        with pytest.raises(HsiError, match="damaged"):
            resume.read(tmp_path)


def test_any_changed_byte_of_an_unfinished_training_is_noticed(tmp_path):
    path = resume.write(tmp_path, Unfinished(snapshot.take(_parts("sgd"), 1), None, Course((1.0,)), {"spec": {}}))
    whole = path.read_bytes()
    for place in np.random.default_rng(0).integers(0, len(whole), 60):
        content = bytearray(whole)
        content[place] ^= 0x10
        path.write_bytes(bytes(content))
        with pytest.raises(HsiError, match="damaged"):
            resume.read(tmp_path)


@pytest.mark.parametrize("mark", [b'"sha256"', b'\\"sealed\\"'])
def test_an_unfinished_training_that_lost_a_mark_of_its_sum_is_refused(tmp_path, mark):
    path = resume.write(tmp_path, Unfinished(snapshot.take(_parts("sgd"), 1), None, Course((1.0,)), {"spec": {}}))
    content = path.read_bytes()
    assert content.count(mark) == 1
    path.write_bytes(content.replace(mark, mark.replace(b"a", b"b")))
    with pytest.raises(HsiError, match="damaged"):
        resume.read(tmp_path)
