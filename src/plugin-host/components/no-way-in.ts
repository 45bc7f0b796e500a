import type { Communicator } from "../../sdk/communicator.ts";
import { BuildError } from "../../sdk/error.ts";
import { LateTemplate } from "../../sdk/late-template.ts";
import type { HostedConfig } from "./spec-schema.ts";

/**
 * In place of the connection that a builder offers when it was told to make none: the plugin crashes when that is used.
 * `undefined` where there is a way in.
 */
export function noWayIn({ config }: { readonly config: HostedConfig }): Communicator | undefined {
  const { communicator } = config;
  const name = communicator instanceof LateTemplate ? communicator.text : communicator;
  if (name !== "none") return undefined;
  const refuse = (): Promise<never> =>
    Promise.reject(
      new BuildError("There is no connection to the machine", {
        hint: 'Its source says communicator = "none": only provisioners that run on this machine can be used.',
      }),
    );
  return {
    address: "no connection",
    exec: refuse,
    upload: refuse,
    uploadDir: refuse,
    download: refuse,
    downloadDir: refuse,
    close: () => Promise.resolve(),
  };
}
