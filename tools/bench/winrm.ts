import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { createTcpProxy } from "../../test/helper/tcp-proxy.ts";
import { winrmArguments } from "../../test/helper/winrm-server/for-test.ts";
import { runPython } from "../../test/helper/winrm-server/python.ts";
import { startWinrmServer, type WinrmServer } from "../../test/helper/winrm-server/server.ts";
import { median, type BenchContext, type Benchmark, type Figure } from "./benchmark.ts";

/**
 * Whole builds of a `null` template against the server of the tests, 20 ms away: ours, packer and pywinrm. Nothing runs in
 * that server but what moves bytes, so that a start of PowerShell, of which a real Windows makes half a second, costs
 * nothing: packer needs about ten for each script, we need one.
 */
export const benchmark: Benchmark = {
  name: "winrm",
  needs: { packer: "packer", python3: "python3-venv" },
  async run(context) {
    const driveC = join(context.directory, "drive_c");
    await mkdir(driveC, { recursive: true });
    const server = await startWinrmServer({ driveC, offers: ["Basic"], allowUnencrypted: true, password: "vagrant" });
    const far = await createTcpProxy({ target: server.port, roundTripMs: 20, forBenchmark: true });
    try {
      const bench = { context, server, farPort: far.port, driveC };
      return [...(await scripts(bench)), await smallFiles(bench), await largeFile(bench)];
    } finally {
      await far.close();
      await server.stop();
    }
  },
};

interface Bench {
  readonly context: BenchContext;
  readonly server: WinrmServer;
  readonly farPort: number;
  readonly driveC: string;
}

const ROUNDS = 3;

async function largeFile(bench: Bench): Promise<Figure> {
  const content = randomBytes(10_000_000);
  await writeFile(join(bench.context.directory, "large"), content);
  const steps = [fileStep("large", "C:/large")];
  const ours = await ofRounds(() => build(bench, "imgbuild", "large", steps));
  const packer = await build(bench, "packer", "large", steps);
  if (!content.equals(await readFile(join(bench.driveC, "large")))) throw new Error("the file did not arrive");
  return figure("upload 10 MB at 20 ms, whole build", ours, packer, {
    text: "at least 10 times as fast as packer",
    met: packer >= 10 * ours,
  });
}

async function smallFiles(bench: Bench): Promise<Figure> {
  const directory = join(bench.context.directory, "small");
  await mkdir(directory);
  for (let index = 0; index < 300; index++) await writeFile(join(directory, `file${index}`), randomBytes(1000));
  const steps = [fileStep("small/", "C:/small")];
  const ours = await ofRounds(() => build(bench, "imgbuild", "small", steps));
  return {
    label: "300 files of 1 KB at 20 ms, whole build",
    unit: "s",
    ours,
    target: { text: "within 2 s", met: ours <= 2 },
  };
}

async function scripts(bench: Bench): Promise<readonly Figure[]> {
  const steps = Array.from({ length: 20 }, () => `  provisioner "powershell" {\n    inline = ["exit 0"]\n  }\n`);
  const ours = await ofRounds(() => build(bench, "imgbuild", "scripts", steps));
  const packer = await build(bench, "packer", "scripts", steps);
  const pywinrm = await ofRounds(() => byPywinrm(bench));
  return [
    figure("20 powershell provisioners at 20 ms, whole build", ours, packer, {
      text: "at most a third of packer's time",
      met: 3 * ours <= packer,
    }),
    { label: "the same, beside 20 scripts run by pywinrm", unit: "s", ours, peer: { name: "pywinrm", value: pywinrm } },
  ];
}

/** As pywinrm's users do it: a shell for each script. */
async function byPywinrm({ server, farPort }: Bench): Promise<number> {
  const source = `
import json, sys, time, winrm
t = json.loads(sys.argv[1])
started = time.time()
s = winrm.Session('http://127.0.0.1:%d/wsman' % t['port'], auth=(t['user'], t['password']), transport='basic', message_encryption='never')
for _ in range(20): s.run_ps('exit 0')
print(json.dumps(time.time() - started))
`;
  return (await runPython(source, { port: farPort, user: server.username, password: server.password })) as number;
}

function fileStep(source: string, destination: string): string {
  return `  provisioner "file" {\n    source      = "${source}"\n    destination = "${destination}"\n  }\n`;
}

async function build(
  bench: Bench,
  program: "imgbuild" | "packer",
  name: string,
  steps: readonly string[],
): Promise<number> {
  const { context, server, farPort } = bench;
  const source = Object.entries({ ...winrmArguments(server), winrm_port: farPort })
    .map(([argument, value]) => `  ${argument} = ${JSON.stringify(value)}\n`)
    .join("");
  const template = `source "null" "w" {\n${source}}\nbuild {\n  sources = ["null.w"]\n${steps.join("")}}\n`;
  await writeFile(join(context.directory, `${name}.pkr.hcl`), template);
  const [file, args] = program === "packer" ? ["packer", []] : [process.execPath, [context.imgbuild]];
  const env = { ...process.env, PACKER_CONFIG_DIR: context.directory, CHECKPOINT_DISABLE: "1" };
  const started = performance.now();
  await promisify(execFile)(file, [...args, "build", `${name}.pkr.hcl`], { cwd: context.directory, env });
  const seconds = (performance.now() - started) / 1000;
  context.log(`${program} ${name}: ${seconds.toFixed(2)} s`);
  return seconds;
}

async function ofRounds(measure: () => Promise<number>): Promise<number> {
  const times: number[] = [];
  for (let round = 0; round < ROUNDS; round++) times.push(await measure());
  return median(times);
}

function figure(label: string, ours: number, packer: number, target: Figure["target"]): Figure {
  return { label, unit: "s", ours, peer: { name: "packer", value: packer }, target };
}
