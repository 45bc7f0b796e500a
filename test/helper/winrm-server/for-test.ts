import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import type { Communicator } from "../../../src/sdk/communicator.ts";
import type { Run } from "../../../src/sdk/run.ts";
import { connect, type ConnectOptions } from "../../../src/steps/connect.ts";
import { communicatorConfig } from "../guest-connection.ts";
import type { WinrmServerOptions } from "./options.ts";
import { startWinrmServer, type WinrmServer } from "./server.ts";

export interface TestWinrmServer extends WinrmServer {
  readonly driveC: string;
}

/** A guest with an empty drive C, gone when the test ends. */
export async function winrmServerForTest(options: Partial<WinrmServerOptions> = {}): Promise<TestWinrmServer> {
  const driveC = options.driveC ?? (await mkdtemp(join(tmpdir(), "imgbuild-winrm-")));
  const server = await startWinrmServer({ ...options, driveC });
  onTestFinished(async () => {
    await server.stop();
    if (options.driveC === undefined) await rm(driveC, { recursive: true, force: true });
  });
  return { ...server, driveC };
}

/** Looks until it is so. The time limit of the test is the limit. */
export async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await new Promise((resolve) => setTimeout(resolve, 10));
}

/** The arguments of a source that reaches the server. */
export function winrmArguments(server: Pick<WinrmServer, "host" | "port" | "username" | "password">) {
  return {
    communicator: "winrm",
    winrm_host: server.host,
    winrm_port: server.port,
    winrm_username: server.username,
    winrm_password: server.password,
  };
}

/** Connects as a builder does; `port` instead of the server's where a proxy stands before it. */
export function connectToWinrm(
  run: Run,
  server: Pick<WinrmServer, "host" | "port" | "username" | "password">,
  args: Readonly<Record<string, unknown>> = {},
  options: Partial<ConnectOptions> = {},
): Promise<Communicator> {
  const config = communicatorConfig({ ...winrmArguments(server), ...args });
  return connect(run, { config, host: server.host, port: server.port, ...options });
}
