import { chmod, mkdir, writeFile } from "node:fs/promises";
import { createServer, type Socket } from "node:net";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import type { FakeVirtualBox } from "./fake-virtualbox.ts";

/**
 * Makes a program `VBoxManage` that asks the fake, and gives an environment that has it on its PATH. Call inside a test.
 * The program sends its arguments, each ended by a zero byte, and gets its exit code and output in the same form.
 */
export async function installProgram(box: FakeVirtualBox): Promise<Readonly<Record<string, string>>> {
  const server = createServer((socket) => void serve(box, socket));
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  onTestFinished(() => void server.close());
  const { port } = server.address() as { port: number };
  const folder = join(box.root, "bin");
  await mkdir(folder, { recursive: true });
  const path = join(folder, "VBoxManage");
  await writeFile(path, program(port));
  await chmod(path, 0o755);
  return { PATH: `${folder}:${process.env["PATH"]}`, HOME: box.root };
}

const program = (port: number): string => `#!/bin/bash
exec 3<>/dev/tcp/127.0.0.1/${port}
printf '%s\\0' "$#" "$@" >&3
mapfile -d '' -u 3 answer
printf '%s' "\${answer[1]}"
printf '%s' "\${answer[2]}" >&2
exit "\${answer[0]}"
`;

async function serve(box: FakeVirtualBox, socket: Socket): Promise<void> {
  socket.on("error", () => {});
  let received = "";
  for await (const chunk of socket as AsyncIterable<Buffer>) {
    received += chunk.toString("utf8");
    const [count, ...args] = received.split("\0");
    if (args.length <= Number(count)) continue;
    const answer = await box
      .call(args.slice(0, Number(count)))
      .catch((error: unknown) => ({ code: 99, stdout: "", stderr: `VBoxManage: error: ${String(error)}\n` }));
    socket.end(`${answer.code}\0${answer.stdout}\0${answer.stderr}\0`);
    return;
  }
}
