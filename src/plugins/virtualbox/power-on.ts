import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { BuildError } from "../../sdk/error.ts";
import type { Run } from "../../sdk/run.ts";
import type { MachineWatch } from "../../steps/watched-run.ts";
import { reservePortFor } from "../../steps/reserved-port.ts";
import { RULE } from "./borrowed-machine.ts";
import { machineInfo, powerOff, screenshot, type Driver } from "./driver.ts";
import type { MachinePorts } from "./ports.ts";
import type { SessionConfig } from "./options/session-config.ts";
import { watchMachine, type Watch } from "./watch.ts";

/** A machine that runs, and is watched. */
export interface RunningMachine extends MachineWatch {
  readonly watch: Watch;
  /** The port of this computer that leads to the guest's SSH port; absent where none is forwarded. */
  readonly sshPort: number | undefined;
}

export async function powerOn(
  run: Run,
  driver: Driver,
  config: SessionConfig,
  vm: string,
  ports: MachinePorts,
): Promise<RunningMachine> {
  return run.step("start machine", async ({ signal, onCleanup }) => {
    run.say(`Starting the machine${config.headless ? " without a window" : ""}...`);
    const watched: { machine?: Watch } = {};
    onCleanup("the machine's power", async (_outcome, undoSignal) => {
      if (watched.machine?.sawOff !== true) await powerOff(driver, vm, undoSignal);
    });
    await driver.call(["startvm", vm, "--type", config.headless ? "headless" : "gui"], { signal });
    const watch = watchMachine(driver, vm, (text) => run.debug("virtualbox", text));
    watched.machine = watch;
    onCleanup("watching the machine", () => Promise.resolve(watch.end()));
    if (config.headless) {
      run.say(
        `To watch it: rdp://${config.vrdp_bind_address}:${ports.vrdp} (with VirtualBox's extension pack), or run "imgbuild screen"`,
      );
    }
    return {
      watch,
      sshPort: await forwardedPort(run, driver, config, vm, ports.ssh, signal),
      lost: watch.lost,
      screenshot: (pictureSignal) => screenshot(driver, vm, run.directories.temp, pictureSignal).catch(() => undefined),
    };
  });
}

const FORWARDING_ATTEMPTS = 5;

/**
 * A port can be taken between our look and VirtualBox's. It then runs the machine without the forwarding and says so in
 * the machine's log only: the rule is made anew with another port.
 */
async function forwardedPort(
  run: Run,
  driver: Driver,
  config: SessionConfig,
  vm: string,
  reserved: number | undefined,
  signal: AbortSignal,
): Promise<number | undefined> {
  if (reserved === undefined) return undefined;
  const log = join((await machineInfo(driver, vm, signal))?.get("LogFldr") ?? "", "VBox.log");
  const taken = new Set<number>();
  for (let port = reserved; ;) {
    const text = await readFile(log, "utf8").catch(() => "");
    if (!text.includes(`failed to set up redirection of ${port} to`)) return port;
    run.debug("port", `VirtualBox could not listen on ${port}`);
    taken.add(port);
    if (taken.size > FORWARDING_ATTEMPTS) throw new BuildError("VirtualBox cannot listen on any port for SSH");
    const range = { min: config.host_port_min, max: config.host_port_max };
    port = await reservePortFor(run, "SSH", range, "127.0.0.1", taken);
    await driver.call(["controlvm", vm, "natpf1", "delete", RULE], { signal });
    await driver.call(["controlvm", vm, "natpf1", `${RULE},tcp,127.0.0.1,${port},,${config.ssh_port}`], { signal });
  }
}
