import type { Run } from "../../sdk/run.ts";
import type { MachineWatch } from "../../steps/watched-run.ts";
import { forwardSshPort } from "./forward-ssh-port.ts";
import type { CommonConfig } from "./options/common-config.ts";
import type { MachinePorts } from "./ports.ts";
import type { Target } from "./target.ts";
import { watchMachine, type Watch } from "./watch.ts";

/** A machine that runs, and is watched. */
export interface RunningMachine extends MachineWatch {
  readonly watch: Watch;
  /** The port of this computer that leads to the guest's SSH port; absent where none is forwarded. */
  readonly sshPort: number | undefined;
}

export interface PowerOn extends Target {
  readonly ports: MachinePorts;
}

export async function powerOn(run: Run, config: CommonConfig, { driver, vm, ports }: PowerOn): Promise<RunningMachine> {
  return run.step("start machine", async ({ signal, onCleanup }) => {
    run.say(`Starting the machine${config.headless ? " without a window" : ""}...`);
    const watched: { machine?: Watch } = {};
    onCleanup("the machine's power", async (_outcome, undoSignal) => {
      if (watched.machine?.sawOff !== true) await driver.ensurePoweredOff({ vm, signal: undoSignal });
    });
    await driver.startVm({ vm, isHeadless: config.headless, signal });
    const watch = watchMachine(driver, vm, (text) => run.debug("virtualbox", text));
    watched.machine = watch;
    onCleanup("watching the machine", () => Promise.resolve(watch.end()));
    if (config.headless) {
      run.say(
        `To watch it: rdp://${config.vrdp_bind_address}:${ports.vrdp} (with VirtualBox's extension pack), or run "imgbuild screen"`,
      );
    }
    const screenshot = (pictureSignal: AbortSignal) =>
      driver.screenshot({ vm, directory: run.directories.temp, signal: pictureSignal }).catch(() => undefined);
    const sshPort = await forwardSshPort(run, config, { driver, vm, reserved: ports.ssh, signal });
    return { watch, sshPort, lost: watch.lost, screenshot };
  });
}
