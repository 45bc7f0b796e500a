import { connect, type ConnectOptions } from "../../src/steps/connect.ts";
import type { Communicator } from "../../src/sdk/communicator.ts";
import type { Run } from "../../src/sdk/run.ts";
import type { CommunicatorConfig } from "../../src/sdk/schema/communicator.ts";
import { communicatorFields } from "../../src/sdk/schema/communicator.ts";
import { defineSchema } from "../../src/sdk/schema/schema.ts";
import { configOf } from "./decode-config.ts";

const schema = defineSchema(communicatorFields);

/** Decoded communicator options, as a builder gets them. */
export function communicatorConfig(args: Readonly<Record<string, unknown>>): CommunicatorConfig {
  return configOf(schema, args);
}

interface Reachable {
  readonly host: string;
  readonly port: number;
  readonly username: string;
  readonly keyFile: string;
}

/** Connects to a test server with its key, `port` instead of its own where a proxy stands before it. */
export function connectTo(
  run: Run,
  server: Reachable,
  args: Readonly<Record<string, unknown>> = {},
  options: Partial<ConnectOptions> = {},
): Promise<Communicator> {
  const config = communicatorConfig({ ssh_username: server.username, ssh_private_key_file: server.keyFile, ...args });
  return connect(run, { config, host: server.host, port: server.port, ...options });
}
