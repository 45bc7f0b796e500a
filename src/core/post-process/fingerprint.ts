import { createHash } from "node:crypto";
import type { PlannedPostProcessor } from "../../template/model.ts";
import { canonicalText } from "../checkpoints/canonical.ts";

/**
 * Tells whether a post-processor is still the same one: by its type, name and arguments. Secrets are masked before the
 * digest is made, which therefore says nothing about them.
 */
export function fingerprintOf(
  { type, name }: Pick<PlannedPostProcessor, "type" | "name">,
  config: unknown,
  redact: (text: string) => string,
): string {
  const text = redact(canonicalText({ type, name, config }));
  return createHash("sha256").update(text).digest("hex");
}
