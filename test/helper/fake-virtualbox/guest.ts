import { spawn } from "node:child_process";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { Server, utils, type Connection, type ServerChannel } from "ssh2";
import { onTestFinished } from "vitest";
import type { FakeGuest } from "./fake-virtualbox.ts";

export interface SshGuest extends FakeGuest {
  /** The home directory, where uploaded files are. */
  readonly home: string;
  /** Commands that came over SSH, without those that only look around. */
  readonly commands: readonly string[];
  /** Called when `shutdown` is run in the guest or its power button is pressed. */
  onShutdown: () => Promise<void>;
}

/** A guest that lets everybody in over SSH and runs commands with `sh` in a directory of the test. */
export function createSshGuest(root: string, { answersPowerButton = true } = {}): SshGuest {
  const home = join(root, "guest");
  mkdirSync(home, { recursive: true });
  const hostKeys = [hostKey];
  const commands: string[] = [];
  const connections = new Set<Connection>();
  let server: Server | undefined;
  const guest: SshGuest = {
    home,
    commands,
    answersPowerButton,
    onShutdown: () => Promise.resolve(),
    start: (port) =>
      new Promise((listening, failed) => {
        server = new Server({ hostKeys }, (connection) => {
          connections.add(connection);
          connection.on("error", () => {}).on("close", () => connections.delete(connection));
          connection.on("authentication", (attempt) => attempt.accept());
          connection.on("session", (acceptSession) => {
            const session = acceptSession();
            session.on("exec", (acceptExec, _reject, { command }) => {
              commands.push(command);
              run(acceptExec(), command, guest);
            });
          });
        });
        server.on("error", failed).listen(port, "127.0.0.1", listening);
      }),
    stop: async () => {
      for (const connection of connections) connection.end();
      const stopped = server;
      server = undefined;
      await new Promise<void>((closed) => (stopped === undefined ? closed() : stopped.close(() => closed())));
    },
  };
  onTestFinished(() => guest.stop());
  return guest;
}

/** One key for all tests: making them takes time. */
const hostKey = utils.generateKeyPairSync("ed25519").private;

function run(channel: ServerChannel, command: string, guest: SshGuest): void {
  if (command === "shutdown") {
    channel.exit(0);
    channel.end();
    void guest.onShutdown();
    return;
  }
  const child = spawn("sh", ["-c", command], { cwd: guest.home, env: { PATH: process.env["PATH"], HOME: guest.home } });
  channel.pipe(child.stdin);
  child.stdin.on("error", () => {});
  child.stdout.pipe(channel, { end: false });
  child.stderr.pipe(channel.stderr, { end: false });
  child.on("close", (code) => {
    channel.exit(code ?? 1);
    channel.end();
  });
}
