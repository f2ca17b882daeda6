"""What a training on several scenes, or one that goes on from another run, needs before it begins."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from hsigui.cube.common_bands import together
from hsigui.cube.cube import Cube
from hsigui.cube.normalised import NORMALISED, middle_of, moments_of, normalised
from hsigui.cube.transform import BandTransform, sample_spectra
from hsigui.errors import HsiError
from hsigui.methods import checkpoint, registry
from hsigui.methods.settings import told
from hsigui.pipeline.run_bands import Normalisation, bands_of, normalisation_of
from hsigui.specs import PretrainSpec
from hsigui.texts import say

if TYPE_CHECKING:
    from hsigui.methods.checkpoint import Encoder
    from hsigui.methods.plan import Plan

COMPARED = 2_000  # pixels of each scene whose values are compared
OTHER_SCALE = 20.0  # times as large or small: light and materials do not make such a difference


@dataclass(frozen=True)
class Scenes:
    """The scenes of a training in common bands.

    Attributes:
        cubes: as the network is to see them.
        bands: what is kept of these bands with the run (`Encoder.bands`); empty for one scene in its own.
        words: what was done to bring bands together; empty where nothing was.
    """

    cubes: tuple[Cube, ...]
    bands: dict[str, Any] = field(default_factory=dict)
    words: str = ""


def require_different(fingerprints: Sequence[str], cubes: Sequence[Cube]) -> None:
    """Refuses a scene that is given twice.

    Raises:
        HsiError: one is.
    """
    for number, each in enumerate(fingerprints):
        if each in fingerprints[:number]:
            raise HsiError(say("{name} is given twice.", name=cubes[number].name), say("Name each scene once."))


def uneven(weights: Sequence[float], cubes: Sequence[Cube]) -> tuple[float, ...]:
    """The weights of scenes where they differ; empty where they do not.

    Raises:
        HsiError: there are not as many as scenes, or one is no number above 0.
    """
    if not len(weights):
        return ()
    if len(weights) != len(cubes):
        raise HsiError(
            say("There are {weights} weights for {cubes} scenes.", weights=len(weights), cubes=len(cubes)),
            say("Give one for each scene."),
        )
    if bad := [weight for weight in weights if not (np.isfinite(weight) and weight > 0)]:
        raise HsiError(
            say("The weight {weight:g} of a scene makes no sense.", weight=bad[0]), say("Give numbers above 0.")
        )
    return () if len(set(weights)) == 1 else tuple(map(float, weights))


def in_common_bands(cubes: Sequence[Cube], begun: Encoder | None, *, always: bool = False) -> Scenes:
    """The scenes of a training in the bands of the first, or of the run that it goes on from.

    Args:
        always: also where there is one scene, whose bands are then kept with the run.

    Raises:
        HsiError: they have no bands in common, or lack some of the run's.
    """
    if len(cubes) == 1 and begun is None and not always:
        return Scenes(tuple(cubes))
    found = together(cubes, None if begun is None else bands_of(begun))
    bands = {
        "count": found.bands.count, "wavelengths_nm": list(found.bands.centres), "used": len(found.bands.used),
        "how": found.how, "words": found.words,
    }  # fmt: skip
    return Scenes(found.cubes, bands, found.words)


def each_normalised(
    joined: Scenes, fingerprints: Sequence[str], begun: Encoder | None, seed: int, check: Callable[[], None]
) -> Scenes:
    """The scenes, each brought to one mean and deviation of every band: those of the run that they go on from, else the
    middle of their own; and what is kept of it with the run.

    Raises:
        HsiError: a scene has hardly any valid pixel, or the run that it goes on from was not made so.
    """
    used = joined.cubes[0].good_bands
    kept = normalisation_of(begun) if begun is not None else None
    if begun is not None and kept is None:
        raise HsiError(
            say("The run to go on from was learned without bringing its scenes to one mean and deviation."),
            say("Leave out --normalise, or train anew on all scenes."),
        )
    own = [moments_of(cube, used, seed, check) for cube in joined.cubes]
    wanted = middle_of(own) if kept is None else kept.wanted
    known = {} if kept is None else dict(kept.scenes)
    known |= dict(zip(fingerprints, own, strict=True))
    about = Normalisation(wanted, known, seed)
    cubes = tuple(normalised(cube, each, wanted, used) for cube, each in zip(joined.cubes, own, strict=True))
    return Scenes(cubes, {**joined.bands, NORMALISED: about.to_json()}, joined.words)


def require_one_scale(cubes: Sequence[Cube], begun: BandTransform | None, check: Callable[[], None]) -> None:
    """Refuses scenes whose values are of quite another size than those of the first, or of the run that they go on
    from: numbers 0 to 10000 beside 0 to 1 without a scale factor that says so.

    Args:
        cubes: in common bands.
        begun: the transform of the run, which knows the means of its scenes.

    Raises:
        HsiError: the typical value of a scene is more than 20 times as large or small.
    """
    typical = [_typical(cube, check) for cube in cubes]
    first = typical[0] if begun is None else float(np.median(np.abs(begun.mean)))
    other = cubes[0].name if begun is None else say("the run")
    for cube, own in zip(cubes, typical, strict=True):
        if first > 0 and own > 0 and not 1 / OTHER_SCALE <= own / first <= OTHER_SCALE:
            raise HsiError(
                say(
                    "The values of {name} are about {times:.2g} times those of {other}: they are not in the same unit.",
                    name=cube.name,
                    times=own / first,
                    other=other,
                ),
                say(
                    "Write a reflectance scale factor (such as 10000) into the header of whole numbers, so that all "
                    "scenes are reflectance from 0 to 1; {name} has {scale:g}.",
                    name=cube.name,
                    scale=cube.info.scale,
                ),
            )


def begun_from(spec: PretrainSpec) -> Encoder | None:
    """The encoder that a training begins with; None where it begins anew.

    Raises:
        HsiError: the run is missing or damaged, holds no network, or the training is one that starts from a run.
    """
    if not spec.begin_from:
        return None
    if spec.start:
        raise HsiError(
            say("A training cannot start from one run and go on from another."), say("Give --start or --from.")
        )
    found = checkpoint.load(Path(spec.begin_from))
    if found.network.width == 0:
        raise HsiError(
            say("The run {run} holds no encoder to go on from.", run=spec.begin_from),
            say("Choose a run of the same method."),
        )
    return found


def require_alike(begun: Encoder, plan: Plan, spec: PretrainSpec) -> None:
    """Refuses a run whose network is of another family or other sizes than the one that is to be trained.

    Raises:
        HsiError: it is, with all that differs.
    """
    if begun.plan.kind != plan.kind:
        raise HsiError(
            say(
                "The run {run} is of another kind: {method} {preset}, not {wanted} {wanted_preset}.",
                run=spec.begin_from,
                method=_title_of(begun.spec.method),
                preset=begun.spec.preset,
                wanted=_title_of(spec.method),
                wanted_preset=spec.preset,
            ),
            say("Go on with the method and preset of that run, or train anew."),
        )
    was, now = _sizes(begun.plan), _sizes(plan)
    differing = [
        say("{name} {had}, not {wanted}", name=name, had=told(was.get(name)), wanted=told(now.get(name)))
        for name in sorted(was | now)
        if was.get(name) != now.get(name)
    ]
    if differing:
        raise HsiError(
            say("The run {run} has {differing}.", run=spec.begin_from, differing="; ".join(differing)),
            say("Set the same sizes with --set, or train anew."),
        )


def _title_of(method: str) -> str:
    """A method's name for people; of one that is not there, its name in tables."""
    try:
        return registry.method(method).title
    except HsiError:
        return method


def origin(begun: Encoder | None, spec: PretrainSpec) -> dict[str, Any]:
    """What is kept of the run that a training began from (`Encoder.begun_from`)."""
    if begun is None:
        return {}
    return {
        "name": Path(spec.begin_from).name,
        "scenes": begun.scene_names,
        "weights_sha256": checkpoint.weights_sha256(begun),
        "fingerprints": list(begun.fingerprints) if begun.epochs else [],
    }


def _typical(cube: Cube, check: Callable[[], None]) -> float:
    sample = sample_spectra(cube, COMPARED, check=check)[:, cube.good_bands]
    return float(np.median(np.abs(sample))) if sample.size else 0.0


def _sizes(plan: Plan) -> dict[str, Any]:
    about = asdict(plan)
    return {**about.pop("sizes"), "components": about["components"], "pixel_range": about["pixel_range"]}
