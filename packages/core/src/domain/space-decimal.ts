/** Powers of ten that are exact as doubles. */
const POWERS = Array.from({ length: 23 }, (_, exponent) => Number(`1e${exponent}`));

/**
 * The double nearest to `integer * 10^-places`: what that decimal number reads back as when it was printed.
 *
 * One multiplication or division of two exact numbers rounds correctly, so the fast way and the way over text agree.
 * @param integer an integer of at most 2^53 in size
 */
export function decimal(integer: number, places: number): number {
  if (places >= 0 && places <= 22) return integer / POWERS[places]! + 0;
  if (places < 0 && places >= -22) return integer * POWERS[-places]! + 0;
  return Number(`${integer}e${-places}`) + 0;
}

/** Largest power of ten that is a number. */
const LARGEST = 308;

/** `value * 10^places`, to within three roundings. */
export function scaled(value: number, places: number): number {
  // The factor for a number next to 0 is none itself.
  if (places > LARGEST) return scaled(value * Number(`1e${LARGEST}`), places - LARGEST);
  if (places >= 0) return value * (places <= 22 ? POWERS[places]! : Number(`1e${places}`));
  return value / (places >= -22 ? POWERS[-places]! : Number(`1e${-places}`));
}

/** The decimal exponent of a positive number: `e` where `10^e <= value < 10^(e + 1)`, up to one rounding at the border. */
export function decimalExponent(value: number): number {
  return Math.floor(Math.log10(value));
}

/** How many digits after the point the shortest decimal form of a number has; negative for trailing zeros of `1e21`. */
export function decimalPlaces(value: number): number {
  const [mantissa = '', exponent = '0'] = String(value).split('e');
  const point = mantissa.indexOf('.');
  return (point === -1 ? 0 : mantissa.length - point - 1) - Number(exponent);
}
