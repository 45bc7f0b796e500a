import { resolve } from "node:path";
import { hasErrors, type Diagnostic } from "../../language/diagnostic.ts";
import type { JsonNode } from "../../language/json/json.ts";
import { parseJson } from "../../language/json/parse-json.ts";
import { lineOf } from "../../language/position.ts";
import type { SourceRange } from "../../language/source.ts";
import { readSource } from "../files/read-source.ts";
import type { LoadOptions } from "../load-options.ts";
import type { RawValue } from "./user-variables.ts";
import { wrongShape } from "../messages/legacy.ts";

/** Reads the variable files of a legacy template: JSON objects of texts. In the order given. */
export async function readLegacyVariableFiles(
  { varFiles, host }: Pick<LoadOptions, "varFiles" | "host">,
  report: (...diagnostics: readonly Diagnostic[]) => void,
): Promise<readonly ReadonlyMap<string, RawValue>[]> {
  const sources = await Promise.all(
    varFiles.map((path) => readSource("variable file", resolve(host.cwd, path), host.cwd)),
  );
  return sources.flatMap(({ file, diagnostics }) => {
    report(...diagnostics);
    if (!file || hasErrors(diagnostics)) return [];
    const { root, diagnostics: mistakes } = parseJson(file);
    report(...mistakes);
    return [readValues(root, report)];
  });
}

function readValues(
  root: JsonNode,
  report: (...diagnostics: readonly Diagnostic[]) => void,
): ReadonlyMap<string, RawValue> {
  const values = new Map<string, RawValue>();
  if (root.kind !== "object") {
    if (root.kind !== "error")
      report(wrongShape('A variable file is an object of names and texts: { "name": "value" }', root.range));
    return values;
  }
  for (const { name, nameRange, value } of root.properties) {
    const text = textOf(value);
    if (text === undefined) report(wrongValue(name, value.range));
    else
      values.set(name, {
        text,
        origin: `${nameRange.file.name}:${lineOf(nameRange.file, nameRange.start)}`,
        range: value.range,
      });
  }
  return values;
}

/** `null` is the empty text, as in Packer, and counts as given. */
function textOf(node: JsonNode): string | undefined {
  if (node.kind === "null") return "";
  if (node.kind === "string" || node.kind === "boolean") return String(node.value);
  if (node.kind === "number") return node.text;
  return undefined;
}

function wrongValue(name: string, subject: SourceRange): Diagnostic {
  return wrongShape(`The value of "${name}" has to be a text: variables of JSON templates hold nothing else`, subject);
}
