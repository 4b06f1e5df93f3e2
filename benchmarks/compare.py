"""Times epochs of the reference network in turns: ours, then each peer, round after round, so that a drift of the machine hits all alike.

    python compare.py --data MNIST_FOLDER --train ../bin/vae-train --rounds 3
"""
import argparse
import json
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile

here = pathlib.Path(__file__).parent
p = argparse.ArgumentParser()
p.add_argument("--data", required=True)
p.add_argument("--train", default=str(here.parent / "bin" / "vae-train"))
p.add_argument("--rounds", type=int, default=3)
p.add_argument("--epochs", type=int, default=2, help="epochs a turn; the last is counted, so that compilation is not")
p.add_argument("--limit", type=int, default=60000)
p.add_argument("--peers", default="eager,compile,tensorflow", help="of eager, channels_last, compile, tensorflow, jax; ours+bf16, eager+bf16, ... multiply in bfloat16")
a = p.parse_args()


def ours(bf16=False):
    with tempfile.TemporaryDirectory() as out:
        subprocess.run(
            [a.train, "--quiet", "--data", a.data, "--limit", str(a.limit), "--epochs", str(a.epochs), "--out", f"{out}/m"] + ["--compute", "bf16"] * bf16, check=True
        )
        last = json.loads((pathlib.Path(out) / "m" / "metrics.jsonl").read_text().splitlines()[-1])
    return last["images_per_second"], -last["train"]["elbo"]


def peer(name):
    name, _, bf16 = name.partition("+")
    if name == "ours":
        return ours(bool(bf16))
    keras = name in ("tensorflow", "jax")
    command = [sys.executable, here / ("keras_vae.py" if keras else "torch_vae.py"), "--data", a.data]
    command += ["--limit", str(a.limit), "--epochs", str(a.epochs)] + ([] if keras else ["--variant", name] + ["--autocast"] * bool(bf16))
    env = dict(os.environ, KERAS_BACKEND=name) if keras else os.environ
    lines = subprocess.run(command, check=True, env=env, stdout=subprocess.PIPE, text=True).stdout.splitlines()
    last = [json.loads(line) for line in lines if '"epoch"' in line][-1]
    return last["images_per_second"], last["loss"]


turns = {"ours": ours} | {name: (lambda name=name: peer(name)) for name in a.peers.split(",") if name}
rates, losses = {name: [] for name in turns}, {}
for _ in range(a.rounds):
    for name, turn in turns.items():
        rate, losses[name] = turn()
        rates[name].append(rate)
        print(json.dumps({"name": name, "images_per_second": round(rate), "train_loss": round(losses[name], 2)}), flush=True)

best = statistics.median(rates["ours"])
print("| program | images/s (median) | ours is faster by | train loss |\n|---|---|---|---|")
for name in turns:
    median = statistics.median(rates[name])
    print(f"| {name} | {median:,.0f} | {best / median:.2f} | {losses[name]:.1f} |")
