/** A decimal fraction, exactly: `digits / 10^places`. */
export interface Decimal {
  readonly digits: bigint;
  readonly places: number;
}

/** The decimal fraction that a person who writes this number means: 1.1 is 11/10, not the binary number beside it. */
export function decimalOf(value: number): Decimal {
  const [mantissa = '', exponent = '0'] = String(value).split('e');
  const [whole = '', fraction = ''] = mantissa.split('.');
  const places = fraction.length - Number(exponent);
  const digits = BigInt(whole + fraction);
  return places < 0 ? { digits: digits * 10n ** BigInt(-places), places: 0 } : { digits, places };
}

/** `base · factor^power`, exactly. */
export function scaled(base: Decimal, factor: Decimal, power: number): Decimal {
  return { digits: base.digits * factor.digits ** BigInt(power), places: base.places + factor.places * power };
}

/** The number nearest to a decimal fraction. */
export function numberOf({ digits, places }: Decimal): number {
  return Number(`${digits}e-${places}`);
}
