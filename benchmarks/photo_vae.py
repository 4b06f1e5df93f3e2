"""Convolutional VAEs in PyTorch, trained on a folder of pictures for so many processor seconds.

python photo_vae.py FOLDER --seconds 100 [--size 64] [--latent 64] [--threads 2] [--network four|conv|residual] [--variant eager|channels_last|compile] [--likelihood bernoulli|gaussian]

Every tenth picture (in the order of the names) is held out. The network is an ordinary one of four stages, or govae's `conv` or
`residual`. --seconds 0 with --epochs 1 measures speed alone.
Prints a JSON line an epoch and one at the end: test ELBO in nats per picture (one draw each), MSE of the mean reconstruction,
processor seconds, images per second. With --out it writes test pictures, their reconstructions and samples.
"""
import argparse
import json
import pathlib
import resource
import time

import numpy as np
import torch
import torch.nn.functional as F
from PIL import Image, ImageOps
from torch import nn

p = argparse.ArgumentParser()
p.add_argument("folder")
p.add_argument("--seconds", type=float, default=100)
p.add_argument("--epochs", type=int, default=10**9)
p.add_argument("--size", type=int, default=64)
p.add_argument("--gray", action="store_true")
p.add_argument("--latent", type=int, default=64)
p.add_argument("--batch", type=int, default=64)
p.add_argument("--lr", type=float, default=1e-3)
p.add_argument("--limit", type=int, default=0)
p.add_argument("--threads", type=int, default=2)
p.add_argument("--seed", type=int, default=0)
p.add_argument("--network", choices=["four", "conv", "residual"], default="four")
p.add_argument("--variant", choices=["eager", "channels_last", "compile"], default="eager")
p.add_argument("--likelihood", choices=["bernoulli", "gaussian"], default="bernoulli")
p.add_argument("--autocast", action="store_true", help="train in bfloat16 where PyTorch thinks fit")
p.add_argument("--out")
a = p.parse_args()
torch.manual_seed(a.seed)
torch.set_num_threads(a.threads)

files = sorted(f for f in pathlib.Path(a.folder).rglob("*") if f.suffix.lower() in {".png", ".jpg", ".jpeg", ".gif", ".bmp", ".webp", ".tif"})
mode = "L" if a.gray else "RGB"
pictures = [np.asarray(ImageOps.fit(ImageOps.exif_transpose(Image.open(f)).convert(mode), (a.size, a.size))) for f in files]
x = torch.from_numpy(np.stack(pictures).reshape(len(files), a.size, a.size, -1)).permute(0, 3, 1, 2).contiguous()
held = torch.arange(len(x)) % 10 == 9
train, test = x[~held], x[held]
if a.limit:
    train = train[torch.randperm(len(train))[: a.limit]]
channels, quarter = x.shape[1], a.size // 4


class FourStages(nn.Module):
    """Convolutions 4x4 of stride 2 with 32, 64, 128, 256 channels, batch normalisation, and the mirror image."""

    def __init__(self):
        super().__init__()
        self.side = a.size // 16
        widths = [channels, 32, 64, 128, 256]
        down, up = [], []
        for i, o in zip(widths, widths[1:]):
            down += [nn.Conv2d(i, o, 4, 2, 1), nn.BatchNorm2d(o), nn.LeakyReLU(0.1)]
        for i, o in list(zip(widths[1:], widths))[::-1]:
            up += [nn.ConvTranspose2d(i, o, 4, 2, 1), nn.BatchNorm2d(o), nn.LeakyReLU(0.1)]
        self.down = nn.Sequential(*down, nn.Flatten())
        self.heads = nn.Linear(256 * self.side**2, 2 * a.latent)
        self.start = nn.Linear(a.latent, 256 * self.side**2)
        self.up = nn.Sequential(*up[:-2])

    def encode(self, x):
        return self.heads(self.down(x)).chunk(2, 1)

    def decode(self, z):
        return self.up(self.start(z).view(-1, 256, self.side, self.side))


class Reference(nn.Module):
    """The network of `--arch conv`."""

    def __init__(self):
        super().__init__()
        n = 64 * quarter**2
        self.down = nn.Sequential(nn.Conv2d(channels, 32, 3, 2, 1), nn.ReLU(), nn.Conv2d(32, 64, 3, 2, 1), nn.ReLU(), nn.Flatten(), nn.Linear(n, 256), nn.ReLU())
        self.heads = nn.Linear(256, 2 * a.latent)
        self.start = nn.Sequential(nn.Linear(a.latent, n), nn.ReLU())
        self.up = nn.Sequential(nn.ConvTranspose2d(64, 64, 3, 2, 1, 1), nn.ReLU(), nn.ConvTranspose2d(64, 32, 3, 2, 1, 1), nn.ReLU(), nn.ConvTranspose2d(32, channels, 3, 1, 1))

    def encode(self, x):
        return self.heads(self.down(x)).chunk(2, 1)

    def decode(self, z):
        return self.up(self.start(z).view(-1, 64, quarter, quarter))


