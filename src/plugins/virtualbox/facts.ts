import type { Run } from "../../sdk/run.ts";
import type { Driver, SystemProperties } from "./driver/driver.ts";
import { openDriver } from "./driver/open-driver.ts";

/** The VirtualBox on this computer. */
export interface VirtualBoxFacts extends SystemProperties {
  readonly driver: Driver;
}

/** The first step of every build: a missing or unusable VirtualBox is reported before anything is downloaded or made. */
export async function findVirtualBox(run: Run): Promise<VirtualBoxFacts> {
  return run.step("find VirtualBox", async ({ signal }) => {
    const driver = await openDriver(run.host, signal);
    return { driver, ...(await driver.systemProperties({ signal })) };
  });
}
