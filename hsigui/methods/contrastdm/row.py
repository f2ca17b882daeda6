"""ContrastDM's row in the table of methods, and what can be set of its two presets. Loads no torch."""

from __future__ import annotations

from dataclasses import dataclass

from hsigui.methods.info import MethodInfo, Preset
from hsigui.methods.settings import MethodSettings, choice, setting
from hsigui.texts import say

PARTNERS = ("field", "pixel")

_OFF_DIAGONAL = say("Weight of the correlations between features in the loss of the contrastive stage.")
_SIDE = say("Side of the translucent squares that cover parts of a view.")
_PART = say("Part of a view that the squares cover.")
_LIGHT = say("Most that a square lets through.")
_HIDDEN = say("Width of the denoiser.")
_UPDATES = say("Updates of the diffusion model in a step of its stage.")
_DIFFUSION_RATE = say("Highest learning rate of the diffusion stage.")
_DIFFUSION_WARM_UP = say("Updates over which that rate rises; a fifth of all at most.")
_DIFFUSION_DECAY = say("Part of the denoiser's weights that AdamW takes away, times the rate.")
_DIFFUSION_BATCH = say("Feature vectors in an update of the diffusion model.")
_AVERAGE = say("How slowly the denoiser that is kept follows the one that learns.")
_LEARNED_FROM = say("Feature vectors that the diffusion model learns from, at most.")
_CLUSTERS = say("Clusters of the features from which as many vectors each are drawn, so that rare materials count.")
_TILE = say("Side of the tile that a network with blocks or a box sees in a step.")
_SHIFT = say("How far the two views of one pixel may lie apart in a tile, in rows and in columns.")
_CANDIDATES = say("Pixels of the field that are drawn for each partner; the one most alike is taken.")
_PARTNER = say("The second view of a pixel is another pixel of its field (superpixel), or the pixel itself.")


@dataclass(frozen=True)
class Quick(MethodSettings):
    """Settings of the small network."""

    # The published 0.005, for 8192 features, leaves our 128 nearly all alike: a probe on 10 labels a class of Indian
    # Pines finds 67 % with it, 75 % with 0.1 and 73 % with 0.5 (60 steps; BYOL: 67 %).
    off_diagonal: float = setting(0.1, 0.0, 10.0, "", _OFF_DIAGONAL)
    first_part: float = setting(0.75, 0.05, 0.95, "", say("Part of the steps that belongs to the contrastive stage."))
    rate: float = setting(2e-3, 1e-6, 1.0, "", say("Highest learning rate of the contrastive stage."))
    warm_up: float = setting(0.1, 0.0, 0.9, "", say("Part of the contrastive stage over which its rate rises."))
    weight_decay: float = setting(
        1e-4, 0.0, 1.0, "", say("Part of the encoder's weights that AdamW takes away, times the rate.")
    )
    pixels: int = setting(512, 128, 16_384, say("pixels"), say("Pixels that are contrasted in a step."))
    partner: str = choice("field", PARTNERS, _PARTNER)
    candidates: int = setting(4, 1, 64, say("pixels"), _CANDIDATES)
    tile: int = setting(144, 32, 512, say("pixels"), _TILE)
    shift: int = setting(2, 0, 16, say("pixels"), _SHIFT)
    noise_times: float = setting(
        0.1, 0.0, 2.0, "", say("Standard deviation of the noise that a view is multiplied by.")
    )
    noise_plus: float = setting(
        0.1, 0.0, 2.0, say("sd"), say("Standard deviation of the noise that is added to a view.")
    )
    gain: float = setting(0.1, 0.0, 2.0, "", say("Standard deviation of the gain of each channel of a view."))
    drop: float = setting(0.1, 0.0, 0.9, "", say("Part of the channels that is set to 0 in a view."))
    side: int = setting(9, 1, 64, say("pixels"), _SIDE)
    part: float = setting(0.1, 0.0, 0.9, "", _PART)
    light: float = setting(0.5, 0.0, 1.0, "", _LIGHT)
    components: int = setting(32, 2, 256, "", say("Principal components of the scene that the encoder sees."))
    width: int = setting(128, 8, 512, "", say("Features that the encoder gives of a pixel."), every=4)
    blocks: int = setting(0, 0, 8, "", say("Residual blocks of the encoder; each looks two pixels farther."))
    box: int = setting(
        1, 1, 31, say("pixels"), say("Side of the square over which the encoder's features are averaged."), every=2
    )
    embedding: int = setting(128, 8, 1024, "", say("Length of the vectors that the contrastive loss sees."))
    hidden: int = setting(256, 16, 2048, "", _HIDDEN)
    updates: int = setting(10, 1, 1000, "", _UPDATES)
    diffusion_rate: float = setting(5e-4, 1e-6, 1.0, "", _DIFFUSION_RATE)
    diffusion_warm_up: int = setting(100, 0, 100_000, say("updates"), _DIFFUSION_WARM_UP)
    diffusion_decay: float = setting(0.01, 0.0, 1.0, "", _DIFFUSION_DECAY)
    diffusion_batch: int = setting(256, 32, 16_384, say("vectors"), _DIFFUSION_BATCH)
    average: float = setting(0.999, 0.0, 0.99999, "", _AVERAGE)
    learned_from: int = setting(100_000, 1000, 10_000_000, say("vectors"), _LEARNED_FROM)
    known: int = setting(
        128,
        8,
        512,
        "",
        say("Components of the encoder's features that the diffusion model knows; what lies in the others is lost."),
    )
    clusters: int = setting(32, 1, 1024, "", _CLUSTERS)


