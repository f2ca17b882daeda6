"""Evening out an encoder's features: a few of their directions hold nearly all the variance, and hide the rest.

A linear probe with a penalty on its weights hardly uses directions of small variance, though they may be what tells
two materials apart; made all alike (white), noise weighs as much as signal. Here variances are taken two thirds of the
way to white: each is divided by its power of 2/3, in the features' own axes (the symmetric form, ZCA, of Bell and
Sejnowski, Vision Research 1997, with another exponent), so that standardising the columns does not undo it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

EXPONENT = 1 / 3  # of the variances, on the deviations: 0 leaves them, 1/2 would make all alike
LEAST = 1e-3  # variance, in units of a standardised feature's, below which a direction is not scaled up further
DENSE_SAMPLE, PATCH_SAMPLE = 50_000, 4_000  # vectors that it is learned from, at most


@dataclass(frozen=True)
class Balance:
    """An affine map of feature vectors.

    Attributes:
        mean: (features,), of the scene that the encoder was trained on.
        matrix: features x features, symmetric but for the scale of the columns.
    """

    mean: NDArray[np.float32]
    matrix: NDArray[np.float32]

    def apply(self, features: NDArray[np.float32]) -> NDArray[np.float32]:
        """Evened out features: (..., features) -> (..., features)."""
        return np.asarray((features - self.mean) @ self.matrix, dtype=np.float32)


def learn(features: Tensor) -> Balance:
    """The balance of some feature vectors (vectors x features) of a scene."""
    wide = features.double().cpu()
    mean = wide.mean(dim=0)
    spread = wide.std(dim=0).clamp(min=1e-6)
    z = (wide - mean) / spread
    variances, axes = torch.linalg.eigh(z.T @ z / len(z))
    scaled = axes * variances.clamp(min=LEAST).pow(-EXPONENT) @ axes.T
    return Balance(mean.float().numpy(), (scaled / spread[:, None]).float().numpy())
