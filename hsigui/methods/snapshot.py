"""Everything that a training would need to go on from here, copied out of its parts and put back into them in place.

A part is a module, an optimiser, a generator of random numbers or a tensor. Values go back into the tensors that are
there, so that whoever holds one of them (a captured graph, an optimiser) sees the restored value.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Generator, Tensor, nn
from torch.optim import Optimizer

Part = nn.Module | Optimizer | Generator | Tensor
Parts = Mapping[str, Part]


@dataclass(frozen=True)
class Snapshot:
    """The state of all parts after `step` steps.

    Attributes:
        tensors: by "part/name"; copies that nothing else writes to.
        numbers: by part, what is no tensor (the settings of an optimiser); can be written as JSON.
    """

    step: int
    tensors: Mapping[str, Tensor]
    numbers: Mapping[str, Any] = field(default_factory=dict)


def take(parts: Parts, step: int) -> Snapshot:
    """Copies of everything, on the devices where it lies."""
    tensors: dict[str, Tensor] = {}
    numbers: dict[str, Any] = {}
    for name, part in parts.items():
        if isinstance(part, Optimizer):
            found, numbers[name] = _of_optimizer(part)
        elif isinstance(part, nn.Module):
            found = part.state_dict()
        else:
            found = {"value": part.get_state() if isinstance(part, Generator) else part}
        tensors |= {f"{name}/{key}": value.detach().clone() for key, value in found.items()}
    return Snapshot(step, tensors, numbers)


def restore(parts: Parts, snapshot: Snapshot) -> None:
    """Puts a snapshot back.

    Raises:
        KeyError, RuntimeError: it was taken of other parts.
    """
    for name, part in parts.items():
        prefix = f"{name}/"
        values = {k.removeprefix(prefix): v for k, v in snapshot.tensors.items() if k.startswith(prefix)}
        if isinstance(part, Optimizer):
            _to_optimizer(part, values, snapshot.numbers[name])
        elif isinstance(part, nn.Module):
            part.load_state_dict(values)
        elif isinstance(part, Generator):
            part.set_state(values["value"].cpu())
        else:
            with torch.no_grad():
                part.copy_(values["value"])


def is_finite(parts: Parts) -> bool:
    """Whether all weights and buffers of the modules are finite numbers."""
    weights = [t for part in parts.values() if isinstance(part, nn.Module) for t in part.state_dict().values()]
    each = [torch.isfinite(t).all().to("cpu", non_blocking=False) for t in weights if t.is_floating_point()]
    return bool(torch.stack(each).all()) if each else True


def halved(count: Tensor, smallest: int) -> bool:
    """Halves a part that is the size of a batch; False when that would be below the smallest. `count` is a scalar."""
    if int(count) // 2 < smallest:
        return False
    count //= 2
    return True


def _of_optimizer(optimizer: Optimizer) -> tuple[dict[str, Tensor], dict[str, Any]]:
    """The tensors of an optimiser's state by "parameter.name", and everything else."""
    state = optimizer.state_dict()
    tensors: dict[str, Tensor] = {}
    others: dict[str, Any] = {}
    for index, values in state["state"].items():
        for name, value in values.items():
            target: dict[str, Any] = tensors if isinstance(value, Tensor) else others
            target[f"{index}.{name}"] = value
    groups = []
    for number, group in enumerate(state["param_groups"]):
        settings = {k: v for k, v in group.items() if k != "params"}
        tensors |= {f"group {number}.{k}": v for k, v in settings.items() if isinstance(v, Tensor)}
        groups.append({k: v for k, v in settings.items() if not isinstance(v, Tensor)})
    return tensors, {"state": others, "groups": groups}


def _to_optimizer(optimizer: Optimizer, tensors: Mapping[str, Tensor], numbers: Mapping[str, Any]) -> None:
    parameters = [p for group in optimizer.param_groups for p in group["params"]]
    kept: dict[Tensor, dict[str, Any]] = {p: {} for p in parameters}
    for key, value in [*tensors.items(), *numbers["state"].items()]:
        index, name = key.split(".", 1)
        if not index.isdigit():
            continue  # of a group
        p = parameters[int(index)]
        there = optimizer.state.get(p, {}).get(name)
        kept[p][name] = _placed(value, there, p) if isinstance(value, Tensor) else value
    # The state that the snapshot does not know of came later: it goes.
    optimizer.state.clear()
    optimizer.state.update({p: values for p, values in kept.items() if values})
    for number, (group, saved) in enumerate(zip(optimizer.param_groups, numbers["groups"], strict=True)):
        for name, value in saved.items():
            group[name] = tuple(value) if isinstance(group.get(name), tuple) else value
        for key, value in tensors.items():
            if key.startswith(f"group {number}."):
                group[key.split(".", 1)[1]].copy_(value)


def _placed(value: Tensor, there: object, parameter: Tensor) -> Tensor:
    """A value of the state in the tensor that holds it now; where there is none, in a new one laid out like its
    parameter."""
    if isinstance(there, Tensor) and there.shape == value.shape:
        return there.copy_(value)
    if value.shape == parameter.shape:
        return torch.empty_like(parameter, dtype=value.dtype, requires_grad=False).copy_(value)
    # Counters of steps are kept on the cpu by torch's optimisers unless they are capturable.
    return value.detach().clone()
