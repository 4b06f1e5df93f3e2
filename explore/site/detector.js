// Judges images as package anomaly does, whose comments say what each step is for.

const kinds = ["detail", "detail", "difference", "code", "error"]; // of the findings
const finestGrid = 32;

export class Detector {
  constructor(text) {
    const [channels, height, width] = text.image;
    const { draws = 0, false_alarms: falseAlarms, floors, tails, total, hottest } = text;
    Object.assign(this, { size: { channels, height, width }, draws, falseAlarms, floors, tails, total, hottest });
    for (const name of ["detail", "difference", "code"]) this[name] = new Field(text[name]);
    this.cell = Math.ceil(Math.max(height, width) / finestGrid);
  }

  get threshold() { return -Math.log10(this.falseAlarms); }

  // judge returns the verdict on an image, its reconstruction, both [C, H, W], and its code.
  judge(image, reconstruction, code) {
    const details = this.#details(image), differences = this.#differences(image.map((v, i) => v - reconstruction[i]));
    const detail = this.detail.find(flat(details)), difference = this.difference.find(flat(differences));
    const error = image.reduce((s, v, i) => s + Math.fround(v - reconstruction[i]) ** 2, 0);
    const findings = [detail.outside, detail.nearest, difference.nearest, this.code.find(code).nearest, log(error)];
    const rarities = findings.map((v, k) => rarity(this.tails[k], v));
    const score = rarity(this.total, rarities.reduce((s, r) => s + r ** 4, 0) ** 0.25);
    const heat = new Float32Array(this.size.height * this.size.width);
    this.#warm(heat, details, detail.deviations, this.hottest.detail);
    this.#warm(heat, differences, difference.deviations, this.hottest.difference);
    return { score, odd: score >= this.threshold, why: kinds[rarities.indexOf(Math.max(...rarities))], heat };
  }

  #channels(pixels) {
    const { channels, height, width } = this.size, area = height * width;
    return Array.from({ length: channels }, (_, c) => new Plane(height, width, pixels.subarray(c * area, (c + 1) * area)));
  }

  // details are the logarithms of the gradient's energy at two scales.
  #details(image) {
    let fine = this.#channels(image);
    return this.floors.map((floor) => {
      const energy = new Plane(fine[0].h, fine[0].w);
      for (const p of fine) p.addEnergy(energy);
      fine = fine.map((p) => p.shrink(2));
      const { h, w, v } = energy.smooth(0.7).shrink(this.cell);
      return new Plane(h, w, v.map((e) => Math.log(e + floor)));
    });
  }

  #differences(difference) {
    return this.#channels(difference).flatMap((p) => {
      p = p.shrink(this.cell);
      return [p, p.shrink(2), p.shrink(4)];
    });
  }

  // warm raises the heat to what the deviations on some planes are.
  #warm(heat, planes, deviations, hottest) {
    const { height, width } = this.size;
    let from = 0;
    for (const { h, w } of planes) {
      const p = new Plane(h, w, deviations.subarray(from, (from += h * w)));
      for (let i = 0; i < heat.length; i++)
        heat[i] = Math.max(heat[i], Math.abs(p.at((Math.floor(i / width) + 0.5) / height, ((i % width) + 0.5) / width)) / hottest);
    }
  }
}

// Field is one kind of evidence, and what normal images have.
class Field {
  constructor({ mean, basis, along, std, memory, spread }) {
    Object.assign(this, { mean: numbers(mean), basis: rows(basis), along: numbers(along), std: numbers(std), memory: rows(memory), spread: numbers(spread) });
  }

  find(v) {
    const deviations = Float32Array.from(v, (e, i) => e - this.mean[i]);
    const coordinates = this.basis.map((b) => b.reduce((s, e, i) => s + e * deviations[i], 0));
    this.basis.forEach((b, k) => b.forEach((e, i) => (deviations[i] -= coordinates[k] * e)));
    deviations.forEach((e, i) => (deviations[i] = e / this.std[i]));
    const outside = deviations.reduce((s, e) => s + e * e, 0) / deviations.length;
    const nearest = this.memory.reduce((least, m, i) => {
      const d = coordinates.reduce((s, c, k) => s + (c / this.along[k] - m[k]) ** 2, 0);
      return Math.min(least, d / this.spread[i]);
    }, Infinity);
    return { outside: log(outside), nearest: log(nearest), deviations };
  }
}

