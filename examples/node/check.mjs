// The check values inside an ONNX file, for Node and the browser: nothing here
// belongs to one of them.

/**
 * Runs the check values of an ONNX file.
 * @param ort the module onnxruntime-web
 * @param {Uint8Array} file the file's bytes
 * @returns the largest difference, the tolerance, and the outputs of the last case
 */
export async function runCheck(ort, file) {
  const json = metadata(file).get("vae.check");
  if (!json) throw new Error("no check values (vae.check) in the file; export the model again");
  const { tolerance, cases } = JSON.parse(json);

  const session = await ort.InferenceSession.create(file);
  const widths = Object.fromEntries(session.inputMetadata.map((i) => [i.name, i.shape.slice(1)])); // all but the batch
  const differences = [];
  let outputs;
  for (const c of cases) {
    const inputs = {};
    // One input stands in the case itself; of several there is a list.
    for (const given of c.inputs ?? [{ ...c, name: c.input }]) {
      const shape = [c.rows, ...widths[given.name]];
      inputs[given.name] = new ort.Tensor("float32", checkInput(given, shape), shape);
    }
    outputs = await session.run(inputs);
    for (const want of c.outputs) differences.push(difference(outputs[want.name].data, want));
  }
  const largest = Math.max(...differences); // NaN stays NaN
  return { largest, tolerance, passed: largest <= tolerance, outputs };
}

/** One line for the person who asked. */
export function report(runtime, { largest, tolerance }) {
  return `${runtime}: largest difference ${largest.toExponential(1)}, tolerance ${tolerance.toExponential(0)}`;
}

/** Returns an input that is described by a formula. */
function checkInput(c, shape) {
  const size = shape.reduce((a, b) => a * b);
  return Float32Array.from({ length: size }, (_, i) => c.offset + (c.scale * ((i * c.step) % c.modulus)) / c.modulus);
}

/** Compares 16 evenly spaced values of an output, and its mean, with the file's. */
function difference(y, want) {
  const got = want.values.map((_, j) => y[Math.floor((j * (y.length - 1)) / 15)]);
  got.push(y.reduce((sum, v) => sum + v, 0) / y.length);
  const wanted = [...want.values, want.mean];
  return Math.max(...got.map((v, i) => Math.abs(v - wanted[i]))) / Math.max(1, ...wanted.map(Math.abs));
}

/** Returns the metadata of an ONNX file, which ONNX Runtime Web does not give. */
function metadata(file) {
  const utf8 = new TextDecoder();
  const entries = new Map();
  for (const [number, entry] of fields(file)) {
    if (number !== 14) continue; // ModelProto.metadata_props
    const pair = new Map(fields(entry)); // 1 is the key, 2 the value
    entries.set(utf8.decode(pair.get(1)), utf8.decode(pair.get(2)));
  }
  return entries;
}

/** Yields the number and the bytes of each length-delimited field of a protobuf message. */
function* fields(message) {
  let at = 0;
  const varint = () => {
    let value = 0;
    for (let scale = 1; ; scale *= 128) {
      const byte = message[at++];
      value += (byte & 127) * scale;
      if (!(byte > 127)) return value;
    }
  };
  while (at < message.length) {
    const key = varint(); // the field's number, and in the lowest 3 bits its form
    const form = key & 7;
    if (form === 0) varint();
    else if (form === 1) at += 8;
    else if (form === 5) at += 4;
    else if (form === 2) {
      const end = varint() + at;
      yield [key >> 3, message.subarray(at, end)];
      at = end;
    } else throw new Error("this is no ONNX file");
  }
}
