import type { Communicator } from "../sdk/communicator.ts";
import type { SaveMachine } from "../sdk/checkpoint.ts";
import type { BuilderRun } from "../sdk/component.ts";
import { cleanupTempKeys } from "./cleanup-temp-keys.ts";
import { generatedData, type MachineFacts } from "./generated-data.ts";

export interface ProvisionOptions extends MachineFacts {
  readonly communicator: Communicator;
  /** Where the machine can be saved. */
  readonly save?: SaveMachine | undefined;
}

/** Hands the machine to the template's provisioners; afterwards the build's own key is removed from it where asked for. */
export async function provisionGuest(run: BuilderRun, options: ProvisionOptions): Promise<void> {
  const { communicator, config, key, save } = options;
  await run.provision({ communicator, data: generatedData(run, options), save });
  if (key && config.communicator === "ssh" && config.ssh_clear_authorized_keys) {
    await cleanupTempKeys(run, communicator, key);
  }
}
