/** @typedef {import('../src/report/report-data.ts').PackedColumn} PackedColumn */

/** @type {Record<PackedColumn['type'], { width: number, read: (view: DataView, at: number) => number }>} */
const TYPES = {
  u8: { width: 1, read: (view, at) => view.getUint8(at) },
  u16: { width: 2, read: (view, at) => view.getUint16(at, true) },
  u32: { width: 4, read: (view, at) => view.getUint32(at, true) },
  f32: { width: 4, read: (view, at) => view.getFloat32(at, true) },
  f64: { width: 8, read: (view, at) => view.getFloat64(at, true) },
};

/**
 * The numbers of a packed column; a missing one is `NaN`.
 * @param {PackedColumn} column
 * @returns {Float64Array}
 */
export function decodeColumn({ type, base, data }) {
  const text = atob(data);
  const bytes = new Uint8Array(text.length);
  for (let place = 0; place < text.length; place += 1) bytes[place] = text.charCodeAt(place);
  const view = new DataView(bytes.buffer);
  const { width, read } = TYPES[type];
  const whole = type.startsWith('u');
  const numbers = new Float64Array(bytes.length / width);
  for (let row = 0; row < numbers.length; row += 1) {
    const stored = read(view, row * width);
    numbers[row] = !whole ? stored : stored === 0 ? Number.NaN : base + stored - 1;
  }
  return numbers;
}
