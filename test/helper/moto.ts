import { execFileSync, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import { it } from "vitest";
import { findProgram, without } from "./need.ts";
import { freePort, untilAccepting } from "./free-port.ts";

/** moto's server: an EC2 (and IAM, SSM, S3, STS…) that nobody here wrote, with one image of Canonical's in it. */
export interface Moto {
  readonly endpoint: string;
  readonly port: number;
  /** Asks EC2 by hand (unsigned requests are fine with moto); the answer's XML. */
  ec2(region: string, action: string, parameters?: Readonly<Record<string, string>>): Promise<string>;
  /** Ids of everything in a region that a build could have made: to be compared before and after. */
  inventory(region: string): Promise<readonly string[]>;
  stop(): Promise<void>;
}

export const UBUNTU = { id: "ami-0123456789abcdef0", owner: "099720109477" } as const;
export const WINDOWS = { id: "ami-0123456789abcdef1", owner: "801119661308" } as const;

const images = [
  image(UBUNTU, "ubuntu/images/hvm-ssd-gp3/ubuntu-noble-24.04-amd64-server-20261101", undefined),
  image(WINDOWS, "Windows_Server-2022-English-Full-Base-2026.11.01", "windows"),
];

function image({ id, owner }: { id: string; owner: string }, name: string, platform: string | undefined) {
  return {
    ami_id: id,
    name,
    description: name,
    owner_id: owner,
    public: true,
    virtualization_type: "hvm",
    architecture: "x86_64",
    state: "available",
    platform,
    image_type: "machine",
    hypervisor: "xen",
    root_device_name: "/dev/sda1",
    root_device_type: "ebs",
    sriov: "simple",
    tags: { Release: "noble" },
  };
}

/** Each starts with the same images. */
export const MOTO_REGIONS = ["us-east-1", "us-west-2", "eu-west-1", "eu-central-1"] as const;

const VERSION = "5.2.5";

/** `it` where moto's server can be had; else a test that says why not (and fails in CI). */
export function withMoto(): typeof it {
  try {
    motoServer();
    return it;
  } catch (error) {
    return without(`needs moto[server] (Debian package python3-venv, and PyPI): ${String(error)}`);
  }
}

/**
 * The program: of IMGBUILD_MOTO_SERVER, or of a virtual environment made once in the user's cache. One on PATH may be of
 * any version and is taken only where that cannot be made.
 */
function motoServer(): string {
  const given = process.env["IMGBUILD_MOTO_SERVER"];
  if (given !== undefined) return given;
  const cache = process.env["XDG_CACHE_HOME"] ?? join(homedir(), ".cache");
  const environment = join(cache, "imgbuild-test", `moto-${VERSION}`);
  const program = join(environment, "bin/moto_server");
  if (existsSync(program)) return program;
  try {
    execFileSync("python3", ["-m", "venv", environment], { stdio: "pipe" });
    const pip = join(environment, "bin/pip");
    execFileSync(pip, ["install", "-q", "--disable-pip-version-check", `moto[server]==${VERSION}`], { stdio: "pipe" });
    return program;
  } catch (error) {
    const found = findProgram("moto_server");
    if (found === undefined) throw error;
    return found;
  }
}

/** The caller stops it. */
export async function startMoto(): Promise<Moto> {
  const directory = await mkdtemp(join(tmpdir(), "imgbuild-moto-"));
  const amis = join(directory, "amis.json");
  await writeFile(amis, JSON.stringify(images));
  const port = await freePort();
  const env = { ...process.env, MOTO_AMIS_PATH: amis };
  const child = spawn(motoServer(), ["-H", "127.0.0.1", "-p", String(port)], { env, stdio: "ignore", detached: true });
  const ended = new Promise((resolve) => child.once("exit", resolve));
  await untilAccepting(port);
  const endpoint = `http://127.0.0.1:${port}`;
  const ec2: Moto["ec2"] = (region, action, parameters = {}) =>
    ask(endpoint, region, { Action: action, ...parameters });
  // The first question makes moto load its EC2, and its images for that region, which takes a while and must not
  // happen twice at a time.
  for (const region of MOTO_REGIONS) {
    if (!(await ec2(region, "DescribeRegions")).includes(region)) throw new Error(`moto cannot serve ${region}`);
  }
  return {
    endpoint,
    port,
    ec2,
    inventory: (region) => inventory((action, parameters) => ec2(region, action, parameters)),
    stop: async () => {
      if (child.exitCode === null) process.kill(-child.pid!, "SIGKILL");
      await ended;
      await rm(directory, { recursive: true, force: true });
    },
  };
}

async function ask(endpoint: string, region: string, parameters: Readonly<Record<string, string>>): Promise<string> {
  const authorization = `AWS4-HMAC-SHA256 Credential=test/20260101/${region}/ec2/aws4_request, SignedHeaders=host, Signature=0`;
  const response = await fetch(endpoint, {
    method: "POST",
    headers: { authorization, "content-type": "application/x-www-form-urlencoded" },
    body: new URLSearchParams({ Version: "2016-11-15", ...parameters }).toString(),
  });
  return response.text();
}

/** Action → which ids of its answer count. Terminated instances stay visible for a while, as in EC2. */
const questions: Readonly<Record<string, RegExp>> = {
  DescribeKeyPairs: /<keyName>([^<]+)/g,
  DescribeSecurityGroups: /<groupId>(sg-[^<]+)/g,
  DescribeImages: /<imageId>([^<]+)/g,
  DescribeSnapshots: /<snapshotId>([^<]+)/g,
  DescribeVolumes: /<volumeId>([^<]+)/g,
  DescribeLaunchTemplates: /<launchTemplateId>([^<]+)/g,
};

async function inventory(
  describe: (action: string, parameters?: Record<string, string>) => Promise<string>,
): Promise<readonly string[]> {
  const lists = Object.entries(questions).map(async ([action, pattern]) =>
    [...(await describe(action)).matchAll(pattern)].map(([, id]) => id!),
  );
  const running = { "Filter.1.Name": "instance-state-name" };
  const states = ["pending", "running", "stopping", "stopped", "shutting-down"];
  const values = Object.fromEntries(states.map((state, index) => [`Filter.1.Value.${index + 1}`, state]));
  const instances = await describe("DescribeInstances", { ...running, ...values });
  const ids = [...instances.matchAll(/<instanceId>(i-[^<]+)/g)].map(([, id]) => id!);
  return [...new Set([...(await Promise.all(lists)).flat(), ...ids])].sort();
}
