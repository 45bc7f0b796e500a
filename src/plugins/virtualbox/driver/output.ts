/**
 * The `name=value` lines of `--machinereadable` output, names and values without their quotes. Of lines with the same name
 * the first counts.
 */
export function parseMachineReadable(output: string): ReadonlyMap<string, string> {
  const values = new Map<string, string>();
  for (const line of output.split("\n")) {
    const [, quotedName, bareName, value] = /^(?:"([^"]*)"|([^="]+))=(.*?)\r?$/.exec(line) ?? [];
    if (value === undefined) continue;
    const name = quotedName ?? bareName!;
    if (!values.has(name)) values.set(name, value.replace(/^"(.*)"$/, "$1"));
  }
  return values;
}

/** Records of `list hdds` and the like: blocks of `Name: value` lines. */
export function parseRecords(output: string): readonly ReadonlyMap<string, string>[] {
  const blocks = output.split(/\r?\n\r?\n/).filter((block) => block.trim() !== "");
  return blocks.map(parseRecord);
}

function parseRecord(block: string): ReadonlyMap<string, string> {
  const lines = block.matchAll(/^([^:\n]+):[ \t]*(.*?)\r?$/gm);
  return new Map([...lines].map(([, name, value]) => [name!, value!]));
}
