// What all pages share: elements, colours, downloads.

export const $ = (id) => document.getElementById(id);

// h makes an element: h("button", {class: "chip", onclick: f}, "text", child).
export function h(tag, attributes = {}, ...children) {
  const e = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) e.addEventListener(name.slice(2), value);
    else if (name in e && typeof value !== "string") e[name] = value;
    else if (value !== undefined) e.setAttribute(name, value);
  }
  e.append(...children.filter((c) => c != null));
  return e;
}

// save hands a file to the browser's downloads.
export function save(name, content) {
  const blob = content instanceof Blob ? content : new Blob([content], { type: "application/octet-stream" });
  const url = URL.createObjectURL(blob);
  h("a", { href: url, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}

// theme lets a button change between dark and light; until then the system's choice holds.
export function theme(button, changed) {
  const system = matchMedia("(prefers-color-scheme: dark)");
  const isDark = () => (document.documentElement.dataset.theme ?? (system.matches ? "dark" : "light")) === "dark";
  const show = () => {
    button.textContent = isDark() ? "☀" : "☾";
    button.setAttribute("aria-label", isDark() ? "Light colours" : "Dark colours");
    changed();
  };
  button.addEventListener("click", () => {
    document.documentElement.dataset.theme = isDark() ? "light" : "dark";
    show();
  });
  system.addEventListener("change", show);
  show();
}

// colour returns the value of a colour of the style sheet, for canvases.
export const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue("--" + name).trim();

// dark reports which of the two looks is shown.
export const dark = () => colour("paper") === "#101214";

// Okabe and Ito's palette (2008, Color universal design) and two more, on light and on dark.
const classes = {
  light: ["#0072b2", "#e69f00", "#009e73", "#cc79a7", "#56b4e9", "#d55e00", "#b8a900", "#1d1b18", "#804028", "#8c8c8c"],
  dark: ["#4da3e0", "#f0b429", "#2fc79a", "#e39ac4", "#8fd0f5", "#ff8347", "#e5d94a", "#f2f0ea", "#c08a6a", "#9d9d9d"],
};

// classColour returns the colour of a class by its number, on a dark ground or a light one; those
// beyond ten differ in hue.
export function classColour(i, onDark = dark()) {
  const palette = classes[onDark ? "dark" : "light"];
  return i < palette.length ? palette[i] : `hsl(${(i * 137.508) % 360} 60% ${onDark ? 68 : 42}%)`;
}

// sharp gives a canvas as many pixels as its place on the screen has, and returns a context
// that counts in those of the style sheet.
export function sharp(canvas) {
  const { clientWidth: w, clientHeight: hh } = canvas, ratio = Math.min(devicePixelRatio || 1, 2);
  canvas.width = Math.max(1, Math.round(w * ratio));
  canvas.height = Math.max(1, Math.round(hh * ratio));
  const context = canvas.getContext("2d");
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  return context;
}

// soon returns a function that calls f once its own calls have paused for some milliseconds.
export function soon(f, pause) {
  let timer;
  return (...args) => {
    clearTimeout(timer);
    timer = setTimeout(() => f(...args), pause);
  };
}
