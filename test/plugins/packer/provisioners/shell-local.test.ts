import { execFileSync } from "node:child_process";
import { chmod, readdir, readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { createSilentCommunicator } from "../../../../src/plugins/packer/builders/file/silent-communicator.ts";
import { provisioner } from "../../../../src/plugins/packer/provisioners/shell-local.ts";
import { postProcessor } from "../../../../src/plugins/packer/post-processors/shell-local.ts";
import { commandFor } from "../../../../src/plugins/packer/local-script/command.ts";
import { configOf, issuesOf } from "../../../helper/decode-config.ts";
import { createRecordingRun, testArtifact, type RecordingRun } from "../../../helper/recording-run.ts";

const machine = { communicator: createSilentCommunicator(), data: {} };
const run = (recording: RecordingRun, args: Record<string, unknown>, data = {}) =>
  provisioner.provision(recording, configOf(provisioner.schema, args), { ...machine, data });
const output = (recording: RecordingRun) =>
  recording.events.flatMap((event) => (event.kind === "output" ? [`${event.stream}: ${event.text}`] : []));

describe("shell-local", () => {
  it("runs the lines of inline as one script and shows both streams", async () => {
    const recording = await createRecordingRun();
    await run(recording, { inline: ["x=1", 'echo "x is $x"', "echo oops >&2"] });
    expect(output(recording).sort()).toEqual(["stderr: oops", "stdout: x is 1"]);
  });

  it("stops at the first failing line, and says the last line of output", async () => {
    const recording = await createRecordingRun();
    await expect(run(recording, { inline: ["echo before", "false", "echo after"] })).rejects.toThrow(
      /^The inline script ended with exit status 1 after \d+\.\d s; its last line of output was "before"$/,
    );
  });

  it("a message has the script's own name, not that of a temporary file", async () => {
    const recording = await createRecordingRun();
    const failing = run(recording, { inline: ['echo "$0: line 2: no such thing" >&2', "exit 1"] });
    await expect(failing).rejects.toThrow(/last line of output was "script: line 2: no such thing"$/);
  });

  it("knows the variables of Packer, the template's, and the environment of imgbuild", async () => {
    const recording = await createRecordingRun({ env: { PATH: process.env["PATH"], OUTSIDE: "o" } });
    await run(
      recording,
      {
        inline: ["echo $PACKER_BUILD_NAME $PACKER_BUILDER_TYPE $PACKER_HTTP_ADDR $A $B $OUTSIDE $PACKER_RUN_UUID"],
        environment_vars: ["A=from list", "B=from list"],
        env: { B: "it's quoted" },
      },
      { PackerHTTPAddr: "10.0.2.2:8080", PackerHTTPIP: "10.0.2.2", PackerHTTPPort: "8080" },
    );
    expect(output(recording)).toEqual([
      `stdout: example test 10.0.2.2:8080 from list it's quoted o ${recording.runId}`,
    ]);
  });

  it("shows secrets of the environment in no list of processes", async () => {
    const recording = await createRecordingRun();
    await run(recording, {
      inline: ["tr '\\0' ' ' < /proc/$PPID/cmdline; tr '\\0' ' ' < /proc/$$/cmdline"],
      env: { TOKEN: "s3cr3t-t0ken" },
    });
    expect(output(recording).join("\n")).not.toContain("s3cr3t");
  });

  it("runs scripts from the working directory, also without a first line #! and with blanks in the name", async () => {
    const recording = await createRecordingRun();
    const { work } = recording.directories;
    for (const name of ["one.sh", "two words.sh"]) {
      await writeFile(join(work, name), 'echo "$0"; pwd\n');
      await chmod(join(work, name), 0o755);
    }
    await run(recording, { scripts: ["one.sh", "two words.sh"] });
    expect(output(recording)).toEqual(
      [join(work, "one.sh"), work, join(work, "two words.sh"), work].map((line) => `stdout: ${line}`),
    );
  });

  it("a script that is not executable: says how to make it so", async () => {
    const recording = await createRecordingRun();
    const path = join(recording.directories.work, "x.sh");
    await writeFile(path, "echo x\n");
    await expect(run(recording, { script: "x.sh" })).rejects.toMatchObject({
      hint: `Is the script executable?\n    chmod +x ${path}`,
    });
  });

  it("a script with Windows line ends: warns with the command that converts it (TPL-02)", async () => {
    const recording = await createRecordingRun();
    await writeFile(join(recording.directories.work, "x.sh"), "#!/bin/sh\r\necho x\r\n", { mode: 0o755 });
    await expect(run(recording, { script: "x.sh" })).rejects.toThrow("exit status 127");
    expect(recording.warnings()).toEqual([expect.stringContaining("sed -i 's/\\r$//' x.sh")]);
  });

  it("a script that begins with a byte order mark: warns with the command that removes it (T-20)", async () => {
    const recording = await createRecordingRun();
    const path = join(recording.directories.work, "x.sh");
    await writeFile(path, "\uFEFF#!/bin/sh\necho x\n", { mode: 0o755 });
    await run(recording, { script: "x.sh" }).catch(() => {});
    const [warning] = recording.warnings();
    expect(warning).toContain("x.sh is a script with a byte order mark");
    execFileSync("sh", ["-c", warning!.split("\n").at(-1)!.trim()], { cwd: recording.directories.work });
    expect(await readFile(path, "utf8")).toBe("#!/bin/sh\necho x\n");
  });

  it("the temporary script is for its owner only, and gone afterwards", async () => {
    const recording = await createRecordingRun();
    await run(recording, { inline: ['stat -c %a "$0"'] });
    expect(output(recording)).toEqual(["stdout: 700"]);
    expect(await readdir(recording.directories.temp)).toEqual([]);
    expect((await stat(recording.directories.temp)).mode & 0o77).toBe(0);
  });

  it.each([
    [
      "a shebang of its own",
      { inline: ["#!/bin/cat", "shown by cat"] },
      ["stdout: #!/bin/cat", "stdout: shown by cat"],
    ],
    ["inline_shebang", { inline: ["false", "echo on"], inline_shebang: "/bin/sh" }, ["stdout: on"]],
    [
      "tempfile_extension",
      { inline: ['case "$0" in *.ext) echo yes;; esac'], tempfile_extension: "ext" },
      ["stdout: yes"],
    ],
    ["command", { command: "echo old" }, ["stdout: old"]],
    [
      "execute_command",
      {
        inline: ["echo $A"],
        env: { A: "1" },
        execute_command: ["/bin/sh", "-c", "A=0; {{.Vars}} {{.Script}}; echo $A"],
      },
      ["stdout: 1", "stdout: 0"],
    ],
    [
      "execute_command with quotes within quotes (M-03)",
      {
        inline: ['echo "$A"'],
        env: { A: "nginx it's" },
        execute_command: ["/bin/sh", "-c", "sh -c '{{.Vars}} {{.Script}}'"],
      },
      ["stdout: nginx it's"],
    ],
    [
      "execute_command in one word",
      { inline: ["echo $A"], env: { A: "1" }, execute_command: ["{{.Vars}} {{.Script}}"] },
      ["stdout: 1"],
    ],
    [
      "env_var_format",
      {
        inline: ["echo $A"],
        env: { A: "1" },
        env_var_format: "export %s=%s; ",
        execute_command: ["sh", "-c", "{{.Vars}}{{.Script}}"],
      },
      ["stdout: 1"],
    ],
    ["valid_exit_codes", { inline: ["exit 3"], valid_exit_codes: [0, 3] }, []],
    ["only_on of another system", { inline: ["echo no"], only_on: ["windows"] }, []],
    ["only_on of this one", { inline: ["echo yes"], only_on: ["linux", "darwin"] }, ["stdout: yes"]],
  ])("understands %s", async (_, args, expected) => {
    const recording = await createRecordingRun();
    await run(recording, args);
    expect(output(recording)).toEqual(expected);
  });

  it("an interrupt ends the script and what it started", async () => {
    const recording = await createRecordingRun();
    setTimeout(() => recording.cancel(new Error("Interrupted by SIGINT")), 100);
    const started = performance.now();
    await expect(run(recording, { inline: ["sleep 60 & wait"] })).rejects.toThrow("Interrupted by SIGINT");
    expect(performance.now() - started).toBeLessThan(10_000);
  });

  it("a program that is not there is named", async () => {
    const recording = await createRecordingRun();
    await expect(
      run(recording, { inline: ["x"], execute_command: ["/no/such/shell", "{{.Script}}"] }),
    ).rejects.toMatchObject({
      message: "The inline script could not be started",
      cause: { message: 'The program "/no/such/shell" was not found' },
    });
  });

  it.each([
    [{}, "missing-argument"],
    [{ inline: ["a"], script: "b" }, "conflicting-arguments"],
    [{ inline: ["a"], environment_vars: ["=x"] }, "invalid-argument"],
    [{ inline: ["a"], only_on: ["plan9"] }, "invalid-argument"],
    [{ command: "a" }, "deprecated-argument"],
  ])("%j: %s", (args, code) => expect(issuesOf(provisioner.schema, args).map((issue) => issue.code)).toEqual([code]));

  it("checks that scripts are there before a build starts", async () => {
    const recording = await createRecordingRun();
    const config = configOf(provisioner.schema, { scripts: ["a.sh", "b.sh"] });
    expect(await provisioner.checkFiles!(config, { ...recording.directories, host: recording.host })).toMatchObject([
      { path: ["scripts", 0], summary: "File not found" },
      { path: ["scripts", 1], summary: "File not found" },
    ]);
  });

  it("as post-processor hands the artifact on, which is never removed", async () => {
    const recording = await createRecordingRun();
    const input = testArtifact();
    const config = configOf(postProcessor.schema, { inline: ["echo done"] });
    expect(await postProcessor.process(recording, config, input)).toEqual({
      artifact: input,
      keepInput: true,
      mustKeepInput: true,
    });
    expect(output(recording)).toEqual(["stdout: done"]);
  });
});

describe("commandFor on Windows", () => {
  const config = (args: Record<string, unknown>) => configOf(provisioner.schema, { inline: ["x"], ...args });

  it("calls the script through cmd", () => {
    expect(commandFor("win32", config({}), [["A", "1"]], "C:\\t\\s.cmd")).toEqual({
      program: "cmd",
      args: ["/V", "/C", "call", "C:\\t\\s.cmd"],
      env: { A: "1" },
    });
  });

  it("writes variables as cmd sets them, and paths as the Linux subsystem sees them", () => {
    const args = { execute_command: ["bash", "-c", "{{.Vars}}{{.Script}}"], use_linux_pathing: true };
    expect(commandFor("win32", config(args), [["A", "1"]], "C:\\t\\s.sh").args).toEqual([
      "-c",
      'set "A=1" && /mnt/c/t/s.sh',
    ]);
  });
});
