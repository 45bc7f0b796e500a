/** What a state of VirtualBox means for a build. */
export type Condition = "off" | "running" | "stopping" | "crashed";

/**
 * The states `showvminfo --machinereadable` prints as `VMState`. Packer takes whatever is neither running nor stopping nor
 * paused for off, and so a crash for a clean shutdown.
 */
const conditions: Readonly<Record<string, Condition>> = {
  poweroff: "off",
  // Suspended by somebody at the machine: its memory is on the disk, nothing runs.
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

/** `undefined` for a state this table does not know: then nothing is concluded from it. */
export function conditionOf(state: string): Condition | undefined {
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
