import { basename } from "node:path";
import { CommandError, type CommandResult } from "../../../lib/process.ts";
import { BuildError } from "../../../sdk/error.ts";

/** A call of VBoxManage failed. `reason` tells apart the failures that callers react to. */
export class VBoxManageError extends BuildError {
  readonly reason: "locked" | "not found" | "other";

  constructor(summary: string, reason: VBoxManageError["reason"], hint?: string) {
    super(summary, { hint });
    this.reason = reason;
  }
}

export function hasReason(error: unknown, reason: VBoxManageError["reason"]): boolean {
  return error instanceof VBoxManageError && error.reason === reason;
}

/** Awaits a call that removes something. It is fine if there is nothing to remove. */
export async function ignoreMissing(remove: () => Promise<unknown>): Promise<void> {
  try {
    await remove();
  } catch (error) {
    if (!hasReason(error, "not found")) throw error;
  }
}

/** The failure of a finished call, if it failed: an error on stderr is a failure even with exit code 0. */
export function callFailure(args: readonly string[], result: CommandResult): VBoxManageError | undefined {
  const errors = errorLines(result.stderr);
  if (result.code === 0 && errors.length === 0) return undefined;
  const text = errors.join("; ") || lastLine(result.stdout) || `it ended with exit code ${result.code}`;
  const hint = hints.find(([pattern]) => pattern.test(`${result.stderr}\n${result.stdout}`))?.[1];
  return new VBoxManageError(`VBoxManage ${describeCall(args)} failed: ${text}`, reasonOf(result.stderr), hint);
}

/** VBoxManage could not be started at all. */
export function startFailure(program: string, error: unknown): unknown {
  if (!(error instanceof CommandError) || error.result !== undefined) return error;
  if (error.code !== "ENOENT") return new BuildError(`The program "${program}" could not be started`, { cause: error });
  return new BuildError(`VirtualBox was not found: there is no program "${basename(program)}"`, {
    hint: "Install VirtualBox 6.1 or later (https://www.virtualbox.org/wiki/Downloads; Debian, Ubuntu: apt install virtualbox), or put its folder on PATH.",
  });
}

const hints: readonly (readonly [RegExp, string])[] = [
  [
    /vboxdrv|VERR_VM_DRIVER_NOT_INSTALLED|VERR_VM_DRIVER_NOT_ACCESSIBLE/,
    "Load VirtualBox's kernel module, or build it for the running kernel:\n    sudo modprobe vboxdrv || sudo /sbin/vboxconfig",
  ],
  [
    /VERR_VMX_IN_VMX_ROOT_MODE|VERR_SVM_IN_USE|VMX root mode/,
    "Another hypervisor (KVM, Hyper-V) uses the processor's virtualization. End its machines, or unload it:\n    sudo modprobe -r kvm_intel kvm_amd kvm",
  ],
  [
    /VERR_VMX_NO_VMX|VERR_SVM_NO_SVM|VERR_VMX_MSR_ALL_VMX_DISABLED|VT-x is (not available|disabled)|AMD-V is (not available|disabled)/,
    "Switch virtualization (VT-x, AMD-V) on in this computer's firmware. In a virtual machine, let its host pass it on.",
  ],
  [
    /licen[cs]e agreement/i,
    'The appliance comes with a licence. Read it, and accept it:\n    import_flags = ["--eula", "accept"]',
  ],
  [/VERR_DISK_FULL|no space left/i, "Make room on the disk."],
  [/VERR_NO_MEMORY|VERR_EM_NO_MEMORY/, 'The host has too little free memory. Lower "memory".'],
  [/Unknown or invalid guest OS type/, "VirtualBox lists its ids of guest systems:\n    VBoxManage list ostypes"],
  [
    /GtkDisplay|cannot open display|Qt.*display|Could not start the machine.*GUI/i,
    "There is no desktop to open a window on. Set headless = true.",
  ],
  [/VERR_ACCESS_DENIED|VERR_WRITE_PROTECT/, "Does the user VirtualBox runs as have the right to write there?"],
];

/**
 * Of the failures that VirtualBox calls "invalid state" or "in use", only those that speak of a lock pass by themselves. A
 * snapshot with children, or a medium in use, stays as it is.
 */
function reasonOf(stderr: string): VBoxManageError["reason"] {
  if (/VBOX_E_OBJECT_NOT_FOUND|Could not find a registered machine|Could not find file for the medium/.test(stderr))
    return "not found";
  return errorLines(stderr).some((line) => /\b(un)?lock(ed|ing)?\b/i.test(line)) ? "locked" : "other";
}

/** The text after each `VBoxManage: error:`, without repetitions and without lines about VirtualBox's internals. */
function errorLines(stderr: string): string[] {
  const lines = [...stderr.matchAll(/^VBoxManage(?:\.exe)?: error: (.*)$/gm)].map(([, text]) => text!.trim());
  return [...new Set(lines.filter((line) => !/^(Details|Context):|\.cpp\[\d+\]/.test(line)))];
}

function lastLine(text: string): string {
  return text.trim().split("\n").at(-1)!.trim();
}

/** The command and its subject, not all of its arguments. */
function describeCall(args: readonly string[]): string {
  const hasSubcommand = args[0] === "controlvm" || args[0] === "snapshot";
  return args.slice(0, hasSubcommand ? 3 : 2).join(" ");
}
