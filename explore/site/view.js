// A plane of the latent space and the part of it that is seen: from latent points to places
// on the screen and back.

// planes returns those that a model has, each with project(z) and point(x, y, base).
export function planes(model) {
  const list = (model.points?.planes ?? []).filter(() => model.latent > 2).map((p) => ({
    ...p,
    project: (z) => p.axes.map((axis) => axis.reduce((s, a, k) => s + a * (z[k] - p.origin[k]), 0)),
    point: (x, y) => Float32Array.from(p.origin, (o, k) => o + x * p.axes[0][k] + y * p.axes[1][k]),
  }));
  return model.latent === 1 ? [...list, dimensionsPlane(0, 0)] : [...list, null]; // null: two dimensions to choose
}

// dimensionsPlane is that of two dimensions, all others being those of the present point.
export function dimensionsPlane(a, b) {
  return {
    x: `z${a}`, y: `z${b}`,
    project: (z) => [z[a], a === b ? 0 : z[b]],
    point: (x, y, base) => {
      const z = Float32Array.from(base);
      z[a] = x;
      if (a !== b) z[b] = y;
      return z;
    },
  };
}

// View is the seen part: its centre, and how many pixels a unit has. y grows upwards.
export class View {
  x = 0; y = 0; scale = 60; width = 1; height = 1;

  resize(width, height) {
    this.scale *= Math.min(width, height) / Math.min(this.width, this.height);
    Object.assign(this, { width, height });
  }

  home(reach) { Object.assign(this, { x: 0, y: 0, scale: Math.min(this.width, this.height) / 2 / reach }); }

  toScreen([x, y]) { return [this.width / 2 + (x - this.x) * this.scale, this.height / 2 - (y - this.y) * this.scale]; }

  toPlane([sx, sy]) { return [this.x + (sx - this.width / 2) / this.scale, this.y - (sy - this.height / 2) / this.scale]; }

  // zoom keeps the place at, on the screen, where it is.
  zoom(factor, at = [this.width / 2, this.height / 2]) {
    const before = this.toPlane(at);
    this.scale = Math.min(Math.max(this.scale * factor, 8), 20_000);
    const after = this.toPlane(at);
    this.x += before[0] - after[0];
    this.y += before[1] - after[1];
  }

  pan(dx, dy) {
    this.x -= dx / this.scale;
    this.y += dy / this.scale;
  }
}
