"""Checks that Python and vae-train read each other's weights: check_safetensors.py VAE_TRAIN

Python writes the weights of the reference network, by the names and shapes of docs/architecture.md; vae-train starts from them and
takes one step of almost no length; Python reads the model and must find the same weights.
"""
import pathlib
import subprocess
import sys
import tempfile

import numpy as np
from safetensors.numpy import load_file, save_file

LATENT = 2
SHAPES = {
    "encoder/conv_0": [32, 1, 3, 3], "encoder/conv_1": [64, 32, 3, 3], "encoder/dense_0": [256, 3136],
    "encoder/mean": [LATENT, 256], "encoder/log_var": [LATENT, 256], "decoder/dense_0": [3136, LATENT],
    "decoder/conv_transpose_0": [64, 64, 3, 3], "decoder/conv_transpose_1": [64, 32, 3, 3], "decoder/conv_transpose_2": [32, 1, 3, 3],
}
rng = np.random.default_rng(1)
weights = {}
for layer, shape in SHAPES.items():
    outputs = shape[1 if "transpose" in layer else 0]
    weights[layer + "/weight"] = rng.uniform(-0.05, 0.05, shape).astype(np.float32)
    weights[layer + "/bias"] = rng.uniform(-0.05, 0.05, outputs).astype(np.float32)


def train(folder, tensors):
    save_file(tensors, folder / "weights.safetensors", metadata={"format": "np"})
    return subprocess.run(
        [sys.argv[1], "--quiet", "--init", folder / "weights.safetensors", "--out", folder / "model", "--limit", "64", "--epochs", "1", "--lr", "1e-30"],
        stderr=subprocess.PIPE, text=True)


def refused(what, tensors, message):
    with tempfile.TemporaryDirectory() as folder:
        result = train(pathlib.Path(folder), tensors)
        if result.returncode != 1 or message not in result.stderr:
            sys.exit(f"{what}: exit code {result.returncode} and {result.stderr!r}, want 1 and {message!r}")


with tempfile.TemporaryDirectory() as folder:
    folder = pathlib.Path(folder)
    result = train(folder, weights)
    if result.returncode != 0:
        sys.exit(result.stderr)
    got = load_file(folder / "model" / "model.safetensors")
if got.keys() != weights.keys():
    sys.exit(f"other names: {sorted(got.keys() ^ weights.keys())}")
for name, want in weights.items():
    if got[name].dtype != want.dtype or not np.array_equal(got[name], want):
        sys.exit(f"{name}: {got[name].dtype} {got[name].shape} differs from what was written")

refused("one missing", {k: v for k, v in weights.items() if k != "encoder/mean/bias"}, '"encoder/mean/bias" is missing')
refused("one more", weights | {"encoder/extra": np.zeros(1, np.float32)}, '"encoder/extra" is none of this model')
refused("transposed", weights | {"encoder/dense_0/weight": weights["encoder/dense_0/weight"].T.copy()}, "has shape [3136 256], want [256 3136]")
refused("float64", weights | {"encoder/mean/bias": np.zeros(LATENT)}, "only F32 can be read")
print(f"{len(weights)} tensors went from Python through vae-train and back unchanged; 4 that do not fit were refused")
