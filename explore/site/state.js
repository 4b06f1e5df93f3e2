// What the page shows: one latent point and, of a conditional model, a class. Whoever changes
// it tells all others by the event "change". "hover" shows another point for a while, "show" ends that.

export class State extends EventTarget {
  constructor(model) {
    super();
    this.model = model;
    this.z = new Float32Array(model.latent);
    this.label = 0;
    this.note = "The centre of the latent space";
  }

  // set takes another point, and says where it comes from. by is who changes it.
  set(z, note, by) {
    this.z = Float32Array.from(z);
    this.note = note;
    this.dispatchEvent(new CustomEvent("change", { detail: { by } }));
  }

  setLabel(label) {
    this.label = label;
    this.dispatchEvent(new CustomEvent("change", { detail: { by: "label" } }));
  }

  // labels returns those of n images [n, classes] of the class, or of others; undefined where
  // the model has none.
  labels(n = 1, of = () => this.label) {
    if (!this.model.classes) return undefined;
    const weights = new Float32Array(n * this.model.classes.length);
    for (let i = 0; i < n; i++) weights[i * this.model.classes.length + of(i)] = 1;
    return weights;
  }
}
