import type { Run } from "../../sdk/run.ts";
import { reservePortFor } from "../../steps/reserved-port.ts";
import { RULE } from "./borrowed-machine.ts";
import type { SessionConfig } from "./options/session-config.ts";
import { isAtLeast, type VirtualBoxVersion } from "./version.ts";

/** Ports of this computer for one machine. */
export interface MachinePorts {
  /** Leads to the guest's SSH port; absent where nothing is forwarded. */
  readonly ssh: number | undefined;
  readonly vrdp: number;
}

export async function reserveMachinePorts(run: Run, config: SessionConfig): Promise<MachinePorts> {
  const forwards = config.communicator !== "none" && !config.skip_nat_mapping;
  const sshRange = { min: config.host_port_min, max: config.host_port_max };
  const vrdpRange = { min: config.vrdp_port_min, max: config.vrdp_port_max };
  if (!/^(127\.|::1$|localhost$)/.test(config.vrdp_bind_address)) {
    run.warn(
      `Anybody who reaches this computer can watch and type at the machine: vrdp_bind_address is ${config.vrdp_bind_address}, and the display has no password.`,
    );
  }
  return {
    ssh: forwards ? await reservePortFor(run, "SSH", sshRange) : undefined,
    vrdp: await reservePortFor(run, "VRDP", { ...vrdpRange, host: config.vrdp_bind_address }),
  };
}

/** The way into the machine and to its screen, as `modifyvm` arguments. */
export function connectionArguments(
  config: SessionConfig,
  ports: MachinePorts,
  { version, hasRule }: { readonly version: VirtualBoxVersion; readonly hasRule: boolean },
): string[] {
  const rule = ["--natpf1", `${RULE},tcp,127.0.0.1,${ports.ssh ?? ""},,${config.ssh_port}`];
  const forwarding = ports.ssh === undefined ? [] : ["--nic1", "nat", ...(hasRule ? deleteRule : []), ...rule];
  return [
    ...forwarding,
    // From 7.0 a guest behind NAT reaches our HTTP server on loopback only where this is on.
    ...(isAtLeast(version, 7, 0) ? ["--nat-localhostreachable1", "on"] : []),
    ...["--vrde", "on", "--vrdeaddress", config.vrdp_bind_address],
    ...["--vrdeauthtype", "null", "--vrdeport", String(ports.vrdp)],
  ];
}

export const deleteRule = ["--natpf1", "delete", RULE];
