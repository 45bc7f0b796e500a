import type { Communicator } from "../../sdk/communicator.ts";
import type { PluginProcess } from "../process/plugin-process.ts";
import type { ConfigSpec } from "../wire/config-spec.ts";
import { callWithServices } from "./call-with-services.ts";
import { communicatorService } from "./communicator-service.ts";
import { toWire } from "./artifact-service.ts";
import { configsArgument, type ConfigPart } from "./plugin-config.ts";
import { askSchema, type AskOptions } from "./schema-call.ts";
import { problemOf } from "./problem-of.ts";
import { uiService, type PluginUi } from "./ui-service.ts";

/** A provisioner in a plugin. */
export interface RemoteProvisioner {
  configSpec(options: AskOptions): Promise<ConfigSpec>;
  /** The plugin's text where something is wrong. With plain maps only once in the life of the process. */
  prepare(parts: readonly ConfigPart[], options: AskOptions): Promise<string | undefined>;
  provision(work: ProvisionerWork): Promise<void>;
}

interface ProvisionerWork {
  readonly ui: PluginUi;
  readonly communicator: Communicator;
  /** `build.*`. Plugins expect all of the common names; JSON values. */
  readonly data: Readonly<Record<string, unknown>>;
  /** Aborting asks the provisioner to stop; `provision` settles when it has. */
  readonly signal: AbortSignal;
}

export function remoteProvisioner(plugin: PluginProcess): RemoteProvisioner {
  return {
    configSpec: (options) => askSchema(plugin, "Provisioner.ConfigSpec", options),
    prepare: (parts, options) =>
      problemOf(plugin, "Provisioner.Prepare", { argument: configsArgument(parts), options }),
    provision: async ({ ui, communicator, data, signal }) => {
      await callWithServices(plugin, {
        method: "Provisioner.Provision",
        // The one call that spells it with a capital D.
        argument: (id) => ({ GeneratedData: toWire(data), StreamID: id }),
        services: [uiService(ui), communicatorService(plugin.broker, communicator)],
        cancel: "Provisioner.Cancel",
        doing: "provisioned the machine",
        signal,
      });
    },
  };
}
