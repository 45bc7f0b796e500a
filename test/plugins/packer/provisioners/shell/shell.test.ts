import { readdir, writeFile, mkdir } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, vi } from "vitest";
import { provisioner } from "../../../../../src/plugins/packer/provisioners/shell/shell.ts";
import type { Communicator } from "../../../../../src/sdk/communicator.ts";
import { issuesOf } from "../../../../helper/decode-config.ts";
import { connectTo } from "../../../../helper/guest-connection.ts";
import { needs } from "../../../../helper/need.ts";
import { provisionWith } from "../../../../helper/provision.ts";
import { createRecordingRun, type RecordingRun } from "../../../../helper/recording-run.ts";
import { createSshd, type TestSshd } from "../../../../helper/sshd.ts";
import { createTcpProxy, type TcpProxy } from "../../../../helper/tcp-proxy.ts";

const it = needs("sshd", "openssh-server");

interface Guest {
  readonly run: RecordingRun;
  readonly server: TestSshd;
  /** Stands before the server. */
  readonly proxy: TcpProxy;
  readonly communicator: Communicator;
  /** For `remote_folder`. */
  readonly folder: string;
  /** Every command sent to the guest. */
  readonly commands: string[];
  shell(args: Record<string, unknown>): Promise<void>;
  output(): readonly string[];
}

async function guest(args: Readonly<Record<string, unknown>> = {}): Promise<Guest> {
  const run = await createRecordingRun();
  const server = await createSshd();
  const proxy = await createTcpProxy({ target: server.port });
  const real = await connectTo(run, { ...server, port: proxy.port }, args);
  const commands: string[] = [];
  const communicator = new Proxy(real, {
    get: (target, name) => {
      const member: unknown = Reflect.get(target, name, target);
      if (typeof member !== "function") return member;
      return (...given: unknown[]) => {
        if (name === "exec") commands.push(String(given[0]));
        return (member as (...all: unknown[]) => unknown).apply(target, given);
      };
    },
  });
  const folder = join(server.directory, "remote");
  await mkdir(folder);
  return {
    run,
    server,
    proxy,
    communicator,
    folder,
    commands,
    shell: (more) =>
      provisionWith(provisioner, { remote_folder: folder, ...more }, run, communicator, {
        PackerHTTPAddr: "10.0.2.2:8100",
        PackerHTTPIP: "10.0.2.2",
        PackerHTTPPort: "8100",
      }),
    output: () => run.events.flatMap((event) => (event.kind === "output" ? [event.text] : [])),
  };
}

describe.each([{}, { ssh_pty: true }])("the shell provisioner (%o)", (communicatorArgs) => {
  it("runs inline commands as one script that ends at the first failure", async () => {
    const { shell, output } = await guest(communicatorArgs);
    await shell({ inline: ["a=1", "echo $a $0 | sed 's/_[0-9a-f]*/_X/'"] });
    expect(output()).toEqual([expect.stringMatching(/^1 .*\/script_X\.sh$/)]);
    await expect(shell({ inline: ["echo before", "false", "echo after"] })).rejects.toThrow(
      /^The inline script ended with exit status 1 after [\d.]+ s; its last line of output was "before"$/,
    );
    const failing = shell({ inline: ['echo "$0: line 2: no such thing"', "exit 1"] });
    await expect(failing).rejects.toThrow(/last line of output was "script: line 2: no such thing"$/);
  });

  it("gives scripts their environment, whatever characters it has", async () => {
    const { shell, output } = await guest(communicatorArgs);
    const env = { QUOTES: `it's "so" $HOME \`x\``, LINES: "a\nb", PLAIN: "env wins" };
    await shell({
      inline: [
        `printf '%s\\n' "$PACKER_BUILD_NAME $PACKER_BUILDER_TYPE $PACKER_HTTP_ADDR" "$PLAIN" "$QUOTES" "$LINES"`,
      ],
      environment_vars: ["PLAIN=listed", "OTHER=1"],
      env,
    });
    expect(output()).toEqual(["example test 10.0.2.2:8100", "env wins", env.QUOTES, "a", "b"]);
  });

  it("removes the script and the environment file, after failures as well", async () => {
    const { shell, folder } = await guest(communicatorArgs);
    await shell({ inline: ["true"] });
    await expect(shell({ inline: ["exit 3"], env: { A: "1" } })).rejects.toThrow("exit status 3");
    expect(await readdir(folder)).toEqual([]);
    await shell({ inline: ["true"], skip_clean: true });
    expect(await readdir(folder)).toEqual([expect.stringMatching(/^script_[0-9a-f]{16}\.sh$/)]);
  });
});

