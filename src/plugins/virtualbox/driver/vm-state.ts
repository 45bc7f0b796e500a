/** What a state of a machine means for a build. */
export type VmCondition = "off" | "running" | "stopping" | "crashed";

/**
 * The states that `showvminfo --machinereadable` prints as `VMState`. Packer considers a machine off that is neither running,
 * stopping nor paused, and so takes a crash for a clean shutdown.
 */
const conditions: Readonly<Record<string, VmCondition>> = {
  poweroff: "off",
  // Somebody at the machine suspended it: its memory is on the disk, and nothing runs.
  saved: "crashed",
  "aborted-saved": "crashed",
  aborted: "crashed",
  gurumeditation: "crashed",
  teleported: "crashed",
  running: "running",
  paused: "running",
  teleporting: "running",
  livesnapshotting: "running",
  onlinesnapshotting: "running",
  starting: "running",
  restoring: "running",
  teleportingin: "running",
  teleportingpausedvm: "running",
  deletingsnapshotlive: "running",
  deletingsnapshotlivepaused: "running",
  stopping: "stopping",
  saving: "stopping",
  snapshotting: "off",
  restoringsnapshot: "off",
  deletingsnapshot: "off",
  settingup: "off",
};

/** `undefined` for a state that is not in the table: nothing should be concluded from it. */
export function conditionOf(state: string): VmCondition | undefined {
  return conditions[state];
}

const explanations: Readonly<Record<string, string>> = {
  aborted: "its process ended",
  "aborted-saved": "its process ended",
  gurumeditation: "VirtualBox stopped it with a guru meditation",
  saved: "somebody saved its state",
  teleported: "somebody moved it to another computer",
};

export function explainCrash(state: string): string {
  return explanations[state] ?? `its state is "${state}"`;
}
