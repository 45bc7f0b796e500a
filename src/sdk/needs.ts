/** What a component needs of the machine and the accounts it runs with, as far as its arguments tell. */
export interface Needs {
  /** What the host must have, by the labels of `imgbuild plan`: `kvm`, `virtualbox`, `windows`, `macos`. */
  readonly host?: readonly string[] | undefined;
  /** Of the host, in the words of Debian: `amd64`, `arm64`. Absent: any. */
  readonly architecture?: string | undefined;
  /** Of the guest, so of the host. Absent: not known, or none to speak of. */
  readonly memoryMib?: number | undefined;
  readonly cpus?: number | undefined;
  /** The most that its disks can come to. */
  readonly diskMib?: number | undefined;
  readonly cloud?: CloudNeed | undefined;
  /** Names of environment variables that hold credentials. */
  readonly credentials?: readonly string[] | undefined;
  /** Files and directories it makes, from the working directory or absolute: another build may read them. */
  readonly writes?: readonly string[] | undefined;
  /** Files it adds to, as others do at the same time. */
  readonly appends?: readonly string[] | undefined;
}

export interface CloudNeed {
  readonly provider: "aws";
  /** Absent: the environment's. */
  readonly region?: string | undefined;
}
