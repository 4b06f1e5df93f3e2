"""Write the operator test cases of the Python package onnx into a folder.

    python onnx_cases.py FOLDER
    ONNX_CASES=FOLDER go test ./engine/internal/goengine -run Official
"""
import sys
import warnings
from pathlib import Path

import onnx
from onnx import numpy_helper
from onnx.backend.test.case.node import collect_testcases

warnings.filterwarnings("ignore")
for case in collect_testcases(None):
    inputs, outputs = case.data_sets[0]
    folder = Path(sys.argv[1]) / case.name
    data = folder / "test_data_set_0"
    try:
        tensors = {
            f"{kind}_{i}": t if isinstance(t, onnx.TensorProto) else numpy_helper.from_array(t)
            for kind, values in (("input", inputs), ("output", outputs))
            for i, t in enumerate(values)
        }
    except (TypeError, AttributeError, ValueError):
        continue  # sequences and the like
    data.mkdir(parents=True, exist_ok=True)
    onnx.save(case.model, folder / "model.onnx")
    for name, tensor in tensors.items():
        (data / f"{name}.pb").write_bytes(tensor.SerializeToString())
