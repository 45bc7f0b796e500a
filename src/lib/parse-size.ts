const UNITS: Readonly<Record<string, number>> = { "": 1, k: 1024, m: 1024 ** 2, g: 1024 ** 3, t: 1024 ** 4 };

/** `20GB`, `512M`, `1.5 GiB`: bytes, in powers of 1024. `undefined` for what is no size. */
export function parseSize(text: string): number | undefined {
  const [, number, unit] = /^\s*(\d+(?:\.\d+)?)\s*([kmgt]?)(?:i?b)?\s*$/i.exec(text) ?? [];
  return number === undefined ? undefined : Number(number) * UNITS[unit!.toLowerCase()]!;
}
