"""Decoders and encoders in the many forms that other programs give them, with what each means.

    write(FOLDER) writes NAME.onnx, what it was run on and what a file of the contract gives for that
    (NAME.in.npy, NAME.out.npy, both as the contract has them, by Python's ONNX Runtime), and
    foreign.json, which tells the answers that each needs.
"""
import json
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import torch
from torch import nn
from torch.nn import functional as F


class Flat(nn.Module):
    """Maps z through layers and ends as asked for."""

    def __init__(self, end, latent=8, act=F.relu, norm=None, up="transpose", channels=1):
        super().__init__()
        self.end, self.act, self.up_by = end, act, up
        self.fc = nn.Linear(latent, 16 * 4 * 4)
        self.norm = norm(16) if norm else nn.Identity()
        if up == "transpose":
            self.mid = nn.ConvTranspose2d(16, 8, 4, 2, 1)
        elif up == "shuffle":
            self.mid = nn.Conv2d(16, 32, 3, padding=1)
        else:
            self.mid = nn.Conv2d(16, 8, 3, padding=1)
        self.last = nn.Conv2d(8, channels, 3, padding=1)

    def features(self, z):
        h = self.act(self.norm(self.fc(z).view(-1, 16, 4, 4)))
        if self.up_by == "shuffle":
            h = F.pixel_shuffle(self.mid(h), 2)
        else:
            if self.up_by != "transpose":
                h = F.interpolate(h, scale_factor=2.0, mode=self.up_by, **({"align_corners": False} if self.up_by in ("bilinear", "bicubic") else {}))
            h = self.mid(h)
        return self.last(self.act(h))

    def forward(self, z):
        return self.end(self.features(z))


class Attention(nn.Module):
    """An attention block on the feature map, as latent diffusion's decoder has it."""

    def __init__(self, c):
        super().__init__()
        self.norm, self.qkv, self.out = nn.GroupNorm(4, c), nn.Conv2d(c, 3 * c, 1), nn.Conv2d(c, c, 1)

    def forward(self, x):
        n, c, h, w = x.shape
        q, k, v = self.qkv(self.norm(x)).reshape(n, 3, c, h * w).unbind(1)
        a = torch.softmax(q.transpose(1, 2) @ k / c**0.5, dim=-1)
        return x + self.out((v @ a.transpose(1, 2)).reshape(n, c, h, w))


