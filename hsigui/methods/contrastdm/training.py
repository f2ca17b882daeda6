"""ContrastDM: contrastive features, refined and multiplied by a diffusion model of them (a reconstruction).

"Combining Contrastive Learning and Diffusion Model for Hyperspectral Image Classification", IEEE GRSL 2025,
doi 10.1109/LGRS.2025.3601152. Only the abstract is public: contrastive learning first; then a diffusion model of the
*features*, which reconstructs clean ones from perturbed ones, makes classes compact, and gives synthetic features
where samples are few. Everything more exact than that is ours. Stage 1 is Barlow Twins with the views of the
authors' earlier work (erased bands, translucent occlusion, flips); any encoder that is trained already may stand in for
it. Stage 2 is a small DDPM of the whitened features of all pixels (`diffusion`). How labels use it is in
`pipeline.refine`.
"""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Generator, Tensor, nn

from hsigui.methods import devices
from hsigui.methods.augment import noise_generator, randn, turned
from hsigui.methods.contrastdm.diffusion_stage import DiffusionStage
from hsigui.methods.contrastdm.occlusion import erased, occluded
from hsigui.methods.contrastdm.refined import RefinedEncoder
from hsigui.methods.contrastdm.row import Paper, Quick
from hsigui.methods.dense import pixel_embeddings
from hsigui.methods.distributed.norm import share_norms
from hsigui.methods.distributed.processes import ALONE, Processes
from hsigui.methods.distributed.share import Share
from hsigui.methods.encoders import Network, Projector, channels_last
from hsigui.methods.field_pairs import PixelView, sampler
from hsigui.methods.optim import set_lr, warmed_cosine
from hsigui.methods.patches import patches_of
from hsigui.methods.plan import Plan
from hsigui.methods.scene import SceneValues
from hsigui.methods.settings import MethodSettings
from hsigui.methods.snapshot import Part, Parts, halved
from hsigui.methods.twin_losses import barlow_twins
from hsigui.texts import say

STAGES = (say("contrastive stage"), say("diffusion stage"))


def plan(settings: MethodSettings, start: Plan | None = None) -> Plan:
    """How a scene is prepared for a preset, and which network it trains.

    Args:
        start: plan of an encoder that is trained already and stands in for stage 1; its sizes are taken.
    """
    assert isinstance(settings, Paper | Quick)
    sizes: dict[str, int | float | str] = {"hidden": settings.hidden}
    if isinstance(settings, Quick):
        sizes["known"] = settings.known
    if start is not None:
        return Plan(start.components, start.pixel_range, "refined", {"encoder": start.kind, **start.sizes, **sizes})
    if isinstance(settings, Paper):
        return Plan(None, True, "refined", {"encoder": "patch", "width": settings.width, **sizes})
    sizes |= {"encoder": "dense", "width": settings.width, "blocks": settings.blocks, "box": settings.box}
    return Plan(settings.components, False, "refined", sizes)


def untrained_plan(settings: MethodSettings) -> Plan:
    """The plan of the encoder alone: a denoiser that has learned nothing has no refinement to offer.

    The encoder is made first, so with one seed its weights are those from which the training starts.
    """
    whole = plan(settings)
    sizes = {name: size for name, size in whole.sizes.items() if name not in ("encoder", "hidden", "known")}
    return Plan(whole.components, whole.pixel_range, str(whole.sizes["encoder"]), sizes)


