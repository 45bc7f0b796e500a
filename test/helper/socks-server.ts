import { connect, createServer, type Socket } from "node:net";
import { onTestFinished } from "vitest";

/** A SOCKS5 server on loopback, written apart from the client it tests (RFC 1928, RFC 1929). */
export async function createSocksServer(login?: {
  readonly username: string;
  readonly password: string;
}): Promise<{ readonly port: number; connections(): number }> {
  let connections = 0;
  const server = createServer((socket) => {
    socket.on("error", () => {});
    socket.once("data", (hello) => {
      const methods = [...hello.subarray(2)];
      if (!login) {
        socket.write(Buffer.from([5, 0]));
        socket.once("data", (request) => open(socket, request));
      } else if (!methods.includes(2)) {
        socket.write(Buffer.from([5, 0xff]));
      } else {
        socket.write(Buffer.from([5, 2]));
        socket.once("data", (answer) => {
          const nameLength = answer[1]!;
          const name = answer.subarray(2, 2 + nameLength).toString();
          const password = answer.subarray(3 + nameLength).toString();
          const good = name === login.username && password === login.password;
          socket.write(Buffer.from([1, good ? 0 : 1]));
          if (good) socket.once("data", (request) => open(socket, request));
        });
      }
    });
  });
  const open = (socket: Socket, request: Buffer) => {
    const type = request[3];
    const host = type === 1 ? request.subarray(4, 8).join(".") : request.subarray(5, 5 + request[4]!).toString();
    const port = request.readUInt16BE(request.length - 2);
    const target = connect(port, host, () => {
      connections++;
      socket.write(Buffer.from([5, 0, 0, 1, 127, 0, 0, 1, 0, 0]));
      socket.pipe(target).pipe(socket);
    });
    target.on("error", () => socket.end(Buffer.from([5, 5, 0, 1, 0, 0, 0, 0, 0, 0])));
  };
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void server.close());
  return { port: (server.address() as { port: number }).port, connections: () => connections };
}
