import { BuildError } from "../../sdk/error.ts";
import type { Run } from "../../sdk/run.ts";
import { reservePortFor } from "../../steps/reserved-port.ts";
import { readLog, saysPortIsTaken } from "./driver/log.ts";
import type { CommonConfig } from "./options/common-config.ts";
import { sshForwarding } from "./ports.ts";
import type { Target } from "./target.ts";

const FORWARDING_ATTEMPTS = 5;

export interface SshForwarding extends Target {
  /** The port that the machine was started with; absent where none is forwarded. */
  readonly reserved: number | undefined;
  readonly signal: AbortSignal;
}

/**
 * The forwarded port that VirtualBox listens on. Another program can take the reserved one between our check and
 * VirtualBox's: then the forwarding is replaced by one from another port.
 */
export async function forwardSshPort(
  run: Run,
  config: CommonConfig,
  { driver, vm, reserved, signal }: SshForwarding,
): Promise<number | undefined> {
  if (reserved === undefined) return undefined;
  const info = await driver.vmInfo({ vm, signal });
  const taken = new Set<number>();
  for (let port = reserved; ;) {
    const log = await readLog(info?.logFolder);
    if (!saysPortIsTaken(log, port)) return port;
    run.debug("port", `VirtualBox could not listen on ${port}`);
    taken.add(port);
    if (taken.size > FORWARDING_ATTEMPTS) throw new BuildError("VirtualBox cannot listen on any port for SSH");
    const range = { min: config.host_port_min, max: config.host_port_max };
    port = await reservePortFor(run, "SSH", { ...range, taken });
    await driver.replaceForwarding({ vm, forwarding: sshForwarding(config, port), signal });
  }
}
