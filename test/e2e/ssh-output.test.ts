import { spawn } from "node:child_process";
import { readdir, readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect } from "vitest";
import { needs } from "../helper/need.ts";
import { createSshd, type TestSshd } from "../helper/sshd.ts";

const it = needs("sshd", "openssh-server");

interface Built {
  readonly code: number | null;
  /** The end of standard output, at most 1 MB. */
  readonly stdout: string;
  readonly printedBytes: number;
  readonly peakMemory: number;
  /** Raw log of the build. */
  readonly log: string;
}

async function build(server: TestSshd, provisioners: string): Promise<Built> {
  const template = join(server.directory, "null.pkr.hcl");
  await writeFile(
    template,
    `
variable "token" {
  default   = "swordfish-and-chips"
  sensitive = true
}
source "null" "existing" {
  ssh_host             = "127.0.0.1"
  ssh_port             = ${server.port}
  ssh_username         = "${server.username}"
  ssh_private_key_file = "${server.keyFile}"
}
build {
  sources = ["null.existing"]
  ${provisioners}
}
`,
  );
  const state = join(server.directory, "state");
  const env = { ...process.env, HOME: server.directory, IMGBUILD_STATE_DIR: state, NO_COLOR: "1", CI: "" };
  const child = spawn(process.execPath, ["dist/imgbuild.js", "build", template], {
    env,
    stdio: ["ignore", "pipe", "pipe"],
  });
  let [stdout, printedBytes, peakMemory] = ["", 0, 0];
  child.stdout.on("data", (chunk: Buffer) => {
    printedBytes += chunk.length;
    stdout = (stdout + chunk.toString()).slice(-1_000_000);
  });
  child.stderr.on("data", (chunk: Buffer) => (stdout += chunk.toString()));
  const ended = new Promise<number | null>((resolve) => child.once("close", resolve));
  const ticking = new AbortController();
  void ended.then(() => ticking.abort());
  while (!ticking.signal.aborted) {
    const status = await readFile(`/proc/${child.pid}/status`, "utf8").catch(() => "");
    peakMemory = Math.max(peakMemory, 1024 * Number(/VmHWM:\s+(\d+)/.exec(status)?.[1] ?? 0));
    await sleep(100, undefined, { signal: ticking.signal }).catch(() => {});
  }
  const [run = "none"] = await readdir(join(state, "runs")).catch(() => []);
  return {
    code: await ended,
    stdout,
    printedBytes,
    peakMemory,
    log: join(state, "runs", run, "logs/null.existing.log"),
  };
}

/** So much takes a while where others work as well. */
const timeout = 30 * 60_000;

describe("what a script prints", () => {
  it(
    "may be 200 MB and then a line of 50 MB, in bounded memory, with every byte in the log (SSH-10)",
    { timeout },
    async () => {
      const server = await createSshd();
      const { code, stdout, printedBytes, peakMemory, log } = await build(
        server,
        `
  provisioner "shell" {
    inline = ["yes 'a line of text as programs print them when they have much to say' | head -c 200000000"]
  }
  provisioner "shell" {
    inline = ["head -c 50000000 /dev/zero | tr '\\\\0' x", "echo", "echo the end"]
  }
`,
      );
      expect({ code, end: stdout.slice(-2000) }).toMatchObject({ code: 0, end: expect.stringContaining("the end") });
      expect(printedBytes).toBeGreaterThan(250_000_000);
      expect((await stat(log)).size).toBeGreaterThan(250_000_000);
      expect(peakMemory / 1e6).toBeGreaterThan(30);
      expect(peakMemory / 1e6).toBeLessThan(400);
    },
  );

  it("is masked and whole where a secret or a character comes in two packets (SSH-12)", async () => {
    const server = await createSshd();
    const { code, stdout, log } = await build(
      server,
      `
  provisioner "shell" {
    inline = [
      "printf 'it is swordfi'; sleep 0.3; echo 'sh-and-chips, spoken'",
      "printf '\\\\303'; sleep 0.3; printf '\\\\244 whole\\\\n'",
      "test $TOKEN = swordfish-and-chips",
    ]
    env = { TOKEN = var.token }
  }
`,
    );
    expect({ code, stdout }).toMatchObject({ code: 0 });
    expect(stdout).toMatch(/it is .*, spoken/);
    expect(stdout).toContain("ä whole");
    const logged = await readFile(log, "utf8");
    expect(logged).toContain("ä whole");
    for (const text of [stdout, logged]) expect(text).not.toContain("swordfish-and-chips");
  });
});

describe("what scripts are told about the machine", () => {
  it("is build.* in the template and PACKER_* in their environment", async () => {
    const server = await createSshd();
    const { code, stdout } = await build(
      server,
      `
  provisioner "shell" {
    inline = [
      "echo host=\${build.Host} port=\${build.Port} user=\${build.User} conn=\${build.ConnType} id=\${build.ID}",
      "echo key=\${build.SSHPrivateKeyFile} agent=\${build.SSHAgentAuth} run=\${build.PackerRunUUID}",
      "echo name=$PACKER_BUILD_NAME type=$PACKER_BUILDER_TYPE http=[$PACKER_HTTP_ADDR]",
    ]
  }
`,
    );
    expect({ code, stdout }).toMatchObject({ code: 0 });
    expect(stdout).toContain(`host=127.0.0.1 port=${server.port} user=${server.username} conn=ssh id=Null`);
    expect(stdout).toMatch(new RegExp(`key=${server.keyFile} agent=false run=[0-9a-f]{8}-[0-9a-f-]{27}`));
    expect(stdout).toContain("name=existing type=null http=[]");
  });
});
