// The model as the page calls it. Calls are answered by worker.js in their order.

const chunk = 8; // images decoded at once, so that a call for the pointer's image waits little

export class Engine {
  #worker = new Worker(new URL("worker.js", import.meta.url), { type: "module" });
  #waiting = new Map();
  #id = 0;
  #failure; // of the worker, after which it answers no more
  milliseconds = []; // of the last images decoded alone

  constructor() {
    this.#worker.addEventListener("message", ({ data: { id, result, error } }) => {
      const { resolve, reject } = this.#waiting.get(id);
      this.#waiting.delete(id);
      error === undefined ? resolve(result) : reject(new Error(error));
    });
    this.#worker.addEventListener("error", (event) => {
      this.#failure = new Error(event.message || "the worker cannot be started");
      for (const { reject } of this.#waiting.values()) reject(this.#failure);
      this.#waiting.clear();
    });
  }

  // waiting is the number of calls that have no answer yet.
  get waiting() { return this.#waiting.size; }

  #call(kind, args) {
    return new Promise((resolve, reject) => {
      if (this.#failure) return reject(this.#failure);
      this.#waiting.set(++this.#id, { resolve, reject });
      this.#worker.postMessage({ id: this.#id, kind, ...args });
    });
  }

  async load(description, wanted) {
    this.model = description;
    Object.assign(this, await this.#call("load", { description, wanted }));
  }

  // decode returns the image [C, H, W] of one point.
  async decode(z, labels) {
    const { pixels, milliseconds } = await this.#call("decode", { z, n: 1, labels });
    this.milliseconds = [...this.milliseconds.slice(-49), milliseconds];
    return pixels;
  }

  // decodeAll calls use(i, pixels) with the image of each of n points [n, L], until alive says no.
  async decodeAll(z, n, labels, use, alive = () => true) {
    const { latent, classes, image } = this.model;
    const size = image.channels * image.height * image.width;
    for (let i = 0; i < n && alive(); i += chunk) {
      const k = Math.min(chunk, n - i);
      const part = labels && labels.slice(i * classes.length, (i + k) * classes.length);
      const { pixels } = await this.#call("decode", { z: z.slice(i * latent, (i + k) * latent), n: k, labels: part });
      for (let j = 0; j < k && alive(); j++) use(i + j, pixels.subarray(j * size, (j + 1) * size));
    }
  }

  // draw returns the latent points [n, L] that the model makes of n times N(0, I).
  draw(z, n, labels) {
    return this.model.prior ? this.#call("draw", { z, n, labels }) : z;
  }

  encode(x, labels) {
    return this.#call("encode", { x, labels });
  }
}

// Latest runs one call at a time, and of those that come meanwhile the last alone.
export class Latest {
  #run; #busy = false; #next;

  constructor(run) { this.#run = run; }

  async ask(...args) {
    this.#next = args;
    if (this.#busy) return;
    this.#busy = true;
    try {
      while (this.#next) {
        const next = this.#next;
        this.#next = undefined;
        await this.#run(...next);
      }
    } finally {
      this.#busy = false;
    }
  }
}
