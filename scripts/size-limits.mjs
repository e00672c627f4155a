// Holds sizes against those that were recorded, and says what grew. To accept growth: `npm run check:packages -- --record`.
import { readFileSync, writeFileSync } from 'node:fs';

const RECORDED = new URL('package-sizes.json', import.meta.url);
/** What may be added without a word, as a share of what was recorded; a package more is always a word. */
const HEADROOM = { packed: 0.1, bytes: 0.1, files: 0.1, packages: 0 };

/**
 * @typedef {object} Size
 * @property {number} [packed] bytes of the tarball
 * @property {number} bytes
 * @property {number} [files]
 * @property {number} [packages]
 * @property {Record<string, number>} parts bytes, by name
 */

/**
 * @param {Record<string, Size>} sizes
 * @returns {string[]} what is wrong
 */
export function checkSizes(sizes) {
  const recorded = JSON.parse(readFileSync(RECORDED, 'utf8'));
  return Object.entries(sizes).flatMap(([name, size]) => {
    const before = recorded[name];
    if (before === undefined) return [`${name} has no recorded size`];
    const over = Object.entries(HEADROOM)
      .map(([what, share]) => ({ what, limit: Math.floor(before[what] * (1 + share)) }))
      .filter(({ what, limit }) => size[what] > limit)
      .map(({ what, limit }) => `${what} ${size[what]}, limit ${limit}`);
    return over.length === 0 ? [] : [`${name} is too large: ${over.join('; ')}. ${grown(size.parts, before.parts)}`];
  });
}

/** @param {Record<string, Size>} sizes */
export function recordSizes(sizes) {
  writeFileSync(RECORDED, `${JSON.stringify(sizes, null, 2)}\n`);
}

function grown(parts, before) {
  const growth = Object.entries(parts)
    .map(([name, bytes]) => ({ name, more: bytes - (before[name] ?? 0) }))
    .filter(({ more }) => more > 0)
    .toSorted((a, b) => b.more - a.more)
    .slice(0, 5);
  return `What grew: ${growth.map(({ name, more }) => `${name} by ${more} bytes`).join(', ') || 'no part'}`;
}

/**
 * Sums up by name.
 * @param {readonly { name: string, bytes: number }[]} items
 * @returns {{ bytes: number, parts: Record<string, number> }}
 */
export function sumOf(items) {
  const parts = {};
  for (const { name, bytes } of items) parts[name] = (parts[name] ?? 0) + bytes;
  return { bytes: items.reduce((sum, { bytes }) => sum + bytes, 0), parts };
}
