import { isSensitive, SENSITIVE, withMarks } from "../language/marks.ts";
import { childrenOf, type Value } from "../language/value.ts";
import { plainValue } from "./plain-value.ts";

/** Shorter secrets appear in too many texts by chance to conclude that a text is made from them. */
const SHORTEST_FOUND_INSIDE = 4;

/** The texts that must not be shown: more become known while a template is evaluated, and while its builds run. */
export class Secrets {
  readonly #known = new Set<string>();
  readonly #onSecret: (secret: string) => void;

  /** `onSecret` is called with each secret once, as soon as it is known. */
  constructor(onSecret: (secret: string) => void) {
    this.#onSecret = onSecret;
  }

  add(secrets: Iterable<string>): void {
    for (const secret of secrets) {
      if (secret === "" || this.#known.has(secret)) continue;
      this.#known.add(secret);
      this.#onSecret(secret);
    }
  }

  /** The secrets that are in a text. */
  in(text: string): readonly string[] {
    return [...this.#known].filter(
      (secret) => text === secret || (secret.length >= SHORTEST_FOUND_INSIDE && text.includes(secret)),
    );
  }
}

/** As `secretsIn`, without numbers: the length of a password must not be masked everywhere. */
export function secretTextsIn(value: Value): readonly string[] {
  if (!isSensitive(value)) return childrenOf(value).flatMap(secretTextsIn);
  if (typeof value.content === "string") return [value.content];
  return childrenOf(value).flatMap((child) => secretTextsIn(withMarks(child, SENSITIVE)));
}

/** The texts in every sensitive part of a value, numbers among them. */
export function secretsIn(value: Value): readonly string[] {
  if (!isSensitive(value)) return childrenOf(value).flatMap(secretsIn);
  const secrets: string[] = [];
  plainValue(value, [], { sensitivePaths: [], secrets });
  return secrets;
}
