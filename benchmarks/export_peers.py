"""Export untrained decoders and encoders of the peers' networks as ONNX files.

    python export_peers.py FOLDER [torch] [keras] [any] [foreign]
    PEER_MODELS=FOLDER go test ./infer ./engine -run 'Peers|ExternalData|Foreign|Any'

Needs torch with onnxscript for the first, keras on TensorFlow with tf2onnx for
the second (pip install --no-deps tf2onnx flatbuffers). The networks are those of the training benchmarks.
any (any_models.py, with torch, onnx and onnxruntime) is a set of all kinds and ages of graphs,
foreign (foreign_models.py, with onnxruntime and, if it is there, keras on torch) one of decoders and encoders in many forms.
"""
import os
import sys
from pathlib import Path

folder = Path(sys.argv[1])
which = sys.argv[2:] or ["torch", "keras"]
folder.mkdir(parents=True, exist_ok=True)

if "torch" in which:
    import torch
    from torch import nn
    from torch.nn import functional as F

    class Decoder(nn.Module):
        def __init__(self):
            super().__init__()
            self.up = nn.Linear(2, 3136)
            self.t1, self.t2 = nn.ConvTranspose2d(64, 64, 3, 2, 1, 1), nn.ConvTranspose2d(64, 32, 3, 2, 1, 1)
            self.t3 = nn.ConvTranspose2d(32, 1, 3, 1, 1)

        def forward(self, z):
            h = F.relu(self.t2(F.relu(self.t1(F.relu(self.up(z)).view(-1, 64, 7, 7)))))
            return torch.sigmoid(self.t3(h))

    class Encoder(nn.Module):
        def __init__(self):
            super().__init__()
            self.c1, self.c2 = nn.Conv2d(1, 32, 3, 2, 1), nn.Conv2d(32, 64, 3, 2, 1)
            self.fc, self.mu, self.logvar = nn.Linear(3136, 256), nn.Linear(256, 2), nn.Linear(256, 2)

        def forward(self, x):
            h = F.relu(self.fc(F.relu(self.c2(F.relu(self.c1(x)))).flatten(1)))
            return self.mu(h), self.logvar(h)

    # With normalization, an odd size and a resize, as many decoders have them.
    class Upsampling(nn.Module):
        def __init__(self):
            super().__init__()
            self.up = nn.Linear(8, 16 * 4 * 4)
            self.c1, self.n1 = nn.Conv2d(16, 8, 3, padding=1), nn.BatchNorm2d(8)
            self.c2 = nn.Conv2d(8, 3, 3, padding=1)
            self.n1.running_mean.normal_()

        def forward(self, z):
            h = self.up(z).reshape(z.shape[0], 16, 4, 4)
            h = F.leaky_relu(self.n1(self.c1(F.interpolate(h, scale_factor=2.0))), 0.2)
            h = F.interpolate(h, size=(17, 15), mode="bilinear", align_corners=False)
            return (torch.tanh(self.c2(h)) + 1) / 2

    torch.manual_seed(0)
    for name, model, x in (
        ("decoder", Decoder(), torch.randn(3, 2)),
        ("encoder", Encoder(), torch.rand(3, 1, 28, 28)),
        ("upsampling_decoder", Upsampling(), torch.randn(3, 8)),
    ):
        model.eval()
        for opset in (17, 18, 20):
            for dynamo in (False, True):
                if dynamo and opset == 17:
                    continue  # it writes 18 and converts back, not always with success
                path = str(folder / f"torch_{'dynamo' if dynamo else 'script'}_{opset}_{name}.onnx")
                more = {"dynamic_shapes": ({0: torch.export.Dim("batch")},)} if dynamo else {"dynamic_axes": {"x": {0: "batch"}, "y": {0: "batch"}}}
                names = ["y", "y2"] if name == "encoder" else ["y"]
                if not dynamo and name == "encoder":
                    more["dynamic_axes"]["y2"] = {0: "batch"}
                torch.onnx.export(model, (x,), path, input_names=["x"], output_names=names, opset_version=opset, dynamo=dynamo, **more)

if "keras" in which:
    os.environ["KERAS_BACKEND"] = "tensorflow"
    os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
    import keras
    from keras import layers

    keras.utils.set_random_seed(0)

    def conv(kind, filters, stride, act="relu"):
        return kind(filters, 3, strides=stride, padding="same", activation=act)

    z = keras.Input((2,), name="z")
    h = layers.Reshape((7, 7, 64))(layers.Dense(3136, activation="relu")(z))
    h = conv(layers.Conv2DTranspose, 32, 2)(conv(layers.Conv2DTranspose, 64, 2)(h))
    decoder = keras.Model(z, conv(layers.Conv2DTranspose, 1, 1, "sigmoid")(h))
    image = keras.Input((28, 28, 1), name="image")
    h = conv(layers.Conv2D, 64, 2)(conv(layers.Conv2D, 32, 2)(image))
    h = layers.Dense(256, activation="relu")(layers.Flatten()(h))
    encoder = keras.Model(image, [layers.Dense(2)(h), layers.Dense(2)(h)])
    import numpy as np

    decoder(np.zeros((1, 2), "float32")), encoder(np.zeros((1, 28, 28, 1), "float32"))  # export wants a model that has run
    for opset in (15, 18):
        for name, model in (("decoder", decoder), ("encoder", encoder)):
            model.export(str(folder / f"keras_{opset}_{name}.onnx"), format="onnx", opset_version=opset, verbose=False)

if "any" in which:
    import any_models

    any_models.export(folder)

if "foreign" in which:
    from foreign_models import write

    write(folder / "foreign")
