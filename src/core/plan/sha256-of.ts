import { createHash } from "node:crypto";
import { canonicalText } from "../checkpoints/canonical.ts";

/** Of a value, whatever order its members were written in. Lower-case hexadecimal. */
export const sha256Of = (value: unknown): string => createHash("sha256").update(canonicalText(value)).digest("hex");
