"""LSCoSa: contrast against a learnable dictionary of prototypes with a KL regulariser and several positives.

LSCoSa: IEEE TGRS 2023, doi 10.1109/TGRS.2023.3331888; its dictionary update is that of CaCo (arXiv 2203.14370).

Letters follow the equations: q query embeddings, k momentum keys (batch x dim, unit length), W dictionary
(dim x prototypes, not normalised), V its velocity, D its unit columns, l cosines (batch x prototypes).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional

from hsigui.methods.distributed.processes import ALONE, Processes
from hsigui.methods.lscosa.row import ALPHA_MODES, KL_MODES

# The KL terms take logarithms of batch means that can reach 0 and below: kept inside (EPS, 1 - EPS).
EPS = 1e-4


@dataclass(frozen=True)
class Objective:
    """Settings of the loss.

    Attributes:
        temperature: divides the cosines.
        positives: prototypes that count as positive for a query, the first with weight 1, the rest with alpha.
        kl: "reference" as in the published code (a sum over signed, length-normalised cosines), "probability" as in the
            paper's words (Kullback-Leibler divergence of the mean softmax activation from the uniform one), or "none".
        kl_weight: factor of the KL term.
        rho: target activation of the reference form.
        alpha: "reference" (about 0 in practice), "entropy" (of the mean softmax, about 0.005), "normalised" (that
            entropy over its maximum), "none" (one positive).
        symmetric: both views enter the loss, by halves; published is the first view alone.

    Raises:
        ValueError: a mode does not exist.
    """

    temperature: float = 0.08
    positives: int = 4
    kl: str = "reference"
    kl_weight: float = 1.6
    rho: float = 0.4
    alpha: str = "reference"
    symmetric: bool = False

    def __post_init__(self) -> None:
        if self.kl not in KL_MODES or self.alpha not in ALPHA_MODES:
            raise ValueError(f"no such mode: kl {self.kl!r}, alpha {self.alpha!r}")


@dataclass(frozen=True)
class StepLoss:
    """What one step gives: `loss` (differentiable), its KL part, alpha, and the positives (batch x positives)."""

    loss: Tensor
    kl: Tensor
    alpha: Tensor
    positives: Tensor


def unit_columns(W: Tensor) -> Tensor:
    """Prototypes of unit length: dim x prototypes, in and out."""
    return functional.normalize(W, dim=0)


def reference_activation(logits: Tensor) -> Tensor:
    """Mean over the batch of the length-normalised rows, as coded by the authors: signed, not a probability. Batch x
    prototypes to one a prototype."""
    return functional.normalize(logits, dim=1).mean(dim=0)


def reference_kl(activation: Tensor, rho: float) -> Tensor:
    """Sum over prototypes of the Bernoulli KL divergence between the activation and the target `rho`. `activation` is
    one a prototype; the answer is a scalar.

    The published code has no guard and turns NaN as soon as one activation is 0 or less. Here the activation is kept
    inside (EPS, 1 - EPS), and what lies below is pulled up by the slope at EPS instead, so that the barrier stays.
    """
    a = activation.clamp(EPS, 1 - EPS)
    kl = a * torch.log(a / rho) + (1 - a) * torch.log((1 - a) / (1 - rho))
    slope = math.log(EPS / rho) - math.log((1 - EPS) / (1 - rho))
    below = (activation - EPS).clamp(max=0.0)
    return (kl + slope * below).sum()


def probability_kl(logits: Tensor) -> Tensor:
    """KL(mean softmax activation || uniform) in nats: 0 when the batch uses all prototypes alike, at most log K.
    `logits` are batch x prototypes; the answer is a scalar."""
    p = logits.softmax(dim=1).mean(dim=0)
    return (p * torch.log(p * logits.shape[1] + 1e-12)).sum()


def positive_weight(logits: Tensor, mode: str) -> Tensor:
    """alpha, the weight of the positives after the first; a number without gradient. `logits` are batch x prototypes;
    the answer is a scalar.

    "reference": 1 / (1 + exp H) of the reference activation's entropy H, some 1e-17 for 256 prototypes.
    "entropy": the same with the entropy of the mean softmax, between 1 / (1 + K) and 0.5.
    "normalised": the same with the entropy of the mean softmax over its maximum, between 0.27 and 0.5.
    """
    with torch.no_grad():
        if mode == "none":
            return logits.new_zeros(())
        if mode == "reference":
            a = reference_activation(logits).clamp(EPS, 1 - EPS)
            entropy = -(a * torch.log(a)).sum()
        else:
            p = logits.softmax(dim=1).mean(dim=0)
            entropy = -(p * torch.log(p + 1e-12)).sum()
            if mode == "normalised":
                entropy = entropy / math.log(logits.shape[1])
        return torch.sigmoid(-entropy)


def step_loss(q: Tensor, keys: Tensor, W: Tensor, objective: Objective) -> StepLoss:
    """The loss of the queries of one view; their positives are the prototypes nearest to the other view's keys.

    Args:
        q: query embeddings of one view, batch x dim, unit length, with gradient.
        keys: momentum keys of the other view, batch x dim, unit length.
        W: dictionary, dim x prototypes.
    """
    with torch.no_grad():
        D = unit_columns(W)
        wanted = objective.positives if objective.alpha != "none" else 1
        positives = (keys @ D).topk(max(1, wanted), dim=1).indices
    logits = (q @ D) / objective.temperature
    alpha = positive_weight(logits, objective.alpha)
    if objective.alpha == "none":
        cross_entropy = functional.cross_entropy(logits, positives[:, 0])
    else:
        log_p = torch.log(logits.softmax(dim=1) + 1e-7)
        weights = torch.cat([alpha.new_ones(1), alpha.expand(positives.shape[1] - 1)])
        weights = weights / weights.norm()
        cross_entropy = -(log_p.gather(1, positives) * weights).sum(dim=1).mean()
    if objective.kl == "none":
        kl = logits.new_zeros(())
        loss = cross_entropy
    else:
        kl = (
            reference_kl(reference_activation(logits), objective.rho)
            if objective.kl == "reference"
            else (probability_kl(logits))
        )
        loss = cross_entropy + objective.kl_weight * kl
    return StepLoss(loss, kl, alpha, positives)


def views_loss(q: tuple[Tensor, Tensor], keys: tuple[Tensor, Tensor], W: Tensor, objective: Objective) -> StepLoss:
    """The loss of a step from the queries and the momentum keys of both views. Queries and keys are batch x dim each,
    `W` is dim x prototypes.

    Published is the loss of the first view's queries alone; the symmetric one is the mean over both views.
    """
    one = step_loss(q[0], keys[1], W, objective)
    if not objective.symmetric:
        return one
    two = step_loss(q[1], keys[0], W, objective)
    return StepLoss(0.5 * (one.loss + two.loss), 0.5 * (one.kl + two.kl), one.alpha, one.positives)


def filling_loss(q: Tensor, keys: Tensor, W: Tensor, temperature: float = 0.2) -> Tensor:
    """The loss of the steps that fill the dictionary: each query's own key (other view) against all prototypes. `q` and
    `keys` are batch x dim, `W` is dim x prototypes; the loss is a scalar."""
    own = (q * keys).sum(dim=1, keepdim=True)
    logits = torch.cat([own, q @ unit_columns(W)], dim=1) / temperature
    return functional.cross_entropy(logits, torch.zeros(len(q), dtype=torch.long, device=q.device))


@torch.no_grad()
def dictionary_push(q: Tensor, keys: Tensor, W: Tensor, temperature: float) -> Tensor:
    """Where one view's queries pull the prototypes: dim x prototypes, tangent to the unit sphere at each prototype.

    Prototypes move towards the queries in both roles: as negatives in proportion to their probability (hard ones
    most), as the positive in proportion to what is missing from probability 1.
    """
    D = unit_columns(W)
    cosines = q @ D
    pull = (cosines / temperature).softmax(dim=1)
    positive = (keys @ D).argmax(dim=1, keepdim=True)
    pull.scatter_(1, positive, 1 - pull.gather(1, positive))
    return (q.T @ pull - (pull * cosines).sum(dim=0) * D) / q.shape[0]


@torch.no_grad()
def used(keys: Tensor, W: Tensor) -> Tensor:
    """How many keys (keys x dim, of unit length) each prototype of `W` (dim x prototypes) is the nearest to. One a
    prototype."""
    with torch.no_grad():
        nearest = (keys.float() @ unit_columns(W)).argmax(dim=1)
        return torch.bincount(nearest, minlength=W.shape[1])


def update_dictionary(
    W: Tensor, V: Tensor, views: tuple[tuple[Tensor, Tensor], tuple[Tensor, Tensor]],
    temperature: float, lr: float | Tensor, momentum: float = 0.9, processes: Processes = ALONE,
) -> None:  # fmt: skip
    """One momentum step of the dictionary in place; `views` are (queries, keys of the other view) of both views. `W`
    and `V` are dim x prototypes, queries and keys batch x dim.

    Of several processes each finds the push of its own part of the batch; the sum is the same number in all of them, so
    that their dictionaries stay one.
    """
    share = processes.share
    if share is None:
        push = sum(dictionary_push(q.detach(), k, W, temperature) for q, k in views)
    else:
        (q1, k2), (q2, k1) = ((share.of(q.detach()), share.of(k)) for q, k in views)
        own = dictionary_push(q1, k2, W, temperature) + dictionary_push(q2, k1, W, temperature)
        push = processes.summed(own * (share.count / share.total))
    V.mul_(momentum).sub_(push / (W.norm(dim=0) * temperature))
    W.sub_(lr * V)
