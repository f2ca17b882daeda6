"""Purified contrastive learning's two trainings: *Paper*, the published pair on patches, and *Quick*, a dense pair.

PCL: IEEE TGRS 2024, doi 10.1109/TGRS.2024.3409378. Two encoders, one for what lies around a pixel as a whole and one
for its near surroundings, learn side by side; pairs of pixels from superpixels that look alike are pushed apart less.
What differs from the published code: the weights are really applied (there the line is a comment), and to negatives
only; all pixels with data are used; superpixels come from the scene without a mirrored border; bands are standardised.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import torch
from torch import Generator, Tensor, nn
from torch.optim import Optimizer

from hsigui.cube import superpixels
from hsigui.methods import devices, encoders
from hsigui.methods.augment import noise_generator
from hsigui.methods.dense import TileView, pixel_embeddings
from hsigui.methods.dense_pair import DensePair
from hsigui.methods.distributed.norm import share_norms
from hsigui.methods.distributed.processes import ALONE, Processes
from hsigui.methods.encoders import DenseEncoder, Network, channels_last
from hsigui.methods.field_pairs import FieldSampler, PixelView, insight_of, sampler
from hsigui.methods.insight import Insight
from hsigui.methods.loop import Training
from hsigui.methods.optim import set_lr, warmed_cosine
from hsigui.methods.patches import PATCH, patches_of, stacked
from hsigui.methods.plan import Plan
from hsigui.methods.purified import loss as purified_loss
from hsigui.methods.purified import views as purified_views
from hsigui.methods.purified.loss import Objective, pair_weights, purified_nt_xent
from hsigui.methods.purified.row import Paper, Quick
from hsigui.methods.resnet import ResidualProjector, ResNet18
from hsigui.methods.scene import SceneValues
from hsigui.methods.settings import MethodSettings
from hsigui.methods.snapshot import Parts
from hsigui.methods.ssvit import SSViT
from hsigui.texts import say

FEWEST = 32  # pixels a step, after all halving


class PatchPair(Network):
    """The published pair: batch x bands x 15 x 15 -> batch x (global + local width).

    Attributes:
        branches: widths of the global (SSViT) and of the local (ResNet-18) features, in the order of the columns.

    Args:
        width, depth: of the transformer.
        local: width of the first stage of the ResNet; its features are eight times as many.
        dropout, drop_path: of the transformer, in training.
    """

    patch = PATCH

    def __init__(
        self, bands: int, width: int = 128, depth: int = 6, local: int = 64, dropout: float = 0.1,
        drop_path: float = 0.1,
    ) -> None:  # fmt: skip
        super().__init__()
        self.global_branch = SSViT(bands, width, depth, dropout=dropout, drop_path=drop_path)
        self.local_branch = ResNet18(bands, local)
        self.branches = (width, self.local_branch.features)
        self.width = sum(self.branches)

    def forward(self, x: Tensor) -> Tensor:
        """Both branches' features, batch x width, of batch x bands x 15 x 15."""
        return torch.cat([self.global_branch(x), self.local_branch(x)], dim=1)


def plan(settings: MethodSettings) -> Plan:
    """How a scene is prepared for a preset, and which network it trains."""
    if isinstance(settings, Paper):
        sizes: dict[str, int | float | str] = {
            "width": settings.width, "depth": settings.depth, "local": settings.local, "dropout": settings.dropout,
            "drop_path": settings.drop_path,
        }  # fmt: skip
        return Plan(components=None, pixel_range=False, kind="purified-patch", sizes=sizes)
    assert isinstance(settings, Quick)
    dense = {"width": settings.width, "blocks": settings.blocks, "box": settings.box}
    kind = "dense" if settings.network == "stem" else "purified-dense"
    return Plan(components=settings.components, pixel_range=False, kind=kind, sizes=dense)


