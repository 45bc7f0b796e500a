import { mkdtemp, mkdir, rm } from "node:fs/promises";
import { spawn } from "node:child_process";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect } from "vitest";
import { mapLimited } from "../../src/lib/limited.ts";
import { AWS_CREDENTIALS, letKeyIn, prepareAwsTemplate } from "../helper/aws-template.ts";
import { createEc2Proxy, type Call } from "../helper/ec2-proxy.ts";
import { imgbuildPath } from "../helper/imgbuild.ts";
import { MOTO_REGIONS, startMoto, withMoto, type Moto } from "../helper/moto.ts";
import { createSshd, type TestSshd } from "../helper/sshd.ts";

const withServer = withMoto();
let moto: Moto;

beforeAll(async () => {
  moto = await startMoto();
});
afterAll(() => moto?.stop());

/** One build at a time in each, so that what is in a region is of one build. */
const REGIONS: readonly string[] = MOTO_REGIONS;

describe("a build that ends at an API call", () => {
  withServer(
    "leaves nothing in the account, whichever call it is, after Ctrl-C or after SIGKILL and cleanup",
    async () => {
      const sshd = await createSshd();
      const calls = await inPlace(sshd, REGIONS[0]!, (place) => place.build());
      expect(calls.code).toBe(0);
      const moments = Array.from({ length: calls.count }, (_, index) => index + 1).flatMap((number) => [
        // Done by EC2, but we do not live to hear of it.
        { number, signal: "SIGKILL", when: "answered" } as const,
        { number, signal: "SIGINT", when: "asked" } as const,
      ]);
      const free = [...REGIONS];
      // All of them, even after a failure: none may still be at work when the test ends.
      const failures: unknown[] = [];
      await mapLimited(moments, REGIONS.length, async (moment) => {
        const region = free.pop()!;
        await crash(sshd, region, moment).catch((error: unknown) => failures.push(error));
        free.push(region);
      });
      if (failures.length > 0) throw failures[0];
    },
  );
});

interface Moment {
  readonly number: number;
  readonly signal: "SIGKILL" | "SIGINT";
  readonly when: "asked" | "answered";
}

async function crash(sshd: TestSshd, region: string, moment: Moment): Promise<void> {
  await inPlace(sshd, region, async (place) => {
    const before = await moto.inventory(region);
    const built = await place.build(moment);
    const what = `${moment.signal} when call ${moment.number} (${built.action}) was ${moment.when}: ${built.code}\n${built.output}`;
    const left = async (): Promise<readonly string[]> => {
      const after = await moto.inventory(region);
      expect(
        before.filter((id) => !after.includes(id)),
        what,
      ).toEqual([]);
      return after.filter((id) => !before.includes(id));
    };
    if (moment.signal === "SIGINT") {
      expect([130, 0], what).toContain(built.code);
      await expectNothing(region, await left(), `${what}\nbefore cleanup`);
    }
    const cleaned = await place.cleanUp();
    const said = `${what}\ncleanup said (${cleaned.code}): ${cleaned.output}`;
    expect(cleaned.code, said).toBe(0);
    await expectNothing(region, await left(), said);
  });
}

/** Nothing, or an image that was complete: then the build had come to its end. */
async function expectNothing(region: string, left: readonly string[], what: string): Promise<void> {
  const image = left.find((id) => id.startsWith("ami-"));
  if (image === undefined) return expect(left, what).toEqual([]);
  expect(
    left.map((id) => id.replace(/-.*/, "")),
    what,
  ).toEqual(["ami", "snap"]);
  const described = await moto.ec2(region, "DescribeImages", { "ImageId.1": image });
  expect(described, what).toContain("<key>imgbuild:expires</key><value>never</value>");
}

interface Place {
  build(moment?: Moment): Promise<{ code: number | null; output: string; count: number; action: string }>;
  cleanUp(): Promise<{ code: number | null; output: string }>;
}

async function inPlace<Result>(
  sshd: TestSshd,
  region: string,
  body: (place: Place) => Promise<Result>,
): Promise<Result> {
  const root = await mkdtemp(join(tmpdir(), "imgbuild-aws-"));
  const proxy = await createEc2Proxy(moto.endpoint);
  try {
    const directory = join(root, "work");
    await mkdir(directory);
    const template = await prepareAwsTemplate(directory, { sshd, endpoint: proxy.endpoint });
    const env = {
      ...AWS_CREDENTIALS,
      PATH: process.env["PATH"]!,
      HOME: root,
      TMPDIR: root,
      IMGBUILD_STATE_DIR: join(root, "state"),
      PACKER_CACHE_DIR: join(root, "cache"),
    };
    return await body({
      build: async (moment) => {
        let action = "";
        const child = start(["build", "-var", `region=${region}`, template], directory, env);
        const strike = (call: Call, when: Moment["when"]): void => {
          if (call.number !== moment?.number || when !== moment.when) return;
          action = call.action;
          child.process.kill(moment.signal);
        };
        proxy.fault = (call) => void strike(call, "asked");
        proxy.answered = async (call, xml) => {
          strike(call, "answered");
          return letKeyIn(sshd)(call, xml);
        };
        const ended = await child.ended;
        const count = proxy.calls.length;
        proxy.clear();
        return { ...ended, count, action };
      },
      cleanUp: () => start(["cleanup"], directory, env).ended,
    });
  } finally {
    await proxy.close();
    await rm(root, { recursive: true, force: true });
  }
}

function start(args: readonly string[], cwd: string, env: Readonly<Record<string, string>>) {
  const child = spawn(process.execPath, [imgbuildPath, ...args], { cwd, env, stdio: ["ignore", "pipe", "pipe"] });
  let output = "";
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding("utf8").on("data", (chunk: string) => (output += chunk));
  const ended = new Promise<{ code: number | null; output: string }>((resolve) =>
    child.once("close", (code) => resolve({ code, output })),
  );
  return { process: child, ended };
}
