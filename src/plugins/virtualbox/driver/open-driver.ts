import type { Host } from "../../../sdk/host.ts";
import { applianceVerbs } from "./appliances.ts";
import { consoleVerbs } from "./console.ts";
import type { Driver, DriverVerbs } from "./driver.ts";
import { inventoryVerbs } from "./inventory.ts";
import { machineVerbs } from "./machines.ts";
import { networkVerbs } from "./network.ts";
import { powerVerbs } from "./power.ts";
import { snapshotVerbs } from "./snapshots.ts";
import { storageVerbs } from "./storage.ts";
import { userCommandVerb } from "./user-command.ts";
import { createVBoxManage, type VBoxManage } from "./vboxmanage.ts";
import { parseVersion, type VirtualBoxVersion } from "./version.ts";

type DriverHost = Pick<Host, "env" | "platform">;

/** Finds VirtualBox. Rejects with what to install or load when it is missing or cannot start machines. */
export async function openDriver(host: DriverHost, signal: AbortSignal): Promise<Driver> {
  const call = createVBoxManage(host);
  return createDriver(call, parseVersion(await call(["--version"], { signal })));
}

/** For `imgbuild cleanup` and `imgbuild screen`, whose calls every version of VirtualBox knows: nothing is checked. */
export function openUnchecked(host: DriverHost): DriverVerbs {
  return createVerbs(createVBoxManage(host), undefined);
}

export function createDriver(call: VBoxManage, version: VirtualBoxVersion): Driver {
  return { version, ...createVerbs(call, version) };
}

function createVerbs(call: VBoxManage, version: VirtualBoxVersion | undefined): DriverVerbs {
  return {
    ...inventoryVerbs(call),
    ...machineVerbs(call, version),
    ...storageVerbs(call),
    ...powerVerbs(call),
    ...networkVerbs(call),
    ...consoleVerbs(call),
    ...applianceVerbs(call),
    ...snapshotVerbs(call),
    ...userCommandVerb(call),
  };
}
