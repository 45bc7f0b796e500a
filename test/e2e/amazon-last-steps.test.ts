import { describe, expect } from "vitest";
import { mapLimited } from "../../src/lib/limited.ts";
import { startOnAmazon } from "../helper/amazon-build.ts";
import { ec2ForTests } from "../helper/ec2-for-tests.ts";
import { createEc2Proxy, isDry, type Call, type Ec2Proxy, type Fault } from "../helper/ec2-proxy.ts";

/**
 * What a build leaves in the account when one of its calls is refused for good: nothing, or what the message and the exit
 * code say. Each build has a proxy of its own, so that several run side by side.
 */
const REGION = "us-east-1";
const OTHER = "us-west-2";
const ec2 = ec2ForTests({ regions: [REGION, OTHER] });
const DENIED: Fault = { kind: "error", code: "UnauthorizedOperation", status: 403 };

type Builder = Readonly<Record<string, unknown>>;

interface Built {
  readonly code: number | null;
  readonly said: string;
  readonly calls: readonly Call[];
  /** What carries the mark of this run at its end. */
  readonly left: readonly string[];
}

async function build(
  builder: Builder,
  prepare: (proxy: Ec2Proxy) => void,
  flags: readonly string[] = [],
): Promise<Built> {
  const proxy = await createEc2Proxy(ec2.moto.endpoint);
  try {
    prepare(proxy);
    const { code, stdout, stderr } = await (
      await startOnAmazon(proxy.endpoint, { builder, flags, env: { AWS_ENDPOINT_URL_IAM: proxy.endpoint } })
    ).finished;
    const calls = proxy.calls.filter((call) => !isDry(call));
    return { code, said: stdout + stderr, calls, left: await madeBy(runIdOf(calls)) };
  } finally {
    await proxy.close();
  }
}

function runIdOf(calls: readonly Call[]): string | undefined {
  const parameters = calls.flatMap((call) => [...call.parameters]);
  return parameters
    .map(([, value]) => /^([0-9a-f-]{36})-[0-9a-f]{12}$/.exec(value)?.[1])
    .find((id) => id !== undefined);
}

/** What to ask for, and which ids of the answer count. */
const QUESTIONS = {
  DescribeImages: /<imageId>([^<]+)/g,
  DescribeSnapshots: /<snapshotId>([^<]+)/g,
  DescribeVolumes: /<volumeId>([^<]+)/g,
  DescribeSecurityGroups: /<groupId>([^<]+)/g,
  DescribeLaunchTemplates: /<launchTemplateId>([^<]+)/g,
  DescribeInstances: /<instanceId>([^<]+)/g,
};

/** Ids of everything tagged with the run, in both regions; terminated instances do not count. */
async function madeBy(runId: string | undefined): Promise<readonly string[]> {
  if (runId === undefined) return [];
  const byRun = { "Filter.1.Name": "tag:imgbuild:run", "Filter.1.Value.1": runId };
  const ids: string[] = [];
  for (const region of [REGION, OTHER]) {
    for (const [action, pattern] of Object.entries(QUESTIONS)) {
      const xml = await ec2.moto.ec2(region, action, byRun);
      if (!xml.includes("<name>terminated</name>")) ids.push(...[...xml.matchAll(pattern)].map(([, id]) => id!));
    }
  }
  return [...new Set(ids)];
}

/** Images of the account and what they are made of. */
async function imagesNamed(name: string, region = REGION): Promise<readonly string[]> {
  const xml = await ec2.moto.ec2(region, "DescribeImages", { "Filter.1.Name": "name", "Filter.1.Value.1": name });
  return [...xml.matchAll(/<imageId>([^<]+)/g)].map(([, id]) => id!);
}

async function tagsOf(id: string, region = REGION): Promise<string> {
  const xml = await ec2.moto.ec2(region, "DescribeTags", { "Filter.1.Name": "resource-id", "Filter.1.Value.1": id });
  return [...xml.matchAll(/<key>([^<]+)<\/key>[\s\S]*?<value>([^<]*)/g)]
    .map(([, key, value]) => `${key}=${value}`)
    .join(" ");
}

