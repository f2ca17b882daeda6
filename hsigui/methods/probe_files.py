"""Fitted probes as plain numbers, for a file that anything can read: nothing is pickled.

A linear probe, a support vector machine and mixtures of probes are their own numbers. A forest is kept as the rows it
was grown from and grown again, which gives the same trees with the same scikit-learn; its answers to some rows are kept
too, and another answer is said instead of believed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, replace
from importlib.metadata import version
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hsigui.errors import HsiError
from hsigui.methods import forest_probe
from hsigui.methods.calibration import Calibration
from hsigui.methods.forest_probe import ForestProbe
from hsigui.methods.fusion import FusedProbe
from hsigui.methods.kernel_probe import KernelProbe
from hsigui.methods.level_figures import LevelFigures
from hsigui.methods.levelled_probe import LevelledProbe, Part
from hsigui.methods.probe import LinearProbe, Probe, Refinement
from hsigui.texts import say

Arrays = dict[str, NDArray[Any]]
ANSWERS = 64  # rows of a forest whose answers are kept


def to_parts(probe: Probe) -> tuple[dict[str, Any], Arrays]:
    """The probe as words and numbers (for JSON) and arrays.

    Raises:
        TypeError: it is of a kind that has no such form.
    """
    about, arrays = _own_parts(probe)
    if probe.columns is not None:
        arrays["columns"] = probe.columns.astype(np.int64)
    if probe.refinement is not None:
        about["refinement"] = asdict(probe.refinement)
    if probe.calibration is not None:
        about["calibration"] = _without_nan(asdict(probe.calibration))
    return about, arrays


def from_parts(about: Mapping[str, Any], arrays: Mapping[str, NDArray[Any]]) -> Probe:
    """The probe that `to_parts` took apart. The arrays have the shapes that `to_parts` gave them, such as classes x
    features.

    Raises:
        HsiError: its kind is unknown, or a forest cannot be grown again as it was.
        KeyError: something is missing.
    """
    found = _of_kind(about, arrays)
    told = about.get("refinement")
    refinement = None
    if told is not None:
        scores = {int(time): float(score) for time, score in told["scores"].items()}
        refinement = Refinement(**{**told, "scores": scores})
    columns = arrays["columns"].astype(np.intp) if "columns" in arrays else None
    kept = about.get("calibration")  # earlier versions did not calibrate
    calibration = None if kept is None else Calibration(**kept)
    return replace(found, columns=columns, refinement=refinement, calibration=calibration)  # type: ignore[type-var]


def _own_parts(probe: Probe) -> tuple[dict[str, Any], Arrays]:
    about: dict[str, Any]
    arrays: Arrays
    match probe:
        case LinearProbe():
            return {"kind": "linear"}, {"numbers": probe.numbers, "weights": probe.weights, "bias": probe.bias}
        case KernelProbe():
            about = {"kind": "svm", "gamma": float(probe.gamma), "penalty": float(probe.penalty)}
            arrays = {"numbers": probe.numbers, "support": probe.support, "pairs": probe.pairs, "bias": probe.bias}
            return about, arrays
        case ForestProbe():
            about = {"kind": "forest", "seed": probe.seed, "scikit-learn": version("scikit-learn")}
            answers = probe.probabilities(probe.rows[:ANSWERS])
            arrays = {"rows": probe.rows, "labels": probe.labels.astype(np.int64), "answers": answers}
            return about, arrays
        case FusedProbe():
            inner = [to_parts(one) for one in probe.probes]
            found: Arrays = {f"{n}.{k}": v for n, (_, arrays) in enumerate(inner) for k, v in arrays.items()}
            found |= {f"{n}.part": part.astype(np.int64) for n, part in enumerate(probe.parts)}
            return {"kind": "fused", "weights": list(probe.weights), "probes": [a for a, _ in inner]}, found
        case LevelledProbe():
            inner = [to_parts(part.probe) for part in probe.parts]
            found = {f"{n}.{k}": v for n, (_, arrays) in enumerate(inner) for k, v in arrays.items()}
            parts = [
                {"level": part.level, "weight": part.weight, "twin": part.twin, "probe": told}
                for part, (told, _) in zip(probe.parts, inner, strict=True)
            ]
            figures = {name: _without_nan(asdict(figure)) for name, figure in probe.figures.items()}
            about = {"kind": "levels", "parts": parts, "figures": figures, "closed": probe.closed}
            return about, found
    raise TypeError(f"a probe that cannot be kept: {type(probe).__name__}")


def _of_kind(about: Mapping[str, Any], arrays: Mapping[str, NDArray[Any]]) -> Probe:
    match about["kind"]:
        case "linear":
            return LinearProbe(arrays["numbers"], arrays["weights"], arrays["bias"])
        case "svm":
            return KernelProbe(
                arrays["numbers"], arrays["support"], arrays["pairs"], arrays["bias"], about["gamma"], about["penalty"]
            )
        case "forest":
            return _grown_again(about, arrays)
        case "fused":
            count = len(about["probes"])
            inner = [_numbered(n, arrays) for n in range(count)]
            probes = tuple(from_parts(a, part) for a, part in zip(about["probes"], inner, strict=True))
            parts = tuple(part["part"].astype(np.intp) for part in inner)
            return FusedProbe(probes, parts, tuple(about["weights"]))
        case "levels":
            mixed = tuple(
                Part(part["level"], part["weight"], from_parts(part["probe"], _numbered(n, arrays)), part["twin"])
                for n, part in enumerate(about["parts"])
            )
            figures = {name: LevelFigures(**figure) for name, figure in about["figures"].items()}
            return LevelledProbe(mixed, figures, bool(about["closed"]))
    raise HsiError(say("A classifier of the kind “{kind}” is not known.", kind=about["kind"]), say("Update hsigui."))


def _numbered(number: int, arrays: Mapping[str, NDArray[Any]]) -> Arrays:
    """The arrays of one of several probes."""
    return {k.removeprefix(f"{number}."): v for k, v in arrays.items() if k.startswith(f"{number}.")}


def _without_nan(figures: Mapping[str, Any]) -> dict[str, Any]:
    """JSON has no word for what was not measured: it is left out, and read as such."""
    return {name: value for name, value in figures.items() if value == value}


def _grown_again(about: Mapping[str, Any], arrays: Mapping[str, NDArray[Any]]) -> ForestProbe:
    grown = forest_probe.fit(arrays["rows"], arrays["labels"], about["seed"])
    if not np.allclose(grown.probabilities(arrays["rows"][:ANSWERS]), arrays["answers"], atol=1e-6):
        raise HsiError(
            say(
                "The kept forest does not grow again as it was: scikit-learn is {version}, it was {scikit_learn}.",
                version=version("scikit-learn"),
                scikit_learn=about["scikit-learn"],
            ),
            say("Classify the training scene with --labels once more."),
        )
    return grown
