import { constants, createPublicKey, publicEncrypt } from "node:crypto";
import { chmod, mkdir, readFile, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import { join } from "node:path";
import { describe, expect, onTestFinished, vi } from "vitest";
import { buildOnAmazon, type AmazonTemplate } from "../helper/amazon-build.ts";
import { letKeyIn } from "../helper/aws-template.ts";
import { ec2ForTests } from "../helper/ec2-for-tests.ts";
import { createEc2Proxy, isDry, type Ec2Proxy, type Fault } from "../helper/ec2-proxy.ts";
import { WINDOWS } from "../helper/moto.ts";
import { createWorkplace } from "../helper/imgbuild.ts";
import { freePort } from "../helper/free-port.ts";
import { createSshd } from "../helper/sshd.ts";
import { winrmServerForTest } from "../helper/winrm-server/for-test.ts";

/**
 * Options that moto knows nothing of, or only a part. Answers made up here, after the API reference and not recorded from
 * anything, are those of CreateFleet, GetPasswordData, EnableFastLaunch, DescribeFastLaunchImages and Session Manager.
 */
const REGION = "us-east-1";
const OTHER = "us-west-2";
const ec2 = ec2ForTests({ regions: [REGION, OTHER] });

const build = (template: AmazonTemplate) => buildOnAmazon(ec2.proxy.endpoint, template);
const refused = (code: string, status = 400): Fault => ({ kind: "error", code, status });
const answer = (action: string, content: string): Fault => ({
  kind: "answer",
  xml: `<${action}Response xmlns="http://ec2.amazonaws.com/doc/2016-11-15/"><requestId>r</requestId>${content}</${action}Response>`,
});

describe("spot (AWS-08)", () => {
  const NO_ROOM = "There is no Spot capacity available that matches your request.";
  const fleetWithoutRoom = answer(
    "CreateFleet",
    `<fleetId>fleet-1</fleetId><fleetInstanceSet/><errorSet><item><errorCode>InsufficientInstanceCapacity</errorCode><errorMessage>${NO_ROOM}</errorMessage><lifecycle>spot</lifecycle></item></errorSet>`,
  );
  const spot = { instance_type: undefined, spot_instance_types: ["t3.micro", "t2.micro"], spot_price: "0.01" };

  ec2.it(
    "asks for every size in every zone, then on demand from zone to zone and size to size, if allowed",
    async () => {
      ec2.proxy.fault = (call) => {
        if (isDry(call)) return undefined;
        if (call.action === "CreateFleet") return fleetWithoutRoom;
        return call.action === "RunInstances" && ec2.calls("RunInstances").length <= 7
          ? refused("InsufficientInstanceCapacity", 500)
          : undefined;
      };
      const { code, said } = await build({ builder: { ...spot, capacity_fallback: true } });
      expect({ code, said }).toMatchObject({ code: 0 });
      expect(said).toContain(`No spot instance: ${NO_ROOM} (InsufficientInstanceCapacity). Launching one on demand`);
      const fleet = ec2.calls("CreateFleet")[0]!.parameters;
      const overrides = [...fleet].filter(([name]) => /Overrides\.\d+\.(InstanceType|SubnetId)$/.test(name));
      const places = new Set(overrides.filter(([name]) => name.endsWith("SubnetId")).map(([, value]) => value));
      expect(places.size).toBeGreaterThan(2);
      expect(overrides).toHaveLength(2 * 2 * places.size);
      expect(fleet.get("LaunchTemplateConfigs.1.Overrides.1.MaxPrice")).toBe("0.01");
      const tries = ec2
        .calls("RunInstances")
        .map(({ parameters }) => [parameters.get("InstanceType"), parameters.get("SubnetId")].join(" "));
      expect(new Set(tries).size).toBe(8);
      expect(tries[0]).toMatch(/^t3.micro/);
      expect(tries[7]).toMatch(/^t2.micro/);
      const tokens = ec2.calls("RunInstances").map(({ parameters }) => parameters.get("ClientToken"));
      expect(new Set(tokens).size).toBe(8);
      expect(await ec2.addedKinds()).toEqual(["ami", "snap"]);
    },
  );

  ec2.it("says what the fleet says where nothing else is allowed, and leaves nothing", async () => {
    ec2.proxy.fault = (call) => (call.action === "CreateFleet" && !isDry(call) ? fleetWithoutRoom : undefined);
    const { code, said } = await build({ builder: { ...spot, associate_public_ip_address: true } });
    expect(code).toBe(1);
    expect(said).toContain(`There is no spot instance to be had: ${NO_ROOM} (InsufficientInstanceCapacity).`);
    expect(ec2.calls("RunInstances")).toEqual([]);
    const data = ec2.calls("CreateLaunchTemplate")[0]!.parameters;
    expect(data.get("LaunchTemplateData.NetworkInterface.1.AssociatePublicIpAddress")).toBe("true");
    expect(data.get("LaunchTemplateData.NetworkInterface.1.SecurityGroupId.1")).toMatch(/^sg-/);
    expect(await ec2.addedKinds()).toEqual([]);
  });
});

describe("Windows", () => {
  const PASSWORD = "p4ss-of-Windows!";

  /** Windows' password, sealed for the key pair of the build, at the second time of asking. */
  function givesPassword() {
    let publicKey = "";
    let asked = 0;
    const answer = (action: string, xml: string): string => {
      const [, pem] = /<keyMaterial>([\s\S]*?)<\/keyMaterial>/.exec(xml) ?? [];
      if (pem !== undefined) {
        publicKey = createPublicKey(pem.replaceAll("&#13;", "")).export({ type: "spki", format: "pem" }).toString();
      }
      if (action !== "GetPasswordData") return xml;
      const key = { key: publicKey, padding: constants.RSA_PKCS1_PADDING };
      const sealed = publicEncrypt(key, Buffer.from(PASSWORD)).toString("base64");
      const text = ++asked < 2 ? "" : `\r\n${sealed}\r\n`;
      const given = /<passwordData\/>|<passwordData>[\s\S]*<\/passwordData>/;
      return xml.replace(given, `<passwordData>${text}</passwordData>`);
    };
    return { answer, asked: () => asked };
  }

  ec2.it("logs in by WinRM with the password that it has fetched", async () => {
    const server = await winrmServerForTest({ username: "Administrator", password: PASSWORD });
    const passwords = givesPassword();
    ec2.proxy.answered = (call, xml) => Promise.resolve(passwords.answer(call.action, xml));
    const { code, said } = await build({
      builder: {
        source_ami: WINDOWS.id,
        communicator: "winrm",
        winrm_username: "Administrator",
        winrm_host: server.host,
        winrm_port: server.port,
      },
      provisioners: [
        { type: "powershell", inline: ["Write-Output 'in'"], environment_vars: ["PW={{ .WinRMPassword }}"] },
        { type: "shell-local", inline: ["echo the password is {{ build `WinRMPassword` }}"] },
      ],
    });
    expect({ code, said }).toMatchObject({ code: 0 });
    expect(said).toMatch(/: in .*the password is <sensitive>/);
    expect(said).not.toContain(PASSWORD);
    expect(ec2.calls("CreateKeyPair")[0]!.parameters.get("KeyType")).toBe("rsa");
    const opened = ec2.calls("AuthorizeSecurityGroupIngress")[0]!.parameters;
    expect([...opened].find(([name]) => name.endsWith("FromPort"))?.[1]).toBe(String(server.port));
  });

  ec2.it("fetches the password, encrypted for the key pair of the build, and masks it", async () => {
    const sshd = await createSshd();
    const passwords = givesPassword();
    ec2.proxy.answered = async (call, xml) =>
      call.action === "GetPasswordData"
        ? passwords.answer(call.action, xml)
        : letKeyIn(sshd)(call, passwords.answer(call.action, xml));
    const { code, said } = await build({
      builder: {
        source_ami: WINDOWS.id,
        communicator: "ssh",
        ssh_username: sshd.username,
        ssh_host: "127.0.0.1",
        ssh_port: sshd.port,
      },
      provisioners: [
        {
          type: "shell-local",
          inline: [`test '{{ build \`Password\` }}' = '${PASSWORD}' && echo the password is {{ build \`Password\` }}`],
        },
      ],
    });
    expect({ code, said }).toMatchObject({ code: 0 });
    expect(ec2.calls("CreateKeyPair")[0]!.parameters.get("KeyType")).toBe("rsa");
    expect(passwords.asked()).toBe(2);
    expect(said).toContain("the password is <sensitive>");
    expect(said).not.toContain(PASSWORD);
  });

  ec2.it("enables fast launch with the launch template of each region", async () => {
    const made = await ec2.moto.ec2(OTHER, "CreateLaunchTemplate", {
      LaunchTemplateName: "theirs",
      "LaunchTemplateData.InstanceType": "t3.micro",
    });
    const [, template = ""] = /<launchTemplateId>([^<]+)/.exec(made) ?? [];
    let enabling = 1;
    ec2.proxy.fault = (call) => {
      if (isDry(call)) return undefined;
      const id = call.parameters.get("ImageId") ?? call.parameters.get("ImageId.1");
      if (call.action === "EnableFastLaunch")
        return answer("EnableFastLaunch", `<imageId>${id}</imageId><state>enabling</state>`);
      if (call.action !== "DescribeFastLaunchImages") return undefined;
      const state = enabling-- > 0 ? "enabling" : "enabled";
      return answer(
        "DescribeFastLaunchImages",
        `<fastLaunchImageSet><item><imageId>${id}</imageId><state>${state}</state></item></fastLaunchImageSet>`,
      );
    };
    const { code, said } = await build({
      builder: {
        ami_regions: [OTHER],
        fast_launch: {
          enable_fast_launch: true,
          max_parallel_launches: 8,
          target_resource_count: 3,
          region_launch_templates: [{ region: OTHER, template_name: "theirs", template_version: 1 }],
        },
      },
    });
    expect({ code, said }).toMatchObject({ code: 0 });
    const [own, other] = ec2.calls("EnableFastLaunch").map(({ parameters }) => parameters);
    expect(own!.get("MaxParallelLaunches")).toBe("8");
    expect(own!.get("SnapshotConfiguration.TargetResourceCount")).toBe("3");
    expect(own!.get("LaunchTemplate.LaunchTemplateId")).toBeNull();
    expect(other!.get("LaunchTemplate.LaunchTemplateId")).toBe(template);
    expect(other!.get("LaunchTemplate.Version")).toBe("1");
    expect(ec2.calls("DescribeFastLaunchImages")).toHaveLength(3);
  });
});

describe("credentials (AWS-10)", () => {
  const keyOf = (action: string) => ec2.calls(action)[0]!.accessKey;

  ec2.it("that expire are read again from the file, where the user has put new ones", async () => {
    const place = await createWorkplace();
    const file = join(place.directory, "credentials");
    const write = (key: string) => writeFile(file, `[team]\naws_access_key_id = ${key}\naws_secret_access_key = s\n`);
    await write("OLDKEY");
    ec2.proxy.fault = async (call) => {
      if (call.action !== "StopInstances" || isDry(call) || call.accessKey !== "OLDKEY") return undefined;
      await write("NEWKEY");
      return refused("ExpiredToken");
    };
    const { code, said } = await build({
      builder: { profile: "team", shared_credentials_file: file },
      env: { AWS_ACCESS_KEY_ID: "", AWS_SECRET_ACCESS_KEY: "" },
    });
    expect({ code, said }).toMatchObject({ code: 0 });
    expect(keyOf("RunInstances")).toBe("OLDKEY");
    expect(ec2.calls("StopInstances").map(({ accessKey }) => accessKey)).toEqual(["OLDKEY", "NEWKEY"]);
    expect(keyOf("CreateImage")).toBe("NEWKEY");
  });

  ec2.it("that end too soon and cannot be renewed are warned of before anything is made", async () => {
    const inMinutes = (minutes: number) => ({
      AWS_CREDENTIAL_EXPIRATION: new Date(Date.now() + minutes * 60_000).toISOString(),
    });
    // Half a minute more, for the time until the warning.
    const soon = await build({ env: inMinutes(30.5) });
    expect(soon).toMatchObject({ code: 0 });
    expect(soon.said).toMatch(
      /The AWS keys of the environment end in 30 minutes.*the wait for the image alone may take 1 hour/,
    );
    expect(soon.said.indexOf("The AWS keys")).toBeLessThan(soon.said.indexOf("Launching an instance"));
    expect((await build({ env: inMinutes(600) })).said).not.toContain("The AWS keys");
  });

  ec2.it("of a profile whose role wants a device take its code, and say so where there is none", async () => {
    const sts = await createEc2Proxy(ec2.moto.endpoint);
    onTestFinished(() => sts.close());
    const { directory } = await createWorkplace();
    const config = join(directory, "config");
    const device = "arn:aws:iam::123456789012:mfa/phone";
    const role = "arn:aws:iam::123456789012:role/builder";
    await writeFile(
      config,
      `[profile ours]\nrole_arn = ${role}\nmfa_serial = ${device}\ncredential_source = Environment\nregion = ${REGION}\n`,
    );
    const env = { AWS_CONFIG_FILE: config, AWS_ENDPOINT_URL_STS: sts.endpoint };
    const builder = { profile: "ours", skip_create_ami: true };
    const { code, said } = await build({ builder: { ...builder, mfa_code: "123456" }, env });
    expect(code, said).toBe(0);
    expect(Object.fromEntries(sts.calls[0]!.parameters)).toMatchObject({
      Action: "AssumeRole",
      SerialNumber: device,
      TokenCode: "123456",
    });
    expect(said).not.toContain("123456 ");
    const without = await build({ builder, env });
    expect(without.code).toBe(1);
    expect(without.said).toContain("The role asks for a code of a multi-factor device. Set mfa_code.");
  });

  ec2.it("of a role are those of its session, and a new session when that expires", async () => {
    const sts = await createEc2Proxy(ec2.moto.endpoint);
    onTestFinished(() => sts.close());
    const first = { key: "" };
    ec2.proxy.fault = (call) => {
      if (call.action === "RunInstances" && !isDry(call)) first.key = call.accessKey;
      return call.action === "CreateImage" && !isDry(call) && call.accessKey === first.key
        ? refused("ExpiredToken")
        : undefined;
    };
    const role = "arn:aws:iam::123456789012:role/builder";
    const { code, said } = await build({
      builder: {
        assume_role: {
          role_arn: role,
          session_name: "mine",
          duration_seconds: 1200,
          external_id: "ext",
          tags: { Team: "x" },
          transitive_tag_keys: ["Team"],
          policy_arns: ["arn:aws:iam::aws:policy/PowerUserAccess"],
        },
      },
      env: { AWS_ENDPOINT_URL_STS: sts.endpoint },
    });
    expect({ code, said }).toMatchObject({ code: 0 });
    const asked = sts.calls.filter(({ action }) => action === "AssumeRole");
    expect(asked).toHaveLength(2);
    expect(asked[0]!.accessKey).toBe("test");
    expect(Object.fromEntries(asked[0]!.parameters)).toMatchObject({
      RoleArn: role,
      RoleSessionName: "mine",
      DurationSeconds: "1200",
      ExternalId: "ext",
      "Tags.member.1.Key": "Team",
      "TransitiveTagKeys.member.1": "Team",
      "PolicyArns.member.1.arn": "arn:aws:iam::aws:policy/PowerUserAccess",
    });
    const keys = new Set(ec2.proxy.calls.map(({ accessKey }) => accessKey));
    expect(keys.has("test")).toBe(false);
    expect(keys.size).toBe(2);
  });
});

/** moto forgets the tags that a copy is asked for; EC2 does not. */
const tagCopies: Ec2Proxy["answered"] = async (call, xml) => {
  const [, id] = /<imageId>(ami-[^<]+)/.exec(xml) ?? [];
  if (call.action !== "CopyImage" || id === undefined) return xml;
  const tags = [...call.parameters].filter(([name]) => name.startsWith("TagSpecification.1.Tag."));
  const own = tags.map(([name, value]) => [name.replace("TagSpecification.1.", ""), value]);
  await ec2.moto.ec2(call.region, "CreateTags", { "ResourceId.1": id, ...(Object.fromEntries(own) as object) });
  return xml;
};

describe("copies (AWS-13)", () => {
  ec2.it("that are complete go too when another region fails", async () => {
    ec2.proxy.answered = tagCopies;
    ec2.proxy.fault = async (call) => {
      if (call.action !== "CopyImage" || isDry(call) || call.region !== "eu-west-1") return undefined;
      await vi.waitUntil(() => ec2.calls("CopyImage").some(({ region }) => region === OTHER), { timeout: 60_000 });
      return refused("InvalidRequest");
    };
    const { code, said } = await build({ builder: { ami_regions: [OTHER, "eu-west-1"] } });
    expect(code).toBe(1);
    expect(said).toContain("The image could not be copied to every region");
    expect(
      ec2
        .calls("CopyImage")
        .map(({ region }) => region)
        .sort(),
    ).toEqual(["eu-west-1", OTHER]);
    expect(await ec2.addedKinds()).toEqual([]);
  });
});

describe("deregistration protection", () => {
  const protect = "EnableImageDeregistrationProtection";
  const unprotect = "DisableImageDeregistrationProtection";

  /** What EC2 does with it (user guide, "Protect an AMI from deregistration"); moto has none. Fails in `failsIn`. */
  function protectImages({ failsIn }: { readonly failsIn?: string } = {}): ReadonlySet<string> {
    const images = new Set<string>();
    ec2.proxy.fault = async (call) => {
      const id = call.parameters.get("ImageId") ?? "";
      if (isDry(call)) return undefined;
      if (call.action === "DeregisterImage" && images.has(id)) return refused("OperationNotPermitted");
      if (![protect, unprotect].includes(call.action)) return undefined;
      if (call.action === protect && call.region === failsIn) {
        await vi.waitUntil(() => images.size > 0, { timeout: 60_000 });
        return refused("InvalidRequest");
      }
      if (call.action === protect) images.add(id);
      else images.delete(id);
      return answer(call.action, "<return>true</return>");
    };
    ec2.proxy.answered = async (call, xml) => {
      const tagged = await tagCopies(call, xml);
      if (call.action !== "DescribeImages") return tagged;
      return tagged.replaceAll(/<imageId>(ami-[^<]+)<\/imageId>/g, (element, id: string) =>
        images.has(id)
          ? `${element}<deregistrationProtection>enabled-without-cooldown</deregistrationProtection>`
          : element,
      );
    };
    return images;
  }

  ec2.it("comes last, and does not keep a failed build from taking its images back", async () => {
    const images = protectImages({ failsIn: OTHER });
    const { code, said } = await build({
      builder: {
        ami_regions: [OTHER],
        deregistration_protection: { enabled: true },
        snapshot_copy_duration_minutes: 15,
      },
    });
    expect(code, said).toBe(1);
    expect(ec2.calls("CopyImage")[0]!.parameters.get("SnapshotCopyCompletionDurationMinutes")).toBe("15");
    expect(ec2.calls(protect).map(({ region }) => region)).toEqual(expect.arrayContaining([REGION, OTHER]));
    const order = ec2.proxy.calls.filter((call) => !isDry(call)).map(({ action }) => action);
    expect(order.slice(order.indexOf(protect))).not.toContain("ModifyImageAttribute");
    expect(ec2.calls(unprotect)).toHaveLength(1);
    expect(images.size).toBe(0);
    expect(await ec2.addedKinds()).toEqual([]);
  });

  for (const protection of [
    { enabled: true },
    { with_cooldown: true },
    { enabled: false, with_cooldown: true },
    { enabled: true, with_cooldown: true },
  ]) {
    ec2.it(`is asked for by ${JSON.stringify(protection)} (A-01)`, async () => {
      const images = protectImages();
      const { code, said } = await build({ builder: { deregistration_protection: protection } });
      expect(code, said).toBe(0);
      expect(images.size).toBe(1);
      const withCooldown = String(protection.with_cooldown ?? false);
      expect(ec2.calls(protect)[0]!.parameters.get("WithCooldown")).toBe(withCooldown);
    });
  }

  ec2.it("stays on the image of a good build, and is found before the next one would replace it", async () => {
    const images = protectImages();
    const builder = { ami_name: `protected-${Date.now()}`, force_deregister: true };
    const first = await build({ builder: { ...builder, deregistration_protection: { with_cooldown: true } } });
    expect(first.code, first.said).toBe(0);
    expect(ec2.calls(unprotect)).toEqual([]);
    const second = await build({ builder });
    expect(second.code).toBe(1);
    expect(second.said).toMatch(/cannot be replaced: it is protected against deregistration/);
    expect(second.said).toContain(`--image-id ${[...images][0]!} --region ${REGION}`);
    expect(ec2.calls("RunInstances")).toHaveLength(1);
    expect(await ec2.addedKinds()).toEqual(["ami", "snap"]);
  });
});

describe("Session Manager", () => {
  ec2.it(
    "leads SSH through the plugin (a stand-in that checks its arguments), and opens the tunnel again when it ends",
    async () => {
      const sshd = await createSshd();
      ec2.proxy.answered = letKeyIn(sshd);
      const manager = await sessionManager();
      const place = await createWorkplace();
      const bin = join(place.directory, "bin");
      await mkdir(bin);
      const plugin = join(bin, "session-manager-plugin");
      await writeFile(plugin, standIn(place.directory, sshd.port));
      await chmod(plugin, 0o755);
      const { code, said } = await build({
        builder: {
          communicator: "ssh",
          ssh_username: sshd.username,
          ssh_interface: "session_manager",
          ssh_port: 2022,
          temporary_iam_instance_profile_policy_document: {
            Statement: [{ Effect: "Allow", Action: ["ssm:UpdateInstanceInformation"], Resource: ["*"] }],
          },
        },
        provisioners: [
          { type: "shell", inline: ["echo first > first"] },
          // A command sent before the loss is noticed may have run, and is not repeated.
          { type: "shell-local", inline: [`kill $(tail -n 1 ${place.directory}/pids); sleep 2`] },
          { type: "shell", inline: ["echo second > second"] },
        ],
        env: {
          PATH: `${bin}:${process.env["PATH"]}`,
          AWS_ENDPOINT_URL_SSM: manager.endpoint,
          AWS_ENDPOINT_URL_IAM: ec2.moto.endpoint,
        },
      });
      expect(code, said).toBe(0);
      expect(await readFile(join(sshd.directory, "home/second"), "utf8")).toBe("second\n");
      const asked = manager.calls.filter(({ target }) => target === "AmazonSSM.StartSession");
      // Refused once, as long as the agent has not reported; then one for each tunnel.
      expect(asked).toHaveLength(3);
      const ended = manager.calls.filter(({ target }) => target === "AmazonSSM.TerminateSession");
      expect(ended.map(({ body }) => body["SessionId"])).toEqual(["session-1", "session-2"]);
      const started = (await readFile(join(place.directory, "started"), "utf8")).trim().split("\n");
      const [args, session] = JSON.parse(started[0]!) as [string[], Record<string, string>];
      const [variable, region, operation, profile, request, endpoint] = args;
      expect([variable, region, operation, profile, endpoint]).toEqual([
        "AWS_SSM_START_SESSION_RESPONSE",
        REGION,
        "StartSession",
        "",
        manager.endpoint,
      ]);
      expect(JSON.parse(request!)).toEqual(asked[1]!.body);
      expect(asked[1]!.body).toMatchObject({
        Target: expect.stringMatching(/^i-/) as string,
        DocumentName: "AWS-StartPortForwardingSession",
        Parameters: { portNumber: ["2022"] },
      });
      expect(session).toMatchObject({ SessionId: "session-1", TokenValue: "t0ken-of-a-session" });
      expect(args.join(" ")).not.toContain("t0ken");
      expect(said).not.toContain("t0ken");
      // No port is opened to anybody.
      expect(ec2.calls("AuthorizeSecurityGroupIngress")).toEqual([]);
      expect(await ec2.addedKinds()).toEqual(["ami", "snap"]);
    },
  );
});

interface ManagerCall {
  readonly target: string;
  readonly body: Readonly<Record<string, unknown>>;
}

/** Answers of Session Manager, made up after its API reference. */
async function sessionManager(): Promise<{ endpoint: string; calls: readonly ManagerCall[] }> {
  const calls: ManagerCall[] = [];
  let sessions = 0;
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const body = JSON.parse(Buffer.concat(chunks).toString("utf8")) as Record<string, unknown>;
      calls.push({ target: String(request.headers["x-amz-target"]), body });
      const isEarly = calls.length === 1;
      response.writeHead(isEarly ? 400 : 200, { "content-type": "application/x-amz-json-1.1" });
      if (isEarly) return response.end(JSON.stringify({ __type: "TargetNotConnected", message: "not connected" }));
      if (body["SessionId"] !== undefined) return response.end(JSON.stringify({ SessionId: body["SessionId"] }));
      const session = { SessionId: `session-${++sessions}`, TokenValue: "t0ken-of-a-session", StreamUrl: "wss://none" };
      return response.end(JSON.stringify(session));
    });
  });
  const port = await freePort();
  await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { endpoint: `http://127.0.0.1:${port}`, calls };
}

/** In place of Amazon's program: notes what it is given, and forwards the port as that does. */
const standIn = (directory: string, target: number): string => `#!${process.execPath}
const { appendFileSync } = require("node:fs");
const { connect, createServer } = require("node:net");
const args = process.argv.slice(2);
if (args[0] === "--version") { console.log("1.2.707.0"); process.exit(0); }
const session = JSON.parse(process.env[args[0]]);
appendFileSync(${JSON.stringify(join(directory, "started"))}, JSON.stringify([args, session]) + "\\n");
appendFileSync(${JSON.stringify(join(directory, "pids"))}, process.pid + "\\n");
const port = Number(JSON.parse(args[4]).Parameters.localPortNumber[0]);
createServer((socket) => {
  const other = connect(${target}, "127.0.0.1");
  socket.pipe(other).pipe(socket);
  socket.on("error", () => other.destroy());
  other.on("error", () => socket.destroy());
}).listen(port, "127.0.0.1", () => console.log("Waiting for connections..."));
`;
