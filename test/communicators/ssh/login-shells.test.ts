import { randomInt } from "node:crypto";
import { chmod, mkdir, readFile, readdir, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { buffer } from "node:stream/consumers";
import { describe, expect, it as always } from "vitest";
import { throughSh } from "../../../src/communicators/ssh/through-sh.ts";
import { shellQuotePath } from "../../../src/lib/shell-quote.ts";
import type { Communicator } from "../../../src/sdk/communicator.ts";
import { provisioner as file } from "../../../src/plugins/packer/provisioners/file/file.ts";
import { provisioner as shell } from "../../../src/plugins/packer/provisioners/shell/shell.ts";
import { askGuest } from "../../../src/steps/guest-command.ts";
import { configOf } from "../../helper/decode-config.ts";
import { connectTo } from "../../helper/guest-connection.ts";
import { findProgram, needs, needsRoot } from "../../helper/need.ts";
import { createRecordingRun, type RecordingRun } from "../../helper/recording-run.ts";
import { createSshd, type TestSshd } from "../../helper/sshd.ts";

const signal = new AbortController().signal;

/** Shells people log in with: those of the Bourne family, and others. */
const shells = [
  { name: "bash", debianPackage: "bash", isForeign: false, own: 'test -n "$BASH_VERSION" && {{ .Vars }} {{ .Path }}' },
  { name: "dash", debianPackage: "dash", isForeign: false, own: "{{ .Vars }} {{ .Path }}" },
  { name: "zsh", debianPackage: "zsh", isForeign: true, own: 'test -n "$ZSH_VERSION" && {{ .Vars }} {{ .Path }}' },
  {
    name: "fish",
    debianPackage: "fish",
    isForeign: true,
    own: 'test -n "$FISH_VERSION"; and env {{ .Vars }} {{ .Path }}',
  },
  { name: "tcsh", debianPackage: "tcsh", isForeign: true, own: "if ( $?tcsh ) env {{ .Vars }} {{ .Path }}" },
];

const names = [
  "plain",
  "with space",
  "qu'ote\"s`$HOME",
  "-dash",
  "wow!",
  "line\nbreak",
  "äöü-日本",
  "*?[x]",
  "back\\slash",
  "100%b",
];

interface Guest {
  readonly run: RecordingRun;
  readonly server: TestSshd;
  readonly communicator: Communicator;
}

describe.each(shells)("a user whose login shell is $name (M-12)", ({ name, debianPackage, isForeign, own }) => {
  const it = findProgram(name) === undefined ? needs(name, debianPackage) : needsRoot("sshd", "openssh-server");

  async function guest(): Promise<Guest> {
    const run = await createRecordingRun();
    const server = await createSshd({ shell: findProgram(name)! });
    return { run, server, communicator: await connectTo(run, server) };
  }

  /** The same guest, by each method to copy files. */
  async function* byEachMethod({ run, server }: Guest): AsyncGenerator<Communicator> {
    for (const method of ["", "sftp", "scp"]) {
      const args = method === "" ? {} : { ssh_file_transfer_method: method };
      yield await connectTo(run, server, args);
    }
  }

  it("runs our scripts, and the user's own commands as they are typed", async () => {
    const { communicator } = await guest();
    expect(communicator.shell).toBe("posix");
    expect(communicator.foreignShell).toBe(isForeign);
    const script = 'for w in a "b c"; do printf "<%s>" "$w"; done; x=${y:-\'$z!\'}\necho "$x"';
    expect((await askGuest(communicator, script, { signal })).stdout).toBe("<a><b c>$z!\n");
    const typed = await askGuest(communicator, "echo $0", { signal, forLoginShell: true });
    if (name !== "fish") expect(typed.stdout).toContain(name);
    const { result } = await askGuest(communicator, "exit 7", { signal });
    expect(result).toEqual({ kind: "exit", code: 7 });
  });

  it("takes and gives files of every name, by each method", async () => {
    const made = await guest();
    const there = join(made.server.directory, "there");
    await mkdir(there);
    for await (const communicator of byEachMethod(made)) {
      for (const each of names) {
        const content = Buffer.from(`content of ${each}`);
        await communicator.upload(content, join(there, each), { signal, mode: 0o640 });
        expect(await readFile(join(there, each))).toEqual(content);
        expect((await stat(join(there, each))).mode & 0o777).toBe(0o640);
        const back = new PassThrough();
        const read = buffer(back);
        await communicator.download(join(there, each), back, { signal });
        back.end();
        expect(await read).toEqual(content);
        await rm(join(there, each));
      }
    }
  });

  it("takes and gives directories, by each method", async () => {
    const made = await guest();
    const at = (path: string) => join(made.server.directory, path);
    const sorted = async (path: string) => (await readdir(at(path))).sort();
    await mkdir(at("here/sub"), { recursive: true });
    for (const each of names) await writeFile(join(at("here/sub"), each), each);
    for await (const communicator of byEachMethod(made)) {
      await communicator.uploadDir(at("here"), at("there"), { signal });
      expect(await sorted("there/sub")).toEqual([...names].sort());
      await communicator.uploadDir(at("here"), at("there"), { signal });
      expect(await sorted("there/here/sub")).toEqual([...names].sort());
      await communicator.downloadDir(at("there"), at("back"), { signal });
      expect(await sorted("back/there/sub")).toEqual([...names].sort());
      for (const path of ["there", "back"]) await rm(at(path), { recursive: true });
    }
  });

  const options: readonly Readonly<Record<string, unknown>>[] = [
    {},
    { execute_command: own },
    { use_env_var_file: true },
    { env_var_format: "%s='%s' " },
    { remote_folder: "/var/tmp" },
    { remote_file: "imgbuild-login-shell.sh" },
  ];
  it("runs scripts, whatever changes how they start, with a terminal and without", async () => {
    const { run, server } = await guest();
    const left = join(server.directory, "left");
    const inline = [`printf '%s' "$GREETING" >${shellQuotePath(left)}`];
    for (const ssh_pty of [false, true]) {
      const communicator = await connectTo(run, server, { ssh_pty });
      for (const args of options) {
        const config = configOf(shell.schema, { inline, environment_vars: ["GREETING=it's $5 !"], ...args });
        await shell.provision(run, config, { communicator, data: {} });
        expect(await readFile(left, "utf8"), JSON.stringify(args)).toBe("it's $5 !");
        await rm(left);
      }
    }
  });

  it("gets files by the provisioner, with owner and mode, and in its home", async () => {
    const { communicator, run, server } = await guest();
    await chmod(server.directory, 0o755);
    const args = { content: "secret", mode: "0600", owner: server.username };
    for (const destination of ["~/with space", "/tmp/imgbuild-login-shell"]) {
      await file.provision(run, configOf(file.schema, { ...args, destination }), { communicator, data: {} });
      const { stdout } = await askGuest(
        communicator,
        `ls -l ${shellQuotePath(destination)}; rm ${shellQuotePath(destination)}`,
        {
          signal,
        },
      );
      expect(stdout).toMatch(/^-rw-------/);
    }
  });

  it("ends a command that is cancelled", async () => {
    const { communicator } = await guest();
    const controller = new AbortController();
    // Known among all processes of this machine.
    const seconds = String(randomInt(100_000, 1_000_000));
    const sleeping = askGuest(communicator, `echo $$; sleep ${seconds}; echo woken`, { signal: controller.signal });
    setTimeout(() => controller.abort(new Error("enough")), 300);
    await expect(sleeping).rejects.toThrow("enough");
    const { stdout } = await askGuest(
      communicator,
      `ps -A -o args= | grep '^sleep [${seconds[0]}]${seconds.slice(1)}' || echo none`,
      { signal },
    );
    expect(stdout).toBe("none\n");
  });
});

describe("a login that leads to a fixed command (M-13)", () => {
  const it = needsRoot("sshd", "openssh-server");

  async function forced(
    prefix: string,
    config: readonly string[] = [],
  ): Promise<{ run: RecordingRun; communicator: Communicator }> {
    const run = await createRecordingRun();
    const server = await createSshd({ start: false, config });
    const key = await readFile(`${server.keyFile}.pub`, "utf8");
    await writeFile(join(server.directory, "authorized_keys"), `${prefix} ${key}`);
    await server.start();
    return { run, communicator: await connectTo(run, server) };
  }

  const SAID = '"Please log in as admin" (exit status 142)';
  it.each(["echo Please log in as admin; exit 142", "echo Please log in as admin >&2; exit 142"])(
    "is said with what the machine says: %s",
    async (command) => {
      const { run, communicator } = await forced(`command="${command}"`);
      expect(run.warnings().join("\n")).toContain(`answers every command with ${SAID}`);
      const upload = communicator.upload(Buffer.from("x"), "/tmp/imgbuild-forced", { signal });
      await expect(upload).rejects.toMatchObject({
        message: `The machine offers neither a shell nor SFTP to this login. To every command it answers ${SAID}`,
        hint: expect.stringContaining("ssh_username") as string,
      });
    },
  );

  it("is said of a command that says nothing", async () => {
    const { run } = await forced("", ["ForceCommand /bin/false"]);
    expect(run.warnings().join("\n")).toContain("answers every command with nothing but exit status 1");
  });

  it("is said where a user has no shell", async () => {
    const run = await createRecordingRun();
    const server = await createSshd({ shell: findProgram("nologin") ?? "/bin/false" });
    await connectTo(run, server);
    expect(run.warnings().join("\n")).toMatch(/answers every command with .*exit status 1/);
  });

  it("names the way out where there is a shell, but no SFTP was found", async () => {
    const run = await createRecordingRun();
    const server = await createSshd({ start: false });
    const config = await readFile(join(server.directory, "sshd_config"), "utf8");
    await writeFile(join(server.directory, "sshd_config"), config.replace("internal-sftp", "/bin/false"));
    await server.start();
    const communicator = await connectTo(run, server, { ssh_file_transfer_method: "sftp" });
    await expect(communicator.upload(Buffer.from("x"), "/tmp/x", { signal })).rejects.toMatchObject({
      hint: expect.stringContaining("Leave ssh_file_transfer_method out") as string,
    });
  });
});

describe("throughSh", () => {
  always("has nothing in it that a shell of any family takes for its own", () => {
    const everything = Array.from({ length: 256 }, (_, code) => String.fromCharCode(code)).join("");
    const inner = /^exec \/bin\/sh -c '(.*)'$/.exec(throughSh(everything))![1]!;
    expect(inner).toMatch(/^eval "\$\(printf %b "[^'"$`!\n\r]*"\)"$/);
  });
});
