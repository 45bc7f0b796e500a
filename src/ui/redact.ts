import { Buffer } from "node:buffer";
import { createTextMatcher } from "../lib/aho-corasick.ts";
import { isOrdinaryWord, saysNothing, wordPattern } from "./ordinary-words.ts";
import { applyMasks, findSecrets, type Masked, type SecretPatterns } from "./redact-text.ts";
import { createRedactingStream, type RedactingStream } from "./redact-stream.ts";
import { redactValue } from "./redact-value.ts";
import { secretForms, SHORTEST_MASKED_ANYWHERE } from "./secret-forms.ts";
import { withoutInvisible, withPlainSpaces } from "./text-views.ts";

/**
 * The one place where secrets are masked. Everything that leaves the process for a person or a file goes through it:
 * events on their way to the renderers, and text the core writes itself (manifest, run record, crash report).
 */
export interface Redactor {
  /** From now on `secret` is masked, in every form it could be read in. Empty text is no secret. */
  add(secret: string): void;
  /**
   * Texts that stand unmarked in the template (names, paths): a secret that is a plain word of one of them is masked only
   * where it stands by itself, or nothing with that name could be read.
   */
  addPlain(texts: readonly string[]): void;
  /** Secrets too short to be masked inside words, since the last call: worth a warning, by their count. */
  takeShortCount(): number;
  /** The same of secrets that are ordinary words. */
  takeOrdinaryCount(): number;
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
  const plain = new Set<string>();
  const told = { short: new Set<string>(), ordinary: new Set<string>() };
  const isOrdinary = (secret: string): boolean => isOrdinaryWord(secret, plain);
  const patterns = createPatterns({ secrets, isOrdinary });
  const redactor: Redactor = {
    add: (secret) => {
      if (saysNothing(secret) || secrets.has(secret)) return;
      secrets.add(secret);
      patterns.forget();
    },
    addPlain: (texts) => {
      for (const one of texts) plain.add(one);
      if (secrets.size > 0) patterns.forget();
    },
    takeOrdinaryCount: () =>
      countNew(
        [...secrets].filter((secret) => isOrdinary(secret.trim())),
        told.ordinary,
      ),
    takeShortCount: () => countNew([...secrets].filter(isShort), told.short),
    text: (value) => {
      const masked = redactor.find(value);
      if (masked.length === 0) return value;
      return applyMasks(value, masked);
    },
    find: (value) => {
      const wanted = patterns.text();
      if (wanted === undefined || value === "") return [];
      return findSecrets(value, wanted).masked;
    },
    value: (value) => (secrets.size === 0 ? value : redactValue(value, redactor.text)),
    stream: () => createRedactingStream(patterns.text),
    byteStream: () => createRedactingStream(patterns.bytes),
  };
  return redactor;
}

const isShort = (secret: string): boolean => secret.trim().length < SHORTEST_MASKED_ANYWHERE;

/** How many are not in `told` yet, where they are from then on. */
function countNew(found: readonly string[], told: Set<string>): number {
  const fresh = found.filter((secret) => !told.has(secret));
  for (const secret of fresh) told.add(secret);
  return fresh.length;
}

/** What to look for, in text and in bytes of UTF-8; `undefined` while there is nothing. */
function createPatterns(known: Known) {
  let text: Lazy<SecretPatterns> | undefined;
  let bytes: Lazy<SecretPatterns> | undefined;
  return {
    text: () => text?.(),
    bytes: () => bytes?.(),
    /** More is known: what to look for is worked out again. */
    forget: (): void => {
      text = lazy(() => compile(known, (form) => form));
      bytes = lazy(() => compile(known, (form) => Buffer.from(form, "utf8").toString("latin1")));
    },
  };
}

/** Many secrets are usually added at once; the automaton is made when it is first needed. */
type Lazy<Value> = () => Value;
function lazy<Value>(make: () => Value): Lazy<Value> {
  let made: { readonly value: Value } | undefined;
  return () => (made ??= { value: make() }).value;
}

interface Known {
  readonly secrets: ReadonlySet<string>;
  /** Whether a secret is so common a word that it is masked only where it stands by itself. */
  readonly isOrdinary: (secret: string) => boolean;
}

function compile({ secrets, isOrdinary }: Known, encode: (form: string) => string): SecretPatterns {
  const forms = new Set<string>();
  const short: string[] = [];
  const ordinary: string[] = [];
  for (const secret of secrets) {
    const trimmed = secret.trim();
    const isWord = isOrdinary(trimmed);
    if (isShort(secret)) short.push(encode(trimmed));
    else if (isWord) ordinary.push(encode(trimmed));
    for (const form of secretForms(secret)) {
      if (isWord && form === trimmed) continue;
      for (const variant of [form, withoutInvisible(form), withPlainSpaces(form)]) forms.add(encode(variant));
    }
  }
  const longEnough = [...forms].filter((form) => form.length >= SHORTEST_MASKED_ANYWHERE);
  const longestWord = Math.max(0, ...[...short, ...ordinary].map(({ length }) => length));
  return { matcher: createTextMatcher(longEnough), words: wordPattern(short, ordinary), longestWord };
}