def training(
    settings: MethodSettings, network: nn.Module, scene: SceneValues, epochs: int,
    device: torch.device, seed: int, start: Network | None = None, processes: Processes = ALONE,
) -> TwoStages:  # fmt: skip
    """The training of a preset for a network (made by the plan) on a prepared scene, shared by some processes.

    Args:
        start: a trained encoder of the family and sizes that the plan was made with; its weights are copied and
            stage 1 has no steps.
    """
    assert isinstance(settings, Paper | Quick)
    assert isinstance(network, RefinedEncoder)
    generator = Generator(device="cpu").manual_seed(seed)
    noise = noise_generator(device, generator, seed)
    channels_last(network.to(device))
    if start is None:
        share_norms(network.encoder, processes)
    of_epochs = settings.second_steps if isinstance(settings, Paper) else 1 - settings.first_part
    second = max(1, round(of_epochs * epochs))
    diffusing = DiffusionStage(settings, network, scene, second, device, (generator, noise), seed, processes)
    if start is not None:
        network.encoder.load_state_dict(start.state_dict())
        return TwoStages(network, None, diffusing, generator, noise)
    if isinstance(settings, Paper):
        patches = PatchStage(settings, network.encoder, scene, epochs, device, (generator, noise), seed, processes)
        return TwoStages(network, patches, diffusing, generator, noise)
    first = max(1, round(settings.first_part * epochs))
    dense = DenseStage(settings, network.encoder, scene, first, device, (generator, noise), seed, processes)
    return TwoStages(network, dense, diffusing, generator, noise)


class TwoStages:
    """The steps of stage 1, then those of stage 2; a step's loss is that of its stage."""

    def __init__(
        self, network: RefinedEncoder, first: DenseStage | PatchStage | None, second: DiffusionStage,
        generator: Generator, noise: Generator,
    ) -> None:  # fmt: skip
        self._network, self._first, self._second = network, first, second
        self._generator, self._noise = generator, noise
        self._before = 0 if first is None else first.steps
        self.stage = STAGES[0] if self._before else STAGES[1]

    @property
    def steps(self) -> int:
        return self._before + self._second.steps

    @property
    def parts(self) -> Parts:
        shared: dict[str, Part] = {"network": self._network, "generator": self._generator, "noise": self._noise}
        first = {} if self._first is None else self._first.parts
        return {**shared, **first, **self._second.parts}

    def step(self, number: int, check: Callable[[], None]) -> Tensor:
        """One training step; returns its loss, a scalar."""
        if self._first is not None and number < self._before:
            self.stage = STAGES[0]
            return self._first.step(number, check)
        self.stage = STAGES[1]
        return self._second.step(number - self._before, check)

    def shrink(self) -> bool:
        """Halves the batch of the stage that is under way; False when it is at its smallest."""
        if self._first is not None and self.stage == STAGES[0]:
            return self._first.shrink()
        return self._second.shrink()


class _TwinStage:
    """Stage 1 without its batches: two views of the same pixels, Barlow Twins on their projections, AdamW."""

    SMALLEST: int

    def __init__(
        self, settings: Paper | Quick, encoder: Network, steps: int, device: torch.device, batch: int,
        processes: Processes,
    ) -> None:  # fmt: skip
        self._common, self._processes = settings, processes
        self.steps = steps
        self._batch = torch.tensor(batch)
        self._device = device
        self._encoder = encoder
        self._projector = Projector(encoder.width, settings.embedding).to(device).train()
        share_norms(self._projector, processes)
        parameters = [*encoder.parameters(), *self._projector.parameters()]
        self._optimizer = torch.optim.AdamW(parameters, lr=settings.rate, weight_decay=settings.weight_decay)

    @property
    def parts(self) -> Parts:
        return {"projector": self._projector, "stage 1 optimizer": self._optimizer, "stage 1 batch": self._batch}

    def shrink(self) -> bool:
        """Halves the pixels a step; the number of steps stays, so an epoch of patches sees half as many pixels."""
        return halved(self._batch, self.SMALLEST)

    def step(self, number: int, check: Callable[[], None]) -> Tensor:
        self._encoder.train()
        set_lr(self._optimizer, warmed_cosine(self._common.rate, number / self.steps, self._common.warm_up))
        found = []
        with devices.mixed_precision(self._device):
            for pixels in self._embedded(number, check):
                found.append(self._projector(pixels).float())
        one, two = self._processes.gathered(*found)
        loss = barlow_twins(one, two, self._common.off_diagonal)
        check()
        self._optimizer.zero_grad(set_to_none=True)
        loss.backward()  # type: ignore[no-untyped-call]
        self._processes.add_gradients(p for group in self._optimizer.param_groups for p in group["params"])
        self._optimizer.step()
        return loss

    def _embedded(self, number: int, check: Callable[[], None]) -> list[Tensor]:
        """The encoder's features of both views, each pixels x width; of this process's part of them."""
        raise NotImplementedError


