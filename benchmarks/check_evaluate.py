"""Checks that Python's ONNX Runtime finds the figures of vae-infer evaluate: check_evaluate.py FOLDER_OF_COMMANDS

Trains a flat, a conditional and a hierarchical model on images that it draws, and compares what `vae-infer evaluate` and
evaluate.py find about the exported files: by encoder and decoder, and by the file of vae-export --graph elbo. What needs no noise
must be the same; estimates may differ by the noise of their draws.
"""
import json
import pathlib
import subprocess
import sys
import tempfile

import numpy as np

from evaluate import Pair, evaluate

DRAWS, IMAGES = 40, 200
MODELS = {
    "flat": ["--arch", "mlp", "--hidden", "32", "--latent", "4"],
    "conditional": ["--arch", "mlp", "--hidden", "32", "--latent", "3", "--conditional", "--likelihood", "logistic"],
    "hierarchical": ["--arch", "ladder", "--width", "8", "--groups", "2,1"],
}
bin = pathlib.Path(sys.argv[1]).resolve()


def run(name, *arguments):
    subprocess.run([bin / name, "--quiet", *map(str, arguments)], check=True, stdout=subprocess.DEVNULL)


def write_data(path):
    """Images [n, 16, 16] of a bright spot each, whose class is its width."""
    rng = np.random.default_rng(1)
    n = 1000
    y = np.arange(n) % 3
    center = rng.uniform(4, 12, (2, n, 1, 1))
    place = np.mgrid[:16, :16][:, None]
    x = np.exp(-((place - center) ** 2).sum(0) / (1.5 + y[:, None, None]) ** 2)
    x = np.round(255 * x).astype(np.uint8)
    np.savez(path, x_train=x[IMAGES:], y_train=y[IMAGES:], x_test=x[:IMAGES], y_test=y[:IMAGES])


def near(what, got, want, limit):
    print(f"{what}: {got:.4f} in Python, {want:.4f} by vae-infer")
    if not abs(got - want) <= limit:
        sys.exit(f"{what}: differs by {abs(got - want):.3g}, more than {limit:.3g}")


with tempfile.TemporaryDirectory() as folder:
    folder = pathlib.Path(folder)
    data = str(folder / "data.npz")
    write_data(data)
    for name, settings in MODELS.items():
        model = folder / name
        run("vae-train", "--data", data, "--epochs", 20, "--batch", 50, "--threads", 2, "--seed", 1, *settings, "--out", model)
        run("vae-export", "--model", model, "--out", model / "decoder.onnx")
        run("vae-export", "--model", model, "--graph", "elbo", "--out", model / "elbo.onnx")
        pair = Pair(str(model / "decoder.onnx"), str(model / "encoder.onnx"))
        for elbo in (None, str(model / "elbo.onnx")):
            report = model / "report.json"
            run("vae-infer", "evaluate", "--decoder", model / "decoder.onnx", "--data", data, "--draws", DRAWS, "--images", 0, "--codes", 0,
                "--elbo", elbo or "none", "--out", report)
            want = json.loads(report.read_text())
            got = evaluate(data, pair, elbo, draws=DRAWS, images=0)
            what = f"{name}, {'elbo file' if elbo else 'encoder and decoder'}, "
            near(what + "kl", got["kl"], want["kl"], 1e-4 * max(1, want["kl"]))
            near(what + "squared error", got["squared_error"], want["squared_error"], 1e-5)
            for g, w in zip(got.get("kl_by_group", []), want.get("kl_by_group", []), strict=True):
                near(what + "kl of " + w["name"], g["kl"], w["kl"], 1e-4 * max(1, w["kl"]))
            # The noise of a mean over so many draws, of which one has some nats, and far more than that of the sums of float32.
            near(what + "elbo", got["elbo"]["mean"], want["elbo"]["mean"], 0.25)
            near(what + "log-likelihood", got["log_likelihood"]["mean"], want["log_likelihood"]["mean"], 0.25)
            if elbo:
                alone = evaluate(data, None, elbo, draws=DRAWS, images=0)
                near(what + "elbo of the file alone", alone["elbo"]["mean"], want["elbo"]["mean"], 0.25)
