import { spawn } from "node:child_process";
import { text } from "node:stream/consumers";
import type { Workplace } from "./imgbuild.ts";

/** Leads a session at a terminal of its own, whose other end is closed once it has shown the first argument. */
const program = `
import fcntl, os, sys, termios
wanted, command = sys.argv[1].encode(), sys.argv[2:]
near, far = os.openpty()
pid = os.fork()
if pid == 0:
    os.setsid()
    fcntl.ioctl(far, termios.TIOCSCTTY, 0)
    for fd in (0, 1, 2): os.dup2(far, fd)
    os.close(near)
    os.execvp(command[0], command)
os.close(far)
shown = b""
while wanted not in shown:
    piece = os.read(near, 65536)
    if not piece: break
    shown += piece
os.close(near)
status = os.waitpid(pid, 0)[1]
print(os.WTERMSIG(status) + 128 if os.WIFSIGNALED(status) else os.WEXITSTATUS(status))
`;

/** The status of a command, as shells have it, whose terminal is closed once it shows a text. Needs python3. */
export async function statusAtClosedTerminal(
  { directory, env }: Workplace,
  shown: string,
  command: readonly string[],
): Promise<number> {
  const child = spawn("python3", ["-c", program, shown, ...command], {
    cwd: directory,
    env,
    stdio: ["ignore", "pipe", "inherit"],
  });
  return Number(await text(child.stdout));
}
