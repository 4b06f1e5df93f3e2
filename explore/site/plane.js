// The latent plane: encoded images as points, the image under the pointer, zoom, and walks.
import { $, classColour, colour, dark, h, sharp, soon } from "./page.js";
import { paint } from "./picture.js";
import { Latest } from "./engine.js";
import { dimensionsPlane, planes, View } from "./view.js";
import { Walk } from "./walk.js";

const tile = 46; // side of a decoded image of the backdrop, in pixels
const lensSide = 104;

export class Plane {
  constructor(state, engine, points) {
    Object.assign(this, { state, engine, points, view: new View(), off: new Set() });
    this.map = $("map");
    this.over = $("over");
    this.lens = h("canvas");
    this.walk = new Walk(state, engine, () => this.drawOver());
    this.hovering = new Latest(async (z) => {
      const pixels = await engine.decode(z, state.labels());
      paint(this.lens, pixels, state.model.image);
      this.drawOver();
      document.body.dataset.hovered = [...z].join(",");
      if (this.pointer) state.dispatchEvent(new CustomEvent("hover", { detail: { z, pixels } }));
    });
    this.backdropSoon = soon(() => this.backdrop(), 140);
    this.choices();
    this.controls();
    this.pointers();
    this.keys();
    new ResizeObserver(() => this.resize()).observe(this.over);
    state.addEventListener("change", () => {
      if (state.label !== this.labelled || !this.plane.axes) this.backdropSoon(); // the others are as they were
      this.drawOver();
      this.tell();
    });
    this.use($("plane-choice").value);
  }

  // choices lists the planes.
  choices() {
    const { model } = this.state, all = planes(model), choice = $("plane-choice");
    all.forEach((p, i) => choice.append(h("option", { value: String(i) }, p ? p.name ?? "One dimension" : "Two dimensions")));
    $("plane-choice-label").hidden = all.length < 2;
    const best = model.activity ? [...model.activity.keys()].sort((a, b) => model.activity[b] - model.activity[a]) : [0, 1];
    for (const [id, first] of [["axis-x", Math.min(best[0], best[1])], ["axis-y", Math.max(best[0], best[1])]]) {
      for (let k = 0; k < model.latent; k++) $(id).append(h("option", { value: String(k) }, `z${k}`));
      $(id).value = String(first || 0);
      $(id).addEventListener("change", () => this.use(choice.value));
    }
    choice.addEventListener("change", () => this.use(choice.value));
    this.all = all;
    const labels = this.points?.used() ?? [];
    $("legend").replaceChildren(...labels.map((label) => {
      const dot = h("i");
      const chip = h("button", { class: "chip", "aria-pressed": "true", onclick: () => {
        const on = !this.off.delete(label);
        if (on) this.off.add(label);
        chip.setAttribute("aria-pressed", String(!on));
        this.draw();
      } }, dot, this.points.className(label));
      chip.dataset.label = label;
      return h("li", {}, chip);
    }));
    if (!this.points) $("show-points").hidden = true;
  }

  use(i) {
    const given = this.all[i];
    $("axes").hidden = Boolean(given) || this.state.model.latent < 3;
    this.plane = given ?? dimensionsPlane(Number($("axis-x").value), Number($("axis-y").value));
    this.projected = [];
    for (let k = 0; k < (this.points?.n ?? 0); k++) this.projected.push(this.plane.project(this.points.code(k)));
    const far = this.projected.map(([x, y]) => Math.max(Math.abs(x), Math.abs(y))).sort((a, b) => a - b);
    this.reach = Math.min(Math.max(3.2, 1.08 * (far[Math.floor(0.99 * far.length)] ?? 0)), 12);
    this.view.home(this.reach);
    this.walk.clear();
    this.draw();
    this.tell();
  }

