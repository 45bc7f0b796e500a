import { access, rm } from "node:fs/promises";
import { join } from "node:path";
import { shellQuote } from "../../lib/shell-quote.ts";
import { BuildError } from "../../sdk/error.ts";
import type { Run } from "../../sdk/run.ts";
import type { Driver } from "./driver/driver.ts";
import { deleteDiskCommand, deleteVmCommand, powerOffCommand } from "./driver/manual-commands.ts";
import type { VmInfo } from "./driver/vm-info.ts";
import { runOf } from "./owned-machine.ts";

export interface WantedMachine {
  readonly name: string;
  readonly machineFolder: string;
  /** Paths of the disks to be made. */
  readonly disks: readonly string[];
}

/**
 * Makes sure that the name is free, and with it the paths of the machine's files, before anything is downloaded. What is in
 * the way is removed with `-force`; without it the error holds the command that removes it.
 */
export async function resolveConflicts(run: Run, driver: Driver, wanted: WantedMachine): Promise<void> {
  await run.step("look for leftovers", async ({ signal }) => {
    await removeSameName(run, driver, { name: wanted.name, signal });
    await removeStraySettings(run, wanted);
    await removeSamePaths(run, driver, { paths: wanted.disks, signal });
  });
}

async function removeSameName(
  run: Run,
  driver: Driver,
  { name, signal }: { readonly name: string; readonly signal: AbortSignal },
): Promise<void> {
  const machines = await driver.listVms({ signal });
  const vm = machines.find((machine) => machine.name === name)?.uuid;
  if (vm === undefined) return;
  if (run.options.force) {
    run.say(`Removing the machine "${name}", which exists already (-force)...`);
    await driver.deleteVm({ vm, signal });
    return;
  }
  throw nameIsTaken(name, await driver.vmInfo({ vm, signal }));
}

function nameIsTaken(name: string, info: VmInfo | undefined): BuildError {
  const runId = runOf(info?.description);
  if (runId !== undefined) {
    return new BuildError(`The machine "${name}" exists already: the run ${runId} made it and did not finish`, {
      hint: `If that run is not going on, remove what it left:\n    imgbuild cleanup -run ${runId}`,
    });
  }
  const commands = info?.state === "running" ? [powerOffCommand(name), deleteVmCommand(name)] : [deleteVmCommand(name)];
  const lines = commands.map((command) => `    ${command}`).join("\n");
  return new BuildError(`VirtualBox has a machine "${name}" already`, {
    hint: `Set another vm_name, build with -force, or remove it with all its disks:\n${lines}`,
  });
}

/** Settings of a machine that is not registered: VirtualBox refuses to create one in their place. */
async function removeStraySettings(run: Run, { name, machineFolder }: WantedMachine): Promise<void> {
  const path = join(machineFolder, name, `${name}.vbox`);
  if (machineFolder === "" || !(await exists(path))) return;
  if (!run.options.force) {
    throw new BuildError(`There are settings of a machine "${name}" which VirtualBox does not know: ${path}`, {
      hint: `Build with -force, or remove them:\n    rm ${shellQuote(path)}`,
    });
  }
  run.say(`Removing ${path}, the settings of a machine VirtualBox does not know (-force)...`);
  await rm(path);
  await rm(`${path}-prev`, { force: true });
}

/** VirtualBox keeps disks in its registry whose files were removed, and then refuses others at the same paths. */
async function removeSamePaths(
  run: Run,
  driver: Driver,
  { paths, signal }: { readonly paths: readonly string[]; readonly signal: AbortSignal },
): Promise<void> {
  if (paths.length === 0) return;
  const registered = await driver.listDisks({ signal });
  for (const { uuid, path } of registered.filter((disk) => paths.includes(disk.path))) {
    const isThere = await exists(path);
    if (isThere && !run.options.force) {
      throw new BuildError(`VirtualBox has a disk ${path} already`, {
        hint: `Build with -force, or remove it:\n    ${deleteDiskCommand(uuid)}`,
      });
    }
    const why = isThere ? " (-force)" : ": the file is gone";
    run.say(`Removing ${path} from VirtualBox's registry${why}...`);
    await driver.closeDisk({ disk: uuid, deletesFile: isThere, signal });
  }
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
