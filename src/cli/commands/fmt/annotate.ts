import type { Diagnostic } from "../../../language/diagnostic.ts";
import { shellQuote } from "../../../lib/shell-quote.ts";
import type { Host } from "../../../sdk/host.ts";
import { annotation, diagnosticAnnotation } from "../../../ui/ci/github-annotations.ts";
import { nameInCheckout } from "../../../ui/ci/name-in-checkout.ts";

interface Found {
  readonly problems: readonly Diagnostic[];
  /** Names of files that are not in canonical style, and stay so. */
  readonly unformatted: readonly string[];
}

/** What a reader of a pull request should see at its place. On standard error, which the runner of GitHub reads as well. */
export function annotate(host: Host, { problems, unformatted }: Found): void {
  const nameOf = nameInCheckout(host);
  const atFiles = unformatted.map((name) =>
    annotation(
      "error",
      { file: nameOf(name), title: "Not in canonical style" },
      `To rewrite it:\n    imgbuild fmt ${shellQuote(name)}`,
    ),
  );
  const lines = [...problems.map((problem) => diagnosticAnnotation(problem, nameOf)), ...atFiles];
  host.stderr.write(lines.join(""));
}
