import type { Server } from "node:net";
import type { Writable } from "node:stream";
import { sleep } from "../../lib/retry.ts";
import type {
  Communicator,
  ExecOptions,
  ExecResult,
  TransferOptions,
  UploadOptions,
  UploadSource,
} from "../../sdk/communicator.ts";
import { copyWithRetry, isReadAgain, openSource } from "../copy-again.ts";
import { ConnectionLost } from "../../sdk/error.ts";
import { leaveJumpHost } from "./dial.ts";
import { execOnLink } from "./exec.ts";
import { fixedCommandWarning } from "./fixed-command.ts";
import type { SshSettings } from "./settings.ts";
import { downloadFile, fileTransfer, uploadFile, type FileTransfer } from "./transfer-file.ts";
import { downloadTree, uploadTarget, uploadTree } from "./transfer-tree.ts";
import { listenLocally, listenRemotely } from "./tunnels.ts";
import { waitForLogin, type ReadyGuest, type LoginWaitOptions } from "./wait-for-login.ts";

export interface SshCommunicatorOptions extends Omit<LoginWaitOptions, "signal"> {
  readonly onWarning: (text: string) => void;
  readonly onDebug: (text: string, details?: Readonly<Record<string, unknown>>) => void;
}

/** A guest behind SSH. One connection at a time, made when first needed and again when it was lost. */
export class SshCommunicator implements Communicator {
  readonly #options: SshCommunicatorOptions;
  readonly #settings: SshSettings;
  readonly #listeners: Server[] = [];
  #guest: ReadyGuest | undefined;
  #connecting: Promise<ReadyGuest> | undefined;
  #lastBootId: string | undefined;
  #closed = false;

  constructor(options: SshCommunicatorOptions) {
    this.#options = options;
    this.#settings = options.settings;
  }

  get address(): string {
    const { username } = this.#settings.credentials;
    if (!this.#guest) return `ssh ${username}`;
    const { host, port } = this.#guest.address;
    return `ssh ${username}@${host}:${port}`;
  }

  get shell(): Communicator["shell"] {
    return this.#guest?.facts.shell;
  }

  get foreignShell(): boolean {
    return this.#guest?.facts.foreignShell === true;
  }

  get terminal(): boolean {
    return this.#settings.pty;
  }

  /** Waits until the guest can be used; see `waitForLogin`. */
  async connect(signal: AbortSignal): Promise<ReadyGuest> {
    if (this.#closed) throw new ConnectionLost("The connection to the machine was closed at the end of the build");
    if (this.#guest?.link.alive === true) return this.#guest;
    this.#connecting ??= this.#makeConnection(signal).finally(() => (this.#connecting = undefined));
    return this.#connecting;
  }

  /** Whether the connection stands, as far as is known. */
  isConnected(): Promise<boolean> {
    return Promise.resolve(this.#guest?.link.alive === true);
  }

  async #makeConnection(signal: AbortSignal): Promise<ReadyGuest> {
    const isFirst = this.#guest === undefined;
    for (;;) {
      const guest = await waitForLogin({ ...this.#options, signal });
      if (!isFirst && (await this.#isGoingDown(guest, signal))) {
        guest.link.close();
        await sleep(1000, signal);
        continue;
      }
      await listenRemotely(this.#settings.remoteTunnels, guest.link, signal);
      this.#guest = guest;
      this.#lastBootId = guest.facts.bootId;
      const facts = { ...guest.facts, tools: [...guest.facts.tools] };
      this.#options.onDebug(isFirst ? "connected" : "connected again", { address: this.address, facts });
      if (isFirst && guest.facts.fixedAnswer !== undefined) {
        this.#options.onWarning(fixedCommandWarning(this.address, guest.facts.fixedAnswer));
      }
      if (isFirst) await this.#openTunnels();
      return guest;
    }
  }

  /** After a reboot was asked for, sshd may accept logins for another moment; such a connection is worth nothing. */
  async #isGoingDown(guest: ReadyGuest, signal: AbortSignal): Promise<boolean> {
    const { posix, bootId } = guest.facts;
    if (!posix || bootId === undefined || bootId !== this.#lastBootId) return false;
    const question =
      'command -v systemctl >/dev/null 2>&1 && [ "$(systemctl is-system-running 2>/dev/null)" = stopping ]';
    const answer = await execOnLink(guest.link, question, { signal }).catch((error: unknown) => {
      signal.throwIfAborted();
      if (!(error instanceof ConnectionLost)) throw error;
      return { kind: "disconnect" } as const;
    });
    return answer.kind === "disconnect" || (answer.kind === "exit" && answer.code === 0);
  }

  async #openTunnels(): Promise<void> {
    for (const tunnel of this.#settings.localTunnels) {
      this.#listeners.push(await listenLocally(tunnel, () => this.#guest?.link));
    }
  }

  async exec(command: string, options: ExecOptions): Promise<ExecResult> {
    const request = {
      ...options,
      pty: options.pty ?? this.#settings.pty,
      silenceLimitMs: this.#settings.readWriteTimeoutMs,
      agentForward: this.#settings.forwardedAgent !== undefined,
    };
    return this.#onGuest(({ link }) => execOnLink(link, command, request), options.signal);
  }

  async upload(source: UploadSource, path: string, options: UploadOptions): Promise<void> {
    await this.#transfer(isReadAgain(source), options.signal, (transfer) =>
      uploadFile(transfer, openSource(source), path, options),
    );
  }

  async uploadDir(from: string, to: string, options: TransferOptions): Promise<void> {
    let target: string | undefined;
    await this.#transfer(true, options.signal, async (transfer) => {
      target ??= await uploadTarget(transfer, from, to, options);
      await uploadTree(transfer, from, target, options);
    });
  }

  async download(path: string, to: Writable, options: TransferOptions): Promise<void> {
    await this.#transfer(false, options.signal, (transfer) => downloadFile(transfer, path, to, options));
  }

  async downloadDir(from: string, to: string, options: TransferOptions): Promise<void> {
    const onLeftOut = (path: string, why: string) => this.#options.onWarning(`"${path}" was not downloaded: ${why}.`);
    await this.#transfer(true, options.signal, (transfer) =>
      downloadTree(transfer, from, to, { ...options, onLeftOut }),
    );
  }

  async disconnect(options: { readonly reinstalled?: boolean } = {}): Promise<void> {
    if (options.reinstalled === true) this.#settings.hostKeys.expectChange();
    this.#guest?.link.close("the connection was dropped to make a new one");
    return Promise.resolve();
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#guest?.link.close();
    leaveJumpHost(this.#settings);
    await Promise.all(this.#listeners.map((server) => new Promise((resolve) => server.close(resolve))));
  }

  #transfer(mayRepeat: boolean, signal: AbortSignal, body: (transfer: FileTransfer) => Promise<void>): Promise<void> {
    const copy = async () => {
      const guest = await this.connect(signal);
      await body(fileTransfer(guest, this.#settings.transferMethod));
    };
    const { onWarning } = this.#options;
    return copyWithRetry(copy, { mayRepeat, signal, isClosed: () => this.#closed, onWarning });
  }

  /** A connection that turns out to be dead before anything was started is replaced once. */
  async #onGuest<Result>(body: (guest: ReadyGuest) => Promise<Result>, signal: AbortSignal): Promise<Result> {
    try {
      return await body(await this.connect(signal));
    } catch (error) {
      if (!(error instanceof ConnectionLost) || this.#closed) throw error;
      return body(await this.connect(signal));
    }
  }
}
