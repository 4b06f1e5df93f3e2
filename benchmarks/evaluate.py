"""ELBO and importance-weighted log-likelihood of the exported files by Python's ONNX Runtime, to compare with
`vae-infer evaluate`. The noise is NumPy's, so that figures agree within the confidence interval of the draws, not bit for bit.

    python benchmarks/evaluate.py decoder.onnx encoder.onnx --data images.npy --draws 100 --images 1000

--data is a .npy file of images, [n, H, W], [n, H, W, C] or [n, C, H, W], bytes or floats in [0, 1], or the folder of the MNIST files.
"""
import argparse
import json
import pathlib

import numpy as np
import onnx
import onnxruntime as ort

import mnist

STILL = ("Reshape", "Transpose", "Flatten", "Squeeze", "Unsqueeze", "Identity")  # nodes that only move values


def decoder_of_logits(path):
    """Returns a session whose image is what goes into the decoder's last Sigmoid, and the file's metadata."""
    model = onnx.load(path)
    name = model.graph.output[0].name
    for node in reversed(model.graph.node):
        if name not in node.output:
            continue
        if node.op_type == "Sigmoid":
            node.op_type = "Identity"
            break
        if node.op_type not in STILL:
            raise SystemExit(f"{path}: its image is not the output of a Sigmoid")
        name = node.input[0]
    return session(model.SerializeToString()), {p.key: p.value for p in model.metadata_props}


def session(model):
    return ort.InferenceSession(model, providers=["CPUExecutionProvider"])


def images_of(source, shape):
    if pathlib.Path(source).is_dir():
        x = mnist.load(source, "test")
    else:
        x = np.load(source)
        if x.dtype == np.uint8:
            x = x / 255
    x = np.asarray(x, np.float32)
    if x.ndim == 3:
        x = x[:, None]
    elif x.shape[1:] != shape:
        x = x.transpose(0, 3, 1, 2)
    if x.shape[1:] != shape:
        raise SystemExit(f"{source}: images of {x.shape[1:]}, the model takes {shape}")
    return x


def log_sigmoid(v):
    return -np.logaddexp(0, -v)


def nats(logits, x, meta):
    """-log p(x|z), summed over the values of each image, in float64."""
    logits, x = logits.reshape(len(x), -1).astype(np.float64), x.reshape(len(x), -1).astype(np.float64)
    form = meta["vae.likelihood"]
    if form == "bernoulli":
        return (np.logaddexp(0, logits) - x * logits).sum(1)
    mean = 1 / (1 + np.exp(-logits))
    if form == "gaussian":
        sigma = float(meta["vae.sigma"])
        return ((x - mean) ** 2 / (2 * sigma**2) + np.log(2 * np.pi * sigma**2) / 2).sum(1)
    if form == "logistic":  # of a byte: the mass between the middles to its neighbours, all of the tail at 0 and 255
        scale = float(meta["vae.scale"])
        high, low = (x + 1 / 510 - mean) / scale, (x - 1 / 510 - mean) / scale
        inside = log_sigmoid(high) + log_sigmoid(-low) + np.log(-np.expm1(-(high - low)))
        return -np.where(x == 0, log_sigmoid(high), np.where(x == 1, log_sigmoid(-low), inside)).sum(1)
    raise SystemExit(f"the likelihood {form!r} is unknown")


def estimate(values):
    half = 1.959964 * values.std(ddof=1) / np.sqrt(len(values))
    return {"mean": values.mean(), "interval": [values.mean() - half, values.mean() + half]}


def main():
    p = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    p.add_argument("decoder")
    p.add_argument("encoder")
    p.add_argument("--data", required=True)
    p.add_argument("--draws", type=int, default=100)
    p.add_argument("--images", type=int, default=1000, help="the first so many, 0 for all")
    p.add_argument("--batch", type=int, default=128)
    p.add_argument("--seed", type=int, default=0)
    a = p.parse_args()
    decoder, meta = decoder_of_logits(a.decoder)
    encoder = session(a.encoder)
    x = images_of(a.data, tuple(encoder.get_inputs()[0].shape[1:]))[: a.images or None]
    random = np.random.default_rng(a.seed)
    elbo, bound, divergence, square = [], [], [], []
    for first in range(0, len(x), a.batch):
        batch = x[first : first + a.batch]
        mean, log_var = encoder.run(["mean", "log_var"], {"image": batch})
        kl = (mean**2 + np.exp(log_var) - 1 - log_var).astype(np.float64) / 2
        divergence.append(kl)
        image = 1 / (1 + np.exp(-decoder.run(["image"], {"z": mean})[0]))
        square.append(((image - batch) ** 2).reshape(len(batch), -1).mean(1))
        loss, total = np.zeros(len(batch)), np.full(len(batch), -np.inf)
        for _ in range(a.draws):
            eps = random.standard_normal(mean.shape, np.float32)
            z = mean + np.exp(log_var / 2) * eps
            minus = nats(decoder.run(["image"], {"z": z})[0], batch, meta)
            ratio = (eps.astype(np.float64) ** 2 + log_var - z.astype(np.float64) ** 2).sum(1) / 2
            loss += minus / a.draws
            total = np.logaddexp(total, ratio - minus)
        elbo.append(-loss - kl.sum(1))
        bound.append(total - np.log(a.draws))
    kl = np.concatenate(divergence)
    print(json.dumps({
        "images": len(x),
        "draws": a.draws,
        "elbo": estimate(np.concatenate(elbo)),
        "kl": kl.sum(1).mean(),
        "kl_by_dimension": kl.mean(0).tolist(),
        "log_likelihood": estimate(np.concatenate(bound)),
        "squared_error": float(np.concatenate(square).mean()),
    }, indent=2))


if __name__ == "__main__":
    main()
