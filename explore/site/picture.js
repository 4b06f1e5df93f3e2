// Images between arrays [C, H, W] of numbers in [0, 1], bytes and canvases.

// bytes returns an image as RGB bytes, row after row.
export function bytes(pixels, { channels, height, width }) {
  const area = height * width, rgb = new Uint8Array(3 * area);
  for (let i = 0; i < area; i++)
    for (let c = 0; c < 3; c++) rgb[3 * i + c] = Math.round(255 * Math.min(Math.max(pixels[(c % channels) * area + i], 0), 1));
  return rgb;
}

// paint makes a canvas show an image, one pixel of it for each value.
export function paint(canvas, pixels, size) {
  if (canvas.width !== size.width || canvas.height !== size.height) Object.assign(canvas, { width: size.width, height: size.height });
  canvas.getContext("2d").putImageData(imageData(bytes(pixels, size), size), 0, 0);
  return canvas;
}

export function imageData(rgb, { width, height }) {
  const data = new ImageData(width, height);
  for (let i = 0; i < width * height; i++) {
    for (let c = 0; c < 3; c++) data.data[4 * i + c] = rgb[3 * i + c];
    data.data[4 * i + 3] = 255;
  }
  return data;
}

// png returns the file of a canvas.
export const png = (canvas) => new Promise((resolve) => canvas.toBlob(resolve, "image/png"));

// take returns a picture file as the model takes it, framed as its training images were: the
// middle of it, or all of it on the background, or stretched, and multiplied by their scale.
export async function take(file, size, framing) {
  let bitmap;
  try {
    bitmap = await createImageBitmap(file, { imageOrientation: "from-image", colorSpaceConversion: "none" });
  } catch {
    throw new Error(`${file.name ?? "the file"} is no picture that this browser can read`);
  }
  const canvas = new OffscreenCanvas(bitmap.width, bitmap.height);
  const context = canvas.getContext("2d", { willReadFrequently: true });
  context.fillStyle = framing.background;
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.drawImage(bitmap, 0, 0);
  return frame(context.getImageData(0, 0, canvas.width, canvas.height), size, framing);
}

// frame brings RGBA data to the size of the model's images, as bytes over 255.
export function frame(from, { channels, height, width }, { fit, background, scale = 1 }) {
  let source = { x: 0, y: 0, w: from.width, h: from.height }, target = { x: 0, y: 0, w: width, h: height };
  if (fit === "crop") source = centred(source, largest(source, target));
  if (fit === "pad") target = centred(target, largest(target, source));
  const fill = [1, 3, 5].map((i) => parseInt(background.slice(i, i + 2), 16));
  const rgb = new Uint8Array(3 * height * width);
  for (let i = 0; i < rgb.length; i++) rgb[i] = fill[i % 3];
  const xs = shares(source.x, source.w, target.w), ys = shares(source.y, source.h, target.h);
  for (let y = 0; y < target.h; y++)
    for (let x = 0; x < target.w; x++) {
      const sum = [0, 0, 0];
      for (const [j, wy] of ys[y])
        for (const [i, wx] of xs[x]) for (let c = 0; c < 3; c++) sum[c] += wx * wy * from.data[4 * (j * from.width + i) + c];
      for (let c = 0; c < 3; c++) rgb[3 * ((target.y + y) * width + target.x + x) + c] = Math.min(255, Math.round(scale * sum[c]));
    }
  const area = height * width, pixels = new Float32Array(channels * area);
  for (let i = 0; i < area; i++) {
    const [r, g, b] = rgb.subarray(3 * i, 3 * i + 3);
    if (channels === 1) pixels[i] = luminance(r, g, b) / 255;
    else [r, g, b].forEach((v, c) => (pixels[c * area + i] = v / 255));
  }
  return pixels;
}

// luminance is that of Go's color.GrayModel.
const luminance = (r, g, b) => Math.floor(((19595 * r + 38470 * g + 7471 * b) * 0x101 + 2 ** 15) / 2 ** 24);

// shares says of each of n places which of the length pixels from begin on it covers, and how much
// of its mean each is.
function shares(begin, length, n) {
  return Array.from({ length: n }, (_, i) => {
    const from = (i * length) / n, to = ((i + 1) * length) / n, list = [];
    for (let j = Math.floor(from); j < to; j++) {
      const part = Math.min(to, j + 1) - Math.max(from, j);
      if (part > 1e-9) list.push([begin + Math.min(j, length - 1), (part * n) / length]);
    }
    return list;
  });
}

function largest(within, like) {
  if (within.w * like.h > within.h * like.w) return { w: Math.max(1, Math.round((within.h * like.w) / like.h)), h: within.h };
  return { w: within.w, h: Math.max(1, Math.round((within.w * like.h) / like.w)) };
}

const centred = (r, { w, h }) => ({ x: r.x + Math.floor((r.w - w) / 2), y: r.y + Math.floor((r.h - h) / 2), w, h });

// heat returns an image under a heat map [H, W] as RGB bytes: grey where that is small, and from
// yellow to red as it rises to 1 and twice that, as package picture shows it.
export function heat(x, map, { channels }) {
  const area = map.length, rgb = new Uint8Array(3 * area);
  for (let i = 0; i < area; i++) {
    let grey = 0;
    for (let c = 0; c < channels; c++) grey += x[c * area + i] / channels;
    const strength = Math.min(Math.max(map[i] - 0.5, 0), 1), green = Math.min(Math.max(2 - map[i], 0), 1);
    [1, green, 0].forEach((v, c) => (rgb[3 * i + c] = Math.round(255 * Math.min(Math.max(grey + 0.8 * strength * (v - grey), 0), 1))));
  }
  return rgb;
}

// differences is a heat map of two images: 1 where a channel differs by a third.
export function differences(x, y, { height, width }) {
  const area = height * width, map = new Float32Array(area);
  for (let i = 0; i < x.length; i++) map[i % area] = Math.max(map[i % area], 3 * Math.abs(x[i] - y[i]));
  return map;
}
