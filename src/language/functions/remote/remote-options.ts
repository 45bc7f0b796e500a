/** What the clients of remote services take from the environment. */
export interface RemoteOptions {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly homeDir: string;
}