const refuse = (action: string, fault: Fault, nth?: number, region?: string) => (proxy: Ec2Proxy) => {
  let count = 0;
  proxy.fault = (call) => {
    if (call.action !== action || isDry(call) || (region !== undefined && call.region !== region)) return undefined;
    count++;
    return nth === undefined || count === nth ? fault : undefined;
  };
};
const asTheyCome = () => {};

describe("replacing an image that somebody protected (A-03)", () => {
  const notPermitted: Fault = { kind: "error", code: "OperationNotPermitted" };

  ec2.it("leaves the new image with its tags, names it and its region, and ends with 4", async () => {
    const builder = { ami_name: `tiny-${Date.now()}`, force_deregister: true, tags: { Team: "x" } };
    const first = await build(builder, asTheyCome);
    expect(first.code, first.said).toBe(0);
    const [old] = await imagesNamed(builder.ami_name);
    const second = await build(builder, refuse("DeregisterImage", notPermitted, 1));
    expect(second.code, second.said).toBe(4);
    expect(await imagesNamed(builder.ami_name)).toEqual([old]);
    const [id = ""] = second.left.filter((one) => one.startsWith("ami-"));
    expect(second.said).toMatch(new RegExp(`image ${id} \\(Amazon, ${REGION}\\): complete, called imgbuild-`));
    expect(await tagsOf(id)).toContain("Team=x");
    expect(await tagsOf(id)).toContain("imgbuild:expires=never");
    expect(second.said).toContain("OperationNotPermitted");
  });

  ec2.it("names both images where the second of two regions refuses", async () => {
    const builder = {
      ami_name: `tiny-${Date.now()}`,
      force_deregister: true,
      ami_regions: [OTHER],
      tags: { Team: "x" },
    };
    expect((await build(builder, asTheyCome)).code).toBe(0);
    const second = await build(builder, refuse("DeregisterImage", notPermitted, 1, OTHER));
    expect(second.code, second.said).toBe(4);
    const [named = ""] = await imagesNamed(builder.ami_name);
    expect(second.said).toContain(`image ${named} (Amazon, ${REGION}): complete, called "${builder.ami_name}", tagged`);
    expect(second.said).toMatch(new RegExp(`image ami-\\w+ \\(Amazon, ${OTHER}\\): complete, called imgbuild-`));
    expect(await tagsOf(named)).toContain("Team=x");
  });
});

describe("-force (A-07)", () => {
  const surrogate = {
    type: "amazon-ebssurrogate",
    launch_block_device_mappings: [{ device_name: "/dev/xvdf", volume_size: 1, delete_on_termination: true }],
    ami_root_device: { source_device_name: "/dev/xvdf", device_name: "/dev/xvda" },
  };

  for (const [type, more] of Object.entries({ "amazon-ebs": {}, "amazon-ebssurrogate": surrogate })) {
    ec2.it(`replaces an image of ${type}, as force_deregister does`, async () => {
      const builder = { ...more, ami_name: `forced-${Date.now()}` };
      expect((await build(builder, asTheyCome)).code).toBe(0);
      const [old] = await imagesNamed(builder.ami_name);
      const refused = await build(builder, asTheyCome);
      expect(refused.said).toContain("-force");
      expect(refused.code).toBe(1);
      const second = await build(builder, asTheyCome, ["-force"]);
      expect(second.code, second.said).toBe(0);
      const images = await imagesNamed(builder.ami_name);
      expect(images).toHaveLength(1);
      expect(images).not.toContain(old);
    });
  }
});

/** Builders, and the regions in which an image has the wanted name already. */
const matrix: Readonly<Record<string, Builder & { readonly replaces?: readonly string[] }>> = {
  "amazon-ebs that replaces images in two regions": {
    replaces: [REGION, OTHER],
    force_deregister: true,
    force_delete_snapshot: true,
    ami_regions: [OTHER],
    tags: { Team: "x" },
    snapshot_tags: { Part: "y" },
    ami_users: ["123456789012"],
    snapshot_users: ["123456789012"],
    launch_block_device_mappings: [{ device_name: "/dev/sdb", volume_size: 1 }],
  },
  "amazon-ebs that is encrypted and copied": { encrypt_boot: true, ami_regions: [OTHER], ami_description: "x" },
  "amazon-ebs on the spot market": {
    spot_price: "auto",
    temporary_iam_instance_profile_policy_document: { Statement: [{ Action: ["s3:GetObject"], Resource: ["*"] }] },
  },
  "amazon-ebssurrogate that replaces an image": {
    type: "amazon-ebssurrogate",
    replaces: [REGION],
    force_deregister: true,
    launch_block_device_mappings: [{ device_name: "/dev/xvdf", volume_size: 1, delete_on_termination: true }],
    ami_root_device: { source_device_name: "/dev/xvdf", device_name: "/dev/xvda" },
    ami_users: ["123456789012"],
  },
  "amazon-ebsvolume": {
    type: "amazon-ebsvolume",
    ami_name: undefined,
    ebs_volumes: [
      {
        device_name: "/dev/sdf",
        volume_size: 1,
        snapshot_volume: true,
        tags: { Name: "data" },
        snapshot_users: ["123456789012"],
      },
    ],
  },
};

