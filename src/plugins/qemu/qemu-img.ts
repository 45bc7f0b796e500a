import { constants } from "node:fs";
import { copyFile, rename, rm } from "node:fs/promises";
import { runChecked } from "../../lib/process.ts";
import { BuildError } from "../../sdk/error.ts";
import type { Run } from "../../sdk/run.ts";
import { toolFailure } from "./tool-failure.ts";

type ImageFormat = "qcow2" | "raw";

/** Arguments the user adds to calls of qemu-img. */
export interface QemuImgArgs {
  readonly convert: readonly string[];
  readonly create: readonly string[];
  readonly resize: readonly string[];
}

interface ImageInfo {
  readonly format: string;
  readonly virtualSize: number;
  readonly backingFile?: string | undefined;
}

/** The qemu-img program. Every call ends with `signal`. */
export interface QemuImg {
  create(path: string, format: ImageFormat, size: number | undefined, backing?: BackingFile): Promise<void>;
  info(path: string): Promise<ImageInfo>;
  /** Copies an image of any format to `to`, leaving out what is only zeros. */
  copy(from: string, to: string, format: ImageFormat): Promise<void>;
  resize(path: string, format: ImageFormat, size: number): Promise<void>;
  /** Rewrites an image without its free space. The old one stays until the new one is complete. */
  compact(path: string, format: ImageFormat, compress: boolean): Promise<void>;
}

interface BackingFile {
  readonly path: string;
  readonly format: string;
}

export function createQemuImg(run: Run, extra: QemuImgArgs, signal: AbortSignal): QemuImg {
  const call = async (args: readonly string[]): Promise<string> => {
    try {
      const result = await runChecked("qemu-img", args, { env: run.host.env, signal });
      return result.stdout;
    } catch (error) {
      signal.throwIfAborted();
      throw toolFailure("qemu-img", error);
    }
  };
  const info = async (path: string): Promise<ImageInfo> => {
    // The image may be that of a running machine of another build (a backing file): looking takes no lock.
    const text = await call(["info", "--force-share", "--output=json", path]);
    const parsed = JSON.parse(text) as Record<string, unknown>;
    return {
      format: parsed["format"] as string,
      virtualSize: parsed["virtual-size"] as number,
      backingFile: parsed["full-backing-filename"] as string | undefined,
    };
  };
  const convert = (options: readonly string[], format: ImageFormat, from: string, to: string) =>
    call(["convert", ...options, ...extra.convert, "-O", format, from, to]);
  return {
    info,
    create: async (path, format, size, backing) => {
      const base = backing ? ["-b", backing.path, "-F", backing.format] : [];
      const sizes = size === undefined ? [] : [String(size)];
      await call(["create", "-q", "-f", format, ...base, ...extra.create, path, ...sizes]);
    },
    copy: async (from, to, format) => {
      const source = await info(from);
      const cloneable = source.format === format && source.backingFile === undefined && extra.convert.length === 0;
      if (cloneable && (await clone(from, to))) return;
      await convert(["-f", source.format], format, from, to);
    },
    resize: async (path, format, size) => {
      await call(["resize", "-q", "-f", format, ...extra.resize, path, String(size)]);
    },
    compact: async (path, format, compress) => {
      const converted = `${path}.convert`;
      try {
        await convert(["-f", format, ...(compress && format === "qcow2" ? ["-c"] : [])], format, path, converted);
        await rename(converted, path);
      } catch (error) {
        await rm(converted, { force: true });
        throw error;
      }
    },
  };
}

/** Copy-on-write where the file system has it: at once, and without using space. */
async function clone(from: string, to: string): Promise<boolean> {
  return copyFile(from, to, constants.COPYFILE_FICLONE_FORCE).then(
    () => true,
    () => false,
  );
}

export function tooSmall(source: string, sourceSize: number, wanted: string): BuildError {
  const mebibytes = Math.ceil(sourceSize / 1024 ** 2);
  return new BuildError(`disk_size (${wanted}) is smaller than the source image, which has ${mebibytes} MiB`, {
    hint: `Data at its end would be lost. Set disk_size to at least "${mebibytes}M", or skip_resize_disk = true. Source: ${source}`,
  });
}
