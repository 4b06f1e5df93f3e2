"""Compares the matrix product of internal/kernel with OpenBLAS, one thread each, in turns.

    apt-get install libopenblas0-pthread
    python3 benchmarks/openblas.py [CORE]

For the four largest products of the reference network's layers, forward and both
of their gradients, it prints the best GFLOP/s of some rounds and their ratio.
OpenBLAS runs its AVX-512 code (SkylakeX) unless CORE names another.
"""

import array
import ctypes
import os
import re
import subprocess
import sys
import time

SHAPES = [(6272, 64, 288), (128, 256, 3136), (6272, 576, 64), (25088, 288, 64)]
ROUNDS = 5  # of each pair
TURNS = 10  # measurements in a round
CALLS = 5  # averaged in a measurement, after one more
ROW_MAJOR, PLAIN, TRANSPOSED = 101, 111, 112


def products():
    """Yields name, m, n, k and the transpositions, as BenchmarkSgemm of the kernel has them."""
    for m, n, k in SHAPES:
        yield f"{m}x{n}x{k}/forward", m, n, k, PLAIN, PLAIN
        yield f"{m}x{n}x{k}/input", m, k, n, PLAIN, TRANSPOSED
        yield f"{m}x{n}x{k}/weights", k, n, m, TRANSPOSED, PLAIN


def load():
    for name in [name for name in os.environ if name.startswith("OPENBLAS_")]:
        del os.environ[name]  # whatever else was set for this machine
    os.environ["OPENBLAS_CORETYPE"] = sys.argv[1] if len(sys.argv) > 1 else "SkylakeX"
    os.environ["OPENBLAS_NUM_THREADS"] = "1"
    lib = ctypes.CDLL("libopenblas.so.0")
    lib.openblas_get_corename.restype = ctypes.c_char_p
    return lib


def openblas(lib, m, n, k, ta, tb):
    """Returns the best GFLOP/s of C = op(A) op(B) in a round."""
    def matrix(size):
        x = array.array("f", (i % 7 - 3.0 for i in range(size)))
        return x, ctypes.c_void_p(x.buffer_info()[0])
    (a, pa), (b, pb), (c, pc) = matrix(m * k), matrix(k * n), matrix(m * n)
    lda, ldb = (k if ta == PLAIN else m), (n if tb == PLAIN else k)
    one, zero = ctypes.c_float(1), ctypes.c_float(0)

    def multiply():
        lib.cblas_sgemm(ROW_MAJOR, ta, tb, m, n, k, one, pa, lda, pb, ldb, zero, pc, n)

    best = float("inf")
    for _ in range(TURNS):
        multiply()
        start = time.perf_counter()
        for _ in range(CALLS):
            multiply()
        best = min(best, (time.perf_counter() - start) / CALLS)
    return 2e-9 * m * n * k / best


def ours(binary, name):
    """Returns the best GFLOP/s of the Go benchmark in a round."""
    pattern = "/".join(f"^{part}$" for part in ["BenchmarkSgemm", *name.split("/")])
    out = subprocess.run([binary, "-test.run", "^$", "-test.bench", pattern,
                          "-test.benchtime", f"{CALLS}x", "-test.count", str(TURNS)],
                         check=True, capture_output=True, text=True).stdout
    return max(float(rate) for rate in re.findall(r"([\d.]+) GFLOP/s", out))


def main():
    lib = load()
    root = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    binary = os.path.join(root, "bin", "kernel.test")
    subprocess.run(["go", "test", "-c", "-o", binary, "./internal/kernel"], cwd=root, check=True)
    best = {}
    for _ in range(ROUNDS):
        for name, *shape in products():
            rates = ours(binary, name), openblas(lib, *shape)
            best[name] = [max(pair) for pair in zip(rates, best.get(name, rates))]
    print("OpenBLAS runs its code for", lib.openblas_get_corename().decode())
    print(f"{'m x n x k / product':26} {'ours':>7} {'OpenBLAS':>9} {'ratio':>6}   GFLOP/s, best of {ROUNDS} rounds")
    for name, (mine, theirs) in best.items():
        print(f"{name:26} {mine:7.1f} {theirs:9.1f} {mine / theirs:6.2f}")


if __name__ == "__main__":
    main()
