"""Agreement with the published code's own numbers."""

from __future__ import annotations

import json

import numpy as np
import torch

from hsigui.methods.purified import loss as purified_loss
from hsigui.methods.purified.loss import Objective
from hsigui.methods.ssvit import SSViT
from tests.methods.golden import fill

# Our names for the parameters that the golden files name; `blocks.N.` stands before those of a block.
NAMES = {
    "position": "pos_embed",
    "embedding.spectral.0.": "patch_embed.base_con3d_1.",
    "embedding.spectral.1.": "patch_embed.base_con3d_2.",
    "embedding.spectral.2.": "patch_embed.base_con3d_3.",
    "embedding.stem3.": "patch_embed.con_2d_1.",
    "embedding.stem5.": "patch_embed.con_2d_2.",
    "embedding.project.": "patch_embed.pro_j.",
    "embedding.norm.": "patch_embed.norm.",
    "norm.": "norm.",
}
BLOCK_NAMES = {
    "norm1.": "attn.norm.",
    "norm2.": "mlp.norm.",
    "attention.q.": "attn.fn.to_q.0.",
    "attention.k.": "attn.fn.to_k.0.",
    "attention.v.": "attn.fn.to_v.",
    "attention.project.": "attn.fn.proj.",
    "attention.channel_q.": "attn.fn.spe_to_q.0.",
    "attention.channel_k.": "attn.fn.spe_to_k.0.",
    "attention.channel_v.": "attn.fn.spe_to_v.",
    "mlp.": "mlp.fn.net.",
}


def _theirs(name: str) -> str:
    if name.startswith("blocks."):
        _, number, rest = name.split(".", 2)
        return f"blocks.{number}.{_renamed(rest, BLOCK_NAMES)}"
    return _renamed(name, NAMES)


def _renamed(name: str, names: dict[str, str]) -> str:
    ours = next(prefix for prefix in names if name.startswith(prefix))
    return names[ours] + name.removeprefix(ours)


def test_golden_loss_gives_the_published_weights_and_all_three_forms(golden_pcl_loss):
    given = {name: torch.from_numpy(np.array(array)) for name, array in np.load(golden_pcl_loss).items()}
    u = given["segments"][given["rows"], given["cols"]]
    similarity = purified_loss.superpixel_similarity(given["superpixel_features"].numpy())
    w = purified_loss.pair_weights(similarity, u, Objective())
    assert torch.allclose(w, given["weights"], rtol=1e-4, atol=0)
    for weights, name in (("none", "plain"), ("all", "purified_all"), ("negatives", "purified_negatives_only")):
        loss = purified_loss.purified_nt_xent(given["out1"], given["out2"], w, Objective(weights=weights))
        assert torch.allclose(loss, given[f"loss_{name}"], rtol=1e-4, atol=0), name


def test_golden_ssvit_gives_the_published_features(golden_ssvit):
    listed = json.loads((golden_ssvit.parent / "pcl_ssvit_parameters.json").read_text(encoding="utf-8"))
    given = np.load(golden_ssvit)
    network = SSViT(given["x"].shape[1])
    assert fill(network, listed, _theirs) == set(listed)
    with torch.no_grad():
        y = network.eval()(torch.from_numpy(given["x"])).numpy()
    assert np.abs(y - given["y"]).max() <= 1e-3 * np.abs(given["y"]).max()
