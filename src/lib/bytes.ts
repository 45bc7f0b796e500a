const UNITS = ["bytes", "KiB", "MiB", "GiB", "TiB"] as const;

/** `1 byte`, `512 bytes`, `1.5 GiB`: for people. */
export function describeBytes(bytes: number): string {
  if (bytes === 1) return "1 byte";
  const exponent = bytes < 1024 ? 0 : Math.min(Math.floor(Math.log2(bytes) / 10), UNITS.length - 1);
  const value = bytes / 1024 ** exponent;
  return `${exponent === 0 || value >= 100 ? Math.round(value) : value.toFixed(1)} ${UNITS[exponent]}`;
}
