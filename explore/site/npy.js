// Arrays of NumPy (numpy.lib.format, version 1.0), float32 in C order.

// write returns the file of an array.
export function write(values, shape) {
  let header = `{'descr': '<f4', 'fortran_order': False, 'shape': (${shape.join(", ")}${shape.length === 1 ? "," : ""}), }`;
  header = header.padEnd(Math.ceil((header.length + 11) / 64) * 64 - 11) + "\n";
  const start = new Uint8Array(10 + header.length);
  start.set([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0, header.length & 255, header.length >> 8]);
  start.set(new TextEncoder().encode(header), 10);
  return new Blob([start, Float32Array.from(values)], { type: "application/octet-stream" });
}

// read returns the values of a file.
export function read(buffer) {
  const view = new DataView(buffer), major = view.getUint8(6);
  const [length, at] = major === 1 ? [view.getUint16(8, true), 10] : [view.getUint32(8, true), 12];
  const header = new TextDecoder().decode(new Uint8Array(buffer, at, length));
  if (view.getUint8(0) !== 0x93 || !header.includes("'<f4'") || header.includes("True")) throw new Error("no .npy file of float32");
  return new Float32Array(buffer.slice(at + length));
}
