import type { BuilderRun } from "../../sdk/component.ts";
import type { MachineValues } from "../../sdk/schema/boot.ts";
import { createCd } from "../../steps/cd.ts";
import { createFloppy } from "../../steps/floppy.ts";
import { serveHttp } from "../../steps/http-server.ts";
import { sshKey, type SshKey } from "../../steps/ssh-key.ts";
import { guestAdditions } from "./additions.ts";
import type { VirtualBoxFacts } from "./facts.ts";
import type { CommonConfig } from "./options/common-config.ts";
import { reserveMachinePorts, type MachinePorts } from "./ports.ts";
import { choosesNetwork } from "./user-commands.ts";

/** What the host provides for a machine, prepared before there is one. Paths are of files on this computer. */
export interface MachineInputs {
  readonly additions: string | undefined;
  readonly floppy: string | undefined;
  readonly cd: string | undefined;
  readonly key: SshKey;
  readonly http: { readonly port: number } | undefined;
  readonly ports: MachinePorts;
  /** What templates rendered during the build may use. */
  readonly values: MachineValues;
}

/** How a guest behind VirtualBox's NAT sees this computer. */
export const NAT_HOST = "10.0.2.2";

export interface InputsRequest {
  readonly facts: VirtualBoxFacts;
  /** Name of the machine. */
  readonly name: string;
  /** Of a machine that was saved: what it has already. */
  readonly saved?: SavedInputs | undefined;
}

export type SavedInputs = Pick<MachineInputs, "floppy" | "cd" | "key">;

/** Everything is removed at the end of the build. */
export async function prepareInputs(
  run: BuilderRun,
  config: CommonConfig,
  { facts, name, saved }: InputsRequest,
): Promise<MachineInputs> {
  const additions = await guestAdditions(run, config, facts);
  const { floppy, cd, key } = saved ?? (await freshInputs(run, config));
  const http = await serveHttp(run, config, {
    bindAddress: choosesNetwork(config.vboxmanage) ? "0.0.0.0" : "127.0.0.1",
    values: { HTTPIP: NAT_HOST, Name: name },
  });
  const ports = await reserveMachinePorts(run, config);
  const values = { HTTPIP: NAT_HOST, HTTPPort: http?.port ?? 0, Name: name, SSHPublicKey: key.publicKey };
  return { additions, floppy, cd, key, http, ports, values };
}

async function freshInputs(run: BuilderRun, config: CommonConfig): Promise<SavedInputs> {
  const floppy = await createFloppy(run, config);
  const cd = await createCd(run, config);
  return { floppy, cd, key: await sshKey(run, config) };
}
