"""ELBO and importance-weighted log-likelihood of the exported files by Python's ONNX Runtime, to compare with
`vae-infer evaluate`. The noise is NumPy's, so that figures agree within the confidence interval of the draws, not bit for bit.

    python benchmarks/evaluate.py decoder.onnx encoder.onnx --data images.npy --draws 100 --images 1000
    python benchmarks/evaluate.py --elbo elbo.onnx --data images.npy
    python benchmarks/evaluate.py decoder.onnx encoder.onnx --elbo elbo.onnx --data images.npy

--data is a .npy file of images, [n, H, W], [n, H, W, C] or [n, C, H, W], bytes or floats in [0, 1], the folder of the MNIST files, or a
.npz file with x_test and y_test. --elbo gives ELBO and log-likelihood by the file that vae-export --graph elbo writes, which knows
the posterior of a hierarchical model. A conditional model needs classes: those of the data, or --labels FILE.npy.
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
        if source.endswith(".npz"):
            x = x["x_test"]
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


def labels_of(source, given, classes):
    """The input label [n, classes], None for a model that has none."""
    if not classes:
        return None
    if given:
        y = np.load(given)
    elif pathlib.Path(source).is_dir():
        y = mnist.labels(source, "test")
    elif source.endswith(".npz"):
        y = np.load(source)["y_test"]
    else:
        raise SystemExit(f"{source}: the model is conditional on {classes} classes; give them by --labels FILE.npy")
    return np.eye(classes, dtype=np.float32)[y.astype(int).ravel()]


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


class Pair:
    """Decoder and encoder, and with them the terms of the bound by the encoder's posterior."""

    def __init__(self, decoder, encoder):
        self.decoder, self.meta = decoder_of_logits(decoder)
        self.encoder = session(encoder)
        self.inputs = self.encoder.get_inputs()

    def encode(self, batch, label):
        mean, log_var = self.encoder.run(["mean", "log_var"], {"image": batch, **label})
        kl = (mean**2 + np.exp(log_var) - 1 - log_var).astype(np.float64) / 2
        image = 1 / (1 + np.exp(-self.decoder.run(["image"], {"z": mean, **label})[0]))
        return mean, log_var, kl, ((image - batch) ** 2).reshape(len(batch), -1).mean(1)

    def draw(self, batch, label, mean, log_var, random):
        """-log p(x|z) and log p(z) - log q(z|x) of one draw."""
        eps = random.standard_normal(mean.shape, np.float32)
        z = mean + np.exp(log_var / 2) * eps
        minus = nats(self.decoder.run(["image"], {"z": z, **label})[0], batch, self.meta)
        return minus, (eps.astype(np.float64) ** 2 + log_var - z.astype(np.float64) ** 2).sum(1) / 2


def evaluate(data, pair=None, elbo=None, labels=None, draws=100, images=1000, batch=128, seed=0):
    scorer = session(elbo) if elbo else None
    inputs = {i.name: i.shape[1:] for i in (scorer.get_inputs() if scorer else pair.inputs)}
    x = images_of(data, tuple(inputs["image"]))[: images or None]
    y = labels_of(data, labels, inputs.get("label", [0])[0])
    random = np.random.default_rng(seed)
    elbos, bounds, divergence, square, loss = [], [], [], [], []
    for first in range(0, len(x), batch):
        part = x[first : first + batch]
        label = {} if y is None else {"label": y[first : first + len(part)]}
        total, mean_weight, minus = np.full(len(part), -np.inf), 0, 0
        if pair:
            mean, log_var, kl, error = pair.encode(part, label)
            divergence.append(kl)
            square.append(error)
        for i in range(draws):
            if pair and (i == 0 or not scorer):
                negative, ratio = pair.draw(part, label, mean, log_var, random)
                minus = minus + negative / (1 if scorer else draws)
                weight = ratio - negative
            if scorer:
                eps = random.standard_normal((len(part), inputs["eps"][0]), np.float32)
                weight = scorer.run(["log_weight"], {"image": part, "eps": eps, **label})[0].astype(np.float64)
            total = np.logaddexp(total, weight)
            mean_weight = mean_weight + weight / draws
        bounds.append(total - np.log(draws))
        if pair:
            loss.append(minus)
        elbos.append(mean_weight if scorer else -minus - kl.sum(1))
    figures = {"images": len(x), "draws": draws, "elbo": estimate(np.concatenate(elbos))}
    if pair:
        kl = np.concatenate(divergence)
        figures |= {
            "kl": kl.sum(1).mean(),
            "kl_by_dimension": kl.mean(0).tolist(),
            "squared_error": float(np.concatenate(square).mean()),
        }
        groups = json.loads(pair.meta.get("vae.latent_groups", "[]"))
        if groups:
            figures["kl_by_group"] = [{"name": g["name"], "kl": kl[:, g["first"] :][:, : g["size"]].sum(1).mean()} for g in groups]
        if scorer:
            figures["elbo_along_means"] = -(np.concatenate(loss).mean() + kl.sum(1).mean())
    return figures | {"log_likelihood": estimate(np.concatenate(bounds))}


def main():
    p = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    p.add_argument("decoder", nargs="?")
    p.add_argument("encoder", nargs="?")
    p.add_argument("--elbo")
    p.add_argument("--data", required=True)
    p.add_argument("--labels")
    p.add_argument("--draws", type=int, default=100)
    p.add_argument("--images", type=int, default=1000, help="the first so many, 0 for all")
    p.add_argument("--batch", type=int, default=128)
    p.add_argument("--seed", type=int, default=0)
    a = p.parse_args()
    if not a.encoder and (a.decoder or not a.elbo):
        p.error("give decoder and encoder, or --elbo, or all three")
    pair = Pair(a.decoder, a.encoder) if a.encoder else None
    print(json.dumps(evaluate(a.data, pair, a.elbo, a.labels, a.draws, a.images, a.batch, a.seed), indent=2))


if __name__ == "__main__":
    main()
