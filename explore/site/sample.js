// Latent points as package latent draws them.
import { Domain, Source } from "./random.js";

// prior returns n points [n, dims] of N(0, I) times the temperature, from point first on.
export function prior(dims, n, { seed = 0n, temperature = 1, first = 0 } = {}) {
  const z = new Float32Array(n * dims), t = Math.fround(temperature);
  for (let i = 0; i < n; i++) {
    const point = z.subarray(i * dims, (i + 1) * dims);
    new Source(seed, Domain.prior, 0, first + i).normal(point);
    if (t !== 1) for (let k = 0; k < dims; k++) point[k] *= t;
  }
  return z;
}

// fromMixture returns n points of a mixture: weights, means, and lower Cholesky factors row
// after row.
export function fromMixture({ weights, means, factors }, n, { seed = 0n, temperature = 1, first = 0 } = {}) {
  const dims = means[0].length, z = new Float32Array(n * dims), eps = new Float32Array(dims);
  for (let i = 0; i < n; i++) {
    const source = new Source(seed, Domain.mixture, 0, first + i);
    const component = pick(weights, source.uniform());
    source.normal(eps);
    for (let r = 0, at = 0; r < dims; r++) {
      let v = 0;
      for (let c = 0; c <= r; c++) v += factors[component][at++] * eps[c];
      z[i * dims + r] = means[component][r] + temperature * v;
    }
  }
  return z;
}

function pick(weights, u) {
  let left = u * weights.reduce((sum, w) => sum + w, 0);
  for (let k = 0; k < weights.length; k++) if ((left -= weights[k]) < 0) return k;
  return weights.length - 1;
}

// posterior returns a point of q(z|x): a draw of image 0, as the command score draws it.
export function posterior(mean, logVar, draw = 0) {
  const z = new Float32Array(mean.length);
  new Source(0n, Domain.posterior, draw, 0).normal(z);
  for (let k = 0; k < z.length; k++) z[k] = mean[k] + Math.fround(Math.fround(Math.exp(logVar[k] / 2)) * z[k]);
  return z;
}
