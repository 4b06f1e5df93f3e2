"""Compares vae-infer with the official Python ONNX Runtime at its defaults, in turns.

    pip install onnxruntime numpy pillow
    python generate.py decoder.onnx [--command ../bin/vae-infer]

Bulk: images per second of `vae-infer --samples N --out x.npy`, by its own clock, beside
ort_generate.py, whose best batch size counts. Start: seconds from call to end of
`vae-infer --samples 64 --out x.png` beside ort_start.py. Medians over the rounds.
"""

import argparse
import json
import os
import re
import statistics
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
ENGINES = ["onnxruntime", "go"]


def run(*args):
    return subprocess.run(args, check=True, capture_output=True, text=True).stdout


def timed(*args):
    start = time.perf_counter()
    run(*args)
    return time.perf_counter() - start


def bulk(a, out):
    """Images a second of every program in each round."""
    rates = {}
    for _ in range(a.rounds):
        for engine in ENGINES:
            text = run(a.command, "--decoder", a.decoder, "--engine", engine, "--samples", str(a.samples), "--out", out + "/x.npy")
            rates.setdefault(engine, []).append(a.samples / float(re.search(r"in ([\d.]+) s$", text.strip())[1]))
        for line in run(sys.executable, HERE + "/ort_generate.py", a.decoder, "--samples", str(a.peer_samples)).splitlines():
            figures = json.loads(line)
            rates.setdefault(f"Python, batch {figures['batch']}", []).append(figures["images_per_second"])
    return rates


def starts(a, out):
    """Seconds from start to end of every program in each round."""
    seconds = {}
    for _ in range(a.starts):
        for engine in ENGINES:
            seconds.setdefault(engine, []).append(timed(a.command, "--decoder", a.decoder, "--engine", engine, "--samples", "64", "--out", out + "/x.png"))
        seconds.setdefault("Python", []).append(timed(sys.executable, HERE + "/ort_start.py", a.decoder, out + "/y.png"))
    return seconds


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("decoder")
    p.add_argument("--command", default=HERE + "/../bin/vae-infer")
    p.add_argument("--samples", type=int, default=20000, help="of vae-infer, a round")
    p.add_argument("--peer-samples", type=int, default=8192, help="of Python, a round and batch size")
    p.add_argument("--rounds", type=int, default=7)
    p.add_argument("--starts", type=int, default=15)
    a = p.parse_args()
    with tempfile.TemporaryDirectory() as out:
        rates = {name: statistics.median(v) for name, v in bulk(a, out).items()}
        seconds = {name: statistics.median(v) for name, v in starts(a, out).items()}
    best = max((name for name in rates if name.startswith("Python")), key=rates.get)
    for name, rate in rates.items():
        print(f"bulk   {name:18} {rate:8,.0f} images/s, {rate / rates[best]:.2f} times {best}")
    for name, s in seconds.items():
        print(f"start  {name:18} {s * 1000:8,.0f} ms, {s / seconds['Python']:.2f} of Python's")


if __name__ == "__main__":
    main()
