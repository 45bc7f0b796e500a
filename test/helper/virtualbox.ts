import { execFile, spawn } from "node:child_process";
import { access, mkdir, mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { promisify } from "node:util";
import { onTestFinished } from "vitest";

/** A VirtualBox with nothing in it: settings, machine folder and server process of its own. */
export interface VirtualBoxHome {
  readonly env: Readonly<Record<string, string>>;
  readonly machineFolder: string;
  /** Calls the real VBoxManage; what it printed. */
  manage(...args: readonly string[]): Promise<string>;
  /**
   * Its server stays up until the test ends. By itself it goes some seconds after the last call, and the next one reads
   * machines anew from their files, with other defaults than new machines have.
   */
  keepServer(): void;
  /** Everything it knows: machines, disks and their folders. Empty after a clean build. */
  remains(): Promise<readonly string[]>;
  /** Process ids of its machines that are on. */
  machineProcesses(): Promise<readonly number[]>;
  /** Command lines of its machines and of calls of VBoxManage. (Its server ends by itself when nobody has asked for a while.) */
  busyProcesses(): Promise<readonly string[]>;
}

/** Call inside a test: its machines are removed when the test ends. */
export async function createVirtualBoxHome(): Promise<VirtualBoxHome> {
  const root = await mkdtemp(join(tmpdir(), "imgbuild-vbox-"));
  const machineFolder = join(root, "machines");
  await mkdir(machineFolder);
  const env = { VBOX_USER_HOME: join(root, "home"), VBOX_IPC_SOCKETID: basename(root) };
  const manage = async (...args: readonly string[]): Promise<string> => {
    const { stdout } = await promisify(execFile)("VBoxManage", args, { env: { ...process.env, ...env } });
    return stdout;
  };
  const machines = async () => (await manage("list", "vms")).trim().split("\n").filter(Boolean);
  onTestFinished(async () => {
    for (const line of await machines()) {
      const uuid = /\{(.*)\}/.exec(line)![1]!;
      await manage("controlvm", uuid, "poweroff").catch(() => {});
      await removeUnlocked(() => manage("unregistervm", uuid, "--delete"));
    }
    await rm(root, { recursive: true, force: true, maxRetries: 5 });
  });
  await manage("setproperty", "machinefolder", machineFolder);
  if (!(await exists("/dev/vboxdrv"))) await interpretGuests(manage);
  const remains = async () => {
    const disks = [...(await manage("list", "hdds")).matchAll(/^Location: +(.*)$/gm)].map(([, path]) => path!);
    return [...(await machines()), ...disks];
  };
  const processes = () => processesWith(`VBOX_USER_HOME=${env.VBOX_USER_HOME}`);
  const keepServer = (): void => {
    // A client that waits: it collects figures of the host, the first after an hour.
    const client = spawn("VBoxManage", ["metrics", "collect", "--period", "3600", "host"], {
      env: { ...process.env, ...env },
      stdio: "ignore",
    });
    onTestFinished(() => void client.kill());
  };
  return {
    env,
    machineFolder,
    manage,
    keepServer,
    remains,
    machineProcesses: async () =>
      (await processes()).filter(({ command }) => /VBoxHeadless.*--startvm/.test(command)).map(({ id }) => id),
    busyProcesses: async () =>
      (await processes())
        .filter(({ command }) => /VBoxHeadless|VBoxManage/.test(command))
        .map(({ command }) => command),
  };
}

/** Processes that have the given setting in their environment. */
async function processesWith(setting: string): Promise<readonly { readonly id: number; readonly command: string }[]> {
  const ids = (await readdir("/proc")).filter((name) => /^\d+$/.test(name));
  const found = await Promise.all(
    ids.map(async (id) => {
      const read = (file: string) => readFile(`/proc/${id}/${file}`, "utf8").catch(() => "");
      const [command, environment] = await Promise.all([read("cmdline"), read("environ")]);
      const has = environment.split("\0").includes(setting);
      return has ? [{ id: Number(id), command: command.replaceAll("\0", " ") }] : [];
    }),
  );
  return found.flat();
}

/** Without VirtualBox's kernel module (the rig has none) guests run instruction by instruction. */
async function interpretGuests(manage: VirtualBoxHome["manage"]): Promise<void> {
  await manage("setextradata", "global", "VBoxInternal/EM/IemExecutesAll", "1");
  await manage("setextradata", "global", "VBoxInternal/HM/FallbackToIEM", "1");
}

async function removeUnlocked(remove: () => Promise<unknown>): Promise<void> {
  for (let attempt = 0; attempt < 50; attempt++) {
    try {
      await remove();
      return;
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
}

function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
