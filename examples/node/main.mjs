// Runs the check values inside an ONNX file through ONNX Runtime Web, which needs
// no native code: node main.mjs decoder.onnx
import { readFile } from "node:fs/promises";
import * as ort from "onnxruntime-web";
import { report, runCheck } from "./check.mjs";

const result = await runCheck(ort, await readFile(process.argv[2]));
console.log(report(`Node ${process.versions.node}, onnxruntime-web ${ort.env.versions.web}`, result));
process.exit(result.passed ? 0 : 1);
