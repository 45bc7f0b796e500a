const UNITS = [
  ["week", 604_800_000],
  ["day", 86_400_000],
  ["hour", 3_600_000],
  ["minute", 60_000],
  ["second", 1000],
  ["millisecond", 1],
  ["microsecond", 0.001],
] as const;

/** The two largest units in full words, as Packer writes durations: `1 minute 3 seconds`. */
export function wordyDuration(ms: number): string {
  let rest = Math.max(0, Math.round(ms * 1000) / 1000);
  const parts: string[] = [];
  for (const [name, length] of UNITS) {
    const count = Math.floor(rest / length + 1e-6);
    if (count === 0) continue;
    parts.push(plural(count, name));
    rest -= count * length;
    if (parts.length === 2) break;
  }
  return parts.join(" ") || plural(0, "microsecond");
}

/** For tables: `12 ms`, `3.4 s`, `12 min`, `1 h 5 min`. */
export function shortDuration(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)} ms`;
  if (ms < 60_000) return `${(ms / 1000).toFixed(1)} s`;
  const minutes = Math.floor(ms / 60_000);
  const seconds = Math.floor((ms % 60_000) / 1000);
  if (minutes < 10) return `${minutes} min ${seconds} s`;
  if (minutes < 60) return `${minutes} min`;
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/** For what is counted second by second: `5 s`, `2 min 5 s`, `5 min`, `1 h 5 min`. */
export function clockDuration(ms: number): string {
  const seconds = Math.floor(ms / 1000);
  const units = [
    [Math.floor(seconds / 3600), "h"],
    [Math.floor(seconds / 60) % 60, "min"],
    [seconds % 60, "s"],
  ] as const;
  const first = units.findIndex(([count]) => count > 0);
  if (first < 0) return "0 s";
  const shown = units.slice(first, first + 2).filter(([count]) => count > 0);
  return shown.map(([count, unit]) => `${count} ${unit}`).join(" ");
}

/** `1 file`, `2 files`. */
export const plural = (count: number, noun: string): string => (count === 1 ? `1 ${noun}` : `${count} ${noun}s`);
