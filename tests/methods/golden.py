"""How the golden files of the encoders were given their weights."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Mapping

import numpy as np
import torch
from torch import nn


def published_value(name: str, shape: tuple[int, ...]) -> torch.Tensor:
    """The value of a parameter or buffer of the published code: made from its name alone."""
    v = np.random.default_rng(zlib.crc32(name.encode())).standard_normal(shape)
    if name.endswith("running_var"):
        v = 0.5 + v**2
    elif len(shape) > 1:
        v = v / np.sqrt(np.prod(shape[1:]))
    else:
        v = 0.1 * v + (1 if name.endswith(("weight", ".g")) else 0)
    return torch.from_numpy(v.astype(np.float32))


def fill(module: nn.Module, listed: Mapping[str, list[int]], theirs: Callable[[str], str]) -> set[str]:
    """Gives every parameter and buffer of a module its published value.

    Args:
        listed: published names and shapes.
        theirs: from our name to the published one.

    Returns:
        The published names used.
    """
    used = set()
    state = module.state_dict()
    for name in state:
        if name.endswith("num_batches_tracked"):
            continue
        published = theirs(name)
        state[name] = published_value(published, tuple(listed[published]))
        used.add(published)
    module.load_state_dict(state)
    return used
