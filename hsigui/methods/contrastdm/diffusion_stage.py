"""The second stage of ContrastDM: the diffusion model learns the features of a scene, with the encoder at rest."""

from __future__ import annotations

import copy
from collections.abc import Callable

import torch
from torch import Generator, Tensor
from torch.nn import functional

from hsigui.methods.augment import randn
from hsigui.methods.contrastdm import diffusion
from hsigui.methods.contrastdm.refined import RefinedEncoder
from hsigui.methods.contrastdm.row import Paper, Quick
from hsigui.methods.distributed.processes import ALONE, Processes
from hsigui.methods.encoders import move_average
from hsigui.methods.optim import set_lr, warmed_cosine
from hsigui.methods.scene import SceneValues
from hsigui.methods.scene_features import features_of_scene
from hsigui.methods.snapshot import Parts, halved

ROWS_AT_ONCE = 65_536  # vectors whose cluster is looked for at a time


class DiffusionStage:
    """Stage 2: the denoiser learns the features of all pixels; the encoder rests.

    Pixels are drawn so that every cluster of the features gives as many: rare materials are not averaged away.
    """

    SMALLEST = 32

    def __init__(
        self, settings: Paper | Quick, network: RefinedEncoder, scene: SceneValues, steps: int, device: torch.device,
        generators: tuple[Generator, Generator], seed: int, processes: Processes = ALONE,
    ) -> None:  # fmt: skip
        self._processes = processes
        self._settings = settings
        self.steps = steps
        self._network, self._scene, self._device = network, scene, device
        (self._generator, self._noise), self._seed = generators, seed
        self._batch = torch.tensor(settings.diffusion_batch)
        # The network keeps the moving average of this one.
        self._denoiser = copy.deepcopy(network.denoiser).train()
        network.denoiser.requires_grad_(False)
        self._optimizer = torch.optim.AdamW(
            self._denoiser.parameters(), lr=settings.diffusion_rate, weight_decay=settings.diffusion_decay
        )
        self._rows: Tensor | None = None
        self._until = torch.empty(0)

    @property
    def parts(self) -> Parts:
        return {"denoiser": self._denoiser, "stage 2 optimizer": self._optimizer, "stage 2 batch": self._batch}

    def step(self, number: int, check: Callable[[], None]) -> Tensor:
        """One training step; returns its loss, a scalar."""
        rows = self._prepared(number, check)
        each = self._settings.updates
        updates = self.steps * each
        rate, warm = self._settings.diffusion_rate, min(0.2, self._settings.diffusion_warm_up / updates)
        losses = []
        for update in range(number * each, (number + 1) * each):
            check()
            set_lr(self._optimizer, warmed_cosine(rate, update / updates, warm))
            losses.append(self._update(self._drawn(rows), update))
        return torch.stack(losses).mean()

    def shrink(self) -> bool:
        return halved(self._batch, self.SMALLEST)

    def _prepared(self, number: int, check: Callable[[], None]) -> Tensor:
        """The vectors to learn from. A training that is taken up in this stage finds them again: they follow from the
        encoder, which rests, the whitening, which is learned once, and the seed."""
        if self._rows is None or number == 0:
            network = self._network.eval()
            limit = self._settings.learned_from
            if network.patch and isinstance(self._settings, Quick):  # started from a run of patches: they are slow
                limit = min(limit, Paper().learned_from)
            found = features_of_scene(network.encoder, self._scene, self._device, limit, self._seed, check)
            if number == 0:
                network.learn_whitening(found)
                # Axes of another processor may point the other way.
                self._processes.equalise({"whitening": network})
            # A copy outside inference mode, which the loss can be differentiated through.
            self._rows = network.whitened(found).clone()
            self._until = balanced(self._rows, self._settings.clusters, self._seed, check)
            self._processes.equalise({"chances": self._until})
        return self._rows

    def _drawn(self, rows: Tensor) -> Tensor:
        where = torch.rand(int(self._batch), generator=self._generator, dtype=torch.float64)
        picked = torch.searchsorted(self._until, where).clamp(max=len(rows) - 1)
        return rows[picked.to(rows.device)]

    def _update(self, clean: Tensor, number: int) -> Tensor:
        times = torch.randint(1, diffusion.TIMES + 1, (len(clean),), generator=self._generator).to(clean.device)
        noise = randn(tuple(clean.shape), clean, self._noise)
        share = self._processes.begin(len(clean))
        if share is None:
            loss = diffusion.denoising_loss(self._denoiser, clean, times, noise)
        else:  # a mean over vectors: each process adds its part of it
            part = diffusion.denoising_loss(self._denoiser, share.of(clean), share.of(times), share.of(noise))
            loss = part * (share.count / share.total)
        self._optimizer.zero_grad(set_to_none=True)
        loss.backward()  # type: ignore[no-untyped-call]
        self._processes.add_gradients(self._denoiser.parameters())
        self._optimizer.step()
        # The average of a young network would be that of its start: it lengthens as there is more to average.
        move_average(self._network.denoiser, self._denoiser, min(self._settings.average, (1 + number) / (10 + number)))
        return self._processes.summed(loss.detach())


def balanced(rows: Tensor, clusters: int, seed: int, check: Callable[[], None]) -> Tensor:
    """Cumulative chances (float64, on the cpu) of drawing each vector when every k-means cluster is as likely. Vectors
    x width in, one a vector out.

    Own k-means: that of scikit-learn adds up in the order in which its threads end, so runs would differ.
    """
    generator = Generator().manual_seed(seed)
    sample = rows[torch.randperm(len(rows), generator=generator)[:8192].to(rows.device)]
    centres = sample[:clusters].clone()
    for _ in range(10):
        check()
        member = functional.one_hot(_nearest(sample, centres), len(centres)).to(sample)
        count = member.sum(dim=0)[:, None]
        centres = torch.where(count > 0, member.T @ sample / count.clamp(min=1), centres)
    cluster = _nearest(rows, centres).cpu()
    sizes = torch.bincount(cluster, minlength=clusters).double()
    chance = 1 / sizes[cluster]
    return torch.cumsum(chance / chance.sum(), dim=0)


def _nearest(rows: Tensor, centres: Tensor) -> Tensor:
    distance = centres.square().sum(dim=1)
    return torch.cat([(distance - 2 * chunk @ centres.T).argmin(dim=1) for chunk in torch.split(rows, ROWS_AT_ONCE)])
