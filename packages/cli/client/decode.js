/** @typedef {import('../src/report/report-data.ts').PackedColumn} PackedColumn */

/**
 * The numbers of a packed column; a missing one is `NaN`.
 * @param {PackedColumn} column
 * @returns {Float64Array}
 */
export function decodeColumn(column) {
  const text = atob(column.data);
  const bytes = new Uint8Array(text.length);
  for (let place = 0; place < text.length; place += 1) bytes[place] = text.charCodeAt(place);
  const view = new DataView(bytes.buffer);
  switch (column.type) {
    case 'f32':
      return Float64Array.from({ length: bytes.length / 4 }, (_, row) => view.getFloat32(row * 4, true));
    case 'f64':
      return Float64Array.from({ length: bytes.length / 8 }, (_, row) => view.getFloat64(row * 8, true));
    case 'u8':
      return integers(bytes.length, column.base, (row) => view.getUint8(row));
    case 'u16':
      return integers(bytes.length / 2, column.base, (row) => view.getUint16(row * 2, true));
    case 'u32':
      return integers(bytes.length / 4, column.base, (row) => view.getUint32(row * 4, true));
  }
}

/**
 * @param {number} length
 * @param {number} base
 * @param {(row: number) => number} read
 */
function integers(length, base, read) {
  return Float64Array.from({ length }, (_, row) => {
    const stored = read(row);
    return stored === 0 ? Number.NaN : base + stored - 1;
  });
}
