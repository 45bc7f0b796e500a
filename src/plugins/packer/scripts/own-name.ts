/** How a message calls a script: it begins a sentence. `name` is its file, or `inline commands`. */
export function scriptInWords(name: string): string {
  return isInline(name) ? "The inline script" : `The script "${name}"`;
}

/**
 * A line that a script's shell printed, with the name that its user knows in the place of the path of the copy that ran:
 * `/tmp/script_0a1b.sh: 3: x: not found` → `script: 3: x: not found`.
 */
export function underOwnName<Line extends string | undefined>(line: Line, { path, name }: CopiedScript): Line {
  const known = isInline(name) ? "script" : name;
  const spellings = [path, path.replaceAll("/", "\\")];
  return spellings.reduce<string | undefined>((text, spelling) => text?.replaceAll(spelling, known), line) as Line;
}

export interface CopiedScript {
  /** Of the copy that runs. */
  readonly path: string;
  /** As in `scriptInWords`. */
  readonly name: string;
}

const isInline = (name: string): boolean => name === "inline commands";
