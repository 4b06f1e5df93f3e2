// The random numbers of package internal/random, bit for bit: Philox4x32-10 and normal numbers
// whose every rounding is written down. Go's float64 is a number of JavaScript, and only its
// fused multiply-add has to be made of other operations.

// The domains that the page draws from; the values are those of internal/random.
export const Domain = { prior: 5, posterior: 9, mixture: 10 };

// Source is a stream of random numbers, a function of a seed (BigInt), domain, epoch and index.
export class Source {
  constructor(seed, domain, epoch, index) {
    seed = BigInt.asUintN(64, BigInt(seed));
    this.key = [Number(seed & 0xffffffffn), Number(seed >> 32n)];
    this.counter = [0, index >>> 0, epoch >>> 0, domain >>> 0];
    this.words = [];
  }

  // uniform returns the next number in [0, 1), a multiple of 2^-53.
  uniform() {
    if (this.words.length === 0) {
      const c = philox(this.counter, this.key);
      this.counter[0] = (this.counter[0] + 1) >>> 0;
      this.words = [[c[1], c[0]], [c[3], c[2]]];
    }
    const [high, low] = this.words.shift();
    return (high * 2 ** 21 + (low >>> 11)) * 2 ** -53;
  }

  // normal fills an array, or part of one, with standard normal numbers.
  normal(dst) {
    for (let i = 0; i < dst.length; i += 2) {
      const [a, b] = boxMuller(this.uniform(), this.uniform());
      dst[i] = a;
      if (i + 1 < dst.length) dst[i + 1] = b;
    }
  }
}

export function philox([c0, c1, c2, c3], [k0, k1]) {
  for (let round = 0; round < 10; round++) {
    const high0 = highProduct(0xd2511f53, c0), low0 = Math.imul(0xd2511f53, c0);
    const high1 = highProduct(0xcd9e8d57, c2), low1 = Math.imul(0xcd9e8d57, c2);
    [c0, c1, c2, c3] = [(high1 ^ c1 ^ k0) >>> 0, low1 >>> 0, (high0 ^ c3 ^ k1) >>> 0, low0 >>> 0];
    k0 = (k0 + 0x9e3779b9) >>> 0;
    k1 = (k1 + 0xbb67ae85) >>> 0;
  }
  return [c0, c1, c2, c3];
}

// highProduct returns the upper half of the product of two numbers of 32 bits.
function highProduct(a, b) {
  const a0 = a & 0xffff, a1 = a >>> 16, b0 = b & 0xffff, b1 = b >>> 16;
  const middle = a1 * b0 + Math.floor((a0 * b0) / 0x10000); // below 2^32 + 2^16
  return (a1 * b1 + Math.floor(middle / 0x10000) + Math.floor(((middle % 0x10000) + a0 * b1) / 0x10000)) >>> 0;
}

function boxMuller(u, v) {
  const r = Math.sqrt(-2 * log(1 - u));
  const [sin, cos] = sincos(v);
  return [r * cos, r * sin];
}

const bits = new BigUint64Array(1), number = new Float64Array(bits.buffer);
const bitsOf = (x) => ((number[0] = x), bits[0]);
const ofBits = (b) => ((bits[0] = b), number[0]);

const halfRoot = bitsOf(Math.SQRT2 / 2);
const mantissa = (1n << 52n) - 1n;
const logSeries = [2 / 19, 2 / 17, 2 / 15, 2 / 13, 2 / 11, 2 / 9, 2 / 7, 2 / 5, 2 / 3, 2];
const sineSeries = [-1 / 1307674368000, 1 / 6227020800, -1 / 39916800, 1 / 362880, -1 / 5040, 1 / 120, -1 / 6];
const cosineSeries = [1 / 20922789888000, -1 / 87178291200, 1 / 479001600, -1 / 3628800, 1 / 40320, -1 / 720, 1 / 24, -1 / 2];

// log returns ln(x) of x in [2^-53, 1].
function log(x) {
  const t = bitsOf(x) - halfRoot + (64n << 52n);
  const e = Number(t >> 52n) - 64;
  const m = ofBits((t & mantissa) + halfRoot);
  const s = (m - 1) / (m + 1);
  return fma(e, Math.LN2, s * polynomial(s * s, logSeries));
}

// sincos returns sine and cosine of x turns, x in [0, 1].
function sincos(x) {
  const q = roundToEven(4 * x);
  const t = (4 * x - q) * (Math.PI / 2);
  const t2 = t * t;
  const sin = fma(t * polynomial(t2, sineSeries), t2, t);
  const cos = fma(polynomial(t2, cosineSeries), t2, 1);
  return [[sin, cos], [cos, -sin], [-sin, -cos], [-cos, sin]][q & 3];
}

function roundToEven(x) {
  const r = Math.round(x); // which goes up from the middle
  return r - x === 0.5 && r % 2 !== 0 ? r - 1 : r;
}

function polynomial(x, coefficients) {
  let p = coefficients[0];
  for (let i = 1; i < coefficients.length; i++) p = fma(p, x, coefficients[i]);
  return p;
}

// fma returns x y + z with one rounding (S. Boldo and G. Melquiond, "Emulation of FMA and
// correctly rounded sums: proved algorithms using rounding to odd", 2008): the product and the
// sums are exact in two parts each, and rounding the least ones to odd keeps the last rounding
// from being the second one. It is meant for numbers far from overflow and underflow.
export function fma(x, y, z) {
  const [uh, ul] = exactProduct(x, y);
  const [th, tl] = exactSum(z, ul);
  const [vh, vl] = exactSum(uh, th);
  return vh + oddSum(tl, vl);
}

function exactProduct(x, y) {
  const p = x * y;
  const [xh, xl] = halves(x), [yh, yl] = halves(y);
  return [p, xl * yl - (p - xh * yh - xl * yh - xh * yl)];
}

// halves returns two numbers of 26 bits with the sum x (Veltkamp and Dekker 1971).
function halves(x) {
  const c = 134217729 * x;
  const high = c - (c - x);
  return [high, x - high];
}

// exactSum returns the sum as rounded and what that left out (Knuth).
function exactSum(x, y) {
  const s = x + y, other = s - x;
  return [s, x - (s - other) + (y - other)];
}

// oddSum returns x + y, of two neighbours that are not it the one whose last bit is 1.
function oddSum(x, y) {
  const [s, rest] = exactSum(x, y);
  if (rest === 0) return s;
  const b = bitsOf(s);
  if (b & 1n) return s;
  return ofBits(rest > 0 === s > 0 ? b + 1n : b - 1n);
}
