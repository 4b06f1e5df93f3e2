// Sliders: one for each latent dimension, the most active first, with previews of both ends,
// in the groups of a hierarchical model; and one for each attribute.
import { $, h, soon } from "./page.js";
import { paint } from "./picture.js";
import { prior } from "./sample.js";

const reach = 3; // to either side of 0, where the prior has nearly all of its mass
const shown = 8; // sliders that are there at once

export function dimensions(state, engine) {
  const { model } = state;
  const rows = [];
  let redraws = 0;

  const row = (k) => {
    const range = h("input", { type: "range", min: String(-reach), max: String(reach), step: "0.01", "aria-label": `Dimension ${k}` });
    const value = h("output", { class: "number soft" });
    const ends = [0, 1].map(() => h("canvas", { class: "preview", "aria-hidden": "true" }));
    range.addEventListener("input", () => {
      const z = state.z.slice();
      z[k] = range.value;
      state.set(z, `Dimension ${k} moved`, range);
    });
    const share = model.activity ? Math.min(1, model.activity[k] / Math.max(...model.activity)) : 0;
    const meter = h("span", { class: "activity", title: model.activity ? `activity ${model.activity[k].toPrecision(2)}` : "" }, h("i"));
    meter.firstChild.style.width = `${100 * Math.sqrt(share)}%`;
    const element = h("div", { class: "slider" }, h("span", { class: "name number" }, `z${k}`, meter), ends[0], range, ends[1], value);
    rows.push({ k, range, value, ends, element, show() {
      if (document.activeElement !== range || Number(range.value) !== state.z[k]) range.value = state.z[k];
      value.textContent = state.z[k].toFixed(2);
    } });
    return element;
  };

  const order = (dims) => (model.activity ? dims.sort((a, b) => model.activity[b] - model.activity[a]) : dims);
  const list = (dims, most) => {
    order(dims);
    const box = h("div", { class: "sliders" }, ...dims.slice(0, most).map(row));
    if (dims.length > most) {
      const more = h("button", { onclick: () => {
        more.remove();
        box.append(...dims.slice(most).map(row));
        update();
      } }, `Show all ${dims.length}`);
      return h("div", {}, box, more);
    }
    return box;
  };
  const groups = model.groups ?? [];
  const draw = (group, zero) => {
    const z = state.z.slice(), noise = prior(model.latent, 1, { seed: 1n, first: redraws++ });
    for (let k = group.first; k < group.first + group.size; k++) z[k] = zero ? 0 : noise[k];
    state.set(z, `Group ${group.name} ${zero ? "at its mean" : "drawn anew"}`, "group");
  };
  const dims = (first, n) => Array.from({ length: n }, (_, i) => first + i);
  $("sliders").append(...(groups.length > 1
    ? groups.map((g, i) => h("fieldset", { class: "group" },
        h("legend", {}, `Group ${g.name}`, h("span", { class: "soft" }, i === 0 ? " coarsest" : i === groups.length - 1 ? " finest" : "")),
        h("div", { class: "bar" },
          h("button", { class: "chip", onclick: () => draw(g), "aria-label": `Draw group ${g.name} anew` }, "Draw anew"),
          h("button", { class: "chip", onclick: () => draw(g, true), "aria-label": `Group ${g.name} to its mean` }, "To its mean")),
        list(dims(g.first, g.size), 4)))
    : [list(dims(0, model.latent), shown)]));

  const attributes = (model.attributes ?? []).map(({ name, direction }) => {
    let at = 0;
    const range = h("input", { type: "range", min: "-2", max: "2", step: "0.02", value: "0", "aria-label": name });
    const value = h("output", { class: "number soft" }, "0.00");
    range.addEventListener("input", () => {
      const step = range.value - at;
      at = Number(range.value);
      value.textContent = at.toFixed(2);
      state.set(state.z.map((v, k) => v + step * direction[k]), `${name}: ${at.toFixed(2)}`, "attribute");
    });
    $("attributes").append(h("div", { class: "slider attribute" }, h("span", { class: "name" }, name), range, value));
    return { reset: () => { range.value = at = 0; value.textContent = "0.00"; } };
  });
  $("attributes-part").hidden = attributes.length === 0;

  // The previews show the present point with one dimension at either end.
  let version = 0;
  const previews = soon(async () => {
    const mine = ++version, n = 2 * rows.length;
    const z = new Float32Array(n * model.latent);
    for (let i = 0; i < n; i++) {
      z.set(state.z, i * model.latent);
      z[i * model.latent + rows[i >> 1].k] = i % 2 ? reach : -reach;
    }
    await engine.decodeAll(z, n, state.labels(n), (i, pixels) => paint(rows[i >> 1].ends[i % 2], pixels, model.image), () => mine === version);
    if (mine === version) document.body.dataset.previews = version;
  }, 120);

  function update(by) {
    for (const r of rows) r.show();
    if (by !== "attribute") attributes.forEach((a) => a.reset());
    version++; // what is being drawn is of the last point
    previews();
  }
  state.addEventListener("change", ({ detail }) => update(detail.by));
  update();
}
