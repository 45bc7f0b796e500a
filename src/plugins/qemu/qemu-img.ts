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

export interface NewImage {
  readonly format: ImageFormat;
  /** Bytes; without it the size of the backing file. */
  readonly size: number | undefined;
  readonly backing?: BackingFile | undefined;
}

export interface FlattenOptions {
  readonly format: ImageFormat;
  readonly compress: boolean;
  /** The image the result stays an overlay over. */
  readonly backing: string | undefined;
}

interface BackingFile {
  readonly path: string;
  readonly format: string;
}

/** The qemu-img program. Every call ends with `signal`. */
export class QemuImg {
  readonly #run: Run;
  readonly #extra: QemuImgArgs;
  readonly #signal: AbortSignal;

  constructor(run: Run, extra: QemuImgArgs, signal: AbortSignal) {
    this.#run = run;
    this.#extra = extra;
    this.#signal = signal;
  }

  async create(path: string, { format, size, backing }: NewImage): Promise<void> {
    const base = backing ? ["-b", backing.path, "-F", backing.format] : [];
    const sizes = [size].filter((bytes) => bytes !== undefined).map(String);
    await this.#call(["create", "-q", "-f", format, ...base, ...this.#extra.create, path, ...sizes]);
  }

  async info(path: string): Promise<ImageInfo> {
    // The image may be that of a running machine of another build (a backing file): inspecting it takes no lock.
    const text = await this.#call(["info", "--force-share", "--output=json", path]);
    const parsed = JSON.parse(text) as Record<string, unknown>;
    return {
      format: parsed["format"] as string,
      virtualSize: parsed["virtual-size"] as number,
      backingFile: parsed["full-backing-filename"] as string | undefined,
    };
  }

  /** Copies an image of any format to `to`, leaving out what is only zeros. */
  async copy(from: string, to: string, format: ImageFormat): Promise<void> {
    const source = await this.info(from);
    const isCloneable = source.format === format && source.backingFile === undefined;
    if (isCloneable && this.#extra.convert.length === 0 && (await clone(from, to))) return;
    await this.#convert(["-f", source.format, ...this.#extra.convert, "-O", format], from, to);
  }

  async resize(path: string, format: ImageFormat, size: number): Promise<void> {
    await this.#call(["resize", "-q", "-f", format, ...this.#extra.resize, path, String(size)]);
  }

  /** Rewrites an image without its free space. The old one stays until the new one is complete. */
  async compact(path: string, format: ImageFormat, compress: boolean): Promise<void> {
    const converted = `${path}.convert`;
    const compression = compress && format === "qcow2" ? ["-c"] : [];
    try {
      await this.#convert(["-f", format, ...compression, ...this.#extra.convert, "-O", format], path, converted);
      await rename(converted, path);
    } catch (error) {
      await rm(converted, { force: true });
      throw error;
    }
  }

  /** An empty qcow2 image over one that a running machine may hold; `below` is a name in the same directory. */
  async createOverlay(path: string, below: string, size: number): Promise<void> {
    await this.#call(["create", "-q", "-u", "-f", "qcow2", "-b", below, "-F", "qcow2", path, String(size)]);
  }

  /** Writes a chain of images as one; with `backing`, as an overlay over that image. */
  async flatten(from: string, to: string, { format, compress, backing }: FlattenOptions): Promise<void> {
    const compression = compress && format === "qcow2" ? ["-c"] : [];
    const source = backing === undefined ? undefined : await this.info(backing);
    const base = source === undefined ? [] : ["-B", backing!, "-F", source.format];
    await this.#convert(["-f", "qcow2", ...compression, ...base, ...this.#extra.convert, "-O", format], from, to);
  }

  #convert(options: readonly string[], from: string, to: string): Promise<string> {
    return this.#call(["convert", ...options, from, to]);
  }

  async #call(args: readonly string[]): Promise<string> {
    try {
      const result = await runChecked("qemu-img", args, { env: this.#run.host.env, signal: this.#signal });
      return result.stdout;
    } catch (error) {
      this.#signal.throwIfAborted();
      throw toolFailure("qemu-img", error);
    }
  }
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