class LatentDecoder(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv, self.attention = nn.Conv2d(4, 16, 3, padding=1), Attention(16)
        self.norm, self.out = nn.GroupNorm(4, 16), nn.Conv2d(16, 3, 3, padding=1)

    def forward(self, z):
        h = self.attention(self.conv(z))
        h = F.interpolate(h, scale_factor=2.0, mode="nearest")
        return self.out(F.silu(self.norm(h)))


class LatentEncoder(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv, self.norm, self.out = nn.Conv2d(3, 16, 3, 2, 1), nn.GroupNorm(4, 16), nn.Conv2d(16, 8, 3, padding=1)

    def forward(self, x):
        return self.out(F.silu(self.norm(self.conv(x))))


class DCGAN(nn.Module):
    def __init__(self, channels=1):
        super().__init__()
        self.net = nn.Sequential(
            nn.ConvTranspose2d(8, 32, 4, 1, 0), nn.BatchNorm2d(32), nn.ReLU(),
            nn.ConvTranspose2d(32, 16, 4, 2, 1), nn.BatchNorm2d(16), nn.ReLU(),
            nn.ConvTranspose2d(16, channels, 4, 2, 1), nn.Tanh())

    def forward(self, z):
        return self.net(z)


class Conditional(nn.Module):
    def __init__(self, embed):
        super().__init__()
        self.table = nn.Embedding(5, 4) if embed else None
        self.net = Flat(torch.sigmoid, latent=8 + (4 if embed else 5))

    def forward(self, z, label):
        return self.net(torch.cat([z, self.table(label) if self.table else label], 1))


class Encoder(nn.Module):
    """Begins and ends as asked for, with the features of an image of 8x8."""

    def __init__(self, end, latent=4, channels=1, flat=False, prepare=lambda x: x):
        super().__init__()
        self.end, self.flat, self.channels, self.prepare = end, flat, channels, prepare
        self.conv, self.a, self.b = nn.Conv2d(channels, 8, 3, 2, 1), nn.Linear(128, latent), nn.Linear(128, latent)

    def forward(self, x):
        if self.flat:
            x = x.view(-1, self.channels, 8, 8)
        h = F.relu(self.conv(self.prepare(x))).flatten(1)
        return self.end(self.a(h), self.b(h))


def unit(y):
    return y


def signed(y):
    return (y + 1) / 2


def sigmoid(y):
    return 1 / (1 + np.exp(-y))


def last(y):
    return np.transpose(y, (0, 3, 1, 2))


def write(folder):
    torch.manual_seed(0)
    rng = np.random.default_rng(0)
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    manifest = []

    def export(name, model, args, opset, dynamo, names, outputs, dynamic=True):
        model.eval()
        path = str(folder / f"{name}.onnx")
        more = {}
        if dynamic and dynamo:
            more["dynamic_shapes"] = tuple({0: torch.export.Dim("batch")} for _ in args)
        elif dynamic:
            more["dynamic_axes"] = {n: {0: "batch"} for n in [*names, *outputs]}
        torch.onnx.export(model, args, path, input_names=names, output_names=outputs, opset_version=opset, dynamo=dynamo, verbose=False, **more)

    def expect(name, role, x, feeds, to_contract, answers, batch=None):
        """Runs the file on feeds and keeps what the contract makes of it."""
        session = onnxruntime.InferenceSession(str(folder / f"{name}.onnx"))
        given = [i.name for i in session.get_inputs()]
        if batch:
            parts = [session.run(None, dict(zip(given, [f[i:i + batch] for f in feeds]))) for i in range(0, len(feeds[0]), batch)]
            outs = [np.concatenate([p[k] for p in parts]) for k in range(len(parts[0]))]
        else:
            outs = session.run(None, dict(zip(given, feeds)))
        results = to_contract(*outs)
        results = results if isinstance(results, tuple) else (results,)
        np.save(folder / f"{name}.in.npy", x.astype(np.float32))
        np.save(folder / f"{name}.out.npy", np.concatenate([r.reshape(len(x), -1) for r in results], 1).astype(np.float32))
        manifest.append({"file": f"{name}.onnx", "role": role, "answers": answers})

    z = rng.standard_normal((5, 8)).astype(np.float32)

    def decoder(name, model, to_contract, opset=17, dynamo=False, answers={}, zs=None, outputs=["image"], names=["z"], more=(), dynamic=True, batch=None):
        zs = z if zs is None else zs
        n = batch or 3
        args = (torch.from_numpy(zs[:n]), *[torch.from_numpy(m[:n]) for m in more])
        export(name, model, args, opset, dynamo, names, outputs, dynamic)
        expect(name, "decoder", zs.reshape(len(zs), -1), [zs, *more], to_contract, answers, batch)

    # Ranges.
    for opset, dynamo in ((9, False), (11, False), (13, False), (17, False), (18, True), (20, True), (23, True)):
        tag = f"{'new' if dynamo else 'old'}{opset}"
        decoder(f"{tag}_sigmoid", Flat(torch.sigmoid), unit, opset, dynamo)
        decoder(f"{tag}_tanh", Flat(torch.tanh), signed, opset, dynamo)
    decoder("range_255", Flat(lambda y: torch.sigmoid(y) * 255), lambda y: y / 255)
    decoder("range_half_tanh", Flat(lambda y: (torch.tanh(y) + 1) / 2), unit)
    decoder("range_clamp", Flat(lambda y: torch.clamp(y, 0, 1)), unit)
    decoder("range_clamp_signed", Flat(lambda y: torch.clamp(y, -1, 1)), signed)
    decoder("range_hardtanh", Flat(nn.Hardtanh()), signed)
    decoder("range_logits", Flat(lambda y: y), sigmoid, answers={"Pixels": "logits"})
    decoder("range_linear", Flat(lambda y: y), lambda y: np.clip(y, 0, 1), answers={"Pixels": "0..1"})
    decoder("range_linear_signed", Flat(lambda y: y), lambda y: np.clip((y + 1) / 2, 0, 1), answers={"Pixels": "-1..1"})
    # Layers.
    decoder("layer_gn_silu", Flat(torch.sigmoid, act=F.silu, norm=lambda c: nn.GroupNorm(4, c)), unit)
    decoder("layer_gelu", Flat(torch.sigmoid, act=F.gelu), unit)
    decoder("layer_gelu_new", Flat(torch.sigmoid, act=F.gelu), unit, 20, True)
    decoder("layer_instance", Flat(torch.sigmoid, norm=lambda c: nn.InstanceNorm2d(c, affine=True)), unit)
    decoder("layer_elu", Flat(torch.sigmoid, act=F.elu), unit)
    decoder("layer_mish", Flat(torch.sigmoid, act=F.mish), unit)
    decoder("layer_hardswish", Flat(torch.sigmoid, act=F.hardswish), unit)
    for up in ("nearest", "bilinear", "bicubic", "shuffle"):
        decoder(f"layer_{up}", Flat(torch.sigmoid, up=up), unit)
    # Layouts and latent points.
    decoder("layout_last", Flat(lambda y: torch.sigmoid(y).permute(0, 2, 3, 1), channels=3), last)
    decoder("layout_grey", Flat(lambda y: torch.sigmoid(y)[:, 0]), lambda y: y[:, None])
    decoder("layout_flat", Flat(lambda y: torch.sigmoid(y).flatten(1)), unit, answers={"Size": [8, 8]})
    decoder("layout_flat_colour", Flat(lambda y: torch.sigmoid(y).flatten(1), channels=3), unit, answers={"Size": [8, 8], "Layout": "nchw"})
    decoder("layout_flat_last", Flat(lambda y: torch.sigmoid(y).permute(0, 2, 3, 1).flatten(1), channels=3),
            lambda y: last(y.reshape(-1, 8, 8, 3)), answers={"Size": [8, 8], "Layout": "nhwc"})
    decoder("latent_dcgan", DCGAN(), signed, zs=z.reshape(5, 8, 1, 1))
    decoder("latent_dcgan_colour_new", DCGAN(3), signed, 20, True, zs=z.reshape(5, 8, 1, 1))
    zl = rng.standard_normal((5, 4, 8, 8)).astype(np.float32)
    for dynamo in (False, True):
        decoder(f"latent_diffusion_{'new' if dynamo else 'old'}", LatentDecoder(), lambda y: np.clip((y + 1) / 2, 0, 1), 18, dynamo, {"Pixels": "-1..1"}, zl)
    # Batches, outputs, labels, types.
    decoder("batch_one", Flat(torch.sigmoid), unit, dynamic=False, batch=1)
    decoder("batch_one_new", Flat(torch.sigmoid, up="bilinear"), unit, 18, True, dynamic=False, batch=1)
    decoder("batch_one_attention", LatentDecoder(), lambda y: np.clip((y + 1) / 2, 0, 1), 17, answers={"Pixels": "-1..1"}, zs=zl, dynamic=False, batch=1)
    decoder("outputs_logits", Flat(lambda y: (y, torch.sigmoid(y))), lambda a, b: b, outputs=["logits", "x_hat"])
    decoder("outputs_told", Flat(lambda y: (y, torch.sigmoid(y))), lambda a, b: b, outputs=["a", "b"], answers={"DecoderOutputs": ["-", "image"]})
    one_hot = np.eye(5, dtype=np.float32)
    decoder("label_one_hot", Conditional(False), unit, names=["z", "y"], more=[one_hot])
    decoder("label_number", Conditional(True), unit, names=["z", "label"], more=[np.arange(5)])
    half = Flat(torch.sigmoid).half()
    decoder("type_half", half, lambda y: y.astype(np.float32), zs=z.astype(np.float16))
    decoder("type_double", nn.Sequential(nn.Linear(8, 64), nn.Sigmoid(), nn.Unflatten(1, (1, 8, 8))).double(), unit, zs=z.astype(np.float64))

    # Encoders.
    x = rng.random((5, 1, 8, 8)).astype(np.float32)

    def encoder(name, end, names, to_contract, answers={}, xs=None, contract_x=None, opset=17, dynamo=False, **more):
        xs = x if xs is None else xs
        export(name, Encoder(end, **more), (torch.from_numpy(xs[:3]),), opset, dynamo, ["x"], names)
        expect(name, "encoder", x if contract_x is None else contract_x, [xs], to_contract, answers)

    both = lambda a, b: (a, b)
    encoder("encoder_plain", both, ["mu", "logvar"], lambda a, b: (a, b))
    encoder("encoder_new", both, ["z_mean", "z_log_var"], lambda a, b: (a, b), opset=20, dynamo=True)
    encoder("encoder_swapped", both, ["log_variance", "loc"], lambda a, b: (b, a))
    encoder("encoder_std", lambda a, b: (a, torch.exp(b / 2)), ["mean", "std"], lambda a, s: (a, 2 * np.log(s)))
    encoder("encoder_log_sigma", both, ["mu", "log_sigma"], lambda a, s: (a, 2 * s))
    encoder("encoder_variance", lambda a, b: (a, torch.exp(b)), ["mu", "var"], lambda a, s: (a, np.log(s)))
    encoder("encoder_three", lambda a, b: (a, b, a + torch.exp(b / 2) * torch.randn_like(a)), ["z_mean", "z_log_var", "z"], lambda a, b, c: (a, b))
    encoder("encoder_told", both, ["out_a", "out_b"], lambda a, b: (b, a), {"EncoderOutputs": ["log_var", "mean"]})
    encoder("encoder_moments", lambda a, b: torch.cat([a, b], 1), ["moments"], lambda m: (m[:, :4], m[:, 4:]))
    encoder("encoder_mean", lambda a, b: a, ["code"], lambda a: a)
    encoder("encoder_map", lambda a, b: (a[:, :, None, None], b[:, :, None, None]), ["mu", "logvar"], lambda a, b: (a, b))
    encoder("encoder_signed", both, ["mu", "logvar"], lambda a, b: (a, b), {"Pixels": "-1..1"}, xs=2 * x - 1, contract_x=x)
    for name, prepare, feed in (
        ("bytes", lambda v: v / 255, 255 * x), ("bytes_signed", lambda v: (v - 128) / 128, 255 * x),
        ("unit_signed", lambda v: 2 * v - 1, x), ("signed_unit", lambda v: (v + 1) / 2, 2 * x - 1),
        ("imagenet", lambda v: (v - 0.485) / 0.229, x), ("epsilon", lambda v: v + 1e-6, x),
    ):
        encoder("encoder_" + name, both, ["mu", "logvar"], lambda a, b: (a, b), xs=feed, contract_x=x, prepare=prepare)
    encoder("encoder_flat", both, ["mu", "logvar"], lambda a, b: (a, b), {"Size": [8, 8]}, xs=x.reshape(5, 64), contract_x=x, flat=True)
    xl = rng.random((5, 3, 16, 16)).astype(np.float32)
    export("encoder_diffusion", LatentEncoder(), (torch.from_numpy(xl[:3]),), 17, False, ["sample"], ["moments"])
    expect("encoder_diffusion", "encoder", xl, [2 * xl - 1], lambda m: (m[:, :4], m[:, 4:]), {"Pixels": "-1..1"})

    try:
        import os
        os.environ["KERAS_BACKEND"] = "torch"
        import keras
    except ImportError:
        keras = None
    if keras:
        from keras import layers
        keras.utils.set_random_seed(0)
        for name, up in (("keras_transpose", False), ("keras_upsampling", True)):
            k = keras.Input((8,))
            h = layers.Reshape((4, 4, 16))(layers.Dense(256, activation="relu")(k))
            h = layers.Conv2D(8, 3, padding="same", activation="relu")(layers.UpSampling2D()(h)) if up else layers.Conv2DTranspose(8, 3, strides=2, padding="same", activation="relu")(h)
            model = keras.Model(k, layers.Conv2D(1, 3, padding="same", activation="sigmoid")(h))
            model(np.zeros((1, 8), "float32"))
            model.export(str(folder / f"{name}.onnx"), format="onnx", verbose=False)
            expect(name, "decoder", z, [z], last, {})
        image = keras.Input((8, 8, 1))
        h = layers.Flatten()(layers.Conv2D(8, 3, strides=2, padding="same", activation="relu")(image))
        model = keras.Model(image, [layers.Dense(4, name="z_mean")(h), layers.Dense(4, name="z_log_var")(h)])
        model(np.zeros((1, 8, 8, 1), "float32"))
        model.export(str(folder / "keras_encoder.onnx"), format="onnx", verbose=False)
        expect("keras_encoder", "encoder", x, [x.reshape(5, 8, 8, 1)], lambda a, b: (a, b), {"EncoderOutputs": ["mean", "log_var"]})
        h = layers.Flatten()(layers.Conv2D(8, 3, padding="same", activation="relu")(layers.Rescaling(1 / 255)(image)))
        model = keras.Model(image, layers.Dense(4, name="z_mean")(h))
        model(np.zeros((1, 8, 8, 1), "float32"))
        model.export(str(folder / "keras_rescaling.onnx"), format="onnx", verbose=False)
        expect("keras_rescaling", "encoder", x, [255 * x.reshape(5, 8, 8, 1)], lambda a: a, {})
    for m in folder.glob("*.onnx"):
        onnx.checker.check_model(str(m))
    (folder / "foreign.json").write_text(json.dumps(manifest, indent=1))