describe("the shell provisioner", () => {
  it("uploads, runs and removes a script in one command, with secrets on its standard input only", async () => {
    const { shell, commands } = await guest();
    await shell({ inline: ["test $TOKEN = hunter2"], env: { TOKEN: "hunter2" } });
    expect(commands).toHaveLength(1);
    expect(commands[0]).not.toContain("hunter2");
    expect(commands[0]).not.toContain("TOKEN");
  });

  it("renders an execute_command of the user's own, with the variables in it", async () => {
    const { shell, output, folder } = await guest();
    await shell({
      inline: ["echo $WHO is $0"],
      env: { WHO: "it's" },
      remote_path: `${folder}/given.sh`,
      execute_command: "chmod +x {{ .Path }}; {{ .Vars }} sh {{ .Path }}",
    });
    expect(output()).toEqual([`it's is ${folder}/given.sh`]);
  });

  it.each(["sh -c '{{ .Vars }} {{ .Path }}'", 'sh -c "{{ .Vars }} {{ .Path }}"', "{{ .Vars }} {{ .Path }}"])(
    "runs the script where %s meets a value with blanks and quotes (M-03)",
    async (command) => {
      const { shell, output } = await guest();
      const execute_command = `chmod +x {{ .Path }}; ${command}`;
      await shell({ inline: ['echo "$PKGS"'], environment_vars: ['PKGS=nginx, it\'s "redis"'], execute_command });
      expect(output()).toEqual(['nginx, it\'s "redis"']);
    },
  );

  it.each([
    [{ execute_command: "sudo sh -c '{{ .Vars }}'" }, ["invalid-argument"]],
    [{ execute_command: "sudo {{ .Vars }} /tmp/x.sh" }, ["invalid-argument"]],
    [{ execute_command: "sudo {{ .Vars }} /tmp/x.sh", remote_path: "/tmp/x.sh" }, []],
    [{ execute_command: "sudo {{.Vars}} /tmp/x.sh", remote_file: "x.sh" }, []],
    [{ execute_command: "sudo {{.Vars}} {{.Path}}" }, []],
    [{ execute_command: 'sudo {{.Vars}} {{ .Path | printf "%s" }}' }, []],
  ])("refuses an execute_command that does not name the script: %j (M-03)", (args, codes) => {
    expect(issuesOf(provisioner.schema, { inline: ["x"], ...args }).map(({ code }) => code)).toEqual(codes);
  });

  it("gives execute_command an environment file where asked for", async () => {
    const { shell, output } = await guest();
    await shell({
      inline: ["echo $WHO"],
      env: { WHO: "filed" },
      use_env_var_file: true,
      execute_command: ". {{ .EnvVarFile }} && sh {{ .Path }}",
    });
    expect(output()).toEqual(["filed"]);
  });

  it("runs scripts of files in order, with Unix line ends unless they are binary", async () => {
    const { run, shell, output } = await guest();
    await writeFile(join(run.directories.work, "one.sh"), "#!/bin/sh\r\necho one\r\n");
    await writeFile(join(run.directories.work, "two.sh"), "#!/bin/sh\necho two\n");
    await shell({ scripts: ["one.sh", "two.sh"] });
    expect(output()).toEqual(["one", "two"]);
    await expect(shell({ script: "one.sh", binary: true })).rejects.toThrow(/exit status 12[67]/);
    expect(run.warnings()).toEqual([expect.stringContaining("one.sh is a script with Windows line ends")]);
  });

  it("accepts the exit codes named, and says what was killed (SSH-17)", async () => {
    const { shell } = await guest();
    await shell({ inline: ["exit 42"], valid_exit_codes: [0, 42] });
    await expect(shell({ inline: ["kill -KILL $$"] })).rejects.toMatchObject({
      message: expect.stringContaining("exit status 137 (killed by SIGKILL)"),
      hint: expect.stringContaining("memory"),
    });
  });

  it("survives a connection that ends where that is expected, and cleans up on the next one (SSH-05, SSH-06)", async () => {
    const { shell, folder, output } = await guest();
    const drop =
      'p=$PPID; while [ "$(ps -o comm= -p $p)" != sshd ]; do p=$(ps -o ppid= -p $p); done; kill -9 $p; sleep 5';
    await shell({ inline: [drop], expect_disconnect: true });
    await shell({ inline: ["echo back"] });
    expect(output()).toEqual(["back"]);
    expect(await readdir(folder)).toEqual([]);
    await expect(shell({ inline: [drop] })).rejects.toMatchObject({
      message: expect.stringContaining("lost the connection"),
      hint: expect.stringContaining("expect_disconnect"),
    });
  });

  it("sends a script again whose connection died before it had arrived, and no other (start_retry_timeout)", async () => {
    const { run, shell, proxy, commands, output } = await guest();
    await shell({ inline: ["echo first"] });
    proxy.freeze();
    const again = shell({ inline: ["echo once"] });
    await vi.waitFor(() => expect(commands).toHaveLength(2));
    proxy.reset();
    proxy.thaw();
    await again;
    expect(output()).toEqual(["first", "once"]);
    expect(run.events).toContainEqual(
      expect.objectContaining({ text: expect.stringMatching(/^The script could not be started: .*Trying again/) }),
    );
    const running = expect(shell({ inline: ["echo running; sleep 30"] })).rejects.toThrow("lost the connection");
    await vi.waitFor(() => expect(output()).toContain("running"), { timeout: 5000 });
    proxy.reset();
    await running;
    expect(commands).toHaveLength(4);
  });

  it("says where it could not write", async () => {
    const { shell } = await guest();
    await expect(shell({ inline: ["true"], remote_folder: "/nonexistent" })).rejects.toMatchObject({
      message: expect.stringMatching(/^The script could not be written to "\/nonexistent" in/),
      hint: expect.stringContaining("remote_folder"),
    });
  });

  it("does not mistake a script's own exit status for trouble of ours", async () => {
    const { shell } = await guest();
    await expect(shell({ inline: ["echo mine; exit 94"] })).rejects.toThrow("exit status 94");
  });

  it("ends its pause at once when the run is cancelled (SSH-19)", async () => {
    const { shell, run } = await guest();
    const pausing = shell({ inline: ["true"], pause_after: "1h" });
    setTimeout(() => run.cancel(new Error("interrupted")), 700);
    await expect(pausing).rejects.toThrow("interrupted");
  });
});

describe("what the shell provisioner refuses", () => {
  it.each([
    [{}, "missing-argument"],
    [{ inline: ["a"], script: "b" }, "conflicting-arguments"],
    [{ inline: ["a"], environment_vars: ["NOVALUE"] }, "invalid-argument"],
    [{ inline: ["a"], remote_path: "/a", remote_file: "b" }, "conflicting-arguments"],
  ])("%o", (args, code) => {
    expect(issuesOf(provisioner.schema, args).map((issue) => issue.code)).toEqual([code]);
  });
});
