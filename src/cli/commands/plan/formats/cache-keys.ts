import { sha256Of } from "../../../../core/plan/sha256-of.ts";
import type { Unit, UnitInput } from "../../../../core/plan/unit.ts";
import type { Format } from "./format.ts";

/**
 * Keys for the caches of an engine, a line each: `downloads` changes with the addresses and checksums of what is fetched,
 * `checkpoints` with anything that a build depends on. What there is nothing of has none.
 */
export const formatCacheKeys: Format = (units) => {
  const downloads = units.flatMap(({ inputs }) => inputs.filter(isDownload).map(({ value }) => value));
  const contents = { downloads, checkpoints: units.map(contentOf) };
  return Object.entries(contents)
    .filter(([, texts]) => texts.length > 0)
    .map(([name, texts]) => `${name}=${digestOf(texts)}\n`)
    .join("");
};

const isDownload = ({ kind, argument }: UnitInput): boolean => kind === "url" || argument.endsWith("checksum");

/** Where the key cannot be known beforehand, what is known stands for it. */
const contentOf = ({ key, id, inputs }: Unit): string => key ?? sha256Of([id, inputs]);

/** Whatever the order of templates. */
const digestOf = (texts: readonly string[]): string => sha256Of([...new Set(texts)].toSorted());
