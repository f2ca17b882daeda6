"""How good the features are while they are learned: nearest neighbours on training labels, or without labels a rank.

Neither takes part in the training. The neighbours' accuracy is for the eye and for early stopping: it uses training
labels only, and since the patches of neighbouring pixels overlap, those of bank and queries do too, which makes it
rosier than a map. Test labels have no way in here.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from hsigui.methods.encoders import Network
from hsigui.methods.patches import PatchBank, reflected
from hsigui.methods.scene import SceneValues

NEIGHBOURS = 20
TEMPERATURE = 0.2
MOST = 1000  # pixels of the bank, and of the queries, at most
RANKED = 1000  # pixels whose features the rank is of, at most
TILE = 144  # side of the tiles that dense networks are looked at in
MOST_TILES = 6
BATCH = 256  # patches embedded at once
ACCURACY, RANK = "knn accuracy", "effective rank"


def knn_accuracy(bank: Tensor, bank_labels: Tensor, queries: Tensor, query_labels: Tensor) -> float:
    """Share of queries whose class is that of their nearest neighbours in the bank, weighted by exp(cosine / 0.2).

    Wu et al., CVPR 2018 (arXiv 1805.01978), as LSCoSa's authors monitor their training: k = 20.

    Args:
        bank, queries: features, pixels x width, of any length.
        bank_labels, query_labels: class numbers from 0.
    """
    cosines = functional.normalize(queries.float(), dim=1) @ functional.normalize(bank.float(), dim=1).T
    near, which = cosines.topk(min(NEIGHBOURS, len(bank)), dim=1)
    votes = torch.zeros(len(queries), int(bank_labels.max()) + 1, device=queries.device)
    votes.scatter_add_(1, bank_labels[which], torch.exp(near / TEMPERATURE))
    return float((votes.argmax(dim=1) == query_labels).float().mean())


def effective_rank(features: Tensor) -> float:
    """exp(entropy of the singular values' shares), from 1 (all features alike) to the width. Of features, vectors x
    width.

    Garrido et al., ICML 2023 (arXiv 2210.02885), on centred features: what falls is collapsing.
    """
    x = features.float()
    values = torch.linalg.svdvals((x - x.mean(dim=0)).cpu().double())
    shares = values / values.sum().clamp_min(1e-12) + 1e-12
    return float(torch.exp(-(shares * torch.log(shares)).sum()))


class Monitor:
    """Reads a network that is being trained on a scene.

    Args:
        labels: training labels (rows x cols, 0 for none), or None. With them the reading is the accuracy of nearest
            neighbours, one half of each class's pixels voting on the other half: no pixel is in both. Without them, or
            with fewer than two classes of two pixels each, it is the effective rank of the features.

    Attributes:
        name: of what is read.
    """

    def __init__(
        self, network: Network, scene: SceneValues, device: torch.device, seed: int = 0,
        labels: NDArray[np.uint16] | None = None,
    ) -> None:  # fmt: skip
        self._network, self._scene, self._device = network, scene, device
        rng = np.random.default_rng([seed, 7])
        tiles = _tiles(scene, labels, rng)
        seen = _seen(scene, tiles)
        halves = None if labels is None else _halves(seen, labels[seen[:, 0], seen[:, 1]], rng)
        if halves is None:
            self.name = RANK
            pixels = rng.permutation(seen)[:RANKED]
            self._classes = np.zeros(0, dtype=np.int64)
            self._bank = 0
        else:
            assert labels is not None
            self.name = ACCURACY
            pixels = np.concatenate(halves)
            self._bank = len(halves[0])
            self._classes = np.unique(labels[pixels[:, 0], pixels[:, 1]], return_inverse=True)[1]
        self._tiles = [(tile, found) for tile, found in ((t, _inside(pixels, t)) for t in tiles) if len(found)]
        self._pixels = pixels

    def measure(self, check: Callable[[], None]) -> float:
        """The present reading; the network is left in the mode that it was in."""
        was_training = self._network.training
        self._network.eval()
        try:
            features = self._features(check)
        finally:
            self._network.train(was_training)
        if self.name == RANK:
            return effective_rank(features)
        classes = torch.from_numpy(self._classes).to(features.device)
        n = self._bank
        return knn_accuracy(features[:n], classes[:n], features[n:], classes[n:])

    def _features(self, check: Callable[[], None]) -> Tensor:
        width = self._network.width // max(1, len(self._network.variants))
        found = torch.zeros(len(self._pixels), width, device=self._device)
        with torch.no_grad():
            for (top, left, bottom, right), which in self._tiles:
                check()
                values, _ = self._scene.window(top, left, bottom - top, right - left)
                rows, cols = (torch.from_numpy(self._pixels[which, axis]) for axis in (0, 1))
                vectors = self._vectors(values, rows - top, cols - left, check)
                found[torch.from_numpy(which).to(self._device)] = vectors.float()
        return found

    def _vectors(self, values: NDArray[np.float32], rows: Tensor, cols: Tensor, check: Callable[[], None]) -> Tensor:
        """Features of pixels of a window. At the sides of the window its surroundings are its reflection."""
        rows, cols = rows.to(self._device), cols.to(self._device)
        if self._network.patch:
            bank = PatchBank(reflected(values, self._network.patch // 2), self._network.patch, self._device)
            found = []
            for start in range(0, len(rows), BATCH):
                check()
                batch = slice(start, start + BATCH)
                found.append(self._network.plain(bank.gather(rows[batch], cols[batch])))
            return torch.cat(found)
        tile = torch.from_numpy(np.ascontiguousarray(values)).to(self._device).permute(2, 0, 1)[None]
        seen: Tensor = self._network.plain(tile)[0][:, rows, cols].T
        return seen


Tile = tuple[int, int, int, int]  # top, left, bottom, right


def _tiles(scene: SceneValues, labels: NDArray[np.uint16] | None, rng: np.random.Generator) -> list[Tile]:
    """The tiles that are looked at: those with the most labels, or any."""
    tops, lefts = (range(0, max(1, side - TILE // 2), TILE) for side in (scene.rows, scene.cols))
    tiles = [
        (t, c, scene.rows if t == tops[-1] else t + TILE, scene.cols if c == lefts[-1] else c + TILE)
        for t in tops
        for c in lefts
    ]
    order = rng.permutation(len(tiles))
    if labels is not None:
        counts = [np.count_nonzero(labels[t:b, c:r]) for t, c, b, r in tiles]
        order = order[np.argsort([-counts[n] for n in order], kind="stable")]
    return [tiles[n] for n in order[:MOST_TILES]]


def _seen(scene: SceneValues, tiles: list[Tile]) -> NDArray[np.int64]:
    """The pixels with data in the tiles, pixels x 2 (row, col), row by row of the scene: no mask of it is made, which
    of a huge one would not fit."""
    parts = [
        np.argwhere(scene.window(top, left, bottom - top, right - left)[1]) + np.array([top, left])
        for top, left, bottom, right in tiles
    ]
    found = np.concatenate(parts)
    return found[np.lexsort((found[:, 1], found[:, 0]))]


def _halves(
    seen: NDArray[np.int64], labels: NDArray[np.uint16], rng: np.random.Generator
) -> tuple[NDArray[np.int64], NDArray[np.int64]] | None:
    """Pixels (row, col) of the bank and of the queries, a half of each class; None with fewer than two such classes.

    Args:
        seen: pixels (row, col) that are looked at, and `labels` the class of each, 0 for none.
    """
    bank, queries = [], []
    numbers = [n for n in np.unique(labels).tolist() if n > 0]
    each = max(1, MOST // max(1, len(numbers)))
    for number in numbers:
        pixels = rng.permutation(seen[labels == number])
        half = min(each, len(pixels) // 2)
        if half:
            bank.append(pixels[:half])
            queries.append(pixels[half : 2 * half])
    return (np.concatenate(bank), np.concatenate(queries)) if len(bank) >= 2 else None


def _inside(pixels: NDArray[np.int64], tile: Tile) -> NDArray[np.int64]:
    """Which of the pixels lie in a tile."""
    top, left, bottom, right = tile
    rows, cols = pixels[:, 0], pixels[:, 1]
    return np.flatnonzero((rows >= top) & (rows < bottom) & (cols >= left) & (cols < right))
