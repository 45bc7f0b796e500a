import { createHash } from "node:crypto";

/** File systems allow 255 bytes; what is put around a name takes up to 80. */
const LONGEST = 160;

/** A name short enough to be made part of another one. Different names stay different. */
export function shortName(name: string): string {
  if (Buffer.byteLength(name) <= LONGEST) return name;
  const digest = createHash("sha256").update(name).digest("hex").slice(0, 16);
  // No character takes more than four bytes.
  const start = [...name].slice(0, (LONGEST - digest.length) / 4).join("");
  return `${start}-${digest}`;
}
