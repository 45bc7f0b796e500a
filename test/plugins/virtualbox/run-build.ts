import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Artifact } from "../../../src/sdk/artifact.ts";
import type { Builder } from "../../../src/sdk/component.ts";
import {
  createFakeVirtualBox,
  type FakeVirtualBox,
  type FakeVirtualBoxOptions,
} from "../../helper/fake-virtualbox/fake-virtualbox.ts";
import { createSshGuest, type SshGuest } from "../../helper/fake-virtualbox/guest.ts";
import { installProgram } from "../../helper/fake-virtualbox/program.ts";
import { switchOff } from "../../helper/fake-virtualbox/running.ts";
import { configOf } from "../../helper/decode-config.ts";
import { createRecordingRun, type RecordingRun, type RecordingRunOptions } from "../../helper/recording-run.ts";
import { temporaryDirectory } from "../../helper/temporary-directory.ts";

/** A host with the fake VirtualBox on its PATH, a guest that any of its machines runs, and a run of a build. */
export interface Place {
  readonly box: FakeVirtualBox;
  readonly guest: SshGuest;
  readonly run: RecordingRun;
  /** A file of the directory the build runs in. */
  path(name: string): string;
}

export type PlaceOptions = Omit<FakeVirtualBoxOptions, "guest"> &
  Omit<RecordingRunOptions, "env"> & { readonly answersPowerButton?: boolean };

/** Call inside a test. */
export async function createPlace(options: PlaceOptions = {}): Promise<Place> {
  const root = options.root ?? temporaryDirectory();
  const guest = createSshGuest(root, options);
  const box = createFakeVirtualBox({ ...options, root, guest });
  guest.onShutdown = async () => {
    const machine = box.machines.find(({ state }) => state === "running");
    if (machine !== undefined) await switchOff(box, machine);
  };
  const run = await createRecordingRun({ ...options, env: await installProgram(box) });
  const path = (name: string) => join(run.directories.work, name);
  await writeFile(path("boot.iso"), "an installation medium");
  await writeFile(path("additions.iso"), "guest additions");
  return { box, guest, run, path };
}

/** Nobody logs in: the quickest build there is. */
export const WITHOUT_SSH = {
  ...{ communicator: "none", guest_additions_mode: "disable", virtualbox_version_file: "" },
  ...{ boot_wait: "0s", headless: true, shutdown_timeout: "5s" },
};

/** A build that logs in to the guest of the place. Every test has its own range of ports. */
export const withSsh = () => {
  const port = 20_000 + Math.floor(Math.random() * 10_000);
  return {
    ...{ ssh_username: "root", ssh_password: "x", boot_wait: "0s", headless: true, shutdown_command: "shutdown" },
    ...{ host_port_min: port, host_port_max: port + 100, guest_additions_mode: "disable", ssh_timeout: "20s" },
  };
};

export const ISO = { iso_url: "boot.iso", iso_checksum: "none", guest_os_type: "Debian12_64", vm_name: "m" };

/** Builds, and undoes what there is to undo. */
export async function build<Config>(
  { run }: Place,
  builder: Builder<Config>,
  args: Readonly<Record<string, unknown>>,
): Promise<Artifact | undefined> {
  const config = configOf(builder.schema, { ...args });
  try {
    const artifact = await builder.build(run, config);
    const left = await run.finish("succeeded");
    if (left.length > 0) throw new Error(`not undone: ${JSON.stringify(run.events)}`);
    return artifact;
  } catch (error) {
    await run.finish("failed");
    throw error;
  }
}
