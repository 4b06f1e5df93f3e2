"""Small decoders as programs of all kinds and ages write them, for export_peers.py.

Each model z [batch, 4] -> image [batch, C, 16, 16] is written as FOLDER/any_NAME.onnx with
FOLDER/any_NAME.json beside it: an input, and what Python's ONNX Runtime makes of it.
"""
import json

import numpy as np


def export(folder):
    by_torch(folder)
    by_hand(folder)


def save(folder, name, batch=3):
    """Write what ONNX Runtime computes, beside the file; or say that it does not."""
    import onnxruntime

    path = folder / f"any_{name}.onnx"
    types = {"tensor(float)": "float32", "tensor(float16)": "float16", "tensor(double)": "float64"}
    try:
        options = onnxruntime.SessionOptions()
        options.log_severity_level = 4
        session = onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
        (z,) = session.get_inputs()
        x = np.random.default_rng(0).standard_normal((batch, 4)).astype(types[z.type])
        y = session.run(None, {z.name: x})[0]
    except Exception as e:
        print(f"{path.name}: ONNX Runtime refuses it: {str(e)[:200]}")
        path.with_suffix(".json").unlink(missing_ok=True)
        return
    report = {"input": x.astype("float64").ravel().tolist(), "shape": list(y.shape), "output": y.astype("float64").ravel().tolist()}
    path.with_suffix(".json").write_text(json.dumps(report))


def torch_decoders():
    import torch
    from torch import nn
    from torch.nn import functional as F

    class Head(nn.Module):
        """A map of 8 channels of 4x4 from z; and to an image from what the body makes of it."""

        def __init__(self, body, channels=8, factor=4):
            super().__init__()
            self.up, self.body, self.out = nn.Linear(4, 8 * 16), body, nn.Conv2d(channels, 1, 3, padding=1)
            self.factor = factor

        def forward(self, z):
            h = self.body(self.up(z).view(-1, 8, 4, 4))
            return torch.sigmoid(self.out(F.interpolate(h, scale_factor=float(self.factor), mode="nearest")))

    class Call(nn.Module):
        def __init__(self, f, *layers):
            super().__init__()
            self.f, self.layers = f, nn.ModuleList(layers)

        def forward(self, h):
            return self.f(h, *self.layers)

    class Attention(nn.Module):
        def __init__(self):
            super().__init__()
            self.norm, self.qkv, self.proj = nn.GroupNorm(2, 8), nn.Conv2d(8, 24, 1), nn.Conv2d(8, 8, 1)

        def forward(self, h):
            n, c, y, x = h.shape
            q, k, v = self.qkv(self.norm(h)).reshape(n, 3, c, y * x).unbind(1)
            w = torch.softmax(q.transpose(1, 2) @ k / c**0.5, dim=-1)
            return h + self.proj((v @ w.transpose(1, 2)).reshape(n, c, y, x))

    def tokens(h, norm, mix):
        t = h.flatten(2).transpose(1, 2)
        return (t + mix(norm(t))).transpose(1, 2).reshape(-1, 8, 4, 4)

    norm = nn.BatchNorm2d(8)
    norm.running_mean.normal_(), norm.running_var.uniform_(0.5, 2)
    return {
        "groupnorm": Head(nn.Sequential(nn.Conv2d(8, 8, 3, padding=1), nn.GroupNorm(4, 8), nn.SiLU())),
        "attention": Head(Attention()),
        "mha": Head(Call(lambda h, norm, a: (lambda t: a(t, t, t, need_weights=False)[0].transpose(1, 2).reshape(-1, 8, 4, 4))(norm(h.flatten(2).transpose(1, 2))),
                         nn.LayerNorm(8), nn.MultiheadAttention(8, 2, batch_first=True))),
        "mlp_mixer": Head(Call(tokens, nn.LayerNorm(8), nn.Sequential(nn.Linear(8, 16), nn.GELU(), nn.Dropout(0.2), nn.Linear(16, 8)))),
        "dcgan": Head(nn.Sequential(nn.ConvTranspose2d(8, 8, 4, 2, 1, bias=False), norm, nn.ReLU(), nn.Dropout2d(0.3)), factor=2),
        "instancenorm": Head(nn.Sequential(nn.Conv2d(8, 8, 3, padding=1), nn.InstanceNorm2d(8, affine=True), nn.ELU())),
        "activations": Head(nn.Sequential(nn.PReLU(8), nn.Conv2d(8, 8, 1), nn.SELU(), nn.Hardtanh(-1, 2), nn.Softplus(), nn.LeakyReLU(0.1))),
        "mobile": Head(nn.Sequential(nn.Conv2d(8, 8, 3, padding=1, groups=8), nn.Hardswish(), nn.Conv2d(8, 8, 1), nn.Hardsigmoid(), nn.Mish())),
        "shuffle": Head(nn.Sequential(nn.Conv2d(8, 32, 1), nn.PixelShuffle(2)), factor=2),
        "reflect": Head(nn.Sequential(nn.ReflectionPad2d(1), nn.Conv2d(8, 8, 3), nn.ReplicationPad2d((1, 0, 0, 1)), nn.ConstantPad2d((0, -1, -1, 0), 0.5))),
        "bilinear": Head(nn.Sequential(nn.Upsample(scale_factor=2, mode="bilinear", align_corners=True), nn.Conv2d(8, 8, 3, padding=1)), factor=2),
        "bilinear_size": Head(Call(lambda h: F.interpolate(h, size=(8, 8), mode="bilinear", align_corners=False)), factor=2),
        "bicubic": Head(nn.Upsample(scale_factor=2, mode="bicubic"), factor=2),
        "split": Head(Call(lambda h: torch.cat([a * torch.sigmoid(b) for a, b in [h.chunk(2, 1)]] * 2, 1))),
        "squeeze": Head(Call(lambda h: h * torch.softmax(h.mean((2, 3), keepdim=True).squeeze(3), 1).unsqueeze(3) + h.sum(1, keepdim=True))),
        "channel_softmax": Head(Call(lambda h: h * torch.softmax(h, 1))),
        "slices": Head(Call(lambda h: torch.cat([h[:, :4, :, ::2], h[:, 4:, :, 1::2]], 3).reshape(h.shape[0], 4, 4, 4).repeat(1, 2, 1, 1))),
        "clamp": Head(Call(lambda h: h.clamp(min=-0.5) + h.clamp(max=0.5) + torch.where(h > 0, h, h.abs().pow(1.5)))),
        "einsum": Head(Call(lambda h: torch.einsum("nchw,ncwk->nchk", h, h) / 4)),
        "reduce": Head(Call(lambda h: h / h.norm(dim=1, keepdim=True) + h.amax((2, 3), keepdim=True) - h.std(1, keepdim=True))),
    }


