"""LSCoSa's two trainings: *Paper*, the published step on patches, and *Quick*, the same objective on the dense engine.

IEEE TGRS 2023, doi 10.1109/TGRS.2023.3331888. What differs from the published code: all pixels with data are used for
pretraining, not only labelled ones; borders are reflected, not dropped; logarithms are guarded (`lscosa_loss`). What
can be set of the presets stands in `row`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

import torch
from torch import Generator, Tensor, nn

from hsigui.methods import devices
from hsigui.methods.augment import generator_on, multiplied
from hsigui.methods.cuda_graph import GraphedStep
from hsigui.methods.dense import pixel_embeddings
from hsigui.methods.distributed.norm import share_norms
from hsigui.methods.distributed.processes import ALONE, Processes
from hsigui.methods.encoders import (
    DenseEncoder,
    PatchEncoder,
    Projector,
    channels_last,
    copy_without_gradient,
    move_average,
    normalised,
)
from hsigui.methods.field_pairs import insight_of, sampler
from hsigui.methods.insight import Insight
from hsigui.methods.loop import Training
from hsigui.methods.lscosa import loss as lscosa_loss
from hsigui.methods.lscosa.loss import Objective
from hsigui.methods.lscosa.row import Paper, Quick
from hsigui.methods.optim import LARS, cosine, set_lr, warmed_cosine
from hsigui.methods.patches import patches_of
from hsigui.methods.plan import Plan
from hsigui.methods.scene import SceneValues
from hsigui.methods.settings import MethodSettings
from hsigui.methods.snapshot import Part, halved

SMALLEST_BATCH = 4
SMALLEST_PIXELS = 64
ORDER, NOISE = 1, 2  # streams of random numbers beside that of the seed itself


def plan(settings: MethodSettings) -> Plan:
    """How a scene is prepared for a preset, and which network it trains."""
    if isinstance(settings, Paper):
        return Plan(components=None, pixel_range=True, kind="patch", sizes={"width": settings.width})
    assert isinstance(settings, Quick)
    sizes = {"width": settings.width, "blocks": settings.blocks, "box": settings.box}
    return Plan(components=settings.components, pixel_range=False, kind="dense", sizes=sizes)


def training(
    settings: MethodSettings, encoder: nn.Module, scene: SceneValues, epochs: int,
    device: torch.device, seed: int, processes: Processes = ALONE,
) -> Training:  # fmt: skip
    """The training of a preset for an encoder (made by the plan) on a prepared scene, shared by some processes."""
    if isinstance(settings, Paper):
        assert isinstance(encoder, PatchEncoder)
        return PaperTraining(settings, encoder, scene, epochs, device, seed, processes)
    assert isinstance(settings, Quick)
    assert isinstance(encoder, DenseEncoder)
    return QuickTraining(settings, encoder, scene, epochs, device, seed, processes)


def objective(settings: Paper | Quick) -> Objective:
    """The loss that the settings ask for."""
    return Objective(
        settings.temperature, settings.positives, settings.kl, settings.kl_weight, settings.rho, settings.alpha,
        settings.symmetric,
    )  # fmt: skip


class _Twins:
    """The query encoder with its projector, and the momentum pair that follows it."""

    def __init__(self, encoder: nn.Module, width: int, out: int, device: torch.device, processes: Processes) -> None:
        self.encoder = share_norms(channels_last(encoder.to(device)).train(), processes)
        self.projector = share_norms(Projector(width, out).to(device).train(), processes)
        self.momentum_encoder = copy_without_gradient(self.encoder)
        self.momentum_projector = copy_without_gradient(self.projector)

    @property
    def parts(self) -> dict[str, Part]:
        return {
            "network": self.encoder, "projector": self.projector, "momentum network": self.momentum_encoder,
            "momentum projector": self.momentum_projector,
        }  # fmt: skip

    def parameters(self) -> list[nn.Parameter]:
        return [*self.encoder.parameters(), *self.projector.parameters()]

    def follow(self, momentum: float | Tensor) -> None:
        move_average(self.momentum_encoder, self.encoder, momentum)
        move_average(self.momentum_projector, self.projector, momentum)


def _nothing() -> None:
    """The check of a step that is too short to be interrupted."""


class PaperTraining:
    """The published loop: both views are the same patch under multiplicative noise, LARS, a dictionary of prototypes.

    The cube, all state and all random numbers lie on the device, and `static_step` is a function of them alone: on a
    CUDA device it is captured once and replayed as a graph, elsewhere it is called.
    """

    def __init__(
        self, settings: Paper, encoder: PatchEncoder, scene: SceneValues, epochs: int, device: torch.device, seed: int,
        processes: Processes = ALONE,
    ) -> None:  # fmt: skip
        self._processes = processes
        self._settings, self._objective = settings, objective(settings)
        self._device, self._seed, self._epochs = device, seed, epochs
        self._generator = Generator(device="cpu").manual_seed(seed)
        self._noise = generator_on(device, seed, NOISE)
        patches = patches_of(scene, device, self._generator)
        self._bank, self._pixels = patches.bank, patches.pixels
        each_epoch = min(len(self._pixels), settings.epoch_pixels)
        self._batch = torch.tensor(min(settings.batch, each_epoch))
        self._each = each_epoch // int(self._batch)
        self._order = (-1, self._pixels)
        self._twins = _Twins(encoder, encoder.width, encoder.width, device, processes)
        self._optimizer = LARS(
            self._twins.parameters(), lr=settings.rate, momentum=settings.lars_momentum,
            weight_decay=settings.weight_decay, trust=settings.trust,
        )  # fmt: skip
        start = torch.randn(settings.prototypes, encoder.width, generator=self._generator)
        self._W = normalised(start).T.contiguous().to(device)
        self._V = torch.zeros_like(self._W)
        self._drawn = torch.zeros(int(self._batch), dtype=torch.long, device=device)
        self._momentum = torch.zeros((), device=device)
        self._check: Callable[[], None] = _nothing
        self._graphed = GraphedStep(self.static_step, device, (self._noise,), plain=not processes.alone)

    @property
    def steps(self) -> int:
        return self._epochs * self._each

    @property
    def parts(self) -> Mapping[str, Part]:
        return {
            **self._twins.parts, "optimizer": self._optimizer, "dictionary": self._W, "velocity": self._V,
            "generator": self._generator, "noise": self._noise, "batch": self._batch,
        }  # fmt: skip

    def shrink(self) -> bool:
        """Halves the batch; an epoch keeps its number of steps and so sees fewer pixels."""
        return halved(self._batch, SMALLEST_BATCH)

    def step(self, number: int, check: Callable[[], None]) -> Tensor:
        """One training step; returns its loss, a scalar."""
        if number == 0:
            self._fill_dictionary(check)
        epoch, batch = divmod(number, self._each)
        at = epoch / self._epochs
        set_lr(self._optimizer, cosine(self._settings.rate, self._settings.last_rate, at))
        self._momentum.fill_(1 - (1 - self._settings.momentum) * cosine(1.0, 0.0, at))
        self._draw(self._epoch_order(epoch)[batch * int(self._batch) :][: int(self._batch)])
        # On a GPU a step is too short to be interrupted, and nothing may interrupt its capture.
        self._check = _nothing if self._device.type == "cuda" else check
        return self._graphed()

    def static_step(self) -> Tensor:
        """One step on the pixels in the input buffer, at the rate and the momentum in theirs; returns the loss. A
        scalar.

        Waits for nothing and changes all state in place.
        """
        q1, q2, k1, k2 = self._embed(self._drawn, self._momentum, self._check)
        loss = lscosa_loss.views_loss((q1, q2), (k1, k2), self._W, self._objective).loss
        self._descend(loss)
        lr = self._optimizer.param_groups[0]["lr"]
        views = ((q1, k2), (q2, k1))
        kept = self._settings.dictionary_momentum
        lscosa_loss.update_dictionary(self._W, self._V, views, self._objective.temperature, lr, kept, self._processes)
        return loss.detach()

    def _draw(self, flat: Tensor) -> None:
        if len(flat) != len(self._drawn):  # the batch was made smaller, or restored
            self._drawn = torch.zeros(len(flat), dtype=torch.long, device=self._device)
            self._graphed.forget()
        self._drawn.copy_(flat)

    def _epoch_order(self, epoch: int) -> Tensor:
        """The pixels of an epoch in its own random order, the same whenever it is asked for."""
        if self._order[0] != epoch:
            generator = generator_on(torch.device("cpu"), self._seed, ORDER, epoch)
            drawn = self._pixels[torch.randperm(len(self._pixels), generator=generator)]
            drawn = drawn[: self._settings.epoch_pixels]
            self._order = (epoch, drawn.to(self._device))
        return self._order[1]

    def _patches(self, flat: Tensor) -> Tensor:
        return self._bank.gather(flat // self._bank.cols, flat % self._bank.cols)

    def _embed(self, drawn: Tensor, momentum: float | Tensor, check: Callable[[], None]) -> tuple[Tensor, ...]:
        """Queries and keys of both views of the drawn pixels, whoever embeds them; the momentum pair moves before its
        pass, as published."""
        twins = self._twins
        share = self._processes.begin(len(drawn))
        patches = self._patches(drawn if share is None else share.of(drawn))
        views = [multiplied(patches, self._settings.noise, self._noise, share) for _ in range(2)]
        queries, keys = [], []
        with devices.tensor_cores(self._device), devices.mixed_precision(self._device):
            for view in views:
                check()
                queries.append(normalised(twins.projector(twins.encoder(view)).float()))
            twins.follow(momentum)
            with torch.no_grad():
                for view in views:
                    check()
                    keys.append(normalised(twins.momentum_projector(twins.momentum_encoder(view)).float()))
        return self._processes.gathered(*queries, *keys)

    def _descend(self, loss: Tensor) -> None:
        self._optimizer.zero_grad(set_to_none=True)
        with devices.tensor_cores(self._device):
            loss.backward()  # type: ignore[no-untyped-call]
        self._processes.add_gradients(self._twins.parameters())
        self._optimizer.step()

    def _fill_dictionary(self, check: Callable[[], None]) -> None:
        """Real training steps against the keys and the random dictionary, each of which fills in its keys."""
        set_lr(self._optimizer, self._settings.rate)
        batch, slow = int(self._batch), self._settings.filling_momentum
        for start in range(0, self._settings.prototypes, batch):
            drawn = torch.randint(0, len(self._pixels), (batch,), generator=self._generator)
            q1, _, _, k2 = self._embed(self._pixels[drawn].to(self._device), slow, check)
            self._descend(lscosa_loss.filling_loss(q1, k2, self._W, self._settings.filling_temperature))
            columns = self._W[:, start : start + batch]
            columns.copy_(k2.T[:, : columns.shape[1]])
        self._twins.follow(0.0)


class QuickTraining:
    """LSCoSa's objective on the dense engine: both views enter the loss, Adam instead of LARS, and the regulariser
    keeps the mean softmax activation of the prototypes near uniform."""

    def __init__(
        self, settings: Quick, encoder: DenseEncoder, scene: SceneValues, steps: int, device: torch.device, seed: int,
        processes: Processes = ALONE,
    ) -> None:  # fmt: skip
        self._processes = processes
        self._settings, self._objective = settings, objective(settings)
        self._steps, self._device = steps, device
        self._generator = Generator(device="cpu").manual_seed(seed)
        self._noise = generator_on(device, seed, NOISE)
        self._pixels = torch.tensor(settings.pixels)
        self._sampler = sampler(settings, encoder.halo, scene, device, (self._generator, self._noise), seed, processes)
        self._twins = _Twins(encoder, encoder.width, settings.embedding, device, processes)
        self._optimizer = torch.optim.AdamW(
            self._twins.parameters(), lr=settings.rate, weight_decay=settings.weight_decay
        )
        self._W = torch.zeros(settings.embedding, settings.prototypes, device=device)
        self._V = torch.zeros_like(self._W)
        self._keys: Tensor | None = None  # of the last step

    @property
    def steps(self) -> int:
        return self._steps

    @property
    def parts(self) -> Mapping[str, Part]:
        return {
            **self._twins.parts, "optimizer": self._optimizer, "dictionary": self._W, "velocity": self._V,
            "generator": self._generator, "noise": self._noise, "pixels": self._pixels,
        }  # fmt: skip

    def shrink(self) -> bool:
        """Halves the number of pixels a step."""
        return halved(self._pixels, SMALLEST_PIXELS)

    def step(self, number: int, check: Callable[[], None]) -> Tensor:
        """One training step; returns its loss, a scalar."""
        set_lr(self._optimizer, warmed_cosine(self._settings.rate, number / self._steps, self._settings.warm_up))
        self._sampler.pixels = int(self._pixels)
        q1, q2, k1, k2 = self._embed(check)
        if number == 0:
            # The dictionary starts as keys of the first batch, as published.
            self._W.copy_(torch.cat([k2, k1])[torch.arange(self._settings.prototypes) % (2 * len(k2))].T)
            self._V.zero_()
        self._keys = k2
        loss = lscosa_loss.views_loss((q1, q2), (k1, k2), self._W, self._objective).loss
        check()
        self._optimizer.zero_grad(set_to_none=True)
        loss.backward()  # type: ignore[no-untyped-call]
        self._processes.add_gradients(self._twins.parameters())
        self._optimizer.step()
        views = ((q1, k2), (q2, k1))
        lscosa_loss.update_dictionary(
            self._W, self._V, views, self._objective.temperature, self._settings.dictionary_rate,
            self._settings.dictionary_momentum, self._processes,
        )  # fmt: skip
        return loss

    def insight(self) -> Insight:
        """The prototypes that the last step used, and the pixels that it paired."""
        used = None if self._keys is None else lscosa_loss.used(self._keys, self._W).cpu().numpy()
        return replace(insight_of(self._sampler), used=used)

    def _embed(self, check: Callable[[], None]) -> tuple[Tensor, ...]:
        twins = self._twins
        views = self._sampler.draw(check)
        queries, keys = [], []
        with devices.mixed_precision(self._device):
            for view in views:
                check()
                pixels = pixel_embeddings(twins.encoder(view.tile), view.positions)
                queries.append(normalised(twins.projector(pixels).float()))
            twins.follow(self._settings.momentum)
            with torch.no_grad():
                for view in views:
                    check()
                    pixels = pixel_embeddings(twins.momentum_encoder(view.tile), view.positions)
                    keys.append(normalised(twins.momentum_projector(pixels).float()))
        return self._processes.gathered(*queries, *keys)
