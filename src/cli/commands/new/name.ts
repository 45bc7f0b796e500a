import { UsageError } from "../../usage-error.ts";

/** What a name may be made into: the name of a machine, of a file and of an image everywhere. */
const LONGEST = 63;

/** Letters of ASCII in lower case, digits and hyphens (RFC 1123, section 2.1). Throws where nothing of the name is left. */
export function slugOf(name: string): string {
  const plain = name.normalize("NFKD").replaceAll(/\p{M}/gu, "").toLowerCase();
  const slug = plain.replaceAll(/[^a-z0-9]+/g, "-").replace(/^-/, "");
  const trimmed = slug.slice(0, LONGEST).replace(/-$/, "");
  if (trimmed === "")
    throw new UsageError(`-name: "${name}" holds no letter (a to z) and no digit to name a machine by.`);
  return trimmed;
}

/** Throws where it is more than a line of text. */
export function checkName(name: string): string {
  if (/\p{Cc}/u.test(name)) throw new UsageError("-name is one line of text, without control characters.");
  return name.trim();
}