async function takeName(name: string, regions: readonly string[]): Promise<void> {
  for (const region of regions) await ec2.moto.ec2(region, "RegisterImage", { Name: name });
}

describe("each call of a build, refused for good (A-03)", () => {
  for (const [title, { replaces = [], ...plain }] of Object.entries(matrix)) {
    ec2.it(title, async () => {
      const name = `each-${Date.now()}`;
      const once = async (index: number, prepare: (proxy: Ec2Proxy) => void) => {
        const own = `${name}-${index}`;
        await takeName(own, replaces);
        return build({ ami_name: own, ...plain }, prepare);
      };
      const whole = await once(0, asTheyCome);
      expect(whole.code, whole.said).toBe(0);
      const refused = await mapLimited(chosen(whole.calls), 4, async ({ action, nth }, index) => {
        return { action, nth, ...(await once(index + 1, refuse(action, DENIED, nth))) };
      });
      for (const { action, nth, code, left, said, calls } of refused) {
        // Questions that are asked until something has happened are not always as many.
        if (calls.filter((one) => one.action === action).length < nth) continue;
        const isFailed = said.includes("errored after");
        const isLeft = /^ +left /m.test(said);
        const isImageKept = said.includes("These stay, and are yours");
        const unnamed = left.filter((id) => !said.includes(id) && !(isImageKept && id.startsWith("snap-")));
        const call = `${action} ${nth}`;
        const code1 = isFailed ? 1 : 0;
        expect({ call, code, said }).toEqual({ call, code: isLeft ? 4 : code1, said });
        if (isFailed) expect({ call, unnamed, said }).toEqual({ call, unnamed: [], said });
      }
    });
  }
});

/** Every call that does something, and of questions of one kind the first and the last. */
function chosen(calls: readonly Call[]): readonly { readonly action: string; readonly nth: number }[] {
  const all = calls.map(({ action }, index) => {
    const nth = calls.slice(0, index + 1).filter((call) => call.action === action).length;
    return { action, nth, of: calls.filter((call) => call.action === action).length };
  });
  return all.filter(({ action, nth, of }) => !/^(Describe|Get)/.test(action) || nth === 1 || nth === of);
}

describe("templates with values of the source image (A-06)", () => {
  const names = ["tags", "snapshot_tags", "run_tags"] as const;
  const everywhere = (value: string) => ({
    ami_description: value,
    ...Object.fromEntries(names.map((name) => [name, { From: value }])),
  });

  ec2.it("read a tag that it has not as empty", async () => {
    const { code, said } = await build(
      everywhere("x{{ .SourceAMITags.nope }}y{{ .SourceAMITags.Release }}"),
      asTheyCome,
    );
    expect({ code, said }).toMatchObject({ code: 0 });
    const [, id = ""] = /us-east-1: (ami-\w+)/.exec(said) ?? [];
    expect(await tagsOf(id)).toContain("From=xynoble");
  });

  for (const name of [...names, "ami_description"] as const) {
    ec2.it(`that cannot be rendered in ${name} end the build before anything is made`, async () => {
      const { [name]: wrong } = everywhere("{{ .SourceAMIColour }}") as Record<string, unknown>;
      const { code, said, calls } = await build({ [name]: wrong }, asTheyCome);
      expect({ code, said }).toMatchObject({ code: 1 });
      expect(said).toContain("SourceAMIColour");
      expect(calls.filter(({ action }) => !action.startsWith("Describe"))).toEqual([]);
    });
  }
});
