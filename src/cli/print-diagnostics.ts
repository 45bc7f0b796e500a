import { renderDiagnostic } from "../language/render/render-diagnostic.ts";
import type { Diagnostic } from "../language/diagnostic.ts";
import type { Host } from "../sdk/host.ts";
import { wantsColour } from "../ui/colour.ts";
import { redactDiagnostic } from "../ui/redact-diagnostic.ts";
import type { Redactor } from "../ui/redact.ts";

/** Diagnostics on standard error, every secret masked, for commands whose standard output is data. */
export function printDiagnostics(host: Host, diagnostics: readonly Diagnostic[], redactor: Redactor): void {
  const { stderr } = host;
  const color = wantsColour(host, stderr, undefined);
  const width = stderr.columns || undefined;
  for (const diagnostic of diagnostics) {
    const shown = renderDiagnostic(redactDiagnostic(diagnostic, redactor), { color, width });
    stderr.write(`${shown}\n`);
  }
}
