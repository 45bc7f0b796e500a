import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect } from "vitest";
import { runCommand } from "../../src/lib/process.ts";
import { findProgram, needsRoot } from "../helper/need.ts";
import { createSshd } from "../helper/sshd.ts";

const it = findProgram("python3") ? needsRoot("sshd", "openssh-server") : needsRoot("python3", "python3");

/** Runs a program on a terminal of its own and types an answer once the question is there. */
const typist = `
import os, pty, sys
question, answer, command = sys.argv[1].encode(), sys.argv[2].encode() + b"\\n", sys.argv[3:]
pid, terminal = pty.fork()
if pid == 0:
    os.execvp(command[0], command)
seen, answered = b"", False
while True:
    try:
        piece = os.read(terminal, 65536)
    except OSError:
        break
    if not piece:
        break
    seen += piece
    if question in seen and not answered:
        answered = True
        os.write(terminal, answer)
sys.stdout.buffer.write(seen)
sys.exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
`;

describe("a jump host that asks for a password, on a real terminal (ssh_bastion_interactive)", () => {
  it("is answered by the user, and what was typed is shown nowhere", async () => {
    const password = "typed by hand";
    const [bastion, server] = [await createSshd({ password, pam: true }), await createSshd()];
    const template = join(server.directory, "null.pkr.hcl");
    await writeFile(
      template,
      `
source "null" "behind" {
  ssh_host                = "127.0.0.1"
  ssh_port                = ${server.port}
  ssh_username            = "${server.username}"
  ssh_private_key_file    = "${server.keyFile}"
  ssh_bastion_host        = "127.0.0.1"
  ssh_bastion_port        = ${bastion.port}
  ssh_bastion_username    = "${bastion.username}"
  ssh_bastion_interactive = true
}
build {
  sources = ["null.behind"]
  provisioner "shell" {
    inline = ["echo through $SSH_CONNECTION"]
  }
}
`,
    );
    const env = { ...process.env, HOME: server.directory, CI: "", NO_COLOR: "1", PACKER_CACHE_DIR: server.directory };
    const args = ["-c", typist, "Password:", password, process.execPath, "dist/imgbuild.js", "build", template];
    const { code, stdout } = await runCommand("python3", args, { env });
    expect({ code, stdout }).toMatchObject({ code: 0 });
    expect(stdout).toContain("through 127.0.0.1");
    expect(stdout).not.toContain(password);
    expect(bastion.log()).toContain("Accepted keyboard-interactive/pam");
  });
});
