import { resolve } from "node:path";
import { hasErrors, type Diagnostic } from "../language/diagnostic.ts";
import type { SourceFile } from "../language/source.ts";
import type { Host } from "../sdk/host.ts";
import { readSource } from "../template/files/read-source.ts";
import { readFixedTemplate, type FixedTemplate } from "../template/json/read-legacy-file.ts";
import type { Redactor } from "../ui/redact.ts";
import { printDiagnostics } from "./print-diagnostics.ts";

export interface LegacyInput {
  readonly file: SourceFile;
  readonly fixed: FixedTemplate;
  /** What is wrong with its shape, and left out of its parts. */
  readonly problems: readonly Diagnostic[];
}

/**
 * The template that `fix` and `hcl2_upgrade` are given, brought up to date; undefined where that cannot be done. Says
 * why
 * that is.
 */
export async function readLegacyInput(host: Host, path: string, redactor: Redactor): Promise<LegacyInput | undefined> {
  const { file, diagnostics } = await readSource("template", resolve(host.cwd, path), host.cwd);
  printDiagnostics(host, diagnostics, redactor);
  if (!file || hasErrors(diagnostics)) return undefined;
  const { fixed, diagnostics: mistakes } = readFixedTemplate(file);
  for (const secret of fixed ? sensitiveDefaults(fixed) : []) redactor.add(secret);
  if (!fixed) printDiagnostics(host, mistakes, redactor);
  return fixed && { file, fixed, problems: mistakes };
}

/** A default with {{ }} says where the secret is, and is none itself. */
function sensitiveDefaults({ template }: FixedTemplate): readonly string[] {
  const defaults = template.sensitiveVariables.flatMap((name) => template.variables.get(name) ?? []);
  return defaults.filter((text) => !text.includes("{{"));
}
