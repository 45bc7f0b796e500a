import type { Block, Body } from "../ast.ts";
import { parseHcl } from "../parse.ts";
import type { SourceFile } from "../source.ts";

/** Above this size the place is given by line alone: reading the file again would take too long. */
const MAX_TEXT = 1_000_000;

const bodies = new WeakMap<SourceFile, Body>();

/**
 * The blocks around an offset, from the outermost to the innermost, as `build > provisioner "shell"`; empty if there
 * are none.
 */
export function describeEnclosingBlocks(file: SourceFile, offset: number): string {
  if (file.text.length > MAX_TEXT || file.name.endsWith(".json")) return "";
  let body = bodies.get(file);
  if (body === undefined) {
    body = parseHcl(file).body;
    bodies.set(file, body);
  }
  const names: string[] = [];
  for (let block = blockAt(body, offset); block !== undefined; block = blockAt(block.body, offset))
    names.push(nameOf(block));
  return names.join(" > ");
}

function blockAt(body: Body, offset: number): Block | undefined {
  return body.blocks.find(({ range }) => range.start <= offset && offset <= range.end);
}

function nameOf({ type, labels }: Block): string {
  return [type, ...labels.map(({ value }) => JSON.stringify(value))].join(" ");
}
