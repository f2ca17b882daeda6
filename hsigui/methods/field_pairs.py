"""Pairs of pixels of one field: the second view of a pixel is another pixel of its superpixel.

Two noisy copies of one spectrum teach an encoder what the sensor's noise is; two pixels of one field teach it, besides,
what differs within a field: light, moisture, the other things that grow there. Superpixels stand for fields here, at
three scales, because fields have many sizes. A superpixel holds wrong partners, where a border is missed or pixels are
mixed of two materials: of a few pixels drawn from it, the one most alike is taken. What it is alike in are the
components that superpixels are found on.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Generator, Tensor

from hsigui.cube import superpixels
from hsigui.errors import HsiError
from hsigui.methods.augment import ViewNoise, generator_on, noisy
from hsigui.methods.dense import SceneTile, TileSampler
from hsigui.methods.distributed.processes import ALONE, Processes
from hsigui.methods.insight import MOST_PAIRS, Insight
from hsigui.methods.scene import SceneValues
from hsigui.texts import say

SIZES = (420, 100, 42)  # pixels of a superpixel on the average, at the three scales
MIDDLE = 1  # the scale whose superpixels stand for a pixel's surroundings where a loss compares them
FEWEST = 8  # superpixels of an image, however small it is
WHOLE = 500_000  # pixels of a scene that are all drawn from; of a larger one, windows are
WINDOWS = 5  # stream of random numbers beside that of the seed itself: which windows

Images = list[tuple[NDArray[np.float32], NDArray[np.bool_]]]
Projection = Callable[[NDArray[np.float32]], NDArray[np.float32]]


@dataclass(frozen=True)
class Drawn:
    """Pairs of pixels.

    Attributes:
        first, second: transformed spectra of the two pixels of each pair, pairs x channels.
        fields: the middle superpixel of the first one, one a pair; numbers of rows of `FieldPairs.means`.
    """

    first: Tensor
    second: Tensor
    fields: Tensor


@dataclass(frozen=True)
class PixelView:
    """One view of pixels that a network sees each alone.

    Attributes:
        tile: their spectra, 1 x channels x pixels x 1; of several processes each has those of its own part.
        positions: flat numbers of the pixels in it: all of them in order.
        fields: the middle superpixel of each pair's first pixel, of the whole batch; see `Drawn`.
    """

    tile: Tensor
    positions: Tensor
    fields: Tensor


class FieldPairs:
    """The pixels of a scene (of windows of it, where it is large) and the fields that they lie in.

    A scene that is read by windows is stood for by those of `SceneValues.excerpt`; no superpixel goes beyond a window.

    Attributes:
        means: of the pixels of each middle superpixel, superpixels x channels.
        superpixels: the middle ones, rows x cols, -1 without data; None where the scene is drawn from by windows.

    Args:
        scene: transformed values.
        device: where the spectra lie.
        seed: of the windows, which are the same whenever a training is taken up again.
        check: called between the costly parts; may raise to stop.

    Raises:
        HsiError: the scene holds no data.
    """

    def __init__(self, scene: SceneValues, device: torch.device, seed: int, check: Callable[[], None]) -> None:
        images = _images(scene, seed, check)
        spectra = np.concatenate([values[valid] for values, valid in images])
        self._pixels = torch.from_numpy(spectra).to(device)
        project = components_of(images)
        self._components = torch.from_numpy(project(spectra))
        labels = labels_of(images, check, project)
        self._scales = [_Members(np.concatenate([m[v] for m, (_, v) in zip(maps, images, strict=True)]))
                        for maps in labels]  # fmt: skip
        whole = len(images) == 1 and len(scene.parts) == 1 and images[0][1].shape == (scene.rows, scene.cols)
        self._flat = np.flatnonzero(images[0][1]) if whole else None  # of each pixel in the scene
        self._cols = scene.cols
        self._last: tuple[Tensor, Tensor] | None = None
        self.superpixels = labels[MIDDLE][0] if whole else None
        numbers = self._scales[MIDDLE].numbers
        self._numbers = numbers.to(device)
        self.means = superpixels.means(numbers.numpy()[None], self._pixels.cpu().numpy()[None])

    def draw(self, count: int, generator: Generator, partner: str = "field", candidates: int = 1) -> Drawn:
        """Pairs of random pixels and partners of theirs; the scale is drawn anew for every pair.

        Args:
            generator: on the cpu.
            partner: "field", or "pixel" for the pixel itself.
            candidates: pixels of the superpixel of which the most alike is taken.
        """
        first = torch.randint(0, len(self._numbers), (count,), generator=generator)
        second = (
            first if partner == "pixel" else _partners(self._scales, self._components, first, candidates, generator)
        )
        self._last = first, second
        one, two = first.to(self._pixels.device), second.to(self._pixels.device)
        return Drawn(self._pixels[one], self._pixels[two], self._numbers[one])

    def last_pairs(self) -> NDArray[np.int64] | None:
        """Some of the pairs that were drawn last: pairs x 4, row and column of both pixels; None where there are none,
        or where the scene is drawn from by windows."""
        if self._flat is None or self._last is None:
            return None
        first, second = (self._flat[each[:MOST_PAIRS].numpy()] for each in self._last)
        return np.stack([*np.divmod(first, self._cols), *np.divmod(second, self._cols)], axis=1).astype(np.int64)


class Engine(Protocol):
    """The settings that views of a Quick preset are drawn by."""

    @property
    def pixels(self) -> int: ...

    @property
    def tile(self) -> int: ...

    @property
    def shift(self) -> int: ...

    @property
    def partner(self) -> str: ...

    @property
    def candidates(self) -> int: ...

    @property
    def noise_times(self) -> float: ...

    @property
    def noise_plus(self) -> float: ...

    @property
    def gain(self) -> float: ...

    @property
    def drop(self) -> float: ...


def insight_of(found: FieldSampler | TileSampler) -> Insight:
    """What can be told of how pixels are paired."""
    pairs = found.found if isinstance(found, FieldSampler) else None
    return Insight() if pairs is None else Insight(pairs=pairs.last_pairs(), superpixels=pairs.superpixels)


def sampler(
    settings: Engine, halo: int, scene: SceneValues, device: torch.device, generators: tuple[Generator, Generator],
    seed: int, processes: Processes = ALONE,
) -> FieldSampler | TileSampler:  # fmt: skip
    """What draws the views of a Quick preset: pixels from anywhere in the scene for a network that sees each alone,
    tiles for one that sees so many pixels around each.

    Args:
        halo: of the network.
        generators: of what is drawn and of its noise, the first on the cpu.
        processes: that share the pixels of each step.

    Raises:
        HsiError: there are several processes, and the network sees tiles, which are not shared.
    """
    if halo and not processes.alone:
        raise HsiError(
            say("A network with blocks, a box or two branches over a tile is not trained by several processes."),
            say("Use one process, or the network of single pixels (blocks=0, box=1), or --preset paper."),
        )
    own, drawn_by = generators
    noise = ViewNoise(settings.noise_times, settings.noise_plus, settings.gain, settings.drop)
    if halo == 0:
        return FieldSampler(
            scene, device, own, pixels=settings.pixels, partner=settings.partner, candidates=settings.candidates,
            noise=noise, drawn_by=drawn_by, seed=seed, processes=processes,
        )  # fmt: skip
    partners = TileFields(scene, own, settings.candidates) if settings.partner == "field" else None
    return TileSampler(
        scene, device, own, pixels=settings.pixels, shift=settings.shift, noise=noise, drawn_by=drawn_by,
        tile=settings.tile, partners=partners,
    )  # fmt: skip


class _Members:
    """The pixels of each superpixel of one scale; `numbers` is the superpixel of every pixel."""

    def __init__(self, labels: NDArray[np.integer]) -> None:
        self.numbers = torch.from_numpy(labels.astype(np.int64))
        self._order = torch.from_numpy(np.argsort(labels, kind="stable"))
        self._counts = torch.bincount(self.numbers)
        self._starts = torch.cumsum(self._counts, 0) - self._counts

    def partners(self, pixels: Tensor, where: Tensor) -> Tensor:
        """Pixels of the superpixel of each pixel, at `where` (pixels x candidates, 0 to 1) in the order of its pixels;
        pixels x candidates."""
        own = self.numbers[pixels][:, None]
        steps = (where * self._counts[own]).long()
        return self._order[self._starts[own] + steps]


def components_of(images: Images) -> Projection:
    """The components that superpixels are found on: those of all images together."""
    stacked = np.concatenate([values.reshape(-1, 1, values.shape[2]) for values, _ in images])
    return superpixels.component_axes(stacked, np.concatenate([valid.reshape(-1, 1) for _, valid in images]))


def labels_of(images: Images, check: Callable[[], None], project: Projection) -> list[list[NDArray[np.int64]]]:
    """Superpixels of each image at each scale, rows x cols each, -1 without data; every image has numbers of its own.

    Args:
        project: from values to the components that superpixels are found on.
    """
    found: list[list[NDArray[np.int64]]] = []
    for size in SIZES:
        maps, total = [], 0
        for values, valid in images:
            count = max(FEWEST, int(valid.sum()) // size)
            labels = superpixels.segment(project(values), valid, count, check=check).astype(np.int64)
            maps.append(np.where(labels >= 0, labels + total, -1))
            total += int(labels.max()) + 1
        found.append(maps)
    return found


class FieldSampler:
    """Draws the two views of pixels for a network that sees each pixel alone.

    Attributes:
        pixels: how many pixels a step contrasts; may be set anew between steps.

    Args:
        partner: "field" for another pixel of the superpixel, "pixel" for the pixel itself.
        candidates: see `FieldPairs.draw`.
        drawn_by: generator of the noise, where it is to be drawn on another device than the rest.
        seed: of the windows of a large scene.
        processes: that share the pixels of each step.
    """

    def __init__(
        self, scene: SceneValues, device: torch.device, generator: Generator, *, pixels: int, partner: str,
        candidates: int, noise: ViewNoise, drawn_by: Generator, seed: int, processes: Processes = ALONE,
    ) -> None:  # fmt: skip
        self._processes = processes
        self._scene, self._device, self._seed = scene, device, seed
        self._generator, self._drawn_by = generator, drawn_by
        self.pixels, self._partner, self._candidates, self._noise = pixels, partner, candidates, noise
        self._pairs: FieldPairs | None = None

    def pairs(self, check: Callable[[], None]) -> FieldPairs:
        """The pixels and their fields, which are sought when they are first asked for."""
        if self._pairs is None:
            self._pairs = FieldPairs(self._scene, self._device, self._seed, check)
        return self._pairs

    @property
    def found(self) -> FieldPairs | None:
        """The same; None before they were sought."""
        return self._pairs

    def draw(self, check: Callable[[], None]) -> tuple[PixelView, PixelView]:
        """Two views of random pixels and their partners; of several processes each sees the spectra of its own part."""
        drawn = self.pairs(check).draw(self.pixels, self._generator, self._partner, self._candidates)
        return self._view(drawn.first, drawn.fields), self._view(drawn.second, drawn.fields)

    def _view(self, spectra: Tensor, fields: Tensor) -> PixelView:
        seen = noisy(spectra.T[None, :, :, None], self._noise, self._drawn_by)
        share = self._processes.begin(len(spectra))
        if share is not None:
            seen = share.of(seen, axis=2).contiguous()
        return PixelView(seen, torch.arange(seen.shape[2], device=seen.device), fields)


class TileFields:
    """Partners within a tile, for networks that see the surroundings of pixels.

    Those of a scene in memory are found once for all of it; those of a scene on disk for every tile.
    """

    def __init__(self, scene: SceneValues, generator: Generator, candidates: int) -> None:
        self._scene, self._generator, self._candidates = scene, generator, candidates
        self._found: tuple[Projection, list[NDArray[np.int64]]] | None = None

    def __call__(self, window: SceneTile, picked: Tensor) -> Tensor:
        """Flat numbers of pixels of the tile, one for each of the flat numbers `picked`."""
        inside = np.flatnonzero(window.valid)
        project, labels = self._labels(window)
        scales = [_Members(each.ravel()[inside]) for each in labels]
        components = torch.from_numpy(project(window.values[window.valid]))
        place = torch.from_numpy(np.cumsum(window.valid.ravel()) - 1)  # of each valid pixel among them
        found = _partners(scales, components, place[picked], self._candidates, self._generator)
        return torch.from_numpy(inside)[found]

    def _labels(self, window: SceneTile) -> tuple[Projection, list[NDArray[np.int64]]]:
        if self._scene.whole is None:
            return _searched((window.values, window.valid))
        if self._found is None:
            self._found = _searched(self._scene.whole)
        height, width = window.valid.shape
        rows, cols = slice(window.top, window.top + height), slice(window.left, window.left + width)
        project, maps = self._found
        return project, [each[rows, cols] for each in maps]


def _searched(image: tuple[NDArray[np.float32], NDArray[np.bool_]]) -> tuple[Projection, list[NDArray[np.int64]]]:
    """The components of one image, and its superpixels at each scale."""
    project = components_of([image])
    return project, [maps[0] for maps in labels_of([image], _nothing, project)]


def _partners(
    scales: list[_Members], components: Tensor, pixels: Tensor, candidates: int, generator: Generator
) -> Tensor:
    """A pixel of the superpixel of each pixel, at a random scale: numbers of pixels, one a pixel in and out.

    Of several candidates the one whose components (pixels of the scene x components) are nearest is taken, and the
    pixel itself only where there is no other.
    """
    scale = torch.randint(0, len(scales), (len(pixels),), generator=generator)
    where = torch.rand(len(pixels), candidates, generator=generator, dtype=torch.float64)
    each_scale = torch.stack([each.partners(pixels, where) for each in scales])
    found = each_scale[scale, torch.arange(len(pixels))]
    if candidates == 1:
        return found[:, 0]
    distance = (components[found] - components[pixels][:, None]).square().sum(dim=2)
    distance[found == pixels[:, None]] = torch.inf
    return found.gather(1, distance.argmin(dim=1, keepdim=True))[:, 0]


def _nothing() -> None:
    """The check of a search that is not interrupted."""


def _images(scene: SceneValues, seed: int, check: Callable[[], None]) -> Images:
    """What there is to draw from."""
    if (every := scene.drawn_from) is not None and scene.rows * scene.cols <= WHOLE:
        return [every]
    generator = generator_on(torch.device("cpu"), seed, WINDOWS)
    return scene.excerpt(lambda limit: int(torch.randint(0, limit, (1,), generator=generator)), check)
