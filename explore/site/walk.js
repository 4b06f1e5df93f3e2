// A walk through the plane, drawn by hand or from stop to stop, that becomes a GIF.
import { $, save } from "./page.js";
import { bytes, paint } from "./picture.js";
import { encode } from "./gif.js";

const frames = 60;
const delay = 60; // milliseconds
const gifSide = 224; // of the longer side, about

export class Walk {
  path = [];

  constructor(state, engine, changed) {
    Object.assign(this, { state, engine, changed });
    $("walk-play").addEventListener("click", () => (this.timer ? this.pause() : this.play()));
    $("walk-clear").addEventListener("click", () => this.clear());
    $("walk-gif").addEventListener("click", () => this.save());
    this.tell();
  }

  begin(place) {
    this.clear();
    this.path = [place];
  }

  to(place) {
    this.path.push(place);
    this.changed();
  }

  // stop adds a place, as the keyboard does, and decodes the walk so far.
  stop(place, point) {
    this.path.push(place);
    this.end(point);
  }

  // end decodes the walk, in steps of one length.
  async end(point) {
    const path = this.path;
    this.images = undefined;
    this.pause();
    if (length(path) === 0) return this.tell();
    const places = even(path, frames), { latent, image } = this.state.model;
    const z = new Float32Array(frames * latent), images = [];
    places.forEach((p, i) => z.set(point(...p), i * latent));
    await this.engine.decodeAll(z, frames, this.state.labels(frames), (i, pixels) => images.push(pixels.slice()), () => path === this.path);
    if (path !== this.path) return;
    // There and back, unless it ends where it began.
    const open = Math.hypot(places[0][0] - places.at(-1)[0], places[0][1] - places.at(-1)[1]) > 0.15 * length(path);
    this.images = open ? [...images, ...images.slice(1, -1).reverse()] : images;
    this.tell();
    this.changed();
    if (!matchMedia("(prefers-reduced-motion: reduce)").matches) this.play();
  }

  play() {
    if (!this.images) return;
    let i = 0;
    this.timer = setInterval(() => paint($("image"), this.images[i++ % this.images.length], this.state.model.image), delay);
    this.tell();
  }

  pause() {
    clearInterval(this.timer);
    this.timer = undefined;
    this.tell();
    this.state.dispatchEvent(new Event("show"));
  }

  clear() {
    this.path = [];
    this.images = undefined;
    this.pause();
    this.changed();
  }

  save() {
    const { image } = this.state.model;
    const rgb = this.images.map((pixels) => bytes(pixels, image));
    save("walk.gif", encode(rgb, image.width, image.height, { delay: delay / 10, scale: Math.max(1, Math.floor(gifSide / Math.max(image.width, image.height))) }));
  }

  tell() {
    for (const id of ["walk-play", "walk-gif"]) $(id).disabled = !this.images;
    $("walk-clear").disabled = this.path.length === 0;
    $("walk-play").textContent = this.timer ? "Pause" : "Play";
    $("walk-frames").textContent = this.images ? `${this.images.length} frames` : this.path.length > 1 ? "decoding…" : "Draw a line in the plane.";
  }

  draw(g, view, style) {
    if (this.path.length === 0) return;
    g.beginPath();
    this.path.forEach((p, i) => g[i ? "lineTo" : "moveTo"](...view.toScreen(p)));
    g.lineJoin = g.lineCap = "round";
    g.lineWidth = 4;
    g.strokeStyle = style;
    g.stroke();
  }
}

const length = (path) => path.slice(1).reduce((s, p, i) => s + Math.hypot(p[0] - path[i][0], p[1] - path[i][1]), 0);

// even returns n places along a path at equal distances.
function even(path, n) {
  const step = length(path) / (n - 1), places = [path[0]];
  let gone = 0, i = 1;
  while (places.length < n - 1 && i < path.length) {
    const [a, b] = [path[i - 1], path[i]], d = Math.hypot(b[0] - a[0], b[1] - a[1]);
    const want = places.length * step - gone;
    if (want > d || d === 0) {
      gone += d;
      i++;
      continue;
    }
    places.push([a[0] + ((b[0] - a[0]) * want) / d, a[1] + ((b[1] - a[1]) * want) / d]);
  }
  while (places.length < n) places.push(path.at(-1));
  return places;
}
