import { connect, createServer, type Server, type Socket } from "node:net";
import type { ClientChannel } from "ssh2";
import { errorMessage } from "../../lib/error-text.ts";
import { BuildError } from "../../sdk/error.ts";
import { tunnelPattern } from "../../sdk/schema/communicator.ts";
import type { AskServer } from "./command-channels.ts";
import { forwardOut } from "./forward.ts";
import type { SshLink } from "./link.ts";
import type { Tunnel } from "./settings.ts";

/** Reads `PORT:HOST:PORT`; the schema has checked the form. */
export function parseTunnel(text: string): Tunnel {
  const [, listenPort, host, port] = tunnelPattern.exec(text)!;
  return { listenPort: Number(listenPort), target: { host: host!.replace(/^\[|\]$/g, ""), port: Number(port) } };
}

/** Listens on this computer (loopback only) and leads every connection through the present link. */
export async function listenLocally(tunnel: Tunnel, link: () => SshLink | undefined): Promise<Server> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => {}).on("close", () => sockets.delete(socket));
    const { client } = link() ?? {};
    if (!client) return void socket.destroy();
    forwardOut(client, tunnel.target, socket.remotePort).then(
      (stream) => join(socket, stream),
      () => socket.destroy(),
    );
  });
  server.on("close", () => sockets.forEach((socket) => socket.destroy()));
  await new Promise<void>((resolve, reject) => {
    server.once("error", (cause) => {
      const summary = `The local tunnel cannot listen on port ${tunnel.listenPort}: ${errorMessage(cause)}`;
      reject(new BuildError(summary, { cause }));
    });
    server.listen(tunnel.listenPort, "127.0.0.1", resolve);
  });
  return server;
}

/** Asks the guest to listen (on its loopback) for every tunnel; each connection there is led to its target from this computer. */
export async function listenRemotely(tunnels: readonly Tunnel[], link: SshLink, signal: AbortSignal): Promise<void> {
  if (tunnels.length === 0) return;
  link.client.on("tcp connection", (details, accept, reject) => {
    const tunnel = tunnels.find(({ listenPort }) => listenPort === details.destPort);
    if (!tunnel) return reject();
    const socket = connect(tunnel.target);
    socket.once("error", reject);
    socket.once("connect", () => {
      socket.off("error", reject);
      join(socket, accept());
    });
  });
  for (const { listenPort } of tunnels) {
    const request: AskServer<number> = (answer) => link.client.forwardIn("127.0.0.1", listenPort, answer);
    await link.ask(`listen on port ${listenPort} in the machine`, request, signal);
  }
}

/** The two sides of a connection: one goes with the other. */
function join(socket: Socket, stream: ClientChannel): void {
  socket.on("error", () => stream.end());
  stream.on("error", () => socket.destroy());
  socket.pipe(stream).pipe(socket);
}
