import type { DeflateBytesOptions } from "../../deflate/deflate-bytes.ts";
import type { TransformBytes } from "./transform-bytes.ts";

/** What a thread can do with blocks, by name; the thread loads the code it needs. */
const transforms = {
  bgzf: async (options: { readonly level: number }) => (await import("./bgzf-members.ts")).prepareMembers(options),
  bzip2: async (options: { readonly level: number }) => (await import("./bzip2/bzip2-stream.ts")).prepareBzip2(options),
  deflate: async (options: DeflateBytesOptions) =>
    (await import("../../deflate/deflate-bytes.ts")).prepareDeflate(options),
  sha256: async () => (await import("../sha256-blocks.ts")).prepareSha256(),
  zstd: async (options: { readonly level: number }) => (await import("./zstd-frame.ts")).prepareZstd(options),
} as const satisfies Readonly<Record<string, (options: never) => Promise<TransformBytes>>>;

type Transforms = typeof transforms;

/** A transform with its options, as threads can be given them. */
export type TransformTask = {
  [Name in keyof Transforms]: { readonly name: Name; readonly options: Parameters<Transforms[Name]>[0] };
}[keyof Transforms];

export function prepareTransform({ name, options }: TransformTask): Promise<TransformBytes> {
  const prepare: (options: never) => Promise<TransformBytes> = transforms[name];
  return prepare(options as never);
}
