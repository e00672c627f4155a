import { element, svg } from './dom.js';
import { currentTheme, onThemeChange } from './theme.js';

/** @typedef {import('./scale.js').Scale} Scale */
/** @typedef {import('./theme.js').Theme} Theme */
/** @typedef {import('./tooltip.js').TooltipText} TooltipText */

/**
 * The inner rectangle of a chart, in pixels of the frame.
 * @typedef {object} Area
 * @property {number} left
 * @property {number} top
 * @property {number} right
 * @property {number} bottom
 */

/**
 * Something under the pointer.
 * @typedef {object} Hit
 * @property {number} x
 * @property {number} y
 * @property {TooltipText} text
 * @property {number} [trial] the trial that opens on a click
 * @property {number} [place] the chart's own number of it
 */

/**
 * @typedef {object} FrameOptions
 * @property {string} label what the chart shows, for screen readers
 * @property {number} height
 * @property {string} xTitle
 * @property {string} yTitle
 * @property {number} [gutter] pixels below the area for marks that have no value
 * @property {(area: Area) => { x: Scale, y: Scale, xTitle?: string }} layout
 * @property {(context: CanvasRenderingContext2D, area: Area, theme: Theme) => void} paint
 * @property {(x: number, y: number) => Hit | undefined} [locate]
 * @property {(from: Hit | undefined, step: 1 | -1) => Hit | undefined} [walk] the next mark, for the arrow keys
 * @property {(context: CanvasRenderingContext2D, hit: Hit, area: Area, theme: Theme) => void} [paintHit]
 * @property {{ show: (text: TooltipText, x: number, y: number) => void, hide: () => void }} tooltip
 * @property {(trial: number) => void} [open]
 */

/**
 * A chart's frame: axes with their titles in SVG, the marks on a canvas, one layer for what the pointer or the arrow keys
 * are at. It redraws itself when its width or the colours change.
 * @param {FrameOptions} options
 */
export function createFrame(options) {
  const axes = svg('svg', { class: 'axes', 'aria-hidden': 'true' });
  const marks = element('canvas', { 'aria-hidden': 'true' });
  const layer = element('canvas', { class: 'layer', 'aria-hidden': 'true' });
  const node = element(
    'div',
    { class: 'frame', role: 'img', 'aria-label': options.label, tabindex: options.locate ? 0 : undefined },
    axes,
    marks,
    layer,
  );
  node.style.height = `${options.height}px`;
  /** @type {Area} */
  let area = { left: 0, top: 0, right: 0, bottom: 0 };
  /** @type {Hit | undefined} */
  let hit;
  let width = 0;
  let waiting = false;

  const draw = () => {
    waiting = false;
    width = node.clientWidth;
    if (width === 0) return;
    const theme = currentTheme();
    const bottom = options.height - 46 - (options.gutter ?? 0);
    const first = options.layout({ left: 60, top: 10, right: width - 14, bottom });
    const labels = first.y.ticks(Math.max(2, bottom / 46)).map((tick) => tick.label.length);
    area = { left: Math.min(150, 34 + Math.max(1, ...labels) * 6.6), top: 10, right: width - 14, bottom };
    const { x, y, xTitle } = options.layout(area);
    drawAxes(axes, area, x, y, { ...options, xTitle: xTitle ?? options.xTitle });
    const context = prepare(marks, width, options.height);
    if (context !== undefined) options.paint(context, area, theme);
    point(undefined);
  };
  const redraw = () => {
    if (waiting) return;
    waiting = true;
    requestAnimationFrame(draw);
  };

  /** @param {Hit | undefined} next */
  const point = (next) => {
    hit = next;
    const context = prepare(layer, width, options.height);
    if (hit === undefined || context === undefined) return options.tooltip.hide();
    const theme = currentTheme();
    if (options.paintHit) options.paintHit(context, hit, area, theme);
    ring(context, hit.x, hit.y, 6, theme.ink, 2);
    const box = node.getBoundingClientRect();
    options.tooltip.show(hit.text, box.left + hit.x, box.top + hit.y);
  };

  if (options.locate !== undefined) {
    const locate = options.locate;
    node.addEventListener('pointermove', (event) => {
      const box = node.getBoundingClientRect();
      const found = locate(event.clientX - box.left, event.clientY - box.top);
      node.classList.toggle('pointing', found?.trial !== undefined);
      point(found);
    });
    node.addEventListener('pointerleave', () => point(undefined));
    node.addEventListener('blur', () => point(undefined));
    node.addEventListener('click', () => {
      if (hit?.trial !== undefined) options.open?.(hit.trial);
    });
    node.addEventListener('keydown', (event) => {
      if (event.key === 'ArrowRight' || event.key === 'ArrowLeft') {
        event.preventDefault();
        point(options.walk?.(hit, event.key === 'ArrowRight' ? 1 : -1));
      } else if (event.key === 'Enter' && hit?.trial !== undefined) options.open?.(hit.trial);
      else if (event.key === 'Escape') point(undefined);
    });
  }
  new ResizeObserver(() => {
    if (node.clientWidth !== width) redraw();
  }).observe(node);
  onThemeChange(draw);
  return { node, redraw };
}

