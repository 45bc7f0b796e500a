import { join, parse } from "node:path";
import { asFileName } from "../lib/file-name.ts";

/** A file for each machine: `shot.png` as it is for one, `shot-NAME.png` for several, numbered where names are the same. */
export function screenFileNames(path: string, machines: readonly string[]): readonly string[] {
  if (machines.length === 1) return [path];
  const { dir, name, ext } = parse(path);
  const taken = new Set<string>();
  return machines.map((machine) => {
    const word = asFileName(machine);
    let file = `${name}-${word}`;
    for (let number = 2; taken.has(file); number++) file = `${name}-${word}-${number}`;
    taken.add(file);
    return join(dir, `${file}${ext}`);
  });
}
