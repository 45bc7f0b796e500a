import { mkdtemp, rm } from "node:fs/promises";
import { createServer, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";

/** Recorded from QEMU 7.2. */
const greeting = {
  QMP: { version: { qemu: { micro: 22, minor: 2, major: 7 }, package: "Debian" }, capabilities: ["oob"] },
};

export type Command = { readonly execute: string; readonly arguments: unknown; readonly id: number };

/** A QMP server that answers as `answer` says; `undefined` means not at all. Returns the path of its socket. */
export async function serveQmp(answer: (command: Command, socket: Socket) => unknown): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), "qmp-"));
  const path = join(directory, "q");
  const server = createServer((socket) => {
    socket.on("error", () => {});
    socket.write(`${JSON.stringify(greeting)}\r\n`);
    socket.on("data", (data) => {
      for (const line of data.toString().split("\n").filter(Boolean)) {
        const command = JSON.parse(line) as Command;
        const reply = command.execute === "qmp_capabilities" ? { return: {} } : answer(command, socket);
        if (reply !== undefined) socket.write(`${JSON.stringify({ ...reply, id: command.id })}\r\n`);
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(path, resolve));
  onTestFinished(async () => {
    server.close();
    await rm(directory, { recursive: true });
  });
  return path;
}
