import type { Run } from "../../sdk/run.ts";
import { openDriver, type Driver } from "./driver/driver.ts";
import { parseRecords } from "./driver/vm-info.ts";

/** What this VirtualBox is like. */
export interface VirtualBoxFacts {
  readonly driver: Driver;
  /** Where it keeps machines, unless told otherwise. */
  readonly machineFolder: string;
  readonly additionsIso: string | undefined;
}

/** The first step of every build: a missing or unusable VirtualBox is said before anything is downloaded or made. */
export async function findVirtualBox(run: Run): Promise<VirtualBoxFacts> {
  return run.step("find VirtualBox", async ({ signal }) => {
    const driver = await openDriver(run, signal);
    const properties = parseRecords(await driver.call(["list", "systemproperties"], { signal }))[0];
    const additions = properties?.get("Default Guest Additions ISO");
    return {
      driver,
      machineFolder: properties?.get("Default machine folder") ?? "",
      additionsIso: additions === "" ? undefined : additions,
    };
  });
}
