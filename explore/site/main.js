// Puts the page together.
import { $, h, save, theme } from "./page.js";
import { Engine, Latest } from "./engine.js";
import { paint, png } from "./picture.js";
import { State } from "./state.js";
import { Points } from "./points.js";
import { Plane } from "./plane.js";
import { dimensions } from "./dimensions.js";
import { sheet } from "./sheet.js";
import { own } from "./own.js";
import { Detector } from "./detector.js";
import { prior } from "./sample.js";
import { write } from "./npy.js";

async function start() {
  const model = await json("model.json");
  document.title = $("title").textContent = model.title;
  const engine = new Engine();
  const [points, detector] = await Promise.all([Points.load(model), model.detector && json(model.detector).then((text) => new Detector(text)), engine.load(model, new URLSearchParams(location.search).get("provider"))]);
  $("loading").remove();
  $("main").hidden = false;

  const state = new State(model);
  if (points) points.choose = (i) => {
    if (model.classes && points.classes && points.labels) {
      const label = model.classes.indexOf(points.className(points.labels[i]));
      if (label >= 0) state.label = label;
    }
    state.set(points.code(i), points.name(i), "point");
    chosen(i);
  };
  image(state, engine, model);
  classes(state, model);
  const plane = new Plane(state, engine, points);
  theme($("theme"), () => plane.draw());
  dimensions(state, engine);
  const { show } = own(state, engine, points, detector);
  // An encoded image that is chosen stands beside its decoded code, if it is there whole.
  const chosen = (i) => {
    const picture = points.thumbnail(i);
    $("chosen").replaceChildren(...(picture ? [h("figure", {}, picture, h("figcaption", {}, points.name(i))), ...(points.thumbnails.exact && model.encoder ? [h("button", { class: "chip", onclick: () => show(exact(picture, model.image), points.name(i)) }, "Compare")] : [])] : []));
  };
  state.addEventListener("change", ({ detail }) => detail.by !== "point" && $("chosen").replaceChildren());
  state.dispatchEvent(new CustomEvent("change", { detail: {} }));
  for (const name of ["decoder", "encoder"]) if (model[name]) $("files").append(h("a", { class: "button", href: model[name].file, download: `${name}.onnx` }, `${name}.onnx`));
  await sheet(state, engine);
  facts(model, engine, points);
  window.page = { state, engine, points, plane }; // for those who look with the browser's tools
  document.body.dataset.ready = engine.provider;
}

async function json(path) {
  const answer = await fetch(path);
  if (!answer.ok) throw new Error(`${path}: ${answer.status} ${answer.statusText}`);
  return answer.json();
}

// image shows the chosen point.
function image(state, engine, model) {
  const canvas = $("image");
  Object.assign(canvas, { width: model.image.width, height: model.image.height });
  let pixels, from = 0;
  const latest = new Latest(async (z, labels) => {
    pixels = await engine.decode(z, labels);
    paint(canvas, pixels, model.image);
    document.body.dataset.shown = [...z].join(",");
  });
  const tell = (note, z) => {
    $("note").textContent = note;
    const short = [...z.subarray(0, 8)].map((v) => v.toFixed(2).replace("-", "−")).join(", ");
    $("point").textContent = `z = (${short}${z.length > 8 ? ", …" : ""})`;
    canvas.setAttribute("aria-label", `Decoded image. ${note}. ${$("point").textContent}`);
  };
  state.addEventListener("change", () => {
    latest.ask(state.z, state.labels());
    tell(state.note, state.z);
  });
  // What is under the pointer stands here until the pointer leaves.
  state.addEventListener("hover", ({ detail }) => {
    paint(canvas, detail.pixels, model.image);
    tell("Under the pointer", detail.z);
  });
  state.addEventListener("show", () => {
    if (pixels) paint(canvas, pixels, model.image);
    tell(state.note, state.z);
  });
  $("random").addEventListener("click", async () => {
    const first = from++;
    state.set(await engine.draw(prior(model.latent, 1, { first }), 1, state.labels()), `Sample ${first} of seed 0`, "random");
  });
  $("centre").addEventListener("click", () => state.set(new Float32Array(model.latent), "The centre of the latent space", "centre"));
  $("image-png").addEventListener("click", async () => save("image.png", await png(paint(h("canvas"), pixels, model.image))));
  $("image-npy").addEventListener("click", () => save("image.npy", write(pixels, [1, model.image.channels, model.image.height, model.image.width])));
  $("point-npy").addEventListener("click", () => save("point.npy", write(state.z, [1, model.latent])));
}

function classes(state, model) {
  $("classes-part").hidden = !model.classes;
  if (!model.classes) return;
  const chips = model.classes.map((name, i) => h("button", { class: "chip", onclick: () => state.setLabel(i) }, name));
  $("classes").append(...chips.map((c) => h("li", {}, c)));
  state.addEventListener("change", () => chips.forEach((c, i) => c.setAttribute("aria-pressed", String(i === state.label))));
}

function facts(model, engine, points) {
  const sorted = [...engine.milliseconds].sort((a, b) => a - b), quick = sorted[sorted.length >> 2]; // undisturbed
  $("facts").textContent = [
    `${model.image.height}x${model.image.width}${model.image.channels === 3 ? " in colour" : ""}`,
    `${model.latent} latent dimension${model.latent === 1 ? "" : "s"}`,
    points && `${points.n} encoded images`,
    `${engine.provider === "webgpu" ? "WebGPU" : "WebAssembly"}${quick ? `, ${quick.toFixed(1)} ms an image` : ""}`,
  ].filter(Boolean).join(" · ");
}

// exact returns a thumbnail that has the size of the model's images as these are.
function exact(canvas, { channels, height, width }) {
  const { data } = canvas.getContext("2d").getImageData(0, 0, width, height);
  return Float32Array.from({ length: channels * height * width }, (_, i) => data[4 * (i % (height * width)) + Math.floor(i / (height * width))] / 255);
}

// trouble tells what went wrong at the top of the page.
function trouble(error) {
  const at = $("trouble") ?? h("p", { id: "trouble", class: "notice", role: "alert" });
  at.textContent = `The model cannot be shown: ${error?.message ?? error}`;
  $("main").before(at);
}

// As when the graphics processor is lost in the middle.
addEventListener("unhandledrejection", (event) => trouble(event.reason));

start().catch((error) => {
  $("loading")?.remove();
  trouble(error);
  document.body.dataset.ready = "failed";
});
