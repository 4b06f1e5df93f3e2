// A visitor's image: encoded, beside its reconstruction with a score and a heat map, and the
// encoded images that are nearest to it. The score and the map are a detector's verdict where the
// model has one, else a likelihood and where the two differ.
import { $, h } from "./page.js";
import { differences, heat, imageData, paint, take } from "./picture.js";
import { posterior } from "./sample.js";

const neighbours = 8;

export function own(state, engine, points, detector) {
  const { model } = state, size = model.image;
  $("own").hidden = !model.encoder;
  if (!model.encoder) return { show() {} };

  async function show(x, name) {
    $("own-problem").textContent = "";
    const { mean, logVar } = await engine.encode(x, state.labels());
    const reconstruction = await engine.decode(mean, state.labels());
    paint($("own-original"), x, size);
    paint($("own-reconstruction"), reconstruction, size);
    const { told, map } = detector ? await verdict(x, mean, logVar, reconstruction) : { told: await score(x, mean, logVar, reconstruction), map: differences(x, reconstruction, size) };
    const canvas = $("own-heat");
    Object.assign(canvas, { width: size.width, height: size.height });
    canvas.getContext("2d").putImageData(imageData(heat(x, map, size), size), 0, 0);
    $("own-score").replaceChildren(...told);
    near(mean);
    $("own-result").hidden = false;
    state.set(mean, `${name}, encoded`, "own");
    $("own").dataset.shown = name;
  }

  // verdict is the detector's, as vae-infer score finds it. With draws it judges by the mean of
  // their reconstructions.
  async function verdict(x, mean, logVar, reconstruction) {
    if (detector.draws > 0) {
      const sum = new Float64Array(x.length);
      for (let draw = 0; draw < detector.draws; draw++) (await engine.decode(posterior(mean, logVar, draw), state.labels())).forEach((v, i) => (sum[i] += v / detector.draws));
      reconstruction = Float32Array.from(sum);
    }
    const { score, odd, why, heat: map } = detector.judge(x, reconstruction, mean);
    Object.assign($("own").dataset, { score, odd, why });
    const percent = (v) => (v > 6 ? "less than 0.0001 %" : `${Number((100 * 10 ** -v).toPrecision(2))} %`);
    const reason = { detail: "the detail at some place", difference: "the difference from the reconstruction at some place", error: "the error of the whole reconstruction", code: "the code" }[why];
    const told = [
      h("strong", { class: odd ? "number odd" : "number" }, odd ? "Odd" : "Normal"),
      ` with a score of ${score.toFixed(2)}: ${percent(score)} of normal images are as unusual, and ${percent(detector.threshold)} are called odd. Most unusual is ${reason}.`,
    ];
    return { told, map };
  }

  // score is the lower bound of log p(x) that vae-infer score finds with one draw; without a
  // likelihood it is the squared error.
  async function score(x, mean, logVar, reconstruction) {
    const nats = { bernoulli, gaussian, logistic }[model.likelihood];
    if (!nats || !logVar) {
      const mse = x.reduce((s, v, i) => s + (v - reconstruction[i]) ** 2, 0) / x.length;
      return [h("strong", { class: "number" }, mse.toPrecision(3)), " squared error of a pixel"];
    }
    const y = await engine.decode(posterior(mean, logVar), state.labels());
    const loss = nats(x, y, model.scale);
    const kl = mean.reduce((s, m, k) => s + (m * m + Math.exp(logVar[k]) - 1 - logVar[k]) / 2, 0);
    const elbo = -(loss + kl);
    $("own").dataset.elbo = elbo;
    const scores = model.points?.scores;
    const below = scores && scores.filter((s) => s < elbo).length / scores.length;
    return [
      h("strong", { class: "number" }, `${elbo.toFixed(1).replace("-", "−")} nats`),
      ` bound of log p(x): reconstruction ${loss.toFixed(1)}, KL ${kl.toFixed(1)}. `,
      scores ? `${below < 0.01 ? "Odder than nearly all" : `More likely than ${Math.round(100 * below)} %`} of the ${scores.length} encoded images.` : "",
    ];
  }

  function near(z) {
    if (!points) return;
    const list = points.nearest(z, neighbours);
    $("neighbours").replaceChildren(...list.map(({ i, distance }) => {
      const picture = points.thumbnail(i) ?? h("span", {}, String(i));
      const name = `${points.name(i)}, at a distance of ${distance.toFixed(2)}`;
      return h("button", { class: "cell", "aria-label": name, title: name, onclick: () => points.choose(i) }, picture);
    }));
    $("neighbours-part").hidden = false;
  }

  const take1 = async (file) => {
    if (!file) return;
    try {
      await show(await take(file, size, model.framing), file.name);
    } catch (error) {
      $("own-problem").textContent = error.message;
    }
  };
  $("own-file").addEventListener("change", ({ target }) => {
    take1(target.files[0]);
    target.value = ""; // so that the same file can be chosen again
  });
  const zone = $("drop");
  for (const type of ["dragenter", "dragover"]) document.addEventListener(type, (event) => {
    event.preventDefault();
    zone.classList.add("over");
  });
  document.addEventListener("dragleave", (event) => event.relatedTarget || zone.classList.remove("over"));
  document.addEventListener("drop", (event) => {
    event.preventDefault();
    zone.classList.remove("over");
    take1([...event.dataTransfer.files].find((f) => f.type.startsWith("image/")));
  });
  document.addEventListener("paste", (event) => take1([...event.clipboardData.files].find((f) => f.type.startsWith("image/"))));
  return { show };
}

// The likelihoods are those of package likelihood, from the image y in place of its logits.

function bernoulli(x, y) {
  const least = 2 ** -149, most = 1 - 2 ** -24; // the nearest numbers to 0 and 1 in float32
  return x.reduce((s, v, i) => {
    const p = Math.min(Math.max(y[i], least), most);
    return s - v * Math.log(p) - (1 - v) * Math.log1p(-p);
  }, 0);
}

function gaussian(x, y, sigma) {
  const constant = Math.log(sigma) + Math.log(2 * Math.PI) / 2;
  return x.reduce((s, v, i) => s + (v - y[i]) ** 2 / (2 * sigma * sigma) + constant, 0);
}

function logistic(x, y, scale) {
  const sigmoid = (v) => 1 / (1 + Math.exp(-v));
  return x.reduce((s, v, i) => {
    let a = (v + 1 / 510 - y[i]) / scale, b = (v - 1 / 510 - y[i]) / scale;
    if (v <= 0) return s + Math.log1p(Math.exp(-a));
    if (v >= 1) return s + Math.log1p(Math.exp(b));
    if (b > 0) [a, b] = [-b, -a]; // where the sigmoids are small
    return s - Math.log(Math.max(sigmoid(a) - sigmoid(b), 1e-300));
  }, 0);
}
