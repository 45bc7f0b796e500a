import { compressionByEnding, type CompressionName } from "../../../../lib/compress/formats.ts";

/** What a name or the `format` argument asks for: an archive, a compression, or an archive that is then compressed. */
export interface OutputFormat {
  readonly archive: "tar" | "zip" | undefined;
  readonly compression: CompressionName | undefined;
}

export const DEFAULT_FORMAT: OutputFormat = { archive: "tar", compression: "gz" };

const shorthands: Readonly<Record<string, OutputFormat>> = {
  tgz: { archive: "tar", compression: "gz" },
  tbz2: { archive: "tar", compression: "bz2" },
  txz: { archive: "tar", compression: "xz" },
  tzst: { archive: "tar", compression: "zst" },
  tlz4: { archive: "tar", compression: "lz4" },
};

/** `tar.gz`, `zip`, `xz`, … as given in `format`; undefined when it names none. */
export function parseFormat(text: string): OutputFormat | undefined {
  const [first = "", second, ...rest] = text.toLowerCase().replace(/^\./, "").split(".");
  if (rest.length > 0) return undefined;
  if (second === undefined) return shorthands[first] ?? single(first);
  const compression = compressionByEnding(second);
  if (first !== "tar" || !compression) return undefined;
  return { archive: "tar", compression };
}

/** By the endings of a file name: `box.tar.xz`, `disk.qcow2.zst`, `all.zip`. */
export function formatOfName(name: string): OutputFormat | undefined {
  const [, ...endings] = name.toLowerCase().split(".");
  const last = endings.at(-1) ?? "";
  const compression = compressionByEnding(last);
  if (compression && endings.at(-2) === "tar") return { archive: "tar", compression };
  return shorthands[last] ?? single(last);
}

export function endingOf(format: OutputFormat): string {
  return [format.archive, format.compression].filter(Boolean).join(".");
}

function single(ending: string): OutputFormat | undefined {
  if (ending === "tar" || ending === "zip") return { archive: ending, compression: undefined };
  const compression = compressionByEnding(ending);
  return compression && { archive: undefined, compression };
}