def by_torch(folder):
    import copy
    import warnings

    import torch

    warnings.simplefilter("ignore")
    torch.manual_seed(0)
    for name, model in torch_decoders().items():
        model.eval()
        variants = [("script", n, torch.float32) for n in (9, 11, 13, 17)] + [("dynamo", n, torch.float32) for n in (18, 21, 23)]
        if name in ("groupnorm", "dcgan", "mlp_mixer"):
            variants += [("script", 12, torch.float16), ("script", 17, torch.float64), ("dynamo", 20, torch.float16)]
        for exporter, opset, dtype in variants:
            short = {torch.float32: "", torch.float16: "_half", torch.float64: "_double"}[dtype]
            file = f"torch_{exporter}_{opset}_{name}{short}"
            x = torch.randn(2, 4, dtype=dtype)
            m = copy.deepcopy(model).to(dtype)
            try:
                if exporter == "dynamo":
                    more = {"dynamo": True, "dynamic_shapes": ({0: torch.export.Dim("batch")},), "verbose": False}
                else:
                    more = {"dynamo": False, "dynamic_axes": {"z": {0: "batch"}, "image": {0: "batch"}}}
                torch.onnx.export(m, (x,), str(folder / f"any_{file}.onnx"), input_names=["z"], output_names=["image"], opset_version=opset, **more)
            except Exception as e:
                print(f"{file}: not exported: {str(e)[:100]!r}")
                continue
            save(folder, file)


