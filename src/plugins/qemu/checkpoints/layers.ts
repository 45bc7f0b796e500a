import { rm } from "node:fs/promises";
import { basename, join } from "node:path";
import type { Run } from "../../../sdk/run.ts";
import type { DiskFile } from "../drive-arguments.ts";
import type { QemuConfig } from "../options/qemu.ts";
import { QemuImg } from "../qemu-img.ts";

/** The images one disk is made of, the newest last. Only that one is written. */
export type LayerNames = readonly string[];

/**
 * The disks of a machine as chains of qcow2 images in one directory. Each image names the one below it without a
 * directory, so that a chain can be put together anywhere.
 */
export class LayeredDisks {
  readonly #run: Run;
  readonly #config: QemuConfig;
  readonly #directory: string;
  #chains: readonly LayerNames[];

  constructor(
    run: Run,
    config: QemuConfig,
    layers: { readonly directory: string; readonly chains: readonly LayerNames[] },
  ) {
    this.#run = run;
    this.#config = config;
    this.#directory = layers.directory;
    this.#chains = layers.chains;
  }

  /** Names of the images of each disk, the lowest first. */
  get chains(): readonly LayerNames[] {
    return this.#chains;
  }

  /** What the machine writes to. */
  get disks(): readonly DiskFile[] {
    return this.#chains.map((chain) => ({ path: this.path(chain.at(-1)!), format: "qcow2" }));
  }

  path(name: string): string {
    return join(this.#directory, name);
  }

  /**
   * Makes empty images over what is written now, one for each disk, and has `use` begin to write to them (absolute paths).
   * Where it cannot, everything stays as it was.
   */
  async cover(use: (overlays: readonly string[]) => Promise<void>, signal: AbortSignal): Promise<void> {
    const names = this.#chains.map((chain) => `${chain[0]!}.${chain.length}`);
    const paths = names.map((name) => this.path(name));
    try {
      await this.#createOverlays(paths, signal);
      await use(paths);
    } catch (error) {
      for (const path of paths) await rm(path, { force: true });
      throw error;
    }
    this.#chains = this.#chains.map((chain, index) => [...chain, names[index]!]);
  }

  async #createOverlays(paths: readonly string[], signal: AbortSignal): Promise<void> {
    const qemuImg = this.#qemuImg(signal);
    for (const [index, chain] of this.#chains.entries()) {
      const below = chain.at(-1)!;
      const { virtualSize } = await qemuImg.info(this.path(below));
      await qemuImg.createOverlay(paths[index]!, below, virtualSize);
    }
  }

  /** The finished disks: one image each, which needs nothing of this directory. */
  async flatten(targets: readonly DiskFile[], backing: string | undefined): Promise<void> {
    await this.#run.step("write disks", async ({ signal }) => {
      const qemuImg = this.#qemuImg(signal);
      const compress = this.#config.disk_compression;
      for (const [index, { path, format }] of targets.entries()) {
        this.#run.say(`Writing ${basename(path)}`);
        const options = { format, compress, backing: index === 0 ? backing : undefined };
        await qemuImg.flatten(this.disks[index]!.path, path, options);
      }
    });
  }

  #qemuImg(signal: AbortSignal): QemuImg {
    const none = { convert: [], create: [], resize: [] };
    return new QemuImg(this.#run, this.#config.qemu_img_args ?? none, signal);
  }
}
