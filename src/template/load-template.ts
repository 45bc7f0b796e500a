import { findTemplateFiles } from "./files/template-files.ts";
import { loadHcl2 } from "./hcl2/load-hcl2.ts";
import type { Loaded, LoadOptions } from "./load-options.ts";
import { templateKind } from "./template-kind.ts";

/**
 * Reads a template from disk and works out what it means. Never rejects for what the user wrote: every problem is in
 * the diagnostics, all of them in one run. Rejects when `signal` aborts.
 */
export async function loadTemplate(options: LoadOptions): Promise<Loaded> {
  const path = await findTemplateFiles(options.path, options.host.cwd);
  if ("severity" in path) return { template: undefined, diagnostics: [path] };
  if (templateKind(options, path.isDirectory) === "hcl2") return loadHcl2(options, path);
  throw new Error("legacy JSON templates: coming");
}