  controls() {
    const toggle = (id, on, f) => {
      const b = $(id);
      b.setAttribute("aria-pressed", String(on));
      b.addEventListener("click", () => {
        const now = b.getAttribute("aria-pressed") !== "true";
        b.setAttribute("aria-pressed", String(now));
        f(now);
      });
    };
    this.showPoints = true;
    this.showImages = this.state.model.latent === 2;
    toggle("show-points", true, (on) => { this.showPoints = on; this.draw(); });
    toggle("show-images", this.showImages, (on) => { this.showImages = on; this.draw(); });
    toggle("walk-mode", false, (on) => {
      this.walking = on;
      $("walk").hidden = !on;
      if (!on) this.walk.clear();
      this.over.classList.toggle("drawing", on);
      this.tell();
    });
    const zoom = (factor) => { this.view.zoom(factor); this.draw(); };
    $("zoom-in").addEventListener("click", () => zoom(1.5));
    $("zoom-out").addEventListener("click", () => zoom(1 / 1.5));
    $("zoom-home").addEventListener("click", () => { this.view.home(this.reach); this.draw(); });
  }

  // at is the latent point of a place on the screen.
  at(screen) { return this.plane.point(...this.view.toPlane(screen), this.state.z); }

  hover(screen) {
    this.pointer = screen;
    this.hovering.ask(this.at(screen));
  }

  leave() {
    if (!this.pointer) return;
    this.pointer = null;
    this.drawOver();
    this.state.dispatchEvent(new Event("show"));
  }

  // pointers: a mouse decodes where it is, pans with a button held and chooses by a click; one
  // finger decodes, two pan and zoom. In walk mode what is dragged is a walk.
  pointers() {
    const held = new Map(), where = (e) => [e.offsetX, e.offsetY];
    let start, moved;
    this.over.addEventListener("pointerdown", (e) => {
      this.over.setPointerCapture(e.pointerId);
      held.set(e.pointerId, where(e));
      start = where(e);
      moved = false;
      if (this.walking && held.size === 1) this.walk.begin(this.view.toPlane(where(e)));
      if (held.size === 2) this.leave();
      else if (e.pointerType !== "mouse") this.hover(where(e));
    });
    this.over.addEventListener("pointermove", (e) => {
      const before = held.get(e.pointerId), now = where(e);
      if (before) held.set(e.pointerId, now);
      if (start && Math.hypot(now[0] - start[0], now[1] - start[1]) > 4) moved = true;
      if (held.size === 2 && before) {
        const [a, b] = [...held.values()], other = held.get([...held.keys()].find((id) => id !== e.pointerId));
        const ratio = Math.hypot(a[0] - b[0], a[1] - b[1]) / Math.max(1, Math.hypot(before[0] - other[0], before[1] - other[1]));
        this.view.pan((now[0] - before[0]) / 2, (now[1] - before[1]) / 2);
        this.view.zoom(ratio, [(a[0] + b[0]) / 2, (a[1] + b[1]) / 2]);
        this.draw();
        return;
      }
      if (before && this.walking) this.walk.to(this.view.toPlane(now));
      else if (before && e.pointerType === "mouse" && moved) {
        this.view.pan(now[0] - before[0], now[1] - before[1]);
        this.draw();
        return;
      }
      this.hover(now);
    });
    const up = (e) => {
      if (!held.delete(e.pointerId)) return;
      if (this.walking) this.walk.end((x, y) => this.plane.point(x, y, this.state.z));
      else if (e.type === "pointerup" && held.size === 0 && (!moved || e.pointerType !== "mouse")) this.choose(where(e));
      if (e.pointerType !== "mouse" || !moved) this.leave();
      start = undefined;
    };
    this.over.addEventListener("pointerup", up);
    this.over.addEventListener("pointercancel", up);
    this.over.addEventListener("pointerleave", () => held.size === 0 && this.leave());
    this.over.addEventListener("wheel", (e) => {
      e.preventDefault();
      this.view.zoom(Math.exp(-e.deltaY * (e.deltaMode ? 0.05 : 0.0018)), where(e));
      this.draw();
    }, { passive: false });
  }

  // choose takes the encoded image at a place, or else the place itself.
  choose(screen) {
    const i = this.showPoints ? this.hit(screen) : -1;
    if (i >= 0) this.points.choose(i);
    else this.state.set(this.at(screen), "A point of the plane", "plane");
  }

  hit([sx, sy]) {
    let best = -1, least = 7 ** 2;
    this.projected.forEach((p, i) => {
      if (this.points.labels && this.off.has(this.points.labels[i])) return;
      const [x, y] = this.view.toScreen(p), d = (x - sx) ** 2 + (y - sy) ** 2;
      if (d < least) [best, least] = [i, d];
    });
    return best;
  }

