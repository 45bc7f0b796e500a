import type { Keystrokes } from "../lib/keystrokes.ts";

/**
 * Something a run makes that outlives the process. Data only: another process (`imgbuild cleanup`) must be able to
 * remove it from this record alone, after checking that the resource's own mark says it is ours.
 */
export interface Resource {
  /** Selects the reaper: `directory`, `file`, `process`, `virtualbox-vm`, `ec2-instance`, … */
  readonly kind: string;
  /** Unique among resources of its kind: path, VM name, instance id or client token. */
  readonly id: string;
  /** What the reaper needs besides the id (region, marker text, pid start time, …). JSON values only, never a secret. */
  readonly details?: Readonly<Record<string, unknown>> | undefined;
}

/** A line in the journal: written and synced before the resource is made. */
export interface JournalEntry {
  /** Adds what is known only after creation (an id the cloud assigned). Synced. */
  update(details: Readonly<Record<string, unknown>>): Promise<void>;
  /** The resource is gone, or has become something the user keeps. Synced. */
  strike(): Promise<void>;
}

export interface Journal {
  record(resource: Resource): Promise<JournalEntry>;
}

export type ReapOutcome =
  | { readonly kind: "removed" }
  /** Not there any more: nothing to do. */
  | { readonly kind: "gone" }
  /** Something has that name, but its own mark does not say this run made it: left alone. */
  | { readonly kind: "not-ours"; readonly why: string };

/** Removes resources of one kind from a journal. Rejects when it could not (the line stays in the journal). */
export interface Reaper {
  readonly kind: "reaper";
  /** The resource kind this reaper removes. */
  readonly type: string;
  /** For the user: `virtual machine "packer-x" (VirtualBox)`. */
  describe(resource: Resource): string;
  /** What is worth knowing of one whose run died: `complete, of a build that did not end`. */
  remark?(resource: Resource): string | undefined;
  /** The command a user could type to remove it by hand, where there is one. */
  manualCommand?(resource: Resource): string | undefined;
  reap(resource: Resource, context: ReapContext): Promise<ReapOutcome>;
  /** For machines with a screen: how `imgbuild screen` looks at it while its run lives. */
  screen?(resource: Resource, env: ReapContext["env"]): MachineScreen;
}

/** The screen of a running machine. */
export interface MachineScreen {
  readonly name: string;
  /** What is on it now, as PNG. Rejects when the machine is gone. */
  capture(signal: AbortSignal): Promise<Uint8Array>;
  /** Types at its keyboard. Rejects when the machine is gone, or has no keyboard. */
  type(keystrokes: readonly Keystrokes[], signal: AbortSignal): Promise<void>;
}

export interface ReapContext {
  readonly runId: string;
  readonly signal: AbortSignal;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** When the run was last seen alive (milliseconds since the epoch): what is newer is not its own. */
  readonly lastSign?: number | undefined;
  /** Look, report, change nothing. */
  readonly dryRun: boolean;
}

/** Resource kind → reaper, loaded when a journal names that kind. Adding a kind is one line in its room's `plugin.ts`. */
export type ReaperTable = Readonly<Record<string, () => Promise<Reaper>>>;
