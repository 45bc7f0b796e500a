import { SHORTEST_MASKED_ANYWHERE } from "./secret-forms.ts";

/** Passwords that are no secret: those of base boxes and cloud images, and words that stand in every log. */
const WELL_KNOWN = new Set(
  (
    "admin administrator alma almalinux alpine arch centos changeme core debian default ec2-user fedora freebsd guest " +
    "kali linux opensuse oracle packer password rocky root secret suse test toor ubuntu user vagrant windows"
  ).split(" "),
);

/** Letters, perhaps with a number at the end: what people call things. */
const PLAIN_WORD = /^\p{L}{2,20}(?:[-_]?\p{L}{1,20})?\d{0,4}$/u;

/** Whether a secret is a well-known default, or a plain word that stands in one of the texts nobody hides. */
export function isOrdinaryWord(secret: string, plain: ReadonlySet<string>): boolean {
  if (secret.length < SHORTEST_MASKED_ANYWHERE) return false;
  if (WELL_KNOWN.has(secret.toLowerCase())) return true;
  return PLAIN_WORD.test(secret) && [...plain].some((text) => text.includes(secret));
}

/** What is no secret by itself, though it may be a part of one: every "true" in a log would be masked. */
export function saysNothing(secret: string): boolean {
  return /^(?:true|false|null|)$/i.test(secret.trim());
}

/** `short`: not within words. `ordinary`: neither within names and paths. */
export function wordPattern(short: readonly string[], ordinary: readonly string[]): RegExp | undefined {
  const alternatives: string[] = [];
  if (short.length > 0) alternatives.push(`(?<![\\p{L}\\p{N}_])(?:${escaped(short)})(?![\\p{L}\\p{N}_])`);
  if (ordinary.length > 0) {
    const before = "(?<![\\p{L}\\p{N}_/\\\\-]|[\\p{L}\\p{N}_]\\.)";
    const after = "(?![\\p{L}\\p{N}_/\\\\-]|\\.[\\p{L}\\p{N}_])";
    alternatives.push(`${before}(?:${escaped(ordinary)})${after}`);
  }
  return alternatives.length === 0 ? undefined : new RegExp(alternatives.join("|"), "gu");
}

/** In Unicode mode only these may be escaped; a hyphen outside of a class must not be. */
function escaped(words: readonly string[]): string {
  return words.map((word) => word.replace(/[\\^$.*+?()[\]{}|/]/g, "\\$&")).join("|");
}