  keys() {
    this.over.addEventListener("keydown", (e) => {
      const step = (e.shiftKey ? 4 : 22) / this.view.scale;
      const move = { ArrowLeft: [-step, 0], ArrowRight: [step, 0], ArrowUp: [0, step], ArrowDown: [0, -step] }[e.key];
      const [x, y] = this.plane.project(this.state.z);
      if (move) this.state.set(this.plane.point(x + move[0], y + move[1], this.state.z), "A point of the plane", "plane");
      else if (e.key === "+" || e.key === "=") this.view.zoom(1.25, this.view.toScreen([x, y]));
      else if (e.key === "-") this.view.zoom(0.8, this.view.toScreen([x, y]));
      else if (e.key === "0") this.view.home(this.reach);
      else if (e.key === "Enter" && this.walking) this.walk.stop([x, y], (a, b) => this.plane.point(a, b, this.state.z));
      else if (e.key === "Escape" && this.walking) this.walk.clear();
      else return;
      e.preventDefault();
      if (!move) this.draw();
    });
  }

  resize() {
    const { clientWidth, clientHeight } = this.over;
    if (clientWidth === 0 || clientHeight === 0) return; // it is not shown
    this.view.resize(clientWidth, clientHeight);
    if (!this.sized) this.view.home(this.reach);
    this.sized = true;
    this.draw();
  }

  draw() {
    this.tiles?.stop();
    this.drawMap();
    this.drawOver();
    this.backdropSoon();
    for (const chip of $("legend").querySelectorAll("button")) chip.firstChild.style.background = classColour(Number(chip.dataset.label), this.onDark);
  }

  // backdrop decodes the plane in tiles.
  async backdrop() {
    this.tiles?.stop();
    this.labelled = this.state.label;
    if (!this.showImages || !this.sized) return this.drawMap();
    const { view, state } = this, { image } = state.model;
    const side = Math.max(tile, Math.sqrt((view.width * view.height) / 320)), columns = Math.ceil(view.width / side), rows = Math.ceil(view.height / side);
    const places = [];
    for (let r = 0; r < rows; r++) for (let c = 0; c < columns; c++) places.push([c, r]);
    // From the middle outwards, where people look.
    places.sort((a, b) => Math.hypot(a[0] + 0.5 - columns / 2, a[1] + 0.5 - rows / 2) - Math.hypot(b[0] + 0.5 - columns / 2, b[1] + 0.5 - rows / 2));
    const z = new Float32Array(places.length * state.model.latent);
    places.forEach(([c, r], i) => z.set(this.at([(c + 0.5) * side, (r + 0.5) * side]), i * state.model.latent));
    const sheet = new OffscreenCanvas(columns * image.width, rows * image.height), one = h("canvas");
    let alive = true;
    const tiles = { sheet, side, columns, rows, stop: () => (alive = false) };
    this.tiles = tiles;
    let last = 0;
    await this.engine.decodeAll(z, places.length, state.labels(places.length), (i, pixels) => {
      paint(one, pixels, image);
      sheet.getContext("2d").drawImage(one, places[i][0] * image.width, places[i][1] * image.height);
      if (performance.now() - last > 80) {
        last = performance.now();
        this.drawMap();
      }
    }, () => alive);
    if (alive) this.drawMap();
  }

  drawMap() {
    const { view, map } = this, g = sharp(map);
    g.fillStyle = colour("well");
    g.fillRect(0, 0, view.width, view.height);
    if (this.showImages && this.tiles) {
      g.imageSmoothingEnabled = false;
      g.fillStyle = "#000";
      g.fillRect(0, 0, view.width, view.height);
      g.globalAlpha = this.showPoints && this.points ? 0.55 : 1;
      g.drawImage(this.tiles.sheet, 0, 0, this.tiles.columns * this.tiles.side, this.tiles.rows * this.tiles.side);
      g.globalAlpha = 1;
    } else this.drawGrid(g);
    if (this.showPoints && this.points) this.drawPoints(g);
    g.fillStyle = colour("soft");
    g.font = "11px system-ui, sans-serif";
    if (!this.showImages) {
      g.fillText(this.plane.y, 10, 18);
      g.textAlign = "right";
      g.fillText(this.plane.x, view.width - 10, view.height - 10);
    }
  }

