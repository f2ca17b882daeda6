"""LSCoSa's two trainings: *Paper*, the published step on patches, and *Quick*, the same objective on the dense engine.

IEEE TGRS 2023, doi 10.1109/TGRS.2023.3331888. What differs from the published code: all pixels with data are used for
pretraining, not only labelled ones; borders are reflected, not dropped; logarithms are guarded (`lscosa_loss`).
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import torch
from torch import Generator, Tensor, nn
from torch.nn import functional

from hsigui.methods import devices, lscosa_loss
from hsigui.methods.augment import ViewNoise, multiplied
from hsigui.methods.dense import TileSampler, pixel_embeddings
from hsigui.methods.encoders import (
    DenseEncoder,
    PatchEncoder,
    Projector,
    channels_last,
    copy_without_gradient,
    move_average,
    normalised,
)
from hsigui.methods.loop import Training
from hsigui.methods.optim import LARS, cosine, set_lr, warmed_cosine
from hsigui.methods.patches import PATCH, PatchBank, reflected
from hsigui.methods.plan import Plan
from hsigui.methods.scene import Scene

PROTOTYPES = 256
BATCH = 32  # patches a step, Paper
EPOCH_PIXELS = 50_000  # an epoch of Paper sees at most so many pixels, drawn anew each time
PAPER = lscosa_loss.Objective()
QUICK = lscosa_loss.Objective(kl="probability", kl_weight=3.0, alpha="none", positives=1)


def plan(preset: str) -> Plan:
    """How a scene is prepared for a preset, and which network it trains."""
    if preset == "paper":
        return Plan(components=None, pixel_range=True, kind="patch", sizes={"width": 128})
    return Plan(components=32, pixel_range=False, kind="dense", sizes={"width": 64, "blocks": 2, "box": 9})


def training(
    preset: str, encoder: nn.Module, scene: Scene, epochs: int,
    device: torch.device, seed: int,
) -> Training:  # fmt: skip
    """The training of a preset for an encoder (made by the plan) on a prepared scene."""
    generator = Generator(device="cpu").manual_seed(seed)
    if preset == "paper":
        assert isinstance(encoder, PatchEncoder)
        return PaperTraining(encoder, scene, epochs, device, generator)
    assert isinstance(encoder, DenseEncoder)
    return QuickTraining(encoder, scene, epochs, device, generator)


def patches_of(scene: Scene, device: torch.device, generator: Generator) -> tuple[PatchBank, Tensor]:
    """The patches of a scene and the flat numbers of those around valid pixels.

    A scene too large to hold is stood for by random windows, stacked one below the other; patches stay inside a window.
    """
    half = PATCH // 2
    if scene.whole is not None:
        values, valid = scene.whole
        bank = PatchBank(reflected(values, half), device=device)
    else:
        windows = scene.excerpt(lambda limit: int(torch.randint(0, limit, (1,), generator=generator)), lambda: None)
        bank = PatchBank(np.concatenate([values for values, _ in windows]), device=device)
        inner = [mask[half:-half, half:-half] for _, mask in windows]
        # Between two windows lie rows whose patches would reach into both: never drawn.
        gaps = [np.pad(mask, ((0, 2 * half), (0, 0))) for mask in inner]
        valid = np.concatenate(gaps)[: bank.rows]
    return bank, torch.from_numpy(np.flatnonzero(valid))


class _Twins:
    """The query encoder with its projector, and the momentum pair that follows it."""

    def __init__(self, encoder: nn.Module, width: int, out: int, device: torch.device) -> None:
        self.encoder = channels_last(encoder.to(device)).train()
        self.projector = Projector(width, out).to(device).train()
        self.momentum_encoder = copy_without_gradient(self.encoder)
        self.momentum_projector = copy_without_gradient(self.projector)

    def parameters(self) -> list[nn.Parameter]:
        return [*self.encoder.parameters(), *self.projector.parameters()]

    def follow(self, momentum: float) -> None:
        move_average(self.momentum_encoder, self.encoder, momentum)
        move_average(self.momentum_projector, self.projector, momentum)


class PaperTraining:
    """The published loop: both views are the same patch under multiplicative noise, LARS, a dictionary of 256."""

    def __init__(
        self, encoder: PatchEncoder, scene: Scene, epochs: int,
        device: torch.device, generator: Generator,
    ) -> None:  # fmt: skip
        self._generator = generator
        self._device = device
        self._epochs = epochs
        self._bank, self._pixels = patches_of(scene, device, generator)
        self._batch = min(BATCH, len(self._pixels))
        self._each = min(len(self._pixels), EPOCH_PIXELS) // self._batch
        self._twins = _Twins(encoder, encoder.width, encoder.width, device)
        self._optimizer = LARS(self._twins.parameters(), lr=0.3)
        self._W = normalised(torch.randn(PROTOTYPES, encoder.width, generator=generator)).T.contiguous().to(device)
        self._V = torch.zeros_like(self._W)
        self._order = self._pixels

    @property
    def steps(self) -> int:
        return self._epochs * self._each

    def step(self, number: int, check: Callable[[], None]) -> Tensor:
        if number == 0:
            self._fill_dictionary(check)
        epoch, batch = divmod(number, self._each)
        if batch == 0:
            self._order = self._pixels[torch.randperm(len(self._pixels), generator=self._generator)[:EPOCH_PIXELS]]
        at = epoch / self._epochs
        lr = cosine(0.3, 0.02, at)
        set_lr(self._optimizer, lr)
        patches = self._patches(self._order[batch * self._batch : (batch + 1) * self._batch])
        q1, q2, k1, k2 = self._embed(patches, 1 - 0.01 * cosine(1.0, 0.0, at), check)
        found = lscosa_loss.step_loss(q1, k2, self._W, PAPER)
        self._descend(found.loss)
        lscosa_loss.update_dictionary(self._W, self._V, ((q1, k2), (q2, k1)), PAPER.temperature, lr)
        return found.loss

    def _patches(self, flat: Tensor) -> Tensor:
        flat = flat.to(self._device)
        return self._bank.gather(flat // self._bank.cols, flat % self._bank.cols)

    def _embed(self, patches: Tensor, momentum: float, check: Callable[[], None]) -> tuple[Tensor, ...]:
        """Queries and keys of both views; the momentum pair moves before its pass, as published."""
        twins = self._twins
        views = [multiplied(patches, 0.5, self._generator) for _ in range(2)]
        queries = []
        for view in views:
            check()
            queries.append(normalised(twins.projector(twins.encoder(view))))
        twins.follow(momentum)
        keys = []
        with torch.no_grad():
            for view in views:
                check()
                keys.append(normalised(twins.momentum_projector(twins.momentum_encoder(view))))
        return queries[0], queries[1], keys[0], keys[1]

    def _descend(self, loss: Tensor) -> None:
        self._optimizer.zero_grad(set_to_none=True)
        loss.backward()  # type: ignore[no-untyped-call]
        self._optimizer.step()

    def _fill_dictionary(self, check: Callable[[], None]) -> None:
        """Real training steps against the keys and the random dictionary, each of which fills in its keys."""
        for start in range(0, PROTOTYPES, self._batch):
            drawn = torch.randint(0, len(self._pixels), (self._batch,), generator=self._generator)
            q1, _, _, k2 = self._embed(self._patches(self._pixels[drawn]), 0.999, check)
            own = (q1 * k2).sum(dim=1, keepdim=True)
            logits = torch.cat([own, q1 @ lscosa_loss.unit_columns(self._W)], dim=1) / 0.2
            self._descend(functional.cross_entropy(logits, torch.zeros(len(q1), dtype=torch.long, device=q1.device)))
            columns = self._W[:, start : start + self._batch]
            columns.copy_(k2.T[:, : columns.shape[1]])
        self._twins.follow(0.0)


class QuickTraining:
    """LSCoSa's objective on the dense engine: both views enter the loss, Adam instead of LARS, and the regulariser
    keeps the mean softmax activation of the prototypes near uniform."""

    PIXELS = 1024
    LR = 2e-3
    DICTIONARY_LR = 3.0
    MOMENTUM = 0.99

    def __init__(
        self, encoder: DenseEncoder, scene: Scene, steps: int,
        device: torch.device, generator: Generator,
    ) -> None:  # fmt: skip
        self._steps = steps
        self._device = device
        self._sampler = TileSampler(scene, device, generator, pixels=self.PIXELS, shift=2, noise=ViewNoise())
        self._twins = _Twins(encoder, encoder.width, 64, device)
        self._optimizer = torch.optim.AdamW(self._twins.parameters(), lr=self.LR, weight_decay=1e-4)
        self._W = torch.empty(0)
        self._V = torch.empty(0)

    @property
    def steps(self) -> int:
        return self._steps

    def step(self, number: int, check: Callable[[], None]) -> Tensor:
        set_lr(self._optimizer, warmed_cosine(self.LR, number / self._steps))
        q1, q2, k1, k2 = self._embed(check)
        if number == 0:
            # The dictionary starts as keys of the first batch, as published.
            self._W = torch.cat([k2, k1])[torch.arange(PROTOTYPES) % (2 * len(k2))].T.clone()
            self._V = torch.zeros_like(self._W)
        one = lscosa_loss.step_loss(q1, k2, self._W, QUICK)
        two = lscosa_loss.step_loss(q2, k1, self._W, QUICK)
        loss = 0.5 * (one.loss + two.loss)
        check()
        self._optimizer.zero_grad(set_to_none=True)
        loss.backward()  # type: ignore[no-untyped-call]
        self._optimizer.step()
        lscosa_loss.update_dictionary(self._W, self._V, ((q1, k2), (q2, k1)), QUICK.temperature, self.DICTIONARY_LR)
        return loss

    def _embed(self, check: Callable[[], None]) -> tuple[Tensor, ...]:
        twins = self._twins
        views = self._sampler.draw()
        queries, keys = [], []
        with devices.mixed_precision(self._device):
            for view in views:
                check()
                pixels = pixel_embeddings(twins.encoder(view.tile), view.positions)
                queries.append(normalised(twins.projector(pixels).float()))
            twins.follow(self.MOMENTUM)
            with torch.no_grad():
                for view in views:
                    check()
                    pixels = pixel_embeddings(twins.momentum_encoder(view.tile), view.positions)
                    keys.append(normalised(twins.momentum_projector(pixels).float()))
        return queries[0], queries[1], keys[0], keys[1]
