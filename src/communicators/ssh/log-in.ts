import type { Duplex } from "node:stream";
import { Client, type ConnectConfig } from "ssh2";
import { errorMessage } from "../../lib/error-text.ts";
import { authenticateAtOnce } from "./authenticate-at-once.ts";
import { createAuthentication } from "./authentication.ts";
import { useCertificates } from "./certificate.ts";
import { fingerprint } from "./host-keys.ts";
import { LoginFailure, socketFailure } from "./login-failure.ts";
import { ServerOffer } from "./server-offer.ts";
import { ciphersBestFirst } from "./algorithms.ts";
import type { Address, SshSettings } from "./settings.ts";
import { signAtOnce } from "./sign-at-once.ts";

export interface LoginOptions {
  readonly address: Address;
  readonly signal: AbortSignal;
  /** The other side proved to be an SSH server. */
  readonly onGreeting?: () => void;
}

/** A client that is logged in. */
export interface LoggedIn {
  readonly client: Client;
  readonly socket: Duplex;
  readonly hostKey: Buffer;
}

/**
 * Speaks SSH over `socket` until the user is logged in. Rejects with a LoginFailure, or with the reason why a question of
 * the server gets no answer, and closes the socket. A server may take as long as it likes, as long as it is never silent
 * for longer than the limit.
 */
export function logIn(socket: Duplex, settings: SshSettings, options: LoginOptions): Promise<LoggedIn> {
  const { address, signal, onGreeting } = options;
  const where = `${address.host}:${address.port}`;
  const offer = new ServerOffer();
  const state: LoginState = { phase: "greeting", hostKey: undefined, keyProblem: undefined, offer };
  const client = newClient(state);
  return new Promise((resolve, reject) => {
    const silence = setTimeout(() => fail(silent(state, where, settings.silenceLimitMs)), settings.silenceLimitMs);
    const settle = () => {
      clearTimeout(silence);
      signal.removeEventListener("abort", abort);
      socket.off("data", heard);
      client.off("error", failed).off("close", closed);
    };
    const fail = (failure: Error) => {
      settle();
      reject(failure);
      client.destroy();
      socket.destroy();
    };
    const authentication = createAuthentication(settings.credentials, fail);
    const abort = () => fail(new LoginFailure("closed", "cancelled"));
    const heard = (chunk: Buffer) => {
      offer.add(chunk);
      silence.refresh();
      noteGreeting(state, onGreeting);
    };
    const failed = (error: Error) => fail(explain(error, state, authentication.describe(), where));
    const closed = () => fail(dropped(state, where));
    client.on("error", failed).on("close", closed);
    client.once("ready", () => {
      settle();
      resolve({ client, socket, hostKey: state.hostKey! });
    });
    signal.addEventListener("abort", abort, { once: true });
    if (signal.aborted) return abort();
    const { certificate, agent } = settings.credentials;
    client.connect(connectConfig(socket, settings, authentication.handler, state));
    if (certificate !== undefined || agent !== undefined) useCertificates(client);
    signAtOnce(client);
    authenticateAtOnce(client);
    socket.on("data", heard);
  });
}

function newClient(state: LoginState): Client {
  const client = new Client();
  // Node ends a process for an error that nobody listens to. The user of the client learns its end from "close".
  client.on("error", () => {});
  client.on("handshake", () => (state.phase = "authentication"));
  return client;
}

function noteGreeting(state: LoginState, onGreeting: LoginOptions["onGreeting"]): void {
  if (state.phase !== "greeting") return;
  state.phase = "handshake";
  onGreeting?.();
}

interface LoginState {
  phase: "greeting" | "handshake" | "authentication";
  hostKey: Buffer | undefined;
  keyProblem: string | undefined;
  readonly offer: ServerOffer;
}

function connectConfig(
  socket: Duplex,
  settings: SshSettings,
  authHandler: ConnectConfig["authHandler"],
  state: LoginState,
): ConnectConfig {
  const { hostKeys, keepAliveMs, ciphers = ciphersBestFirst, keyExchange, forwardedAgent } = settings;
  const { pinnedAlgorithms } = hostKeys;
  return {
    sock: socket,
    username: settings.credentials.username,
    authHandler,
    ...(forwardedAgent !== undefined && { agent: forwardedAgent }),
    readyTimeout: 0,
    // ssh2 asks; whether the answers are late is judged in SshLink, which also counts other signs of life.
    keepaliveInterval: keepAliveMs ?? 0,
    keepaliveCountMax: Number.MAX_SAFE_INTEGER,
    hostVerifier: (key: Buffer) => {
      state.hostKey = key;
      state.keyProblem = hostKeys.problem(key);
      return state.keyProblem === undefined;
    },
    algorithms: {
      cipher: [...ciphers] as never,
      ...(keyExchange && { kex: [...keyExchange] as never }),
      ...(pinnedAlgorithms && { serverHostKey: [...pinnedAlgorithms] as never }),
    },
  };
}

function explain(error: Error & { level?: string }, state: LoginState, refusal: string, where: string): LoginFailure {
  const hostKey = state.hostKey && fingerprint(state.hostKey);
  const options = { hostKey, cause: error };
  if (state.keyProblem !== undefined) return new LoginFailure("host-key", state.keyProblem, { hostKey });
  if (error.level === "client-authentication") return new LoginFailure("authentication", refusal, options);
  if (error.level === "agent") {
    return new LoginFailure("authentication", `the SSH agent failed: ${errorMessage(error)}`, options);
  }
  if (state.phase === "authentication" && /too many|authentication/i.test(error.message)) {
    return new LoginFailure("authentication", `${refusal}: ${errorMessage(error)}`, options);
  }
  if (state.phase === "greeting") return socketFailure(error, where);
  const why = errorMessage(error).replace(/^Handshake failed: /, "");
  const offered = state.offer.insteadOf(why);
  const offers = offered === undefined ? "" : `; the server offers ${offered}`;
  return new LoginFailure("handshake", `the handshake with ${where} failed: ${why}${offers}`, options);
}

function dropped(state: LoginState, where: string): LoginFailure {
  const when = {
    greeting: `${where} accepted the connection and dropped it before an SSH server answered`,
    handshake: `${where} closed the connection during the key exchange`,
    authentication: `${where} closed the connection during the login`,
  };
  return new LoginFailure(state.phase === "greeting" ? "closed" : "handshake", when[state.phase]);
}

function silent(state: LoginState, where: string, limitMs: number): LoginFailure {
  const what = {
    greeting: "accepted the connection, but no SSH server answered",
    handshake: "stopped answering during the key exchange,",
    authentication: "stopped answering during the login,",
  };
  return new LoginFailure("silent", `${where} ${what[state.phase]} for ${Math.round(limitMs / 1000)} s`);
}
