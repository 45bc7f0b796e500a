import { renderDiagnostic } from "../language/render/render-diagnostic.ts";
import type { Diagnostic } from "../language/diagnostic.ts";
import type { Host } from "../sdk/host.ts";
import { wantsColour } from "../ui/colour.ts";

/** Diagnostics on standard error, for commands whose standard output is data. */
export function printDiagnostics(host: Host, diagnostics: readonly Diagnostic[]): void {
  const { stderr } = host;
  const color = wantsColour(host, stderr, undefined);
  for (const diagnostic of diagnostics)
    stderr.write(`${renderDiagnostic(diagnostic, { color, width: stderr.columns })}\n`);
}
