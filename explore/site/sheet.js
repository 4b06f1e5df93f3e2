// Sample sheets: the images that vae-infer draws of a seed.
import { $, h, save, soon } from "./page.js";
import { paint, png } from "./picture.js";
import { fromMixture, prior } from "./sample.js";
import { write } from "./npy.js";

const most = 400;
const each = 10; // images of each class, as vae-infer draws

// wide returns the number of columns of n images: one that leaves no row short, if there is one
// that is not far from what looks well.
function wide(n) {
  const best = Math.min(n, 16);
  for (let columns = best; columns >= 8; columns--) if (n % columns === 0) return columns;
  return best;
}

export function sheet(state, engine) {
  const { model } = state;
  const seed = $("seed"), count = $("count"), temperature = $("temperature"), source = $("source"), of = $("of-class"), grid = $("samples");
  const sources = [...(model.prior ? [["learned", "the model"]] : []), ["prior", "N(0, I)"], ...(model.mixture ? [["mixture", "the mixture"]] : [])];
  source.append(...sources.map(([value, text]) => h("option", { value }, text)));
  $("source-label").hidden = sources.length === 1;
  $("of-class-label").hidden = !model.classes;
  if (model.classes) {
    of.append(...(model.classes.length <= most ? [h("option", { value: "each" }, "each class")] : []), ...model.classes.map((name, i) => h("option", { value: String(i) }, name)));
    count.value = each;
  }

  let drawn, version = 0;
  async function draw() {
    const mine = ++version;
    const options = { seed: number(seed), temperature: between(temperature, 0.01, 10) };
    const classes = model.classes && of.value === "each" ? model.classes.length : 1;
    const n = Math.round(between(count, 1, Math.floor(most / classes)));
    const points = source.value === "mixture" ? fromMixture(model.mixture, n, options) : prior(model.latent, n, options);
    const total = n * classes;
    let z = new Float32Array(total * model.latent);
    for (let c = 0; c < classes; c++) z.set(points, c * points.length);
    const labels = state.labels(total, (i) => (of.value === "each" ? Math.floor(i / n) : Number(of.value)));
    if (source.value === "learned") z = await engine.draw(z, total, labels);
    if (mine !== version) return;
    const cells = Array.from({ length: total }, (_, i) => {
      const canvas = h("canvas", { width: model.image.width, height: model.image.height });
      const label = of.value === "each" ? Math.floor(i / n) : Number(of.value);
      const name = `Sample ${i % n}${model.classes ? ` of class ${model.classes[label]}` : ""}`;
      return h("button", { class: "cell", "aria-label": name, title: name, onclick: () => {
        if (model.classes) state.label = label;
        state.set(z.subarray(i * model.latent, (i + 1) * model.latent), `${name} of seed ${options.seed}`, "sheet");
      } }, canvas);
    });
    const columns = classes > 1 ? Math.min(n, 20) : wide(n);
    grid.style.setProperty("--columns", columns);
    grid.style.maxWidth = classes > 1 ? `${columns * 100}px` : ""; // rows of a few images are not as wide as the page
    grid.replaceChildren(...cells);
    const size = model.image.channels * model.image.height * model.image.width;
    const pixels = new Float32Array(total * size);
    delete grid.dataset.done;
    for (const id of ["sheet-png", "sheet-npy", "sheet-points"]) $(id).disabled = true;
    await engine.decodeAll(z, total, labels, (i, p) => {
      pixels.set(p, i * size);
      paint(cells[i].firstChild, p, model.image);
    }, () => mine === version);
    if (mine !== version) return;
    drawn = { pixels, z, total, columns, name: `samples-seed-${options.seed}` };
    grid.dataset.done = total;
    for (const id of ["sheet-png", "sheet-npy", "sheet-points"]) $(id).disabled = false;
  }

  // number reads a seed, a whole number of 64 bits.
  const number = (input) => {
    const right = /^\d{1,20}$/.test(input.value.trim()) && BigInt(input.value) < 2n ** 64n;
    input.setAttribute("aria-invalid", String(!right));
    return right ? BigInt(input.value) : 0n;
  };
  const between = (input, low, high) => {
    const v = Number(input.value), right = input.value !== "" && v >= low && v <= high;
    input.setAttribute("aria-invalid", String(!right));
    return right ? v : Math.min(Math.max(v || Number(input.defaultValue), low), high);
  };

  const redraw = soon(draw, 200);
  for (const input of [seed, count, temperature]) input.addEventListener("input", redraw);
  for (const input of [source, of]) input.addEventListener("change", redraw);
  $("next-seed").addEventListener("click", () => {
    seed.value = String(BigInt.asUintN(64, number(seed) + 1n));
    draw();
  });
  $("sheet-npy").addEventListener("click", () => save(`${drawn.name}.npy`, write(drawn.pixels, [drawn.total, model.image.channels, model.image.height, model.image.width])));
  $("sheet-points").addEventListener("click", () => save(`${drawn.name}-points.npy`, write(drawn.z, [drawn.total, model.latent])));
  $("sheet-png").addEventListener("click", async () => {
    const { width, height } = model.image, gap = 2, rows = Math.ceil(drawn.total / drawn.columns);
    const canvas = h("canvas", { width: drawn.columns * (width + gap) + gap, height: rows * (height + gap) + gap });
    const context = canvas.getContext("2d");
    context.fillStyle = "#fff";
    context.fillRect(0, 0, canvas.width, canvas.height);
    [...grid.children].forEach((cell, i) => context.drawImage(cell.firstChild, gap + (i % drawn.columns) * (width + gap), gap + Math.floor(i / drawn.columns) * (height + gap)));
    save(`${drawn.name}.png`, await png(canvas));
  });
  return draw();
}
