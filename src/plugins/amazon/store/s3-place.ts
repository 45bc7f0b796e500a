import { errorText } from "../../../lib/error-text.ts";
import { mapLimited } from "../../../lib/limited.ts";
import {
  MissingObject,
  type ListedObject,
  type OpenStorePlace,
  type StoreContext,
  type StorePlace,
} from "../../../sdk/store-place.ts";
import { openCloud } from "../aws/cloud.ts";
import { isDenied } from "../aws/failure.ts";
import { explain, type Bucket } from "./bucket.ts";
import { parseS3Address } from "./s3-address.ts";
import { s3Content, type Reading } from "./s3-content.ts";
import { abortUploads } from "./s3-sweep.ts";
import { uploadFile } from "./s3-upload.ts";

/** Requests that are under way at a time. */
const AT_ONCE = 16;
/** S3 copies no more at once. */
const MOST_COPIED = 5 * 1024 ** 3;

/** A bucket. Objects appear whole, as S3 promises; who may read them, and how they are encrypted, is for the bucket to say. */
export const openS3Place: OpenStorePlace = async (address, context) => {
  const { bucket, prefix, access, settings } = parseS3Address(address, context.host);
  const cloud = await openCloud(cloudContext(context), access, settings);
  return s3Place({ s3: cloud.s3(), bucket, name: address }, prefix);
};

const cloudContext = ({ host, work, secret, warn, debug }: StoreContext) => ({
  host,
  directories: { work },
  secret,
  warn,
  debug,
});

function s3Place(place: Bucket, prefix: string): StorePlace {
  const { name } = place;
  const keyOf = (object: string): string => prefix + object;
  return {
    name,
    read: (object, signal) => readObject(place, { key: keyOf(object), object, signal }),
    write: async (object, content, signal) => {
      const target = { Bucket: place.bucket, Key: keyOf(object) };
      await place.s3.call("PutObject", { ...target, Body: content }, { signal }).catch(explain(name));
    },
    stat: async (object, signal) => {
      const found = await listKeys(place, { prefix: keyOf(object), signal, isOne: true }).catch(explain(name));
      return found.find((one) => one.name === keyOf(object));
    },
    refresh: (object, signal) => refresh(place, keyOf(object), signal).catch(explain(name)),
    refusal: (object, signal) => refusal(place, keyOf(object), signal).catch(explain(name)),
    putFile: (object, file, transfer) => uploadFile(place, keyOf(object), file, transfer).catch(explain(name)),
    content: (object, signal) => s3Content(place, { key: keyOf(object), object, signal }),
    list: async (start, signal) => {
      const found = await listKeys(place, { prefix: keyOf(start), signal }).catch(explain(name));
      return found.map((one) => ({ ...one, name: one.name.slice(prefix.length) }));
    },
    remove: async (objects, signal) => {
      const keys = objects.map(keyOf);
      const removal = mapLimited(keys, AT_ONCE, (key) =>
        place.s3.call("DeleteObject", { Bucket: place.bucket, Key: key }, { signal }),
      );
      await removal.catch(explain(name));
    },
    sweep: (start, before, signal) => abortUploads(place, { prefix: keyOf(start), before, signal }).catch(() => {}),
  };
}

/** A small object, in one piece as a rule. */
async function readObject(place: Bucket, reading: Reading): Promise<Uint8Array | undefined> {
  const pieces: Uint8Array[] = [];
  try {
    for await (const piece of s3Content(place, reading)) pieces.push(piece);
    return Buffer.concat(pieces);
  } catch (error) {
    if (error instanceof MissingObject) return undefined;
    throw error;
  }
}

interface Listing {
  readonly prefix: string;
  readonly signal: AbortSignal;
  /** The first is enough. */
  readonly isOne?: boolean;
}

/** With whole keys as names. S3 lists them in order. */
async function listKeys({ s3, bucket }: Bucket, listing: Listing): Promise<readonly ListedObject[]> {
  const { prefix, signal, isOne = false } = listing;
  const found: ListedObject[] = [];
  let token: string | undefined;
  do {
    const question = { Bucket: bucket, Prefix: prefix, ContinuationToken: token, ...(isOne && { MaxKeys: 1 }) };
    const answer = await s3.call("ListObjectsV2", question, { signal });
    for (const { Key, Size = 0, LastModified } of answer.Contents ?? []) {
      found.push({ name: Key!, size: Size, writtenAt: LastModified?.getTime() ?? 0 });
    }
    token = isOne ? undefined : answer.NextContinuationToken;
  } while (token !== undefined);
  return found;
}

/** An upload in parts that is begun and aborted leaves nothing, and needs the permission to write. */
async function refusal({ s3, bucket }: Bucket, key: string, signal: AbortSignal): Promise<string | undefined> {
  const target = { Bucket: bucket, Key: key };
  try {
    // Its answer names what is to be aborted, so it is waited for.
    const { UploadId } = await s3.call("CreateMultipartUpload", target, { pauses: signal });
    await s3.call("AbortMultipartUpload", { ...target, UploadId }, { once: true }).catch(() => {});
    return undefined;
  } catch (error) {
    if (isDenied(error)) return errorText(error);
    throw error;
  }
}

/** S3 has no other way to change the time of an object. */
async function refresh(place: Bucket, key: string, signal: AbortSignal): Promise<boolean> {
  const { s3, bucket } = place;
  const [found] = await listKeys(place, { prefix: key, signal, isOne: true });
  if (found?.name !== key || found.size > MOST_COPIED) return false;
  const source = `${bucket}/${key.split("/").map(encodeURIComponent).join("/")}`;
  const copy = { Bucket: bucket, Key: key, CopySource: source, MetadataDirective: "REPLACE" as const };
  await s3.call("CopyObject", copy, { signal });
  return true;
}
