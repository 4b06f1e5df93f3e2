"""How like MNIST's test images samples are: arrays of them as vae-infer --out x.npy writes, each beside the test images.

    python samples.py --data MNIST_FOLDER prior.npy mixture.npy

Prints the Frechet distance of Gaussians in the first 50 principal components of the training images' pixels, and mean squared
distances: of a sample from its nearest training image (how real it looks) and of a test image from its nearest sample (how
much of the data the samples cover).
"""
import argparse

import numpy as np

from mnist import load

p = argparse.ArgumentParser()
p.add_argument("--data", required=True)
p.add_argument("--components", type=int, default=50)
p.add_argument("samples", nargs="+", help=".npy files [n, C, H, W]")
a = p.parse_args()

train, test = (load(a.data, split).reshape(-1, 784).astype(np.float32) for split in ("train", "test"))
mean = train.mean(0)
_, vectors = np.linalg.eigh(np.cov(train - mean, rowvar=False))
axes = vectors[:, : -a.components - 1 : -1].astype(np.float32)


def gaussian(x):
    z = (x - mean) @ axes
    return z.mean(0).astype(np.float64), np.cov(z, rowvar=False).astype(np.float64)


def root(m):
    values, vectors = np.linalg.eigh(m)
    return (vectors * np.sqrt(np.maximum(values, 0))) @ vectors.T


def frechet(x, y):
    (m1, c1), (m2, c2) = gaussian(x), gaussian(y)
    r = root(c1)
    return ((m1 - m2) ** 2).sum() + np.trace(c1 + c2 - 2 * root(r @ c2 @ r))


def nearest(x, y):
    """The mean squared distance of a row of x from its nearest row of y."""
    squares = (y * y).sum(1)
    return np.mean([((r * r).sum(1) + (squares - 2 * r @ y.T).min(1)).mean() for r in np.array_split(x, max(1, len(x) // 500))])


print("| samples | Frechet distance | sample to training image | test image to sample |\n|---|---|---|---|")
for name, x in [("the training images", train[:10000])] + [(f, np.load(f).reshape(-1, 784)) for f in a.samples]:
    real = nearest(x, train[10000:] if name == "the training images" else train)
    print(f"| {name} | {frechet(x, test):.2f} | {real:.1f} | {nearest(test, x):.1f} |", flush=True)
