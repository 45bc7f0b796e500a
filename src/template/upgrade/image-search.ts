import type { Schema } from "../../sdk/schema/schema.ts";
import { isRecord, type JsonRecord } from "../fix/legacy-document.ts";

/** A source whose image is looked up by a data source, as Packer's own upgrade makes it. */
export interface ImageSearch {
  /** Of the data source: the filter, and how to reach the account it looks into. */
  readonly search: JsonRecord;
  /** Of the source, without the filter and the image. */
  readonly source: JsonRecord;
  /** The image that is named as well, which counts before the filter unless it is "". */
  readonly image: string | undefined;
}

/** The type of the data source that takes the place of `source_ami_filter`. */
export const IMAGE_SEARCH = "amazon-ami";

/**
 * Takes `source_ami_filter` out of the arguments of an Amazon builder; `undefined` when they have none. Of the others,
 * the search gets those that it knows too (region, credentials): `schema` is that of the data source.
 */
export function separateImageSearch(args: JsonRecord, schema: Schema<unknown> | undefined): ImageSearch | undefined {
  const { source_ami_filter: filter, source_ami: image, ...source } = args;
  if (schema === undefined || !isRecord(filter)) return undefined;
  // Only what is worked out may turn out to be "".
  const named = typeof image === "string" && image !== "" ? image : undefined;
  if (named?.includes("{{") === false) return undefined;
  const shared = Object.entries(source).filter(([name]) => Object.hasOwn(schema.object.shape, name));
  return { search: { ...filter, ...Object.fromEntries(shared) }, source, image: named };
}
