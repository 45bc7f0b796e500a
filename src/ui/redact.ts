import { Buffer } from "node:buffer";
import { createTextMatcher } from "../lib/aho-corasick.ts";
import { applyMasks, findSecrets, withoutInvisible, type Masked, type SecretPatterns } from "./redact-text.ts";
import { createRedactingStream, type RedactingStream } from "./redact-stream.ts";
import { redactValue } from "./redact-value.ts";
import { secretForms, SHORTEST_MASKED_ANYWHERE } from "./secret-forms.ts";

/**
 * The one place where secrets are masked. Everything that leaves the process for a person or a file goes through it:
 * events on their way to the renderers, and text the core writes itself (manifest, run record, crash report).
 */
export interface Redactor {
  /** From now on `secret` is masked, in every form it could be read in. Empty text is no secret. */
  add(secret: string): void;
  /** Secrets too short to be masked inside words, since the last call: worth a warning, by their count. */
  takeShortCount(): number;
  text(text: string): string;
  /** The stretches of `text` that `text()` would mask. */
  find(text: string): readonly Masked[];
  /** The same structure with every string in it masked; keys too, and numbers that spell a secret. */
  value<Value>(value: Value): Value;
  /** For text that comes in pieces. */
  stream(): RedactingStream;
  /** As `stream`, for bytes of UTF-8 (in Latin-1 strings, one unit a byte). */
  byteStream(): RedactingStream;
}

export function createRedactor(): Redactor {
  const secrets = new Set<string>();
  let shortCount = 0;
  let text: Lazy<SecretPatterns> | undefined;
  let bytes: Lazy<SecretPatterns> | undefined;

  const redactor: Redactor = {
    add: (secret) => {
      if (secret.trim() === "" || secrets.has(secret)) return;
      secrets.add(secret);
      if (secret.trim().length < SHORTEST_MASKED_ANYWHERE) shortCount++;
      text = lazy(() => compile(secrets, (form) => form));
      bytes = lazy(() => compile(secrets, (form) => Buffer.from(form, "utf8").toString("latin1")));
    },
    takeShortCount: () => {
      const count = shortCount;
      shortCount = 0;
      return count;
    },
    text: (value) => {
      const masked = redactor.find(value);
      if (masked.length === 0) return value;
      return applyMasks(value, masked);
    },
    find: (value) => {
      const patterns = text?.();
      if (patterns === undefined || value === "") return [];
      return findSecrets(value, patterns).masked;
    },
    value: (value) => (text === undefined ? value : redactValue(value, redactor.text)),
    stream: () => createRedactingStream(() => text?.()),
    byteStream: () => createRedactingStream(() => bytes?.()),
  };
  return redactor;
}

/** Many secrets are usually added at once; the automaton is made when it is first needed. */
type Lazy<Value> = () => Value;
function lazy<Value>(make: () => Value): Lazy<Value> {
  let made: { readonly value: Value } | undefined;
  return () => (made ??= { value: make() }).value;
}

function compile(secrets: ReadonlySet<string>, encode: (form: string) => string): SecretPatterns {
  const forms = new Set<string>();
  const words: string[] = [];
  for (const secret of secrets) {
    const trimmed = secret.trim();
    if (trimmed.length < SHORTEST_MASKED_ANYWHERE) words.push(encode(trimmed));
    for (const form of secretForms(secret))
      for (const variant of [form, withoutInvisible(form)]) forms.add(encode(variant));
  }
  const longEnough = [...forms].filter((form) => form.length >= SHORTEST_MASKED_ANYWHERE);
  return { matcher: createTextMatcher(longEnough), words: wordPattern(words) };
}

function wordPattern(words: readonly string[]): RegExp | undefined {
  if (words.length === 0) return undefined;
  const alternatives = words.map((word) => word.replace(/[\\^$.*+?()[\]{}|/]/g, "\\$&")).join("|");
  return new RegExp(`(?<![\\p{L}\\p{N}_])(?:${alternatives})(?![\\p{L}\\p{N}_])`, "gu");
}
