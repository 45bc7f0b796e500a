import { hasErrors, type Diagnostic } from "../../language/diagnostic.ts";
import { parseJson } from "../../language/json/parse-json.ts";
import type { SourceFile } from "../../language/source.ts";
import { fixTemplate } from "../fix/fix-template.ts";
import { isRecord, type Change, type JsonRecord } from "../fix/legacy-document.ts";
import { JsonData } from "./json-data.ts";
import { readLegacyTemplate, type LegacyTemplate } from "./legacy-template.ts";
import { looksLikeYaml } from "../looks-like-yaml.ts";
import { yamlTemplate } from "../messages/files.ts";
import { notLegacy } from "../messages/legacy.ts";

/** A legacy template brought up to date: as data for `fix`, and by its parts for `hcl2_upgrade`. */
export interface FixedTemplate {
  readonly root: JsonRecord;
  readonly template: LegacyTemplate;
  readonly changes: readonly Change[];
}

/** Parses a legacy template and applies every fixer. Nothing but its shape is checked. */
export function readFixedTemplate(file: SourceFile): {
  readonly fixed: FixedTemplate | undefined;
  readonly diagnostics: readonly Diagnostic[];
} {
  if (/\.pkr\.(hcl|json)$/.test(file.name)) return { fixed: undefined, diagnostics: [notLegacy(file.name)] };
  if (looksLikeYaml(file.text)) return { fixed: undefined, diagnostics: [yamlTemplate(file)] };
  const { root: node, diagnostics: mistakes } = parseJson(file);
  const diagnostics = [...mistakes];
  const data = new JsonData(node);
  if (hasErrors(diagnostics) || !isRecord(data.root)) {
    if (!hasErrors(diagnostics)) readLegacyTemplate(data, (problem) => diagnostics.push(problem));
    return { fixed: undefined, diagnostics };
  }
  const changes = fixTemplate(data.root);
  const template = readLegacyTemplate(data, (problem) => diagnostics.push(problem));
  return { fixed: template && { root: data.root, template, changes }, diagnostics };
}
