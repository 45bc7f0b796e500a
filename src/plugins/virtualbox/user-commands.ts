import type { MachineTemplate, MachineValues } from "../../sdk/schema/boot.ts";
import type { Run } from "../../sdk/run.ts";
import type { Driver } from "./driver/driver.ts";
import { isNetworkSwitch, isRemoteDisplaySwitch } from "./driver/user-command.ts";

/** Rows of `vboxmanage` or `vboxmanage_post`: the arguments of one call each. */
export type UserCommands = readonly (readonly MachineTemplate[])[];

export interface UserCommandRows {
  readonly name: "vboxmanage" | "vboxmanage_post";
  readonly commands: UserCommands;
  readonly values: MachineValues;
}

/** Runs the rows one after the other, each as the user wrote it. */
export async function runUserCommands(
  run: Run,
  driver: Driver,
  { name, commands, values }: UserCommandRows,
): Promise<void> {
  if (commands.length === 0) return;
  await run.step(`run ${name}`, async ({ signal }) => {
    for (const command of commands) {
      const args = command.map((part) => part.render(values));
      run.say(`VBoxManage ${args.join(" ")}`);
      await driver.runUserCommand({ args, signal });
    }
  });
}

/** Whether the user attaches network cards: the guest may then see this computer under any of its addresses. */
export function choosesNetwork(commands: UserCommands): boolean {
  return commands.flat().some(({ text }) => isNetworkSwitch(text));
}

export function choosesRemoteDisplay(commands: UserCommands): boolean {
  return commands.flat().some(({ text }) => isRemoteDisplaySwitch(text));
}
