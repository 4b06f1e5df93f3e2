// Animated GIFs (GIF89a, CompuServe 1990) of frames that share 256 colours.

// encode returns the file of frames, each an array of n RGB bytes, w pixels wide, shown for some
// hundredths of a second, enlarged so many times, again and again.
export function encode(frames, w, h, { delay = 6, scale = 1 } = {}) {
  const { colours, index } = palette(frames);
  const parts = [];
  const word = (v) => [v & 255, v >> 8];
  const put = (...list) => parts.push(Uint8Array.from(list.flatMap((v) => (typeof v === "string" ? [...v].map((c) => c.charCodeAt(0)) : v))));
  put("GIF89a", word(w * scale), word(h * scale), 0xf7, 0, 0); // with a table of 256 colours
  put(Array.from({ length: 256 }, (_, i) => colours[i] ?? [0, 0, 0]).flat());
  put(0x21, 0xff, 11, "NETSCAPE2.0", 3, 1, 0, 0, 0); // again and again
  for (const frame of frames) {
    put(0x21, 0xf9, 4, 4, word(delay), 0, 0, 0x2c, 0, 0, 0, 0, word(w * scale), word(h * scale), 0, 8);
    const pixels = new Uint8Array(w * h * scale * scale), width = w * scale;
    for (let y = 0; y < h; y++) {
      for (let x = 0; x < w; x++) {
        const from = 3 * (y * w + x), at = y * scale * width + x * scale;
        pixels.fill(index(frame[from], frame[from + 1], frame[from + 2]), at, at + scale);
      }
      for (let row = 1; row < scale; row++) pixels.copyWithin((y * scale + row) * width, y * scale * width, (y * scale + 1) * width);
    }
    const data = compress(pixels);
    for (let i = 0; i < data.length; i += 255) parts.push(Uint8Array.of(Math.min(255, data.length - i)), data.slice(i, i + 255));
    put(0);
  }
  put(0x3b);
  return new Blob(parts, { type: "image/gif" });
}

// codes are those of LZW by prefix and next pixel, with the number of the table that they are
// of above, so that a new table need not clear it.
const codes = new Int32Array(1 << 20);
let tableNumber = 0;

// compress is LZW with codes of 9 to 12 bits.
function compress(pixels) {
  const out = new Uint8Array(2 * pixels.length + 16), clear = 256;
  let length = 0, next, width, bits = 0, count = 0;
  const emit = (code) => {
    bits |= code << count;
    for (count += width; count >= 8; count -= 8, bits >>>= 8) out[length++] = bits & 255;
  };
  const reset = () => {
    next = 258;
    width = 9;
    if (++tableNumber === 1 << 18) {
      codes.fill(0);
      tableNumber = 1;
    }
  };
  reset();
  emit(clear);
  let prefix = pixels[0];
  for (let i = 1; i < pixels.length; i++) {
    const key = (prefix << 8) | pixels[i], code = codes[key];
    if (code >> 12 === tableNumber) {
      prefix = code & 4095;
      continue;
    }
    emit(prefix);
    if (next < 4096) {
      if (next === 1 << width) width++;
      codes[key] = (tableNumber << 12) | next++;
    } else {
      emit(clear);
      reset();
    }
    prefix = pixels[i];
  }
  emit(prefix);
  emit(257);
  if (count > 0) out[length++] = bits & 255;
  return out.subarray(0, length);
}

// palette chooses 256 colours by median cut (P. Heckbert, "Color image quantization for frame
// buffer display", 1982) of colours of 5 bits, and maps each to its box's mean. Grey frames
// keep their levels.
function palette(frames) {
  if (frames.every((f) => f.every((v, i) => v === f[i - (i % 3)])))
    return { colours: Array.from({ length: 256 }, (_, i) => [i, i, i]), index: (r) => r };
  const key = (r, g, b) => ((r >> 3) << 10) | ((g >> 3) << 5) | (b >> 3);
  const cells = new Map(); // key: number of pixels, sums of r, g, b
  for (const f of frames)
    for (let i = 0; i < f.length; i += 3) {
      const k = key(f[i], f[i + 1], f[i + 2]);
      const cell = cells.get(k) ?? cells.set(k, [0, 0, 0, 0, k]).get(k);
      cell[0]++;
      for (let c = 0; c < 3; c++) cell[1 + c] += f[i + c];
    }
  const mean = (cell, c) => cell[1 + c] / cell[0];
  const boxOf = (list) => {
    const spread = [0, 1, 2].map((c) => {
      const values = list.map((cell) => mean(cell, c));
      return Math.max(...values) - Math.min(...values);
    });
    const axis = spread.indexOf(Math.max(...spread)), n = list.reduce((s, cell) => s + cell[0], 0);
    return { list, axis, worth: list.length > 1 ? spread[axis] * Math.sqrt(n) : -1, n };
  };
  const boxes = [boxOf([...cells.values()])];
  while (boxes.length < 256) {
    const widest = boxes.reduce((best, box) => (box.worth > best.worth ? box : best));
    if (widest.worth < 0) break;
    const sorted = widest.list.sort((a, b) => mean(a, widest.axis) - mean(b, widest.axis));
    let at = 0;
    for (let n = 0; at < sorted.length - 2 && n + sorted[at][0] < widest.n / 2; at++) n += sorted[at][0];
    boxes.splice(boxes.indexOf(widest), 1, boxOf(sorted.slice(0, at + 1)), boxOf(sorted.slice(at + 1)));
  }
  const place = new Map();
  const colours = boxes.map(({ list, n }, i) => {
    for (const cell of list) place.set(cell[4], i);
    return [0, 1, 2].map((c) => Math.round(list.reduce((s, cell) => s + cell[1 + c], 0) / n));
  });
  return { colours, index: (r, g, b) => place.get(key(r, g, b)) };
}
