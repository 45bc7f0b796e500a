/** One way of packing a stream. The outermost comes first in a `Packing`. */
export type Layer = "gz" | "bz2" | "xz" | "zst" | "tar";

/** How a file is packed. */
export interface Packing {
  /** As in the name, without the dot: `tar.gz`. */
  readonly ending: string;
  /** None for `zip`, whose directory is at its end: it is no stream. */
  readonly layers: readonly Layer[];
  /** The name without the ending. */
  readonly stem: string;
}

/** What each ending stands for. The same ones as in Packer. */
const layersOf: Readonly<Record<string, readonly Layer[]>> = {
  "tar.bz2": ["bz2", "tar"],
  "tar.gz": ["gz", "tar"],
  "tar.xz": ["xz", "tar"],
  "tar.zst": ["zst", "tar"],
  tbz2: ["bz2", "tar"],
  tgz: ["gz", "tar"],
  txz: ["xz", "tar"],
  tzst: ["zst", "tar"],
  bz2: ["bz2"],
  gz: ["gz"],
  tar: ["tar"],
  xz: ["xz"],
  zip: [],
  zst: ["zst"],
};

/** What `?archive=` may say, apart from "no". */
const packings: readonly string[] = Object.keys(layersOf);

const NO = ["false", "0", "f"];

/** Whether `archive` (what an address says about itself) can be understood. */
export function isKnownPacking(archive: string): boolean {
  return archive === "" || NO.includes(archive.toLowerCase()) || packings.includes(archive);
}

export function unknownPacking(archive: string): string {
  return `"archive=${archive}" is no way of packing that can be undone. There are ${packings.join(", ")}; "false" uses the file as it is.`;
}

/** How the file of this name is packed; `undefined` for one that is not. `archive` wins over the name. */
export function packingOf(name: string, archive = ""): Packing | undefined {
  if (NO.includes(archive.toLowerCase())) return undefined;
  const named = packings.find((ending) => name.toLowerCase().endsWith(`.${ending}`));
  const ending = archive === "" ? named : archive;
  const layers = ending === undefined ? undefined : layersOf[ending];
  if (ending === undefined || layers === undefined) return undefined;
  return { ending, layers, stem: named === undefined ? name : name.slice(0, -named.length - 1) };
}

const PARAMETER = /([?&])archive=([^&#]*)(&|(?=#)|$)/;

/** An address without its `archive=…`, and what that says. */
export function splitArchive(address: string): { readonly address: string; readonly archive: string } {
  const match = PARAMETER.exec(address);
  if (match === null) return { address, archive: "" };
  const [whole, before, archive = "", after] = match;
  const between = after === "&" ? before! : "";
  return { address: address.replace(whole, between), archive };
}
