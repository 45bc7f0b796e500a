import type { Machine, Provisioner } from "../../src/sdk/component.ts";
import type { Communicator } from "../../src/sdk/communicator.ts";
import type { Run } from "../../src/sdk/run.ts";
import { configOf } from "./decode-config.ts";

/** Decodes the arguments as a template would and runs the provisioner. */
export function provisionWith<Config>(
  provisioner: Provisioner<Config>,
  args: Record<string, unknown>,
  run: Run,
  communicator: Communicator,
  data: Machine["data"] = {},
): Promise<void> {
  return provisioner.provision(run, configOf(provisioner.schema, args), { communicator, data });
}