def training(
    settings: MethodSettings, network: nn.Module, scene: SceneValues, epochs: int,
    device: torch.device, seed: int, processes: Processes = ALONE,
) -> Training:  # fmt: skip
    """The training of a preset for a network (made by the plan) on a prepared scene, shared by some processes."""
    if isinstance(settings, Paper):
        assert isinstance(network, PatchPair)
        return PaperTraining(settings, network, scene, epochs, device, seed, processes)
    assert isinstance(settings, Quick)
    assert isinstance(network, DensePair | DenseEncoder)
    return QuickTraining(settings, network, scene, epochs, device, seed, processes)


def objective(settings: Paper | Quick) -> Objective:
    """The loss that the settings ask for."""
    return Objective(settings.temperature, settings.weights, settings.base, settings.scale, settings.same)


class Plateau:
    """Multiplies the learning rate by `factor` when the mean loss of an epoch has not fallen for `patience` epochs.

    Attributes:
        state: sum and number of the losses of this epoch, best mean so far, epochs since then.
    """

    def __init__(self, patience: int, device: torch.device, factor: float = 0.1) -> None:
        self._patience, self._factor = patience, factor
        self.state = torch.tensor([0.0, 0.0, torch.inf, 0.0], device=device)

    def add(self, loss: Tensor) -> None:
        """Counts the loss of one step, a scalar."""
        self.state[0] += loss.detach()
        self.state[1] += 1

    def end_epoch(self, optimizer: Optimizer) -> None:
        total, count, best, waited = self.state.tolist()
        if total / count < best * (1 - 1e-4):
            best, waited = total / count, 0.0
        else:
            waited += 1
        if waited > self._patience:
            set_lr(optimizer, self._factor * optimizer.param_groups[0]["lr"])
            waited = 0.0
        self.state.copy_(torch.tensor([0.0, 0.0, best, waited]))


