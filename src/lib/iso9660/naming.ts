/** How one of the two directory trees of a disc encodes names. */
export interface Naming {
  /** The bytes of each name of one directory, in the same order; all different. */
  encode(names: readonly string[], isDirectory: (index: number) => boolean): readonly Buffer[];
}

/** ISO 9660 itself: upper case, digits, underscore; 8 + 3. Systems without any extension find files by these names. */
export const plainNaming: Naming = {
  encode(names, isDirectory) {
    const taken = new Set<string>();
    return names.map((name, index) => Buffer.from(plainName(name, isDirectory(index), taken), "latin1"));
  },
};

function plainName(name: string, isDirectory: boolean, taken: Set<string>): string {
  const clean = (text: string) => text.toUpperCase().replace(/[^A-Z0-9_]/g, "_");
  const [before, after] = isDirectory ? [name, ""] : splitName(name);
  const base = clean(before) || "_";
  const end = isDirectory ? "" : `.${clean(after).slice(0, 3)};1`;
  for (let number = 0; ; number++) {
    const tail = String(number || "");
    const full = base.slice(0, 8 - tail.length) + tail + end;
    if (taken.has(full)) continue;
    taken.add(full);
    return full;
  }
}

/** What is before and after the last dot; a dot at the beginning is part of the name. */
function splitName(name: string): readonly [before: string, after: string] {
  const dot = name.lastIndexOf(".");
  if (dot <= 0) return [name, ""];
  return [name.slice(0, dot), name.slice(dot + 1)];
}

/**
 * Joliet: UCS-2 big-endian, without * / : ; ? \ . Source: Joliet Specification, Microsoft 1995, which has at most 64
 * characters; systems read up to 103, as `-joliet-long` of genisoimage and xorriso writes them.
 */
export const jolietNaming: Naming = {
  encode(names) {
    const taken = new Set<string>();
    return names.map((name) => {
      const text = jolietName(name, taken);
      return Buffer.from(text, "utf16le").swap16();
    });
  },
};

/** Longer names are cut. */
export const JOLIET_LONGEST = 103;

function jolietName(name: string, taken: Set<string>): string {
  const clean = name.replace(/[*/:;?\\]/g, "_");
  const dot = clean.lastIndexOf(".");
  const hasExtension = dot > 0 && clean.length - dot <= 16;
  const extension = hasExtension ? clean.slice(dot) : "";
  for (let number = 0; ; number++) {
    const tail = number === 0 ? "" : `~${number}`;
    const base = clean.slice(0, clean.length - extension.length);
    const text = base.slice(0, JOLIET_LONGEST - extension.length - tail.length) + tail + extension;
    if (taken.has(text)) continue;
    taken.add(text);
    return text;
  }
}