/**
 * A canvas as large as the frame, sharp on dense screens, empty.
 * @param {HTMLCanvasElement} canvas
 * @param {number} width
 * @param {number} height
 */
function prepare(canvas, width, height) {
  const density = Math.min(3, devicePixelRatio || 1);
  canvas.width = Math.round(width * density);
  canvas.height = Math.round(height * density);
  const context = canvas.getContext('2d') ?? undefined;
  context?.scale(density, density);
  return context;
}

/**
 * @param {SVGSVGElement} target
 * @param {Area} area
 * @param {Scale} x
 * @param {Scale} y
 * @param {{ xTitle: string, yTitle: string, height: number, gutter?: number }} titles
 */
function drawAxes(target, area, x, y, { xTitle, yTitle, height, gutter = 0 }) {
  const ticks = x.ticks(Math.max(2, (area.right - area.left) / 80));
  const room = Math.max(3, Math.floor((area.right - area.left) / Math.max(1, ticks.length) / 7));
  const across = ticks.map(({ value, label }) => {
    const at = x.map(value);
    return svg(
      'g',
      {},
      svg('line', { class: 'grid', x1: at, x2: at, y1: area.top, y2: area.bottom }),
      svg(
        'text',
        { class: 'tick', x: at, y: area.bottom + gutter + 17, 'text-anchor': 'middle' },
        shorten(label, room),
      ),
    );
  });
  const up = y.ticks(Math.max(2, (area.bottom - area.top) / 46)).map(({ value, label }) => {
    const at = y.map(value);
    return svg(
      'g',
      {},
      svg('line', { class: 'grid', x1: area.left, x2: area.right, y1: at, y2: at }),
      svg('text', { class: 'tick', x: area.left - 8, y: at + 4, 'text-anchor': 'end' }, shorten(label, 16)),
    );
  });
  const middle = (area.top + area.bottom) / 2;
  target.replaceChildren(
    ...across,
    ...up,
    svg('line', { class: 'axis', x1: area.left, x2: area.right, y1: area.bottom, y2: area.bottom }),
    svg('text', { class: 'title', x: area.right, y: height - 6, 'text-anchor': 'end' }, shorten(xTitle, 44)),
    svg(
      'text',
      { class: 'title', x: 0, y: 0, 'text-anchor': 'middle', transform: `translate(12 ${middle}) rotate(-90)` },
      yTitle,
    ),
  );
}

/**
 * A text of at most so many characters. The end is kept too: names often differ there.
 * @param {string} text
 * @param {number} length
 */
export function shorten(text, length) {
  if (text.length <= length) return text;
  const end = length > 8 ? Math.floor(length / 3) : 0;
  return `${text.slice(0, length - 1 - end)}…${text.slice(text.length - end)}`;
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {number} x
 * @param {number} y
 * @param {number} radius
 * @param {string} colour
 * @param {number} width
 */
export function ring(context, x, y, radius, colour, width) {
  context.beginPath();
  context.arc(x, y, radius, 0, 2 * Math.PI);
  context.lineWidth = width;
  context.strokeStyle = colour;
  context.stroke();
}

/**
 * A filled dot.
 * @param {CanvasRenderingContext2D} context
 * @param {number} x
 * @param {number} y
 * @param {number} radius
 * @param {string} colour
 */
export function dot(context, x, y, radius, colour) {
  context.beginPath();
  context.arc(x, y, radius, 0, 2 * Math.PI);
  context.fillStyle = colour;
  context.fill();
}

/**
 * The place of the nearest mark within reach.
 * @param {number} length
 * @param {(place: number) => number} xOf `NaN` for a mark that is not drawn
 * @param {(place: number) => number} yOf
 * @param {number} x
 * @param {number} y
 * @param {number} [reach] pixels
 * @returns {number} -1 if none is near
 */
export function nearest(length, xOf, yOf, x, y, reach = 24) {
  let best = -1;
  let least = reach * reach;
  for (let place = 0; place < length; place += 1) {
    const dx = xOf(place) - x;
    const dy = yOf(place) - y;
    const distance = dx * dx + dy * dy;
    if (distance < least) {
      least = distance;
      best = place;
    }
  }
  return best;
}
