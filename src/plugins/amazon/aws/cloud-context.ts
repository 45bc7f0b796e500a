import type { Host } from "../../../sdk/host.ts";
import type { Run } from "../../../sdk/run.ts";

/** What of a run a cloud needs; `imgbuild cleanup` has no more than this. */
export interface CloudContext {
  readonly host: Pick<Host, "env" | "homeDir">;
  readonly directories: Pick<Run["directories"], "work">;
  secret(value: string): void;
  warn(text: string): void;
  debug?(topic: string, text: string): void;
}
