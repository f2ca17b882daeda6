"""Losses of two views without negatives: what is said twice must agree, and no two features may say the same."""

from __future__ import annotations

import torch
from torch import Tensor


def barlow_twins(one: Tensor, two: Tensor, off_diagonal: float = 0.005) -> Tensor:
    """Barlow Twins (Zbontar et al., ICML 2021, arXiv 2103.03230): the cross-correlation of two views' embeddings is
    drawn toward the identity.

    Args:
        one, two: embeddings of the two views, batch x width.
        off_diagonal: weight of the correlations between different features.

    Returns:
        The published sum divided by the width, so that losses of different widths can be compared.
    """
    correlation = _standardised(one).T @ _standardised(two) / len(one)
    own = torch.diagonal(correlation)
    cross = correlation.square().sum() - own.square().sum()
    return ((1 - own).square().sum() + off_diagonal * cross) / len(own)


def _standardised(x: Tensor) -> Tensor:
    centred = x - x.mean(dim=0)
    # A feature that is constant over the batch has no correlation; the floor keeps its gradient finite.
    return centred / centred.square().mean(dim=0).add(1e-6).sqrt()