class DenseStage(_TwinStage):
    """Stage 1 of Quick: on pixels that the encoder sees each alone, or in one pass over a tile a view."""

    SMALLEST = 128

    def __init__(
        self, settings: Quick, encoder: Network, scene: SceneValues, steps: int, device: torch.device,
        generators: tuple[Generator, Generator], seed: int, processes: Processes,
    ) -> None:  # fmt: skip
        super().__init__(settings, encoder, steps, device, settings.pixels, processes)
        self._settings = settings
        self._generator = generators[0]
        # Erased bands are dropped components here: the input is principal components, which have no neighbours.
        self._sampler = sampler(settings, encoder.halo, scene, device, generators, seed, processes)

    def _embedded(self, number: int, check: Callable[[], None]) -> list[Tensor]:
        del number
        found, s = [], self._settings
        self._sampler.pixels = int(self._batch)
        for view in self._sampler.draw(check):
            check()
            tile = view.tile
            if not isinstance(view, PixelView):  # single pixels have no surroundings that a square could cover
                tile = occluded(tile, self._generator, side=s.side, part=s.part, light=s.light)
            found.append(pixel_embeddings(self._encoder(tile), view.positions))
        return found


class PatchStage(_TwinStage):
    """Stage 1 on patches (Paper): all bands; an epoch is one pass over the pixels, or over as many as are set."""

    SMALLEST = 32

    def __init__(
        self, settings: Paper, encoder: Network, scene: SceneValues, epochs: int, device: torch.device,
        generators: tuple[Generator, Generator], seed: int, processes: Processes,
    ) -> None:  # fmt: skip
        patches = patches_of(scene, device, Generator().manual_seed(seed))
        self._bank, self._pixels = patches.bank, patches.pixels
        each_epoch = min(len(self._pixels), settings.epoch_pixels)
        batch = min(settings.batch, each_epoch)
        self._each = each_epoch // batch
        self._settings = settings
        (self._generator, self._noise), self._seed = generators, seed
        super().__init__(settings, encoder, epochs * self._each, device, batch, processes)

    def _embedded(self, number: int, check: Callable[[], None]) -> list[Tensor]:
        epoch, batch = divmod(number, self._each)
        size = int(self._batch)
        # Of the epoch alone, so that a training taken up in the middle of one goes on in its order.
        order = torch.randperm(len(self._pixels), generator=Generator().manual_seed(self._seed * 1_000_003 + epoch))
        flat = self._pixels[order[batch * size : (batch + 1) * size]].to(self._device)
        share = self._processes.begin(len(flat))
        flat = flat if share is None else share.of(flat)
        patches = self._bank.gather(flat // self._bank.cols, flat % self._bank.cols)
        found = []
        for _ in range(2):
            check()
            found.append(self._encoder(self._view(patches, share)))
        return found

    def _view(self, patches: Tensor, share: Share | None) -> Tensor:
        s = self._settings
        view = patches * (1 + s.noise_times * randn((*patches.shape[:2], 1, 1), patches, self._noise, share))
        view = view + s.noise_plus * randn(tuple(patches.shape), patches, self._noise, share)
        view = erased(view, self._generator, s.erased, share)
        view = occluded(view, self._generator, side=s.side, part=s.part, light=s.light, share=share)
        which = int(torch.randint(0, 8, (1,), generator=self._generator))
        return turned(view, which).contiguous(memory_format=torch.channels_last)
