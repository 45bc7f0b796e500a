import type { Run } from "../../sdk/run.ts";
import { guestLogin } from "../../sdk/schema/guest-login.ts";
import { reservePortFor } from "../../steps/reserved-port.ts";
import type { Forwarding, VmSettings } from "./driver/vm-settings.ts";
import type { CommonConfig } from "./options/common-config.ts";

/** Ports of this computer for one machine. */
export interface MachinePorts {
  /** Leads to the guest's SSH port; absent where nothing is forwarded. */
  readonly ssh: number | undefined;
  readonly vrdp: number;
}

export async function reserveMachinePorts(run: Run, config: CommonConfig): Promise<MachinePorts> {
  const forwards = config.communicator !== "none" && !config.skip_nat_mapping;
  const sshRange = { min: config.host_port_min, max: config.host_port_max };
  const vrdpRange = { min: config.vrdp_port_min, max: config.vrdp_port_max };
  if (!/^(127\.|::1$|localhost$)/.test(config.vrdp_bind_address)) {
    run.warn(
      `Anybody who reaches this computer can watch and type at the machine: vrdp_bind_address is ${config.vrdp_bind_address}, and the display has no password.`,
    );
  }
  const protocol = config.communicator === "winrm" ? "WinRM" : "SSH";
  return {
    ssh: forwards ? await reservePortFor(run, protocol, sshRange) : undefined,
    vrdp: await reservePortFor(run, "VRDP", { ...vrdpRange, host: config.vrdp_bind_address }),
  };
}

/** How the machine and its screen are reached. A machine that was exported with our forwarded port gets a new one. */
export function connectionSettings(
  config: CommonConfig,
  ports: MachinePorts,
  forwardings: readonly string[],
): VmSettings {
  return {
    ...forwardingSettings(config, ports.ssh, forwardings),
    // From VirtualBox 7.0 on a guest behind NAT reaches our HTTP server on loopback only where this is on.
    natLocalhostReachable: true,
    remoteDisplay: true,
    remoteDisplayServer: { address: config.vrdp_bind_address, port: ports.vrdp },
  };
}

function forwardingSettings(
  config: CommonConfig,
  port: number | undefined,
  forwardings: readonly string[],
): VmSettings {
  if (port === undefined) return {};
  return {
    network: "nat",
    removedForwarding: forwardings.find((name) => name === SSH_FORWARDING),
    forwarding: sshForwarding(config, port),
  };
}

/** Name of the forwarded port in VirtualBox. As in Packer: the user's own calls of VBoxManage may mention it. */
export const SSH_FORWARDING = "packercomm";

export function sshForwarding(config: CommonConfig, hostPort: number): Forwarding {
  return { name: SSH_FORWARDING, hostAddress: "127.0.0.1", hostPort, guestPort: guestLogin(config).port };
}
