import type { Writable } from "node:stream";
import type {
  Communicator,
  ExecOptions,
  ExecResult,
  TransferOptions,
  UploadOptions,
  UploadSource,
} from "../../sdk/communicator.ts";
import { errorMessage } from "../../lib/error-text.ts";
import { copyWithRetry, isReadAgain, openSource } from "../copy-again.ts";
import { ConnectionLost } from "../../sdk/error.ts";
import { downloadFile, downloadTree } from "./copy/download.ts";
import { uploadFile, uploadTree, type Exec } from "./copy/upload.ts";
import { execInShell, isAlive, startFailure } from "./exec.ts";
import { waitForGuest, type ReadyGuest, type WaitOptions } from "./wait-for-guest.ts";
import { WireFailure } from "./wire/failure.ts";
import { isQuota, isShellGone, type WsmanClient } from "./wsman/client.ts";
import { createShell, deleteShell } from "./wsman/shell.ts";

export interface WinrmCommunicatorOptions extends Omit<WaitOptions, "signal"> {
  readonly onWarning: (text: string) => void;
  readonly onDebug: (text: string, details?: Readonly<Record<string, unknown>>) => void;
}

const GOODBYE_MS = 5000;

/** A Windows guest behind WinRM. Connected when first needed, and again when the connection was lost. */
export class WinrmCommunicator implements Communicator {
  readonly shell = "cmd";
  readonly #options: WinrmCommunicatorOptions;
  readonly #goodbyes = new Set<Promise<void>>();
  #guest: ReadyGuest | undefined;
  #connecting: Promise<ReadyGuest> | undefined;
  #closed = false;

  constructor(options: WinrmCommunicatorOptions) {
    this.#options = options;
  }

  get address(): string {
    const { username } = this.#options.settings;
    const at = this.#guest?.address;
    return at ? `winrm ${username}@${at.host}:${at.port}` : `winrm ${username}`;
  }

  /** Waits until the guest can be used; see `waitForGuest`. */
  async connect(signal: AbortSignal): Promise<ReadyGuest> {
    if (this.#closed) throw new ConnectionLost("The connection to the machine was closed at the end of the build");
    if (this.#guest !== undefined) return this.#guest;
    this.#connecting ??= this.#connectAnew(signal).finally(() => (this.#connecting = undefined));
    return this.#connecting;
  }

  /** Whether the machine still answers. */
  async isConnected(signal: AbortSignal): Promise<boolean> {
    return this.#guest !== undefined && (await isAlive(this.#guest.client, signal));
  }

  async #connectAnew(signal: AbortSignal): Promise<ReadyGuest> {
    const guest = await waitForGuest({ ...this.#options, signal });
    this.#guest = guest;
    const { version } = guest.facts;
    this.#options.onDebug("connected", { address: this.address, version, maxEnvelope: guest.client.maxEnvelope });
    return guest;
  }

  /**
   * Each command has a shell of its own: Windows gives the variables of its registry to new shells only, so that a PATH
   * which one provisioner changed is seen by the next.
   */
  async exec(command: string, options: ExecOptions): Promise<ExecResult> {
    const { client, shellId } = await this.#openShell(options.signal);
    try {
      const result = await execInShell(client, shellId, command, options);
      if (result.kind === "disconnect") await this.#drop(client);
      return result;
    } catch (error) {
      options.signal.throwIfAborted();
      if (error instanceof WireFailure) await this.#drop(client);
      throw lost("run a command", error);
    } finally {
      this.#sayGoodbye(client, shellId);
    }
  }

  async upload(source: UploadSource, path: string, options: UploadOptions): Promise<void> {
    await this.#transfer(isReadAgain(source), options.signal, (exec) =>
      uploadFile(exec, openSource(source), path, options),
    );
  }

  async uploadDir(from: string, to: string, options: TransferOptions): Promise<void> {
    await this.#transfer(true, options.signal, (exec) => uploadTree(exec, from, to, options));
  }

  async download(path: string, to: Writable, options: TransferOptions): Promise<void> {
    await this.#transfer(false, options.signal, (exec) => downloadFile(exec, path, to, options));
  }

  async downloadDir(from: string, to: string, options: TransferOptions): Promise<void> {
    await this.#transfer(true, options.signal, (exec) => downloadTree(exec, from, to, options));
  }

  async disconnect(): Promise<void> {
    if (this.#guest !== undefined) await this.#drop(this.#guest.client);
  }

  async close(): Promise<void> {
    this.#closed = true;
    await Promise.all(this.#goodbyes);
    await this.#guest?.client.close();
  }

  /** A connection that turns out to be dead before anything was started is replaced once. */
  async #openShell(signal: AbortSignal): Promise<{ readonly client: WsmanClient; readonly shellId: string }> {
    for (let attempt = 1; ; attempt++) {
      const { client } = await this.connect(signal);
      try {
        return { client, shellId: await createShell(client, signal) };
      } catch (error) {
        signal.throwIfAborted();
        if (error instanceof WireFailure) await this.#drop(client);
        // Shells of before may be just on their way out.
        else if (isQuota(error)) await Promise.all(this.#goodbyes);
        else throw startFailure("open a shell in the machine", error);
        if (attempt === 2) throw lost("open a shell in the machine", error);
      }
    }
  }

  /** The server frees what a command has left together with its shell. Nobody waits for that. */
  #sayGoodbye(client: WsmanClient, shellId: string): void {
    const goodbye = deleteShell(client, shellId, AbortSignal.timeout(GOODBYE_MS)).catch(() => {});
    this.#goodbyes.add(goodbye);
    void goodbye.then(() => this.#goodbyes.delete(goodbye));
  }

  async #drop(client: WsmanClient): Promise<void> {
    if (this.#guest?.client === client) this.#guest = undefined;
    await client.close();
  }

  #transfer(mayRepeat: boolean, signal: AbortSignal, body: (exec: Exec) => Promise<void>): Promise<void> {
    const exec: Exec = (command, options) => this.exec(command, options);
    const { onWarning } = this.#options;
    return copyWithRetry(() => body(exec), { mayRepeat, signal, isClosed: () => this.#closed, onWarning });
  }
}

function lost(what: string, error: unknown): Error {
  if (error instanceof WireFailure)
    return new ConnectionLost(`Could not ${what}: ${errorMessage(error)}`, { cause: error });
  if (isShellGone(error))
    return new ConnectionLost(`Could not ${what}: the machine's WinRM was restarted`, { cause: error });
  return startFailure(what, error);
}
