"""Purified NT-Xent: the contrast of two views with pairs weighted by how alike their superpixels are.

PCL: IEEE TGRS 2024, doi 10.1109/TGRS.2024.3409378; NT-Xent is SimCLR's loss (arXiv 2002.05709).

Letters follow the equations: B pixels a step, S the features of the M superpixels (M x channels), u the superpixel of
each pixel (B), s similarities in 0..1, w weights of the pairs (B x B), z embeddings of both views (2B x dim).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from hsigui.methods.purified.row import WEIGHTS


@dataclass(frozen=True)
class Objective:
    """Settings of the loss.

    Attributes:
        temperature: divides the cosines.
        weights: "negatives" weights the pairs of different pixels; "all" also the positive pair in the denominator, the
            form that stands in the published code as a comment; "none" is plain NT-Xent, which that code runs.
        base, scale: w = base ** ((s - mean s) / scale).
        same: further factor on pairs of different pixels in one superpixel; 0 takes them out of the contrast.
    """

    temperature: float = 0.5
    weights: str = "negatives"
    base: float = 0.75
    scale: float = 0.25
    same: float = 1.0

    def __post_init__(self) -> None:
        if self.weights not in WEIGHTS:
            raise ValueError(f"weights must be one of {WEIGHTS}, not {self.weights!r}")


def superpixel_similarity(S: NDArray[np.float32]) -> Tensor:
    """s = (r + 1) / 2 with Pearson's r over the channels, M x M float32.

    NaN where r does not exist: pairs with a vector that is constant over the channels. `pair_weights` gives those 1.
    """
    vectors = torch.from_numpy(np.ascontiguousarray(S, dtype=np.float32)).double()
    centred = vectors - vectors.mean(dim=1, keepdim=True)
    length = centred.norm(dim=1, keepdim=True)
    constant = (length <= 1e-6 * vectors.abs().amax(dim=1, keepdim=True))[:, 0]
    unit = centred / length.clamp_min(1e-30)
    s = (unit @ unit.T).clamp_(-1, 1).add_(1).div_(2)  # in place: of 5000 superpixels it holds 200 MB
    s[constant] = torch.nan
    s[:, constant] = torch.nan
    similarity: Tensor = s.float()
    return similarity


def pair_weights(similarity: Tensor, u: Tensor, objective: Objective) -> Tensor:
    """Weights of all pairs of a batch, B x B: below 1 for pairs more alike than the batch's mean, above 1 for others.

    Args:
        similarity: M x M of all superpixels.
        u: superpixel of each pixel of the batch.
    """
    s = similarity[u][:, u]
    exponent = (s - torch.nanmean(s, dim=0)) / objective.scale
    w = torch.exp(math.log(objective.base) * exponent)
    finite: Tensor = torch.where(torch.isnan(w), 1.0, w)
    return finite


def purified_nt_xent(
    one: Tensor, two: Tensor, w: Tensor | None, objective: Objective, u: Tensor | None = None
) -> Tensor:
    """The loss of a batch: mean over both views of -log(positive / weighted sum over all others).

    Args:
        one, two: embeddings of the two views, B x dim, of any length.
        w: weights of the pairs, B x B; None where the objective has weights "none".
        u: superpixel of each pixel; needed where the objective's `same` is not 1.
    """
    B = len(one)
    z = functional.normalize(torch.cat([one, two]).float(), dim=1)
    logits = z @ z.T / objective.temperature
    own = torch.arange(2 * B, device=z.device)
    positive = logits[own, (own + B) % (2 * B)]
    factors = _factors(B, w, objective, u)
    if factors is not None:
        logits = logits + torch.log(factors).repeat(2, 2).to(logits)
    logits = logits.masked_fill(torch.eye(2 * B, dtype=torch.bool, device=z.device), -torch.inf)
    return (logits.logsumexp(dim=1) - positive).mean()


def _factors(B: int, w: Tensor | None, objective: Objective, u: Tensor | None) -> Tensor | None:
    """What multiplies each pair's exponential, B x B, its diagonal being the positive pair; None for all 1."""
    factors = None
    if objective.weights != "none":
        assert w is not None
        factors = w.clone()
    if objective.same != 1:
        assert u is not None
        factors = torch.ones(B, B, device=u.device) if factors is None else factors
        apart = ~torch.eye(B, dtype=torch.bool, device=u.device)
        factors[(u[:, None] == u[None, :]) & apart] *= objective.same
    if objective.weights == "negatives":
        assert factors is not None
        factors.fill_diagonal_(1.0)
    return factors