  // drawGrid shows the axes and how far one, two and three standard deviations of the prior reach.
  drawGrid(g) {
    const { view } = this, [ox, oy] = view.toScreen([0, 0]);
    g.strokeStyle = colour("line");
    g.lineWidth = 1;
    g.beginPath();
    g.moveTo(ox, 0);
    g.lineTo(ox, view.height);
    g.moveTo(0, oy);
    g.lineTo(view.width, oy);
    for (const r of [1, 2, 3]) {
      g.moveTo(ox + r * view.scale, oy);
      g.arc(ox, oy, r * view.scale, 0, 2 * Math.PI);
    }
    g.stroke();
  }

  // onDark says whether points are drawn on images, whose ground is black, or in the dark.
  get onDark() { return dark() || this.showImages; }

  drawPoints(g) {
    const { view, points } = this, radius = Math.min(4.5, Math.max(2.2, 110 / Math.sqrt(points.n))) * (view.width < 500 ? 0.85 : 1);
    const { onDark } = this, edge = onDark ? "#000a" : "#fffc", plain = colour("accent");
    g.lineWidth = 1;
    g.strokeStyle = edge;
    // In a mixed order, so that no class covers the others: by steps that have no divisor in common with their number.
    const step = points.n % 7919 ? 7919 : 7907;
    for (let j = 0; j < points.n; j++) {
      const i = (j * step) % points.n, label = points.labels?.[i];
      if (label !== undefined && this.off.has(label)) continue;
      const [x, y] = view.toScreen(this.projected[i]);
      if (x < -9 || y < -9 || x > view.width + 9 || y > view.height + 9) continue;
      g.beginPath();
      g.arc(x, y, radius, 0, 2 * Math.PI);
      g.fillStyle = label === undefined ? plain : classColour(label, onDark);
      g.fill();
      g.stroke();
    }
  }

  drawOver() {
    const { view, over } = this, g = sharp(over);
    g.clearRect(0, 0, view.width, view.height);
    this.walk.draw(g, view, colour("accent"));
    const [x, y] = view.toScreen(this.plane.project(this.state.z));
    ring(g, x, y, 9, colour("accent"), colour("card"));
    if (!this.pointer) return;
    const [px, py] = this.pointer;
    ring(g, px, py, 5, colour("ink"), colour("card"));
    const { width, height } = this.state.model.image, k = lensSide / Math.max(width, height), w = k * width, hh = k * height;
    const lx = px + 26 + w > view.width ? px - 26 - w : px + 26;
    const ly = Math.min(Math.max(py - hh - 26, 8), view.height - hh - 8);
    g.save();
    g.beginPath();
    g.roundRect(lx, ly, w, hh, 12);
    g.shadowColor = "#0007";
    g.shadowBlur = 18;
    g.shadowOffsetY = 4;
    g.fillStyle = colour("card");
    g.fill();
    g.shadowColor = "transparent";
    g.clip();
    g.imageSmoothingEnabled = false;
    g.drawImage(this.lens, lx, ly, w, hh);
    g.restore();
    g.lineWidth = 2;
    g.strokeStyle = colour("card");
    g.beginPath();
    g.roundRect(lx, ly, w, hh, 12);
    g.stroke();
  }

  // tell says in words where the chosen point is.
  tell() {
    const place = this.plane.project(this.state.z).map((v) => v.toFixed(2).replace("-", "−"));
    const near = this.points?.labels ? this.points.nearest(this.state.z, 5).map(({ i }) => this.points.labels[i]) : [];
    const common = near.length && near.reduce((best, l) => (near.filter((m) => m === l).length > near.filter((m) => m === best).length ? l : best));
    const text = `${place.join(", ")}${near.length ? ` · among ${this.points.className(common)}` : ""}`;
    $("where").textContent = this.walking ? `${text} · drag to draw a walk, or press Enter at each stop` : text;
  }
}

function ring(g, x, y, radius, inner, outer) {
  for (const [width, style] of [[5, outer], [2.5, inner]]) {
    g.beginPath();
    g.arc(x, y, radius, 0, 2 * Math.PI);
    g.lineWidth = width;
    g.strokeStyle = style;
    g.stroke();
  }
}
