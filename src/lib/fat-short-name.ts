/**
 * The eleven-byte names (8 + 3, padded, upper case) that stand beside long names in a FAT directory, each different.
 * `README.txt` → `README  TXT`, `network-config` → `NETWOR~1   `. Source: Microsoft FAT specification, basis-name generation.
 */
export function shortNames(names: readonly string[]): readonly string[] {
  const taken = new Set<string>();
  return names.map((name) => {
    const short = exactShortName(name, taken) ?? numberedShortName(name, taken);
    taken.add(short);
    return short;
  });
}

const allowed = /^[A-Z0-9!#$%&'()@^_`{}~-]+$/;

function exactShortName(name: string, taken: ReadonlySet<string>): string | undefined {
  const [base, extension = "", ...rest] = name.toUpperCase().split(".");
  const fits = rest.length === 0 && base!.length <= 8 && extension.length <= 3 && !name.endsWith(".");
  if (!fits || !allowed.test(base!) || (extension !== "" && !allowed.test(extension))) return undefined;
  const short = base!.padEnd(8) + extension.padEnd(3);
  return taken.has(short) ? undefined : short;
}

function numberedShortName(name: string, taken: ReadonlySet<string>): string {
  const upper = name.toUpperCase().replaceAll(" ", "").replace(/^\.+/, "");
  const [, before, after = ""] = /^(.*?)(?:\.([^.]*))?$/s.exec(upper)!;
  const base = clean(before!) || "_";
  const extension = clean(after).slice(0, 3);
  for (let number = 1; ; number++) {
    const tail = `~${number}`;
    const short = (base.slice(0, 8 - tail.length) + tail).padEnd(8) + extension.padEnd(3);
    if (!taken.has(short)) return short;
  }
}

function clean(text: string): string {
  return text.replaceAll(".", "").replace(/[^A-Z0-9!#$%&'()@^_`{}~-]/g, "_");
}
