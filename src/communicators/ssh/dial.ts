import { connect } from "node:net";
import type { Duplex } from "node:stream";
import { errorMessage } from "../../lib/error-text.ts";
import { connectThroughSocks } from "../../lib/socks5.ts";
import { forwardOut } from "./forward.ts";
import { logIn, type LoggedIn } from "./log-in.ts";
import { isRefusal, LoginFailure, socketFailure } from "./login-failure.ts";
import type { Address, Route, Server, SshSettings } from "./settings.ts";

/** Opens the TCP connection to the guest, directly or through a jump host or a proxy. Rejects with a LoginFailure. */
export async function dial(settings: SshSettings, address: Address, signal: AbortSignal): Promise<Duplex> {
  const { route } = settings;
  switch (route.kind) {
    case "direct":
      return dialDirectly(address, signal);
    case "socks":
      return connectThroughSocks(route.proxy, address, signal).catch((cause: unknown) => {
        const through = `the SOCKS5 proxy ${route.proxy.host}:${route.proxy.port}`;
        throw new LoginFailure("route", `${through} gave no connection: ${errorMessage(cause)}`, { cause });
      });
    case "bastion":
      return dialThroughServer(settings, route, address, signal);
  }
}

function dialDirectly(address: Address, signal: AbortSignal): Promise<Duplex> {
  const where = `${address.host}:${address.port}`;
  return new Promise((resolve, reject) => {
    const socket = connect({ ...address, noDelay: true, keepAlive: true });
    const abort = () => socket.destroy(new Error("cancelled"));
    const done = () => {
      signal.removeEventListener("abort", abort);
      socket.off("error", fail);
    };
    const fail = (error: Error) => {
      done();
      reject(socketFailure(error, where));
    };
    signal.addEventListener("abort", abort, { once: true });
    socket.once("error", fail);
    socket.once("connect", () => {
      done();
      resolve(socket);
    });
    if (signal.aborted) abort();
  });
}

async function dialThroughServer(
  settings: SshSettings,
  { server, once }: Route & { readonly kind: "bastion" },
  address: Address,
  signal: AbortSignal,
): Promise<Duplex> {
  const openLogin = once ? keptLogin : logInTo;
  const { client } = await openLogin(settings, server, signal);
  const leave = () => {
    if (!once) client.end();
  };
  const stream = await forwardOut(client, address).catch((cause: Error) => {
    leave();
    const where = `${address.host}:${address.port}`;
    const message = `the jump host ${server.host} cannot reach ${where}: ${errorMessage(cause)}`;
    throw new LoginFailure("refused", message, { cause });
  });
  let why = "closed the connection";
  const note = (cause: Error) => (why = `failed: ${errorMessage(cause)}`);
  const lose = () => {
    stream.emit("error", new Error(`the jump host ${server.host} ${why}`));
    stream.destroy();
  };
  client.on("error", note).on("close", lose);
  stream
    .on("error", () => {})
    .once("close", () => {
      client.off("error", note).off("close", lose);
      leave();
    });
  return stream;
}

async function logInTo(settings: SshSettings, server: Server, signal: AbortSignal): Promise<LoggedIn> {
  const socket = await dialDirectly(server, signal);
  const login = { ...settings, credentials: server.credentials, hostKeys: server.hostKeys };
  return logIn(socket, login, { address: server, signal }).catch((cause: unknown) => {
    if (!(cause instanceof LoginFailure)) throw cause;
    const { hostKey } = cause;
    const kind = isRefusal(cause) ? cause.kind : "route";
    throw new LoginFailure(kind, `the jump host ${server.host}: ${errorMessage(cause)}`, { hostKey, cause });
  });
}

const kept = new WeakMap<Server, { readonly login: Promise<LoggedIn>; readonly end: AbortController }>();

/** One login for every connection through the server, until `leaveJumpHost`; the attempts that wait for it come and go. */
async function keptLogin(settings: SshSettings, server: Server, signal: AbortSignal): Promise<LoggedIn> {
  let known = kept.get(server);
  if (known === undefined) {
    const end = new AbortController();
    known = { login: logInTo(settings, server, end.signal), end };
    kept.set(server, known);
    const forget = () => void kept.delete(server);
    known.login.then(({ client }) => client.on("error", forget).on("close", forget), forget);
  }
  const cancelled = new Promise<never>((_, reject) => {
    const abort = () => reject(new LoginFailure("closed", "cancelled"));
    signal.addEventListener("abort", abort, { once: true });
    if (signal.aborted) abort();
  });
  cancelled.catch(() => {});
  return Promise.race([known.login, cancelled]);
}

/** Ends a login that was kept, or the attempt at it. */
export function leaveJumpHost({ route }: SshSettings): void {
  if (route.kind !== "bastion") return;
  const known = kept.get(route.server);
  known?.end.abort();
  known?.login.then(
    ({ client }) => client.end(),
    () => {},
  );
}