class Block(nn.Module):
    """x plus a bottleneck, which starts at zero."""

    def __init__(self, c):
        super().__init__()
        self.reduce, self.conv, self.expand = nn.Conv2d(c, c // 2, 1), nn.Conv2d(c // 2, c // 2, 3, 1, 1), nn.Conv2d(c // 2, c, 1)
        nn.init.zeros_(self.expand.weight)
        nn.init.zeros_(self.expand.bias)

    def forward(self, x):
        return x + self.expand(F.silu(self.conv(F.silu(self.reduce(x)))))


class Residual(nn.Module):
    """The network of `--arch residual` with its initial weights."""

    def __init__(self):
        super().__init__()
        widths = [channels]
        self.side = a.size
        while len(widths) == 1 or ((self.side + 1) // 2) ** 2 >= 16:
            widths.append(min(32 * 2 ** (len(widths) - 1), 256))
            self.side = (self.side + 1) // 2
        down, up = [], []
        for stage, (i, o) in enumerate(zip(widths, widths[1:])):
            conv, transposed = nn.Conv2d(i, o, 3, 2, 1), nn.ConvTranspose2d(o, i, 4, 2, 1)
            nn.init.uniform_(conv.weight, -((6 / (i * 9)) ** 0.5), (6 / (i * 9)) ** 0.5)
            bound = ((3 if stage == 0 else 6) / (o * 4)) ** 0.5
            nn.init.uniform_(transposed.weight, -bound, bound)
            down += [conv, nn.SiLU()] + [Block(o)] * (stage > 0)
            up = [Block(o)] * (stage > 0) + [transposed] + [nn.SiLU()] * (stage > 0) + up
        self.top = widths[-1]
        n = self.top * self.side**2
        self.down, self.heads, self.start, self.up = nn.Sequential(*down, nn.Flatten()), nn.Linear(n, 2 * a.latent), nn.Linear(a.latent, n), nn.Sequential(*up)

    def encode(self, x):
        return self.heads(self.down(x)).chunk(2, 1)

    def decode(self, z):
        return self.up(self.start(z).view(-1, self.top, self.side, self.side))


layout = torch.channels_last if a.variant == "channels_last" else torch.contiguous_format
model = {"four": FourStages, "conv": Reference, "residual": Residual}[a.network]().to(memory_format=layout)
log_sigma = nn.Parameter(torch.tensor(np.log(0.1), dtype=torch.float32)) if a.likelihood == "gaussian" else None
optimiser = torch.optim.Adam(list(model.parameters()) + ([log_sigma] if log_sigma is not None else []), a.lr)


def terms(x):
    mean, log_var = model.encode(x)
    logits = model.decode(mean + torch.randn_like(mean) * (log_var / 2).exp())
    if log_sigma is None:
        rec = F.binary_cross_entropy_with_logits(logits, x, reduction="sum")
    else:
        rec = ((x - logits.sigmoid()) ** 2).sum() / (2 * (2 * log_sigma).exp()) + x.numel() * (log_sigma + 0.5 * np.log(2 * np.pi))
    return (rec + 0.5 * (mean**2 + log_var.exp() - 1 - log_var).sum()) / len(x)


loss = torch.compile(terms) if a.variant == "compile" else terms
cpu, wall, seen, epoch = time.process_time(), time.time(), 0, 0
while epoch < a.epochs and (a.seconds == 0 or time.process_time() - cpu < a.seconds):
    model.train()
    order, total = torch.randperm(len(train)), 0.0
    steps = range(0, len(train) - a.batch + 1, a.batch)
    started = time.time()
    for lo in steps:
        with torch.autocast("cpu", torch.bfloat16, enabled=a.autocast):
            value = loss((train[order[lo : lo + a.batch]].float() / 255).contiguous(memory_format=layout))
        optimiser.zero_grad()
        value.backward()
        optimiser.step()
        total += value.item()
        seen += a.batch
    epoch += 1
    print(json.dumps({"epoch": epoch, "train_elbo": -total / len(steps), "images_per_second": len(steps) * a.batch / (time.time() - started), "cpu_seconds": time.process_time() - cpu}), flush=True)
cpu = time.process_time() - cpu
model.eval()
with torch.no_grad():
    value = sum(terms(test[lo : lo + 256].float() / 255).item() * len(test[lo : lo + 256]) for lo in range(0, len(test), 256)) / len(test)
    mean = torch.cat([model.encode(test[lo : lo + 256].float() / 255)[0] for lo in range(0, len(test), 256)])
    image = torch.cat([model.decode(mean[lo : lo + 256]).sigmoid() for lo in range(0, len(test), 256)])
    print(json.dumps({"test_elbo": -value, "mse": ((image - test.float() / 255) ** 2).mean().item(), "cpu_seconds": cpu, "images_per_second": seen / (time.time() - wall), "parameters": sum(q.numel() for q in model.parameters()), "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024}))
    if a.out:
        show = torch.linspace(0, len(test) - 1, 10).long()
        rows = torch.cat([test[show].float() / 255, image[show], model.decode(torch.randn(20, a.latent)).sigmoid()])
        grid = rows.view(4, 10, channels, a.size, a.size).permute(0, 3, 1, 4, 2).reshape(4 * a.size, 10 * a.size, channels)
        grid = (grid.numpy() * 255).round().astype("uint8")
        Image.fromarray(grid[..., 0] if channels == 1 else grid).save(a.out)