class PaperTraining:
    """The published loop: two views of each patch, Adam, plain sums of both branches' losses."""

    def __init__(
        self, settings: Paper, network: PatchPair, scene: SceneValues, epochs: int, device: torch.device, seed: int,
        processes: Processes = ALONE,
    ) -> None:  # fmt: skip
        self._processes = processes
        self._settings, self._objective = settings, objective(settings)
        self.stage = say("finding superpixels")
        self._network = network.to(device).train()
        channels_last(self._network)
        share_norms(self._network, processes)
        self._device, self._seed, self._epochs = device, seed, epochs
        self._projector = ResidualProjector(network.branches[1], settings.embedding).to(device).train()
        share_norms(self._projector, processes)
        self._generator = Generator(device="cpu").manual_seed(seed)
        self._patches = patches_of(scene, device, self._generator)
        each_epoch = min(len(self._patches.pixels), settings.epoch_pixels)
        self._batch = torch.tensor(min(settings.batch, each_epoch))
        self._each = each_epoch // int(self._batch)
        parameters = [*network.parameters(), *self._projector.parameters()]
        self._optimizer = torch.optim.Adam(parameters, lr=settings.rate, weight_decay=settings.weight_decay)
        self._plateau = Plateau(max(1, int(epochs * settings.wait)), device, settings.fall)
        self._superpixels: tuple[Tensor, Tensor] | None = None
        self._order = (-1, self._patches.pixels)

    @property
    def steps(self) -> int:
        return self._epochs * self._each

    @property
    def parts(self) -> Parts:
        return {
            "network": self._network, "projector": self._projector, "optimizer": self._optimizer,
            "generator": self._generator, "plateau": self._plateau.state, "batch": self._batch,
        }  # fmt: skip

    def shrink(self) -> bool:
        """Halves the batch; an epoch keeps its number of steps and so sees fewer pixels."""
        return _halved(self._batch)

    def step(self, number: int, check: Callable[[], None]) -> Tensor:
        """One training step; returns its loss, a scalar."""
        labels, similarity = self._segmented(check)
        self.stage = ""
        epoch, batch = divmod(number, self._each)
        drawn = self._epoch_order(epoch)[batch * int(self._batch) :][: int(self._batch)]
        share = self._processes.begin(len(drawn))
        patches = self._gathered(drawn if share is None else share.of(drawn))
        embedded = []
        with devices.tensor_cores(self._device):
            for _ in range(2):
                check()
                view = purified_views.view(patches, self._settings, self._generator, share)
                embedded.append(self._processes.gathered(*self._embedded(view, check)))
            loss = _loss(embedded[0], embedded[1], similarity, labels[drawn].to(self._device), self._objective)
            check()
            _descend(self._optimizer, loss, self._processes)
        self._plateau.add(loss)
        if batch == self._each - 1:
            self._plateau.end_epoch(self._optimizer)
        return loss

    def _embedded(self, view: Tensor, check: Callable[[], None]) -> tuple[Tensor, Tensor]:
        """Global and local embeddings of a view, float32, of this process's part of the batch."""
        with devices.mixed_precision(self._device):
            wide = self._network.global_branch(view)
            check()
            near = self._projector(self._network.local_branch(view))
        return wide.float(), near.float()

    def _gathered(self, flat: Tensor) -> Tensor:
        bank, flat = self._patches.bank, flat.to(self._device)
        return bank.gather(flat // bank.cols, flat % bank.cols)

    def _epoch_order(self, epoch: int) -> Tensor:
        """The pixels of an epoch in its own random order, the same whenever it is asked for."""
        if self._order[0] != epoch:
            drawn = Generator().manual_seed(int(np.random.SeedSequence([self._seed, epoch]).generate_state(1)[0]))
            pixels = self._patches.pixels
            self._order = (epoch, pixels[torch.randperm(len(pixels), generator=drawn)[: self._settings.epoch_pixels]])
        return self._order[1]

    def _segmented(self, check: Callable[[], None]) -> tuple[Tensor, Tensor]:
        """The superpixel of every pixel of the bank, and how alike the superpixels are; found at the first step."""
        if self._superpixels is None:
            maps, means, total = [], [], 0
            for values, valid in self._patches.windows:
                found = superpixels.segment_image(values, valid, check=check)
                maps.append(np.where(found.labels >= 0, found.labels + total, -1))
                means.append(superpixels.means(found.labels, values))
                total += found.count
            labels = torch.from_numpy(stacked(maps, self._patches.margin, -1).ravel()).long()
            similarity = purified_loss.superpixel_similarity(np.concatenate(means))
            self._superpixels = labels, similarity.to(self._device)
        return self._superpixels


class QuickTraining:
    """The purified contrast on pixels that a network of two layers sees each alone, or on the dense engine, where a
    tile is embedded in one pass by one or both branches."""

    def __init__(
        self, settings: Quick, network: DensePair | DenseEncoder, scene: SceneValues, steps: int,
        device: torch.device, seed: int, processes: Processes = ALONE,
    ) -> None:  # fmt: skip
        self._processes = processes
        self._settings, self._objective = settings, objective(settings)
        self.stage = say("finding superpixels")
        self._network = network.to(device).train()
        channels_last(self._network)
        share_norms(self._network, processes)
        self._steps, self._device, self._scene = steps, device, scene
        near = network.branches[1] if isinstance(network, DensePair) else network.width
        self._projector = encoders.Projector(near, settings.embedding).to(device).train()
        share_norms(self._projector, processes)
        self._generator = Generator(device="cpu").manual_seed(seed)
        self._pixels = torch.tensor(settings.pixels)
        self._noise = noise_generator(device, self._generator, seed)
        self._sampler = sampler(settings, network.halo, scene, device, (self._generator, self._noise), seed, processes)
        parameters = [*network.parameters(), *self._projector.parameters()]
        self._optimizer = torch.optim.AdamW(parameters, lr=settings.rate, weight_decay=settings.weight_decay)
        self._superpixels: tuple[Tensor, Tensor] | None = None
        self._similarity: Tensor | None = None

    @property
    def steps(self) -> int:
        return self._steps

    @property
    def parts(self) -> Parts:
        return {
            "network": self._network, "projector": self._projector, "optimizer": self._optimizer,
            "generator": self._generator, "noise": self._noise, "pixels": self._pixels,
        }  # fmt: skip

    def shrink(self) -> bool:
        """Halves the number of pixels a step."""
        return _halved(self._pixels)

    def step(self, number: int, check: Callable[[], None]) -> Tensor:
        """One training step; returns its loss, a scalar."""
        set_lr(self._optimizer, warmed_cosine(self._settings.rate, number / self._steps, self._settings.warm_up))
        self._sampler.pixels = int(self._pixels)
        views = self._sampler.draw(check)
        u, similarity = self._superpixels_of(views[0], check)
        self.stage = ""
        embedded = []
        with devices.mixed_precision(self._device):
            for view in views:
                check()
                embedded.append(self._processes.gathered(*self._embedded(view)))
        loss = _loss(embedded[0], embedded[1], similarity, u, self._objective)
        check()
        _descend(self._optimizer, loss, self._processes)
        return loss

    def insight(self) -> Insight:
        """The pixels that the last step paired."""
        return insight_of(self._sampler)

    def _embedded(self, view: TileView | PixelView) -> tuple[Tensor, ...]:
        """The embeddings of a view's pixels, float32: of both branches, or of the one that there is."""
        if isinstance(self._network, DenseEncoder):
            return (self._projector(pixel_embeddings(self._network(view.tile), view.positions)).float(),)
        wide, near = self._network.at(view.tile, view.positions)
        return wide.float(), self._projector(near).float()

    def _superpixels_of(self, view: TileView | PixelView, check: Callable[[], None]) -> tuple[Tensor, Tensor]:
        """The superpixel of each drawn pixel, and how alike all superpixels are.

        Of tiles, those of a scene in memory are found once; those of a scene on disk for every tile.
        """
        if isinstance(view, PixelView):
            if self._similarity is None:
                assert isinstance(self._sampler, FieldSampler)
                means = self._sampler.pairs(check).means
                self._similarity = purified_loss.superpixel_similarity(means).to(self._device)
            return view.fields, self._similarity
        window = view.window
        if self._scene.whole is None:
            labels, similarity = _segmented(window.values, window.valid, check)
            return labels.flatten()[view.pixels].to(self._device), similarity.to(self._device)
        if self._superpixels is None:
            labels, similarity = _segmented(*self._scene.whole, check)
            self._superpixels = labels, similarity.to(self._device)
        labels, similarity = self._superpixels
        cols = window.valid.shape[1]
        u = labels[window.top + view.pixels // cols, window.left + view.pixels % cols]
        return u.to(self._device), similarity


def _segmented(
    values: np.ndarray, valid: np.ndarray, check: Callable[[], None]
) -> tuple[Tensor, Tensor]:  # fmt: skip
    """Superpixel labels (rows x cols) of transformed values, and the similarity of all superpixels."""
    found = superpixels.segment_image(values, valid, check=check)
    similarity = purified_loss.superpixel_similarity(superpixels.means(found.labels, values))
    return torch.from_numpy(found.labels).long(), similarity


def _loss(
    one: tuple[Tensor, ...], two: tuple[Tensor, ...], similarity: Tensor, u: Tensor, objective: Objective
) -> Tensor:
    """The sum of the branches' losses; `one` and `two` are (global, local) embeddings of the two views, or those of a
    single branch."""
    w = None if objective.weights == "none" else pair_weights(similarity, u, objective)
    losses = [purified_nt_xent(a, b, w, objective, u) for a, b in zip(one, two, strict=True)]
    return losses[0] if len(losses) == 1 else losses[0] + losses[1]


def _descend(optimizer: Optimizer, loss: Tensor, processes: Processes) -> None:
    optimizer.zero_grad(set_to_none=True)
    loss.backward()  # type: ignore[no-untyped-call]
    processes.add_gradients(p for group in optimizer.param_groups for p in group["params"])
    optimizer.step()


def _halved(count: Tensor) -> bool:
    """Halves a number of pixels in place; False when it is as small as may be."""
    if int(count) < 2 * FEWEST:
        return False
    count //= 2
    return True
