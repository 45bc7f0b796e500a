import type { CloudNeed } from "../../sdk/needs.ts";

/** One build of one template: what is handed to a machine as `imgbuild build -only=NAME TEMPLATE`. */
export interface Unit {
  /** Of template and build, the same in every plan: 12 hexadecimal digits. */
  readonly id: string;
  readonly build: string;
  readonly builder: string;
  /** From the working directory, with `/`, as it stands in the command. */
  readonly template: string;
  /** The words of the plain command. */
  readonly command: readonly string[];
  readonly inputs: readonly UnitInput[];
  /** Files and directories it makes, as the template names them. */
  readonly writes: readonly string[];
  /** Of all that the build depends on, by content; `undefined` where that cannot be known beforehand. */
  readonly key: string | undefined;
  readonly needs: UnitNeeds;
  /** Ids of the units whose artifacts it reads. */
  readonly dependsOn: readonly string[];
  /** Ids of the units that write the same files, so that these two cannot run side by side in one directory. */
  readonly conflictsWith: readonly string[];
  /** From 1: units of one stage may run side by side, once those of earlier stages are done. */
  readonly stage: number;
  readonly state: "to build" | "built";
  /** Why it is to be built although it was built before, or by which run it was. */
  readonly reason: string | undefined;
  readonly estimate: Estimate | undefined;
}

/** Something a build reads. */
export interface UnitInput {
  readonly argument: string;
  readonly value: string;
  readonly kind: "file" | "directory" | "url" | "text" | "missing";
  /** `sha256:HEX` of a file, or of the names, modes and contents of a directory. */
  readonly digest?: string | undefined;
}

/** The needs of all components of a build together. */
export interface UnitNeeds {
  readonly host: readonly string[];
  readonly architecture: string | undefined;
  readonly memoryMib: number | undefined;
  readonly cpus: number | undefined;
  readonly diskMib: number | undefined;
  readonly clouds: readonly CloudNeed[];
  /** Names of environment variables that hold secrets. */
  readonly credentials: readonly string[];
  /** Names of environment variables that give input variables their values. */
  readonly variables: readonly string[];
  readonly plugins: readonly { readonly source: string; readonly version: string }[];
}

export interface Estimate {
  /** The median of `runs` earlier builds that succeeded. */
  readonly durationMs: number;
  readonly runs: number;
}
