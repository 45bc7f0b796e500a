import type { Client, ClientChannel } from "ssh2";

/** What the channels need of their connection. */
export interface ChannelConnection {
  readonly client: Client;
  readonly alive: boolean;
  readonly silentMs: number;
  ask<Answer>(what: string, question: AskServer<Answer>, signal: AbortSignal): Promise<Answer>;
}

/** Puts a question to the server; `answer` is called once. */
export type AskServer<Answer> = (answer: (error: Error | undefined | null | void, value: Answer) => void) => void;

/**
 * The channels for commands of one connection (RFC 4254, sections 5.1 and 6), with fewer waits than ssh2's own `exec`: nothing
 * waits for the server's answer to a request, and a spare channel stands open for the next command. That saves a round trip
 * for each command: one is left, or two where it has input, which OpenSSH takes only once the command runs. Built on inner
 * parts of ssh2, whose minor version is pinned.
 */
export class CommandChannels {
  readonly #link: ChannelConnection;
  #spare: ClientChannel | undefined;
  #mayPrepare = true;

  constructor(link: ChannelConnection) {
    this.#link = link;
  }

  /** A channel on which nothing was asked for yet. */
  async open(signal: AbortSignal): Promise<ClientChannel> {
    const spare = this.#takeSpare();
    if (spare !== undefined) {
      // That the connection has ended may be waiting to be read.
      await new Promise((resolve) => setImmediate(resolve));
      if (this.#link.alive && spare.writable) return spare;
    }
    const request: AskServer<ClientChannel> = (answer) =>
      requestChannel(this.#link.client, (error, channel) => {
        if (signal.aborted) channel?.close();
        answer(error, channel as ClientChannel);
      });
    return this.#link.ask("run a command", request, signal);
  }

  /** Opens the spare channel. A server with a limit (`MaxSessions`) that refuses it is not asked again. */
  prepareSpare(): void {
    if (!this.#mayPrepare || !this.#link.alive) return;
    this.#mayPrepare = false;
    requestChannel(this.#link.client, (_error, channel) => (this.#spare = channel));
  }

  /** Makes room for another kind of channel where the server limits their number. */
  dropSpare(): void {
    this.#spare?.close();
    this.#spare = undefined;
  }

  #takeSpare(): ClientChannel | undefined {
    // A server that spoke a moment ago is there; of another one the answer to a new channel has to show it.
    if (this.#spare === undefined || this.#link.silentMs > 1000) return undefined;
    const spare = this.#spare;
    this.#spare = undefined;
    this.#mayPrepare = true;
    return spare;
  }
}

/**
 * Starts a command; what is written to the channel from now on is its input. `agentForward` offers the agent to it; a server
 * that does not forward agents runs it without. `refused` is called where the server does not run commands.
 */
export function requestExec(channel: ClientChannel, command: string, agentForward: boolean, refused: () => void): void {
  const { _client: client, _callbacks: callbacks, outgoing } = channel as unknown as InnerChannel;
  if (agentForward) {
    client._agentFwdEnabled = true;
    client._protocol.openssh_agentForward(outgoing.id, false);
  }
  callbacks.push((failed) => {
    if (failed) refused();
  });
  Object.assign(channel, { subtype: "exec" });
  client._protocol.exec(outgoing.id, command, true);
}

/** Asks for a terminal of 40 rows and 80 columns without echo, as Packer does. Modes: RFC 4254, section 8. */
export function requestTerminal(channel: ClientChannel, answer: (error: Error | undefined) => void): void {
  const { _client: client, _callbacks: callbacks, outgoing } = channel as unknown as InnerChannel;
  callbacks.push((failed) => answer(failed ? new Error("the machine gives no terminal (ssh_pty)") : undefined));
  const modes = { ECHO: 0, TTY_OP_ISPEED: 14400, TTY_OP_OSPEED: 14400 };
  client._protocol.pty(outgoing.id, 40, 80, 0, 0, "xterm", modes, true);
}

/** Sends a signal to the command. Unlike ssh2's own method also when its input has ended. */
export function sendSignal(channel: ClientChannel, name: string): void {
  const { _client: client, outgoing } = channel as unknown as InnerChannel;
  if (outgoing.state === "open" || outgoing.state === "eof") client._protocol.signal(outgoing.id, name);
}

type Opened = (error: Error | undefined, channel?: ClientChannel) => void;

function requestChannel(client: Client, opened: Opened): void {
  const { _chanMgr: channels, _protocol: protocol } = client as unknown as InnerClient;
  const id = channels.add(Object.assign(opened, { type: "session" }));
  if (id === -1) return opened(new Error("no free channel"));
  protocol.session(id, WINDOW, PACKET);
}

/** The sizes ssh2 counts with. */
const WINDOW = 2 * 1024 * 1024;
const PACKET = 32 * 1024;

interface InnerClient {
  readonly _chanMgr: { add(opened: Opened): number };
  readonly _protocol: {
    session(id: number, window: number, packet: number): void;
    exec(id: number, command: string, wantReply: boolean): void;
    openssh_agentForward(id: number, wantReply: boolean): void;
    signal(id: number, name: string): void;
    pty(
      id: number,
      rows: number,
      columns: number,
      height: number,
      width: number,
      term: string,
      modes: Readonly<Record<string, number>>,
      wantReply: boolean,
    ): void;
  };
  _agentFwdEnabled: boolean;
}

interface InnerChannel {
  readonly _client: InnerClient;
  readonly _callbacks: ((failed: boolean) => void)[];
  readonly outgoing: { readonly id: number; readonly state: string };
}