def by_hand(folder):
    import onnx
    from onnx import TensorProto as T
    from onnx import helper as h
    from onnx import numpy_helper

    rng = np.random.default_rng(0)
    dense = rng.standard_normal((4, 256)).astype("float32") / 4

    def tensor(name, values, dtype="float32"):
        return numpy_helper.from_array(np.asarray(values, dtype), name)

    def write(name, nodes, opset, *, weights=(), functions=(), opsets=(), ir=None, kind=T.FLOAT, shape=("batch", 1, 16, 16), data=dense, values=(), sparse=(), check=True):
        """A file with nodes from `map` [batch, 1, 16, 16] to `image`; the map is made of z."""
        dtype = h.tensor_dtype_to_np_dtype(kind)
        nodes = [h.make_node("MatMul", ["z", "dense"], ["flat"]), h.make_node("Reshape", ["flat", "map_shape"], ["map"])] + list(nodes)
        initializers = [tensor("dense", data.astype(dtype), dtype), tensor("map_shape", [-1, 1, 16, 16], "int64"), *weights]
        g = h.make_graph(nodes, name, [h.make_tensor_value_info("z", kind, ["batch", 4])], [h.make_tensor_value_info("image", kind, shape)], initializers, value_info=list(values), sparse_initializer=list(sparse))
        imports = [h.make_opsetid("", opset), *(h.make_opsetid(d, v) for d, v in opsets)]
        m = h.make_model(g, opset_imports=imports, functions=list(functions), ir_version=ir or max(4, min(13, h.find_min_ir_version_for([h.make_opsetid("", opset)], True))))
        onnx.save(m, str(folder / f"any_hand_{name}.onnx"))
        if check:
            save(folder, f"hand_{name}")

    node, sigmoid = h.make_node, h.make_node("Sigmoid", ["pre"], ["image"])
    for opset in (7, 8, 9, 10, 11, 12, 13, 15, 18, 22, 23, 24, 25, 26):
        write(f"plain_{opset}", [node("Relu", ["map"], ["pre"]), sigmoid], opset)

    # What the operators were before they took lists as inputs.
    for opset in (7, 8, 9):
        write(f"pad_slice_{opset}", [node("Pad", ["map"], ["padded"], pads=[0, 0, 1, 2, 0, 0, 3, 0], value=0.5),
                                     node("Slice", ["padded"], ["pre"], starts=[2, 1], ends=[18, 17], axes=[2, 3]), sigmoid], opset)
        write(f"clip_squeeze_{opset}", [node("Clip", ["map"], ["a"], min=-0.5, max=1.0), node("Squeeze", ["a"], ["b"], axes=[1]),
                                        node("Unsqueeze", ["b"], ["c"], axes=[1]), node("ReduceSum", ["c"], ["d"], axes=[3], keepdims=1),
                                        node("Clip", ["d"], ["e"], min=0.0), node("Add", ["a", "e"], ["pre"]), sigmoid], opset)
        write(f"softmax_{opset}", [node("Softmax", ["map"], ["soft"]), node("Softmax", ["map"], ["rows"], axis=3), node("LogSoftmax", ["map"], ["log"], axis=2),
                                   node("Sum", ["soft", "rows", "log"], ["pre"]), sigmoid], opset)
        write(f"dropout_split_{opset}", [node("Dropout", ["map"], ["same", "mask"], ratio=0.3), node("Split", ["same"], ["a", "b"], axis=2, split=[4, 12]),
                                         node("Concat", ["b", "a"], ["pre"], axis=2), sigmoid], opset)
    one = [tensor("scale", [1.5]), tensor("bias", [0.2]), tensor("mean", [0.1]), tensor("var", [2.0])]
    write("batchnorm_7", [node("BatchNormalization", ["map", "scale", "bias", "mean", "var"], ["pre"], spatial=1), sigmoid], 7, weights=one)
    write("batchnorm_9", [node("BatchNormalization", ["map", "scale", "bias", "mean", "var"], ["pre"]), sigmoid], 9, weights=one)
    small = [node("MaxPool", ["map"], ["small"], kernel_shape=[2, 2], strides=[2, 2])]
    for mode in ("nearest", "linear"):
        write(f"upsample_7_{mode}", small + [node("Upsample", ["small"], ["pre"], mode=mode, scales=[1.0, 1.0, 2.0, 2.0]), sigmoid], 7)
        write(f"upsample_9_{mode}", small + [node("Upsample", ["small", "by"], ["pre"], mode=mode), sigmoid], 9, weights=[tensor("by", [1, 1, 2, 2])])
        write(f"resize_10_{mode}", small + [node("Resize", ["small", "by"], ["pre"], mode=mode), sigmoid], 10, weights=[tensor("by", [1, 1, 2, 2])])
        write(f"resize_11_{mode}", small + [node("Resize", ["small", "none", "none", "to"], ["pre"], mode=mode, coordinate_transformation_mode="asymmetric", nearest_mode="floor"), sigmoid], 11,
              weights=[tensor("none", []), tensor("to", [1, 1, 16, 16], "int64")], check=False)
        write(f"resize_11_scales_{mode}", small + [node("Resize", ["small", "none", "by"], ["pre"], mode=mode), sigmoid], 11, weights=[tensor("none", []), tensor("by", [1, 1, 2, 2])])

    # Old files have their weights among the inputs.
    g = h.make_graph([node("MatMul", ["z", "w"], ["flat"]), node("Reshape", ["flat", "s"], ["pre"]), sigmoid], "old",
                     [h.make_tensor_value_info("z", T.FLOAT, ["batch", 4]), h.make_tensor_value_info("w", T.FLOAT, [4, 256]), h.make_tensor_value_info("s", T.INT64, [4])],
                     [h.make_tensor_value_info("image", T.FLOAT, ["batch", 1, 16, 16])], [tensor("w", dense), tensor("s", [-1, 1, 16, 16], "int64")])
    onnx.save(h.make_model(g, opset_imports=[h.make_opsetid("", 8)], ir_version=3), str(folder / "any_hand_ir3.onnx"))
    save(folder, "hand_ir3")

    # Control flow.
    def branch(name, op):
        return h.make_graph([node(op, ["map"], [f"{name}_out"])], name, [], [h.make_tensor_value_info(f"{name}_out", T.FLOAT, None)])

    write("if", [node("ReduceSum", ["map"], ["total"], keepdims=0), node("Greater", ["total", "zero"], ["positive"]),
                 node("If", ["positive"], ["pre"], then_branch=branch("then", "Tanh"), else_branch=branch("else", "Relu")), sigmoid], 17, weights=[tensor("zero", 0)])
    write("if_constant", [node("If", ["yes"], ["pre"], then_branch=branch("then", "Tanh"), else_branch=branch("else", "Relu")), sigmoid], 17, weights=[tensor("yes", True, "bool")])
    body = h.make_graph([node("Mul", ["carried", "half"], ["half_of_it"]), node("Add", ["half_of_it", "map"], ["next"]), node("Identity", ["go_on"], ["still"])], "body",
                        [h.make_tensor_value_info("i", T.INT64, []), h.make_tensor_value_info("go_on", T.BOOL, []), h.make_tensor_value_info("carried", T.FLOAT, None)],
                        [h.make_tensor_value_info("still", T.BOOL, []), h.make_tensor_value_info("next", T.FLOAT, None)])
    write("loop", [node("Loop", ["times", "yes", "map"], ["pre"], body=body), sigmoid], 17, weights=[tensor("times", 3, "int64"), tensor("yes", True, "bool"), tensor("half", 0.5)])
    scan = h.make_graph([node("Add", ["sum_in", "row"], ["sum_out"]), node("Identity", ["sum_out"], ["seen"])], "scan",
                        [h.make_tensor_value_info("sum_in", T.FLOAT, None), h.make_tensor_value_info("row", T.FLOAT, None)],
                        [h.make_tensor_value_info("sum_out", T.FLOAT, None), h.make_tensor_value_info("seen", T.FLOAT, None)])
    write("scan", [node("ReduceSum", ["map", "rows"], ["none"], keepdims=0), node("Mul", ["none", "zero"], ["start"]),
                   node("Scan", ["start", "map"], ["last", "pre"], num_scan_inputs=1, body=scan, scan_input_axes=[2], scan_output_axes=[2]), sigmoid], 17, weights=[tensor("zero", 0), tensor("rows", [2], "int64")])
    write("sequence", [node("SplitToSequence", ["map"], ["list"], axis=2, keepdims=1), node("ConcatFromSequence", ["list"], ["pre"], axis=3, new_axis=0),
                       node("Reshape", ["pre", "map_shape"], ["again"]), node("Sigmoid", ["again"], ["image"])], 17)

    # Operators of the model itself.
    opsets = [h.make_opsetid("", 17)]
    scaled = h.make_function("own", "Scaled", ["x"], ["y"], [node("Constant", [], ["c"]), node("Mul", ["x", "c"], ["y"])], opsets, ["by"])
    a = scaled.node[0].attribute.add()
    a.name, a.ref_attr_name, a.type = "value_float", "by", onnx.AttributeProto.FLOAT
    gelu = h.make_function("own", "QuickGelu", ["x"], ["y"], [node("Scaled", ["x"], ["s"], domain="own", by=1.702), node("Sigmoid", ["s"], ["t"]), node("Mul", ["x", "t"], ["y"])], opsets + [h.make_opsetid("own", 1)])
    write("functions", [node("QuickGelu", ["map"], ["a"], domain="own"), node("QuickGelu", ["a"], ["pre"], domain="own"), sigmoid], 17, functions=[scaled, gelu], opsets=[("own", 1)])
    old = h.make_function("own", "Squared", ["x"], ["y"], [node("Unsqueeze", ["x"], ["u"], axes=[1]), node("Squeeze", ["u"], ["v"], axes=[1]), node("Mul", ["v", "v"], ["y"])], [h.make_opsetid("", 11)])
    write("function_old", [node("Squared", ["map"], ["pre"], domain="own"), sigmoid], 11, functions=[old], opsets=[("own", 1)])
    identity = h.make_function("own", "Both", ["x", "unused"], ["x", "y"], [node("Relu", ["x"], ["y"])], opsets)
    write("function_through", [node("Both", ["map", ""], ["same", "positive"], domain="own"), node("Sub", ["positive", "same"], ["pre"]), sigmoid], 17, functions=[identity], opsets=[("own", 1)])
    recursive = h.make_function("own", "Again", ["x"], ["y"], [node("Again", ["x"], ["y"], domain="own")], opsets + [h.make_opsetid("own", 1)])
    write("function_recursive", [node("Again", ["map"], ["pre"], domain="own"), sigmoid], 17, functions=[recursive], opsets=[("own", 1)])

    # Operators of ONNX Runtime.
    microsoft = [("com.microsoft", 1)]
    write("microsoft_gelu", [node("Gelu", ["map"], ["pre"], domain="com.microsoft"), sigmoid], 17, opsets=microsoft)
    write("microsoft_open", [node("QuickGelu", ["map"], ["pre"], domain="com.microsoft"), sigmoid], 17, opsets=microsoft, shape=None)
    write("microsoft_fused", [node("FusedMatMul", ["map", "map"], ["pre"], domain="com.microsoft", transB=1, alpha=0.5), sigmoid], 17, opsets=microsoft)

    # Types.
    write("half_13", [node("Clip", ["map", "low", "high"], ["pre"]), sigmoid], 13, kind=T.FLOAT16, weights=[tensor("low", -1, "float16"), tensor("high", 1, "float16")])
    write("half_9", [node("Clip", ["map"], ["pre"], min=-1.0, max=1.0), sigmoid], 9, kind=T.FLOAT16)
    write("double", [node("Exp", ["map"], ["e"]), node("Log", ["e"], ["pre"]), sigmoid], 17, kind=T.DOUBLE)
    brain = h.make_tensor("brain", T.BFLOAT16, [1, 1, 16, 1], np.linspace(-1, 1, 16).astype("float32"))
    write("bfloat16_weights", [node("Cast", ["brain"], ["w"], to=T.FLOAT), node("Mul", ["map", "w"], ["pre"]), sigmoid], 17, weights=[brain])
    write("double_weights", [node("Cast", ["wide"], ["w"], to=T.FLOAT), node("Mul", ["map", "w"], ["pre"]), sigmoid], 17, weights=[tensor("wide", np.linspace(-1, 1, 16), "float64")])
    write("half_inside", [node("Cast", ["map"], ["halves"], to=T.FLOAT16), node("Mul", ["halves", "w"], ["m"]), node("Cast", ["m"], ["pre"], to=T.FLOAT), sigmoid], 17, weights=[tensor("w", np.linspace(-1, 1, 16), "float16")])
    four = h.make_tensor("four", T.INT4, [16], [i - 8 for i in range(16)])
    write("int4_weights", [node("DequantizeLinear", ["four", "scale"], ["w"]), node("Mul", ["map", "w"], ["pre"]), sigmoid], 21, weights=[four, tensor("scale", 0.1)])
    eight = h.make_tensor("eight", T.FLOAT8E4M3FN, [16], np.linspace(-2, 2, 16).astype("float32"))
    write("float8_weights", [node("DequantizeLinear", ["eight", "scale"], ["w"]), node("Mul", ["map", "w"], ["pre"]), sigmoid], 19, weights=[eight, tensor("scale", 0.5)])
    sparse = h.make_sparse_tensor(h.make_tensor("few", T.FLOAT, [2], [2.0, -1.0]), h.make_tensor("at", T.INT64, [2], [3, 9]), [16])
    write("sparse", [node("Mul", ["map", "few"], ["m"]), node("Add", ["m", "map"], ["pre"]), sigmoid], 17, sparse=[sparse])

    # A file that is wrong about a value: ONNX Runtime runs it.
    write("wrong_note", [node("Relu", ["map"], ["pre"]), sigmoid], 17, values=[h.make_tensor_value_info("pre", T.FLOAT, [1, 1, 16, 16])])
    write("wrong_output", [node("Relu", ["map"], ["pre"]), sigmoid], 17, shape=(1, 1, 16, 16))
