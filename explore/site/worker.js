// Runs the model off the page's own thread, one call after the other.

let model, decoder, encoder, prior, provider, ort;
let queue = Promise.resolve();

self.addEventListener("message", ({ data: { id, kind, ...args } }) => {
  queue = queue.then(async () => {
    try {
      const result = await { load, decode, encode, draw }[kind](args);
      self.postMessage({ id, result });
    } catch (error) {
      self.postMessage({ id, error: error?.message ?? String(error) });
    }
  });
});

// load opens the model with the first provider that computes its check values.
async function load({ description, wanted }) {
  model = description;
  const files = {};
  for (const name of ["decoder", "encoder", "prior"]) if (model[name]) files[name] = await read(model[name].file);
  const failures = [];
  for (const candidate of await providers(wanted)) {
    try {
      await open(candidate, files);
      const difference = await check();
      return { provider: candidate, version: ort.env.versions.web, difference };
    } catch (error) {
      failures.push(`${candidate}: ${error?.message ?? error}`);
    }
  }
  throw new Error(failures.join("; "));
}

async function read(path) {
  const response = await fetch(path);
  if (!response.ok) throw new Error(`${path}: ${response.status} ${response.statusText}`);
  return new Uint8Array(await response.arrayBuffer());
}

// providers lists what may run the model, the best first. An adapter that only imitates a
// graphics processor is slower than WebAssembly.
async function providers(wanted) {
  if (wanted === "wasm") return ["wasm"];
  const adapter = await self.navigator.gpu?.requestAdapter().catch(() => null);
  const real = adapter && !(adapter.info?.isFallbackAdapter ?? adapter.isFallbackAdapter);
  return adapter && (real || wanted === "webgpu") ? ["webgpu", "wasm"] : ["wasm"];
}

async function open(candidate, files) {
  ort = await import(candidate === "webgpu" ? "./ort/ort.webgpu.min.mjs" : "./ort/ort.wasm.min.mjs");
  ort.env.wasm.numThreads = 1; // more need headers that static hosts do not send
  ort.env.logLevel = "error";
  provider = candidate;
  const options = { executionProviders: [provider], graphOptimizationLevel: "all" };
  decoder = await ort.InferenceSession.create(files.decoder, options);
  // An encoder runs once for an image, and with WebAssembly no worse.
  encoder = files.encoder && (await ort.InferenceSession.create(files.encoder, options));
  prior = files.prior && (await ort.InferenceSession.create(files.prior, options));
}

// check runs the decoder on the inputs of its check values. A difference beyond what the file
// allows is an error.
async function check() {
  let worst = 0;
  for (const c of model.check?.cases ?? []) {
    const feeds = {};
    for (const input of c.inputs ?? [c]) {
      const name = input.input ?? input.name;
      const width = name === model.decoder.z ? model.latent : model.classes.length;
      const x = Float32Array.from({ length: c.rows * width }, (_, i) => input.offset + (input.scale * ((i * input.step) % input.modulus)) / input.modulus);
      feeds[name] = new ort.Tensor("float32", x, [c.rows, width]);
    }
    const results = await decoder.run(feeds);
    for (const o of c.outputs) {
      const y = results[o.name].data;
      const got = o.values.map((_, j) => y[Math.floor((j * (y.length - 1)) / (o.values.length - 1))]);
      got.push(y.reduce((a, b) => a + b, 0) / y.length);
      const want = [...o.values, o.mean];
      const scale = want.reduce((a, w) => Math.max(a, Math.abs(w)), 1);
      const difference = Math.max(...got.map((g, j) => Math.abs(g - want[j]))) / scale;
      if (!(difference <= model.check.tolerance)) throw new Error(`${o.name} differs from the file's check values by ${difference}`);
      worst = Math.max(worst, difference);
    }
  }
  return worst;
}

// decode returns the images [n, C, H, W] of points [n, L].
async function decode({ z, n, labels }) {
  const { decoder: names } = model;
  const feeds = { [names.z]: new ort.Tensor("float32", z, [n, model.latent]) };
  if (names.label) feeds[names.label] = new ort.Tensor("float32", labels, [n, model.classes.length]);
  const begun = performance.now();
  const pixels = (await decoder.run(feeds))[names.image].data;
  const milliseconds = performance.now() - begun;
  return { pixels, milliseconds };
}

// encode returns the mean and the logarithm of the variance of the code of one image [C, H, W].
async function encode({ x, labels }) {
  const { encoder: names, image } = model;
  const feeds = { [names.image]: new ort.Tensor("float32", x, [1, image.channels, image.height, image.width]) };
  if (names.label) feeds[names.label] = new ort.Tensor("float32", labels, [1, model.classes.length]);
  const out = await encoder.run(feeds);
  return { mean: out[names.mean].data, logVar: names.log_var ? out[names.log_var].data : null };
}

// draw returns the latent points [n, L] that the model's prior, or that of each label, makes of noise.
async function draw({ z, n, labels }) {
  const { prior: names, latent } = model;
  const feeds = { [names.z]: new ort.Tensor("float32", z, [n, latent]) };
  if (names.label) feeds[names.label] = new ort.Tensor("float32", labels, [n, model.classes.length]);
  return (await prior.run(feeds))[names.point].data;
}
