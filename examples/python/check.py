"""Runs the check values inside an ONNX file through ONNX Runtime.

    python check.py decoder.onnx [picture.png]

It prints the largest difference and exits with 1 if it is above the file's
tolerance. The picture shows the images of the last case of a decoder.
"""
import json
import platform
import sys

import numpy as np
import onnxruntime
from PIL import Image


def check_input(case, shape):
    """Returns an input that is described by a formula."""
    i = np.arange(np.prod(shape))
    x = case["offset"] + case["scale"] * (i * case["step"] % case["modulus"]) / case["modulus"]
    return x.astype(np.float32).reshape(shape)


def difference(y, want):
    """Compares 16 evenly spaced values of an output, and its mean, with the file's."""
    y = y.ravel().astype(np.float64)
    got = np.append(y[np.arange(16) * (y.size - 1) // 15], y.mean())
    want = np.append(want["values"], want["mean"])
    return np.abs(got - want).max() / max(1, np.abs(want).max())


def save_picture(images, path):
    """Writes images [N, C, H, W] in [0, 1] side by side."""
    row = np.concatenate(images, axis=2)  # [C, H, N*W]
    pixels = np.round(row * 255).astype(np.uint8).transpose(1, 2, 0)
    Image.fromarray(pixels.squeeze()).save(path)


def main():
    path = sys.argv[1]
    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    metadata = session.get_modelmeta().custom_metadata_map
    if "vae.check" not in metadata:
        sys.exit(f"{path}: no check values (vae.check) in it; export the model again")
    check = json.loads(metadata["vae.check"])

    names = [o.name for o in session.get_outputs()]
    widths = {i.name: i.shape[1:] for i in session.get_inputs()}  # all but the batch
    differences = []
    for case in check["cases"]:
        # One input stands in the case itself; of several there is a list.
        given = case.get("inputs") or [{**case, "name": case["input"]}]
        inputs = {i["name"]: check_input(i, [case["rows"], *widths[i["name"]]]) for i in given}
        outputs = dict(zip(names, session.run(names, inputs)))
        differences += [difference(outputs[want["name"]], want) for want in case["outputs"]]
    largest = np.max(differences)  # NaN stays NaN

    if len(sys.argv) > 2 and "image" in outputs:  # of a decoder
        save_picture(outputs["image"], sys.argv[2])
    print(f"Python {platform.python_version()}, onnxruntime {onnxruntime.__version__}: "
          f"largest difference {largest:.1e}, tolerance {check['tolerance']:.0e}")
    sys.exit(0 if largest <= check["tolerance"] else 1)


main()
