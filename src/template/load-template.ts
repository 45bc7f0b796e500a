import { text as readAll } from "node:stream/consumers";
import { hasErrors } from "../language/diagnostic.ts";
import type { SourceFile } from "../language/source.ts";
import { findTemplateFiles, type TemplatePath } from "./files/template-files.ts";
import { readSource } from "./files/read-source.ts";
import { loadHcl2 } from "./hcl2/load-hcl2.ts";
import { loadLegacy } from "./json/load-legacy.ts";
import type { Loaded, LoadOptions } from "./load-options.ts";
import { templateKind } from "./template-kind.ts";

/**
 * Reads a template from disk and evaluates it. Never rejects because of what the user wrote: every problem is in the
 * diagnostics, all of them in one go. Rejects when `signal` aborts.
 */
export async function loadTemplate(options: LoadOptions): Promise<Loaded> {
  const { cwd, stdin } = options.host;
  if (options.path === "-") {
    const file: SourceFile = { name: "<stdin>", text: (await readAll(stdin)).replace(/^\uFEFF/, "") };
    return kindOfText(options, file) === "hcl2"
      ? loadHcl2(options, templateFromStdin(file, cwd))
      : loadLegacy(options, file, cwd);
  }
  const path = await findTemplateFiles(options.path, cwd);
  if ("severity" in path) return { template: undefined, diagnostics: [path], isMalformed: true };
  if (templateKind(options, path.isDirectory) === "hcl2") return loadHcl2(options, path);
  const { file, diagnostics } = await readSource("template", path.files[0]!, cwd);
  if (!file || hasErrors(diagnostics)) return { template: undefined, diagnostics, isMalformed: true };
  const loaded = await loadLegacy(options, file, path.directory);
  return { ...loaded, diagnostics: [...diagnostics, ...loaded.diagnostics] };
}

/** JSON templates are objects; anything else that is not empty is HCL. */
function kindOfText({ configType }: LoadOptions, { text }: SourceFile): "hcl2" | "json" {
  if (configType) return configType;
  return /^\s*[{[]|^\s*$/.test(text) ? "json" : "hcl2";
}

const templateFromStdin = (given: SourceFile, cwd: string): TemplatePath => ({
  isDirectory: false,
  directory: cwd,
  root: ".",
  files: [],
  given,
  autoVariableFiles: [],
  ignoredVariableFiles: [],
});
