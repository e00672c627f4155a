import { rgb } from './theme.js';

/**
 * Counts how much falls into each pixel, so that fifty thousand marks show where they are many and not just that they
 * overlap. Each mark may carry a number from 0 to 1; a pixel then takes the mean's colour.
 *
 * Lines are spread over the columns they cross with weight 1 each, so steep lines do not weigh more than flat ones
 * (Moritz and Fisher, "Visualizing a Million Time Series with the Density Line Chart", 2018).
 * @param {number} width pixels
 * @param {number} height
 */
export function createDensity(width, height) {
  const columns = Math.max(1, Math.round(width));
  const rows = Math.max(1, Math.round(height));
  const counts = new Float32Array(columns * rows);
  const sums = new Float32Array(columns * rows);

  /**
   * @param {number} x
   * @param {number} y
   * @param {number} tone
   * @param {number} weight
   */
  const add = (x, y, tone, weight) => {
    if (!(x >= 0 && x < columns && y >= 0 && y < rows)) return;
    const cell = Math.floor(y) * columns + Math.floor(x);
    counts[cell] += weight;
    sums[cell] += tone * weight;
  };

  return {
    /**
     * A square mark.
     * @param {number} x
     * @param {number} y
     * @param {number} [tone]
     * @param {number} [radius] 0 for one pixel
     */
    point(x, y, tone = 0, radius = 1) {
      for (let dx = -radius; dx <= radius; dx += 1) {
        for (let dy = -radius; dy <= radius; dy += 1) add(x + dx, y + dy, tone, 1);
      }
    },
    /**
     * @param {number} x0
     * @param {number} y0
     * @param {number} x1 not less than `x0`
     * @param {number} y1
     * @param {number} [tone]
     */
    line(x0, y0, x1, y1, tone = 0) {
      const first = Math.max(0, Math.floor(x0));
      // The column where the next piece of the same curve begins is left to it.
      const last = Math.min(columns, Math.max(first + 1, Math.ceil(x1)));
      const slope = x1 > x0 ? (y1 - y0) / (x1 - x0) : 0;
      for (let x = first; x < last; x += 1) {
        const a = y0 + (Math.max(x, x0) - x0) * slope;
        const b = y0 + (Math.min(x + 1, x1) - x0) * slope;
        const low = Math.max(0, Math.floor(Math.min(a, b)));
        const high = Math.min(rows - 1, Math.floor(Math.max(a, b)));
        const weight = 1 / (high - low + 1);
        for (let y = low; y <= high; y += 1) add(x, y, tone, weight);
      }
    },
    /**
     * Draws the counts, on a logarithmic scale of strength.
     * @param {CanvasRenderingContext2D} context
     * @param {number} x
     * @param {number} y
     * @param {readonly string[]} ramp 256 colours, by strength or by the mean tone
     * @param {'strength' | 'tone'} by
     */
    paint(context, x, y, ramp, by) {
      const colours = ramp.map(rgb);
      const image = context.createImageData(columns, rows);
      const sorted = counts.filter((count) => count > 0).sort();
      // The densest hundredth shares the strongest colour: one crowded spot must not make all else pale.
      const full = Math.log1p(sorted[Math.floor((sorted.length - 1) * 0.99)] ?? 1);
      for (let cell = 0; cell < counts.length; cell += 1) {
        const count = counts[cell];
        if (count === 0) continue;
        const strength = Math.min(1, Math.log1p(count) / full);
        const tone = by === 'tone' ? sums[cell] / count : strength;
        const colour = colours[Math.round(Math.min(1, Math.max(0, tone)) * 255)];
        const at = cell * 4;
        image.data[at] = colour[0];
        image.data[at + 1] = colour[1];
        image.data[at + 2] = colour[2];
        image.data[at + 3] = Math.round(255 * (by === 'tone' ? 0.25 + 0.75 * strength : 0.55 + 0.45 * strength));
      }
      const sheet = document.createElement('canvas');
      sheet.width = columns;
      sheet.height = rows;
      sheet.getContext('2d')?.putImageData(image, 0, 0);
      context.drawImage(sheet, x, y, columns, rows);
    },
  };
}