const log = (v) => Math.log(v + 1e-12);

// rarity is -log10 of the share of normal images whose score is as high.
function rarity({ quantiles, share, scale }, score) {
  const start = quantiles.at(-1);
  if (score >= start) return -Math.log10(share) + (score - start) / scale / Math.LN10;
  const i = quantiles.findIndex((v) => v >= score);
  if (i === 0) return 0;
  const low = quantiles[i - 1], at = (i - 1 + (score - low) / (quantiles[i] - low)) / (quantiles.length - 1);
  return -Math.log10(1 - at * (1 - share));
}

// Plane is a map of numbers by place, [H, W].
class Plane {
  constructor(h, w, v = new Float32Array(h * w)) { Object.assign(this, { h, w, v }); }

  shrink(k) {
    if (k === 1) return this;
    const s = new Plane(Math.ceil(this.h / k), Math.ceil(this.w / k));
    for (let i = 0; i < s.v.length; i++) {
      const top = Math.floor(i / s.w) * k, left = (i % s.w) * k, bottom = Math.min(top + k, this.h), right = Math.min(left + k, this.w);
      let sum = 0;
      for (let y = top; y < bottom; y++) for (let x = left; x < right; x++) sum += this.v[y * this.w + x];
      s.v[i] = sum / ((bottom - top) * (right - left));
    }
    return s;
  }

  smooth(sigma) {
    const reach = 3;
    let taps = Array.from({ length: 2 * reach + 1 }, (_, i) => Math.exp(-((i - reach) ** 2) / (2 * sigma * sigma)));
    const sum = taps.reduce((s, t) => s + t);
    taps = taps.map((t) => t / sum);
    const along = (from, h, w) => { // smoothed along rows, and turned
      const to = new Plane(w, h);
      for (let y = 0; y < h; y++)
        for (let x = 0; x < w; x++) to.v[x * h + y] = taps.reduce((s, t, k) => s + t * from.v[y * w + Math.min(Math.max(x + k - reach, 0), w - 1)], 0);
      return to;
    };
    return along(along(this, this.h, this.w), this.w, this.h);
  }

  addEnergy(e) {
    const slope = (at, i, n, step) => {
      const before = i > 0 ? at - step : at, after = i < n - 1 ? at + step : at;
      return before === after ? 0 : (this.v[after] - this.v[before]) / ((after - before) / step);
    };
    for (let y = 0; y < this.h; y++)
      for (let x = 0; x < this.w; x++) {
        const at = y * this.w + x;
        e.v[at] += slope(at, x, this.w, 1) ** 2 + slope(at, y, this.h, this.w) ** 2;
      }
  }

  // at returns the value at shares of height and width, between the nearest four cells.
  at(y, x) {
    const side = (share, n) => {
      const at = Math.min(Math.max(share * n - 0.5, 0), n - 1), low = Math.floor(at);
      return [low, Math.min(low + 1, n - 1), at - low];
    };
    const [y0, y1, ty] = side(y, this.h), [x0, x1, tx] = side(x, this.w);
    const row = (y) => this.v[y * this.w + x0] * (1 - tx) + this.v[y * this.w + x1] * tx;
    return row(y0) * (1 - ty) + row(y1) * ty;
  }
}

const flat = (planes) => Float32Array.from(planes.flatMap((p) => [...p.v]));

const bytes = (base64) => Uint8Array.from(atob(base64 ?? ""), (c) => c.charCodeAt(0));
const numbers = (base64) => new Float32Array(bytes(base64).buffer);

// rows unpacks a matrix, whose elements are signed bytes times the scale of their row.
function rows({ scales, bytes: packed }) {
  const all = numbers(scales), data = new Int8Array(bytes(packed).buffer), width = data.length / all.length;
  return Array.from(all, (scale, i) => Float32Array.from(data.subarray(i * width, (i + 1) * width), (b) => scale * b));
}
