import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect } from "vitest";
import { runCommand } from "../../src/lib/process.ts";
import { needs } from "../helper/need.ts";
import { createSshd, keygen, type TestSshd } from "../helper/sshd.ts";

const it = needs("sshd", "openssh-server");

async function build(server: TestSshd, keyFile: string) {
  const template = join(server.directory, "null.pkr.hcl");
  await writeFile(
    template,
    `
source "null" "existing" {
  ssh_host             = "127.0.0.1"
  ssh_port             = ${server.port}
  ssh_username         = "${server.username}"
  ssh_private_key_file = "${keyFile}"
}
build {
  sources = ["null.existing"]
  provisioner "file" {
    content     = "configured by imgbuild\\n"
    destination = "${server.directory}/motd"
  }
  provisioner "shell" {
    inline = ["cat ${server.directory}/motd", "echo $GREETING from $PACKER_BUILD_NAME as \${build.User}"]
    env    = { GREETING = "hello" }
  }
  provisioner "file" {
    direction   = "download"
    source      = "${server.directory}/motd"
    destination = "${server.directory}/back"
  }
}
`,
  );
  const env = {
    ...process.env,
    HOME: server.directory,
    NO_COLOR: "1",
    CI: "",
    PACKER_CACHE_DIR: join(server.directory, "cache"),
  };
  return runCommand(process.execPath, ["dist/imgbuild.js", "build", template], { env });
}

describe("imgbuild build of a null template", () => {
  it("provisions a machine that is there already", async () => {
    const server = await createSshd();
    const { code, stdout, stderr } = await build(server, server.keyFile);
    expect({ code, stderr }).toMatchObject({ code: 0 });
    expect(stdout).toContain("null.existing: configured by imgbuild");
    expect(stdout).toContain(`null.existing: hello from existing as ${server.username}`);
    expect(await readFile(join(server.directory, "back"), "utf8")).toBe("configured by imgbuild\n");
  });

  it("ends with the reason within half a minute where the key is wrong", async () => {
    const server = await createSshd();
    keygen(join(server.directory, "other"));
    const started = performance.now();
    const { code, stdout, stderr } = await build(server, join(server.directory, "other"));
    expect(code).toBe(1);
    expect(stdout + stderr).toMatch(/The login was refused [5-9] times: the server refused the key SHA256:/);
    expect(performance.now() - started).toBeLessThan(30_000);
  });
});
