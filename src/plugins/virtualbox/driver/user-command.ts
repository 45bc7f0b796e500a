import type { DriverVerbs } from "./driver.ts";
import { withoutOutput, type VBoxManage } from "./vboxmanage.ts";

export function userCommandVerb(call: VBoxManage): Pick<DriverVerbs, "runUserCommand"> {
  const run = withoutOutput(call);
  return { runUserCommand: ({ args, ...options }) => run(args, options) };
}

/** Whether an argument of `modifyvm` attaches a network card. */
export function isNetworkSwitch(arg: string): boolean {
  return /^--?nic\d$/.test(arg);
}

/** Whether an argument of `modifyvm` is about the remote display. */
export function isRemoteDisplaySwitch(arg: string): boolean {
  return /^--?vrde/.test(arg);
}
