import { connect } from "node:net";
import type { Duplex } from "node:stream";
import { connectThroughSocks } from "../../lib/socks5.ts";
import { logIn } from "./log-in.ts";
import { LoginFailure, socketFailure } from "./login-failure.ts";
import type { Address, Server, SshSettings } from "./settings.ts";

/** Opens the TCP connection to the guest, directly or through a jump host or a proxy. Rejects with a LoginFailure. */
export async function dial(settings: SshSettings, address: Address, signal: AbortSignal): Promise<Duplex> {
  const { route } = settings;
  switch (route.kind) {
    case "direct":
      return dialDirectly(address, signal);
    case "socks":
      return connectThroughSocks(route.proxy, address, signal).catch((cause: unknown) => {
        const through = `the SOCKS5 proxy ${route.proxy.host}:${route.proxy.port}`;
        const why = cause instanceof Error ? cause.message : String(cause);
        throw new LoginFailure("route", `${through} gave no connection: ${why}`, { cause });
      });
    case "bastion":
      return dialThroughServer(settings, route.server, address, signal);
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
  server: Server,
  address: Address,
  signal: AbortSignal,
): Promise<Duplex> {
  const socket = await dialDirectly(server, signal);
  const login = { ...settings, credentials: server.credentials, hostKeys: server.hostKeys };
  const bastion = await logIn(socket, login, server, { signal }).catch((cause: unknown) => {
    if (!(cause instanceof LoginFailure)) throw cause;
    const kind = cause.kind === "authentication" || cause.kind === "host-key" ? cause.kind : "route";
    throw new LoginFailure(kind, `the jump host ${server.host}: ${cause.message}`, { hostKey: cause.hostKey, cause });
  });
  return new Promise((resolve, reject) => {
    bastion.client.forwardOut("127.0.0.1", 0, address.host, address.port, (error, stream) => {
      if (error) {
        bastion.client.end();
        const where = `${address.host}:${address.port}`;
        reject(new LoginFailure("refused", `the jump host ${server.host} cannot reach ${where}: ${error.message}`));
        return;
      }
      stream.once("close", () => bastion.client.end());
      bastion.client.on("close", () => stream.destroy());
      resolve(stream);
    });
  });
}
