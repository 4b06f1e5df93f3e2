// Shows a training run: asks for its metrics each second, and for the pictures of new epochs.
import { $, classColour, colour, h, sharp, theme } from "./page.js";

const pictures = new Map(); // "3 samples": address of the picture, or null
let epochs = [], text = "", following = true, timer;

const terms = ["elbo", "reconstruction", "kl"];
const splits = [["train", 0], ["validation", 2], ["test", 1]]; // with the number of its colour

async function update() {
  try {
    const answer = await fetch("metrics.jsonl");
    const now = answer.status === 200 ? await answer.text() : "";
    if (now !== text) {
      text = now;
      epochs = text.split("\n").filter(Boolean).map((line) => JSON.parse(line));
      show();
    }
    $("facts").dataset.state = "live";
  } catch { // the program has ended; what is here stays
    if ($("facts").dataset.state !== "over" && epochs.length) $("facts").append(" · the run has ended");
    $("facts").dataset.state = "over";
  }
  if (document.body) setTimeout(update, $("facts").dataset.state === "over" ? 5000 : 1000);
}

function show() {
  const last = epochs.at(-1);
  document.body.dataset.epochs = epochs.length;
  if (!last) return;
  const planned = run.training?.epochs;
  $("facts").textContent = [
    `epoch ${last.epoch}${planned ? ` of ${planned}` : ""}`, `test ELBO ${nats(last.test.elbo)}`,
    `${last.active_units} of ${last.test.kl_by_dimension?.length ?? "?"} dimensions active`,
    `${Math.round(last.images_per_second)} images/s`,
  ].join(" · ");
  $("table").replaceChildren(...[...epochs].reverse().map((e) => h("tr", {}, ...[e.epoch, nats(e.train.elbo), nats(e.test.elbo), nats(e.test.reconstruction), nats(e.test.kl), e.active_units, Math.round(e.images_per_second)].map((v) => h("td", {}, String(v))))));
  draw();
  $("epoch").max = last.epoch;
  if (following) choose(last.epoch);
  for (const e of epochs) for (const name of ["reconstructions", "samples"]) load(e.epoch, name);
}

const nats = (v) => (v ?? NaN).toFixed(2).replace("-", "−");

function draw() {
  const there = splits.filter(([name]) => epochs.some((e) => e[name]));
  $("legend").replaceChildren(...there.map(([name, c]) => {
    const line = h("i");
    line.style.background = classColour(c);
    return h("li", {}, line, name);
  }));
  for (const term of terms) chart($(term), term, there.map(([name, c]) => ({ c, points: epochs.filter((e) => e[name]).map((e) => [e.epoch, e[name][term]]) })));
}

// chart draws lines over the epochs, with a few round values beside them.
function chart(canvas, term, lines) {
  const g = sharp(canvas), w = canvas.clientWidth, hh = canvas.clientHeight;
  const left = 52, right = 12, top = 14, bottom = 24;
  const ys = lines.flatMap((l) => l.points.map((p) => p[1])).sort((a, b) => a - b);
  if (ys.length === 0) return;
  // The first epochs are far from the others: they may leave the picture.
  const far = epochs.length > 8;
  let low = term === "elbo" && far ? ys[Math.floor(ys.length * 0.08)] : ys[0];
  let high = term === "reconstruction" && far ? ys[Math.ceil(ys.length * 0.92) - 1] : ys.at(-1);
  if (high === low) [low, high] = [low - 1, high + 1];
  const pad = 0.08 * (high - low);
  [low, high] = [low - pad, high + pad];
  const first = epochs[0].epoch, last = Math.max(epochs.at(-1).epoch, first + 1);
  const x = (e) => left + ((e - first) / (last - first)) * (w - left - right);
  const y = (v) => top + ((high - v) / (high - low)) * (hh - top - bottom);
  g.font = "11px system-ui, sans-serif";
  g.fillStyle = colour("soft");
  g.strokeStyle = colour("line");
  g.textAlign = "right";
  const rough = (high - low) / 4, power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((m) => m * power).find((s) => s >= rough);
  for (let v = Math.ceil(low / step) * step; v <= high; v += step) {
    g.beginPath();
    g.moveTo(left, y(v));
    g.lineTo(w - right, y(v));
    g.stroke();
    g.fillText(String(Number(v.toPrecision(6))).replace("-", "−"), left - 6, y(v) + 4);
  }
  g.fillText(`epoch ${last}`, w - right, hh - 7);
  g.textAlign = "left";
  g.fillText(String(first), left, hh - 7);
  g.save();
  g.beginPath();
  g.rect(left - 4, top - 4, w - left - right + 8, hh - top - bottom + 8);
  g.clip();
  for (const { c, points } of lines) {
    g.strokeStyle = g.fillStyle = classColour(c);
    g.lineWidth = 2;
    g.lineJoin = "round";
    g.beginPath();
    points.forEach(([e, v], i) => g[i ? "lineTo" : "moveTo"](x(e), y(v)));
    g.stroke();
    g.beginPath();
    g.arc(x(points.at(-1)[0]), y(points.at(-1)[1]), 3.5, 0, 2 * Math.PI);
    g.fill();
  }
  g.restore();
  canvas.setAttribute("aria-label", `${term} by epoch, now ${lines.map((l) => nats(l.points.at(-1)[1])).join(" and ")}`);
}

// load keeps the pictures of epochs, so that they stay when the program has ended.
async function load(epoch, name) {
  const key = `${epoch} ${name}`;
  if (pictures.get(key) !== undefined) return;
  pictures.set(key, null);
  let answer = await fetch(`pictures/${String(epoch).padStart(4, "0")}-${name}.png`).catch(() => null);
  // A run without pictures of its epochs has some when it is over.
  if (answer?.status === 204 && epoch === epochs.at(-1).epoch) answer = await fetch(`pictures/${name}.png`).catch(() => null);
  if (answer?.status === 200) pictures.set(key, URL.createObjectURL(await answer.blob()));
  if (Number($("epoch").value) === epoch) choose(epoch);
}

function choose(epoch) {
  $("epoch").value = epoch;
  $("which").textContent = `epoch ${epoch}`;
  let any = false;
  for (const name of ["reconstructions", "samples"]) {
    const address = pictures.get(`${epoch} ${name}`);
    if (address) $(name).src = address;
    any ||= $(name).hasAttribute("src");
  }
  $("none").hidden = any;
  if (any) document.body.dataset.pictures = epoch;
}

$("epoch").addEventListener("input", () => {
  following = Number($("epoch").value) === epochs.at(-1)?.epoch;
  choose(Number($("epoch").value));
});
$("play").addEventListener("click", () => {
  if (timer) return stop();
  let i = 0;
  $("play").textContent = "Pause";
  timer = setInterval(() => (i < epochs.length ? choose(epochs[i++].epoch) : stop()), 250);
});
function stop() {
  clearInterval(timer);
  timer = undefined;
  $("play").textContent = "Play";
}

let run = {};
theme($("theme"), () => epochs.length && draw());
new ResizeObserver(() => epochs.length && draw()).observe($("elbo"));
run = await (await fetch("run.json")).json().catch(() => ({}));
document.title = $("title").textContent = `Training ${run.name ?? ""}`;
update();
