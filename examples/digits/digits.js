// 10,000 real handwritten digits, 28 x 28 grey values each, from the registry's `mnist` package.
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

const SIDE = 14;
const PIXELS = SIDE * SIDE;

/**
 * The digits as one array of pixels (0 to 1) and one of labels, in an order mixed once and for all. Halved to 14 x 14, which
 * is still easily read and four times as fast. The ten JSON files are large, so the result is kept in a small one.
 */
export function loadDigits() {
  const cache = join(import.meta.dirname, '.cache', `digits-${SIDE}.bin`);
  if (!existsSync(cache)) writeCache(cache);
  const bytes = readFileSync(cache);
  const count = bytes.length / (PIXELS + 1);
  const pixels = new Float32Array(count * PIXELS);
  for (let i = 0; i < pixels.length; i += 1) pixels[i] = bytes[count + i] / 255;
  return { count, size: PIXELS, pixels, labels: bytes.subarray(0, count) };
}

function writeCache(path) {
  const folder = dirname(createRequire(import.meta.url).resolve('mnist/package.json'));
  const digits = [];
  for (let label = 0; label < 10; label += 1) {
    const { data } = JSON.parse(readFileSync(join(folder, 'src/digits', `${label}.json`), 'utf8'));
    for (let at = 0; at + 784 <= data.length; at += 784) digits.push({ label, image: halve(data, at) });
  }
  mix(digits);
  const bytes = Buffer.alloc(digits.length * (PIXELS + 1));
  digits.forEach(({ label, image }, i) => {
    bytes[i] = label;
    image.copy(bytes, digits.length + i * PIXELS);
  });
  // Several trials may do this at the same time: a file appears under its name only when it is whole.
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(`${path}.${process.pid}`, bytes);
  renameSync(`${path}.${process.pid}`, path);
}

/** Means of 2 x 2 pixels, as bytes. */
function halve(data, at) {
  const image = Buffer.alloc(PIXELS);
  for (let y = 0; y < SIDE; y += 1) {
    for (let x = 0; x < SIDE; x += 1) {
      const corner = at + 56 * y + 2 * x;
      image[y * SIDE + x] = Math.round(
        (255 * (data[corner] + data[corner + 1] + data[corner + 28] + data[corner + 29])) / 4,
      );
    }
  }
  return image;
}

/** Mixes in place, the same way each time. */
function mix(items) {
  let state = 1;
  for (let i = items.length - 1; i > 0; i -= 1) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    const j = Math.floor((state / 2 ** 32) * (i + 1));
    [items[i], items[j]] = [items[j], items[i]];
  }
}
