import { spawn } from "node:child_process";
import { once } from "node:events";
import { Client } from "ssh2";
import { onTestFinished } from "vitest";
import { freePort } from "./free-port.ts";

/** A disk image started by hand, to see what is in it. The image itself is not changed. */
export interface BootedImage {
  /** Runs a command over SSH and resolves with what it printed. */
  ssh(command: string): Promise<string>;
  /** A port of this host that leads to `guestPort`. */
  port(guestPort: number): number;
}

export interface BootOptions {
  readonly username: string;
  readonly password?: string;
  readonly privateKey?: string;
  /** Ports of the guest to reach, besides 22. */
  readonly ports?: readonly number[];
  readonly args?: readonly string[];
  /** An address of loopback whose port 22 is the guest's, too. Takes root. */
  readonly address?: string;
}

/** Boots the image and waits until its SSH server lets us in. The machine ends with the test. */
export async function bootImage(path: string, options: BootOptions): Promise<BootedImage> {
  const ports = new Map<number, number>();
  for (const guestPort of [22, ...(options.ports ?? [])]) ports.set(guestPort, await freePort());
  const forwards = [...ports].map(([guest, host]) => `hostfwd=tcp:127.0.0.1:${host}-:${guest}`);
  if (options.address !== undefined) forwards.push(`hostfwd=tcp:${options.address}:22-:22`);
  const args = [
    ...["-machine", "pc,accel=tcg", "-m", "512", "-display", "none", "-snapshot"],
    ...["-drive", `file=${path},if=virtio`, "-netdev", `user,id=n,${forwards.join(",")}`],
    ...["-device", "virtio-net,netdev=n", ...(options.args ?? [])],
  ];
  const child = spawn("qemu-system-x86_64", args, { stdio: ["ignore", "ignore", "inherit"] });
  onTestFinished(async () => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill("SIGKILL");
    await once(child, "exit");
  });
  const login = () => connect(ports.get(22)!, options);
  (await retried(login, 600_000)).end();
  return {
    ssh: (command) => runOverSsh({ port: ports.get(22)!, ...options }, command),
    port: (guestPort) => ports.get(guestPort)!,
  };
}

interface SshLogin extends Pick<BootOptions, "username" | "password" | "privateKey"> {
  /** Of this host. */
  readonly port: number;
}

/** Runs a command in a guest and resolves with what it printed. */
export async function runOverSsh({ port, ...login }: SshLogin, command: string): Promise<string> {
  const client = await connect(port, login);
  try {
    return await execute(client, command);
  } finally {
    client.end();
  }
}

async function retried<Result>(attempt: () => Promise<Result>, limitMs: number): Promise<Result> {
  const deadline = performance.now() + limitMs;
  for (;;) {
    try {
      return await attempt();
    } catch (error) {
      if (performance.now() > deadline) throw error;
      await new Promise((resolve) => setTimeout(resolve, 500));
    }
  }
}

function connect(port: number, { username, password, privateKey }: BootOptions): Promise<Client> {
  return new Promise((resolve, reject) => {
    const client = new Client();
    client.once("ready", () => resolve(client)).on("error", reject);
    client.connect({ host: "127.0.0.1", port, username, password, privateKey, readyTimeout: 20_000 });
  });
}

function execute(client: Client, command: string): Promise<string> {
  return new Promise((resolve, reject) => {
    client.exec(command, (error, channel) => {
      if (error) return reject(error);
      let printed = "";
      channel.on("data", (chunk: Buffer) => (printed += chunk.toString()));
      channel.stderr.on("data", (chunk: Buffer) => (printed += chunk.toString()));
      channel.once("close", () => resolve(printed));
    });
  });
}
