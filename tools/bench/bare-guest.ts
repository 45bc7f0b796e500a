import { execFile, spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { rm } from "node:fs/promises";
import { createServer } from "node:http";
import { connect, createServer as createTcpServer } from "node:net";
import { join } from "node:path";
import { promisify } from "node:util";
import ssh2, { type Client } from "ssh2";

/**
 * Installs, enters and shuts down the tiny guest as fast as it goes: what a person with a serial cable and no tool at all
 * would need. Resolves with seconds from the start of QEMU to its end.
 */
export async function startBareGuest(directory: string, iso: string): Promise<number> {
  const disk = join(directory, "bare.qcow2");
  await rm(disk, { force: true });
  await promisify(execFile)("qemu-img", ["create", "-q", "-f", "qcow2", disk, "256M"]);
  const http = createServer((_, response) => response.end("")).listen(0, "127.0.0.1");
  await once(http, "listening");
  const port = await freePort();
  const started = performance.now();
  const guest = spawn("qemu-system-x86_64", argumentsFor(disk, iso, port), { stdio: ["pipe", "pipe", "inherit"] });
  try {
    await promptSeen(guest);
    guest.stdin.write(`install answer=http://10.0.2.2:${(http.address() as { port: number }).port}/answer.cfg\r`);
    const client = await login(port);
    const ended = once(guest, "exit");
    client.exec("uname -a; echo vagrant | sudo -S poweroff", () => {});
    await ended;
    client.end();
    return (performance.now() - started) / 1000;
  } finally {
    guest.kill("SIGKILL");
    http.close();
    await rm(disk, { force: true });
  }
}

/** The arguments imgbuild and packer give for the same template, and a serial port. */
function argumentsFor(disk: string, iso: string, port: number): string[] {
  return [
    ...["-machine", "type=pc,accel=tcg", "-m", "256M", "-smp", "1", "-boot", "once=d", "-display", "none"],
    ...["-netdev", `user,id=user.0,hostfwd=tcp:127.0.0.1:${port}-:22`, "-device", "virtio-net,netdev=user.0"],
    ...["-drive", `file=${disk},if=virtio,cache=writeback,discard=ignore,format=qcow2`],
    ...["-drive", `file=${iso},media=cdrom`, "-serial", "stdio", "-monitor", "none"],
  ];
}

function promptSeen(guest: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    let text = "";
    guest.once("exit", () => reject(new Error(`The bare guest ended before its prompt:\n${text}`)));
    guest.stdout!.on("data", (chunk: Buffer) => {
      text += chunk.toString();
      if (text.includes("boot: ")) resolve();
    });
  });
}

async function login(port: number): Promise<Client> {
  for (;;) {
    const client = (await answers(port)) ? await attempt(port).catch(() => undefined) : undefined;
    if (client) return client;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

/** QEMU accepts connections before the guest does: only the server's first bytes count, and are due soon. */
function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1");
    const done = (isUp: boolean) => {
      socket.destroy();
      resolve(isUp);
    };
    socket.setTimeout(1000, () => done(false));
    socket.once("data", () => done(true));
    socket.once("error", () => done(false));
    socket.once("close", () => done(false));
  });
}

function attempt(port: number): Promise<Client> {
  return new Promise((resolve, reject) => {
    const client = new ssh2.Client();
    client
      .once("ready", () => resolve(client))
      .once("error", reject)
      .once("close", () => reject(new Error("closed")));
    client.connect({ host: "127.0.0.1", port, username: "vagrant", password: "vagrant", readyTimeout: 60_000 });
  });
}

async function freePort(): Promise<number> {
  const server = createTcpServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as { readonly port: number };
  server.close();
  return port;
}
