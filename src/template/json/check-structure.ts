import type { Diagnostic } from "../../language/diagnostic.ts";
import { parseJson } from "../../language/json/parse-json.ts";
import type { SourceFile } from "../../language/source.ts";
import { hasErrors } from "../../language/diagnostic.ts";
import { noBuilders } from "../messages/legacy.ts";
import { checkBuildNames, checkWrittenNames, writtenName } from "./check-build-names.ts";
import { JsonData } from "./json-data.ts";
import { readLegacyTemplate } from "./legacy-template.ts";

/**
 * What can be seen of a legacy template without variables and components: its shape, and whether the builds it names are
 * there.
 */
export function checkLegacyStructure(file: SourceFile): readonly Diagnostic[] {
  const { root, diagnostics: mistakes } = parseJson(file);
  const found = [...mistakes];
  const report = (...diagnostics: readonly Diagnostic[]) => void found.push(...diagnostics);
  const data = new JsonData(root);
  const template = hasErrors(found) ? undefined : readLegacyTemplate(data, report);
  if (!template) return found;
  if (template.builders.length === 0) report(noBuilders(data.rangeOf(data.root, ["builders"])));
  checkWrittenNames(template, data, report);
  const builders = template.builders.map((builder) => {
    const name = writtenName(builder, String(builder["type"]));
    return { builder, name, written: name };
  });
  checkBuildNames(builders, { template, data, report, render: nameIfPlain });
  return found;
}

/** What a name with a variable in it means cannot be seen here: as if it meant no build. */
const nameIfPlain = (name: string): string => (name.includes("{{") ? "" : name);
