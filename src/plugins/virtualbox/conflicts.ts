import { access, rm } from "node:fs/promises";
import { join } from "node:path";
import { BuildError } from "../../sdk/error.ts";
import type { Run } from "../../sdk/run.ts";
import { shellQuote } from "../../lib/shell-quote.ts";
import { deleteMachine, listDisks, listMachines, machineInfo, type Driver } from "./driver/driver.ts";
import { runOf } from "./owned-machine.ts";

/**
 * Makes sure that the name is free, and with it the places of the machine's files, before anything is downloaded.
 * What stands in the way is removed with `-force`; else the error holds the command that removes it.
 */
export async function clearWay(
  run: Run,
  driver: Driver,
  wanted: { readonly name: string; readonly machineFolder: string; readonly disks: readonly string[] },
): Promise<void> {
  await run.step("look for leftovers", async ({ signal }) => {
    await clearMachine(run, driver, wanted.name, signal);
    await clearSettings(run, wanted.name, wanted.machineFolder);
    await clearDisks(run, driver, wanted.disks, signal);
  });
}

async function clearMachine(run: Run, driver: Driver, name: string, signal: AbortSignal): Promise<void> {
  const machine = (await listMachines(driver, signal)).find((other) => other.name === name);
  if (machine === undefined) return;
  if (run.options.force) {
    run.say(`Removing the machine "${name}", which exists already (-force)...`);
    await deleteMachine(driver, machine.uuid, signal);
    return;
  }
  const info = await machineInfo(driver, machine.uuid, signal);
  const runId = runOf(info?.get("description"));
  if (runId !== undefined) {
    throw new BuildError(`The machine "${name}" exists already: the run ${runId} made it and did not finish`, {
      hint: `If that run is not going on, remove what it left:\n    imgbuild cleanup -run ${runId}`,
    });
  }
  const off = info?.get("VMState") === "running" ? `    VBoxManage controlvm ${shellQuote(name)} poweroff\n` : "";
  throw new BuildError(`VirtualBox has a machine "${name}" already`, {
    hint: `Set another vm_name, build with -force, or remove it with all its disks:\n${off}    VBoxManage unregistervm ${shellQuote(name)} --delete`,
  });
}

/** Settings of a machine that is not registered: VirtualBox refuses to make one in their place. */
async function clearSettings(run: Run, name: string, machineFolder: string): Promise<void> {
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

/** VirtualBox remembers disks whose files were removed, and then refuses others of that name. */
async function clearDisks(run: Run, driver: Driver, paths: readonly string[], signal: AbortSignal): Promise<void> {
  if (paths.length === 0) return;
  const registered = (await listDisks(driver, signal)).filter(({ path }) => paths.includes(path));
  for (const { uuid, path } of registered) {
    const isThere = await exists(path);
    if (isThere && !run.options.force) {
      throw new BuildError(`VirtualBox has a disk ${path} already`, {
        hint: `Build with -force, or remove it:\n    VBoxManage closemedium disk ${uuid} --delete`,
      });
    }
    run.say(`Removing ${path} from VirtualBox's registry${isThere ? " (-force)" : ": the file is gone"}...`);
    await driver.call(["closemedium", "disk", uuid, ...(isThere ? ["--delete"] : [])], { signal });
  }
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
