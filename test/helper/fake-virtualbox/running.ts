import { appendFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { DONE, folderOf, type FakeVirtualBox } from "./fake-virtualbox.ts";
import type { FakeMachine } from "./machine.ts";
import type { Answer } from "./transcript.ts";

/** `startvm VM --type headless|gui` */
export async function startMachine(box: FakeVirtualBox, [vm]: readonly string[]): Promise<Answer> {
  const machine = box.target("startvm", vm!, { locks: true });
  if ("code" in machine) return machine;
  machine.state = "running";
  if (machine.stateFile !== undefined) await rm(machine.stateFile);
  machine.stateFile = undefined;
  machine.typed.length = 0;
  const log = logOf(machine);
  await folderOf(log);
  await writeFile(log, "the log of a machine\n");
  for (const rule of machine.settings.adapters[0]!.rules.values()) await forward(box, machine, rule);
  return box.recording.answer("started", { beta: machine.name });
}

/** `adoptstate VM FILE` */
export function adoptState(box: FakeVirtualBox, [vm, file]: readonly string[]): Answer {
  const machine = box.target("adoptstate", vm!, { locks: true });
  if ("code" in machine) return machine;
  machine.state = "saved";
  machine.stateFile = file!;
  return DONE;
}

/** The guest goes off by itself, or its machine does. */
export async function switchOff(
  box: FakeVirtualBox,
  machine: FakeMachine,
  state: FakeMachine["state"] = "poweroff",
): Promise<void> {
  machine.state = state;
  machine.lockedFor = box.lingeringLocks;
  await box.guest?.stop();
}

/** `controlvm VM …` */
export async function controlMachine(box: FakeVirtualBox, [vm, action, ...args]: readonly string[]): Promise<Answer> {
  const machine = box.target("controlvm", vm!, { locks: false });
  if ("code" in machine) return machine;
  if (machine.state !== "running" && !(machine.state === "gurumeditation" && action === "poweroff"))
    return box.recording.answer("not running", { beta: machine.name });
  const control = controls[action!];
  if (control === undefined) throw new Error(`the fake VBoxManage has no "controlvm ${action}"`);
  return control(box, machine, args);
}

type Control = (box: FakeVirtualBox, machine: FakeMachine, args: readonly string[]) => Promise<Answer> | Answer;

const controls: Readonly<Record<string, Control>> = {
  poweroff: async (box, machine) => {
    await switchOff(box, machine);
    return box.recording.answer("powered off");
  },
  acpipowerbutton: async (box, machine) => {
    if (box.guest?.answersPowerButton === true) await switchOff(box, machine);
    return DONE;
  },
  keyboardputscancode: (box, machine, codes) => {
    const wrong = codes.find((code) => !/^[0-9a-f]{2}$/i.test(code));
    if (wrong !== undefined) return box.recording.answer("not a scan code", { "'zz'": `'${wrong}'` });
    machine.typed.push(codes);
    return DONE;
  },
  screenshotpng: async (_box, _machine, [path]) => {
    await writeFile(path!, Buffer.from("89504e470d0a1a0a", "hex"));
    return DONE;
  },
  natpf1: async (box, machine, [rule, name]) => {
    const { rules } = machine.settings.adapters[0]!;
    if (rule === "delete") {
      if (!rules.delete(name!)) return box.recording.answer("no such live rule");
      await box.guest?.stop();
      return DONE;
    }
    const [ownName, ...rest] = rule!.split(",");
    rules.set(ownName!, rest.join(","));
    await forward(box, machine, rest.join(","));
    return DONE;
  },
};

/** VirtualBox says only in the machine's log that it could not listen. */
async function forward(box: FakeVirtualBox, machine: FakeMachine, rule: string): Promise<void> {
  const [, , hostPort, , guestPort] = rule.split(",");
  await box.guest
    ?.start(Number(hostPort))
    .catch(() =>
      appendFile(
        logOf(machine),
        `00:00:00.1 VMSetError: NAT#0: configuration error: failed to set up redirection of ${hostPort} to ${guestPort}. Probably a conflict with existing services or other rules\n`,
      ),
    );
}

export function logOf({ folder }: FakeMachine): string {
  return join(folder, "Logs", "VBox.log");
}
