// The encoded images: codes, classes and thumbnails.
import { h } from "./page.js";
import { read } from "./npy.js";

export class Points {
  static async load(model) {
    if (!model.points) return null;
    const p = new Points();
    Object.assign(p, model.points, { latent: model.latent });
    p.codes = read(await (await fetch(p.file)).arrayBuffer());
    if (p.thumbnails) {
      const blob = await (await fetch(p.thumbnails.file)).blob();
      p.sheet = await createImageBitmap(blob, { colorSpaceConversion: "none" });
    }
    return p;
  }

  code(i) { return this.codes.subarray(i * this.latent, (i + 1) * this.latent); }

  className(label) { return this.classes?.[label] ?? String(label); }

  name(i) { return `Image ${i}` + (this.labels ? `, class ${this.className(this.labels[i])}` : ""); }

  // used are the labels that there are, in their order.
  used() { return this.labels ? [...new Set(this.labels)].sort((a, b) => a - b) : []; }

  nearest(z, most) {
    const found = [];
    for (let i = 0; i < this.n; i++) {
      let square = 0;
      for (let k = 0; k < this.latent; k++) square += (z[k] - this.codes[i * this.latent + k]) ** 2;
      if (found.length < most || square < found[most - 1].square) {
        found.push({ i, square, distance: Math.sqrt(square) });
        found.sort((a, b) => a.square - b.square);
        found.length = Math.min(found.length, most);
      }
    }
    return found;
  }

  // thumbnail returns a canvas with image i, or undefined.
  thumbnail(i) {
    if (!this.sheet) return undefined;
    const { width, height, columns } = this.thumbnails;
    const canvas = h("canvas", { width, height });
    canvas.getContext("2d").drawImage(this.sheet, (i % columns) * width, Math.floor(i / columns) * height, width, height, 0, 0, width, height);
    return canvas;
  }
}