@dataclass(frozen=True)
class Paper(MethodSettings):
    """Settings of the two stages on patches."""

    off_diagonal: float = setting(0.1, 0.0, 10.0, "", _OFF_DIAGONAL)
    second_steps: float = setting(
        2.5, 0.1, 1000.0, "", say("Steps of the diffusion stage for each epoch of the contrastive one.")
    )
    rate: float = setting(1e-3, 1e-6, 1.0, "", say("Highest learning rate of the contrastive stage."))
    warm_up: float = setting(0.1, 0.0, 0.9, "", say("Part of the contrastive stage over which its rate rises."))
    weight_decay: float = setting(
        1e-4, 0.0, 1.0, "", say("Part of the encoder's weights that AdamW takes away, times the rate.")
    )
    batch: int = setting(256, 32, 4096, say("patches"), say("Patches in a step."))
    epoch_pixels: int = setting(
        50_000, 64, 10_000_000, say("pixels"), say("Pixels that an epoch sees at most, drawn anew.")
    )
    noise_times: float = setting(0.1, 0.0, 2.0, "", say("Standard deviation of the gain of each band of a patch."))
    noise_plus: float = setting(
        0.1, 0.0, 2.0, say("sd"), say("Standard deviation of the noise that is added to a view.")
    )
    erased: float = setting(0.2, 0.0, 0.9, "", say("Part of the bands, side by side, that is set to 0 in a view."))
    side: int = setting(7, 1, 15, say("pixels"), _SIDE)
    part: float = setting(0.1, 0.0, 0.9, "", _PART)
    light: float = setting(0.5, 0.0, 1.0, "", _LIGHT)
    width: int = setting(128, 8, 1024, "", say("Features that the encoder gives of a pixel."), every=4)
    embedding: int = setting(128, 8, 1024, "", say("Length of the vectors that the contrastive loss sees."))
    hidden: int = setting(256, 16, 2048, "", _HIDDEN)
    updates: int = setting(10, 1, 1000, "", _UPDATES)
    diffusion_rate: float = setting(5e-4, 1e-6, 1.0, "", _DIFFUSION_RATE)
    diffusion_warm_up: int = setting(100, 0, 100_000, say("updates"), _DIFFUSION_WARM_UP)
    diffusion_decay: float = setting(0.01, 0.0, 1.0, "", _DIFFUSION_DECAY)
    diffusion_batch: int = setting(256, 32, 16_384, say("vectors"), _DIFFUSION_BATCH)
    average: float = setting(0.999, 0.0, 0.99999, "", _AVERAGE)
    learned_from: int = setting(20_000, 1000, 10_000_000, say("vectors"), _LEARNED_FROM)
    clusters: int = setting(32, 1, 1024, "", _CLUSTERS)


ROWS = (
    MethodInfo(
        "contrastdm",
        "ContrastDM",
        "IEEE GRSL 2025, doi 10.1109/LGRS.2025.3601152 (reconstructed from its abstract)",
        "hsigui.methods.contrastdm.training",
        (
            Preset(
                "quick",
                say("Quick (pixels)"),
                say(
                    "A contrastive stage on two pixels of one field at a time, then a diffusion model of its features: "
                    "about a minute on a laptop. The labels decide how strongly the features are refined."
                ),
                800,
                "steps",
                Quick,
            ),
            Preset(
                "paper",
                say("Paper (patches)"),
                say(
                    "The same two stages on 15 x 15 patches of all bands: 200 epochs of batches of 256, then 5000 "
                    "updates of the diffusion model. Meant for a GPU: on a CPU it takes days."
                ),
                200,
                "epochs",
                Paper,
            ),
        ),
        starts_from_a_run=True,
        networks={"refined": "hsigui.methods.contrastdm.refined:RefinedEncoder"},
        shared=True,
    ),
)
