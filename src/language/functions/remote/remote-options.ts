/** What the clients of remote services take from the world. */
export interface RemoteOptions {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly homeDir: string;
}
