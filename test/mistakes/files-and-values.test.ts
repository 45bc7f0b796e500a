import { generateKeyPairSync } from "node:crypto";
import { describe, expect, it } from "vitest";
import { registry } from "../../src/registry.ts";
import { diagnose, mended, shortly, type Mistaken } from "../helper/diagnose.ts";

const said = async (template: string, options: Mistaken = {}) => (await diagnose(template, options)).map(shortly);

const DIGEST = "md5:d41d8cd98f00b204e9800998ecf8427e";
const amazon =
  'region = "eu-west-1"\n  source_ami = "ami-0c55b159cbfafe1f0"\n  instance_type = "t3.micro"\n  ssh_username = "u"\n';

/** What each builder that logs in needs; a new one has to be put in. */
const builders: Readonly<Record<string, string>> = {
  null: 'ssh_host = "127.0.0.1"\n  ssh_username = "u"\n',
  qemu: `iso_url = "http://example.com/x.iso"\n  iso_checksum = "${DIGEST}"\n  ssh_username = "u"\n  ssh_password = "p"\n`,
  "virtualbox-iso": `iso_url = "http://example.com/x.iso"\n  iso_checksum = "${DIGEST}"\n  ssh_username = "u"\n  ssh_password = "p"\n`,
  "virtualbox-ovf": `source_path = "http://example.com/x.ova"\n  checksum = "${DIGEST}"\n  ssh_username = "u"\n`,
  "virtualbox-vm": 'vm_name = "x"\n  ssh_username = "u"\n',
  "amazon-ebs": `${amazon}  ami_name = "name"\n`,
  "amazon-ebssurrogate": `${amazon}  ami_name = "name"\n  ami_root_device {\n    source_device_name = "/dev/xvdf"\n    device_name = "/dev/xvda"\n    delete_on_termination = true\n  }\n  launch_block_device_mappings {\n    device_name = "/dev/xvdf"\n    volume_size = 8\n  }\n  ami_virtualization_type = "hvm"\n`,
  "amazon-ebsvolume": `${amazon}  ebs_volumes {\n    device_name = "/dev/xvdf"\n    volume_size = 8\n  }\n`,
};

const source = (type: string, more: string) =>
  `source "${type}" "s" {\n  ${builders[type]}  ${more}\n}\nbuild {\n  sources = ["${type}.s"]\n}\n`;

async function buildersWith(argument: string): Promise<readonly string[]> {
  const types = registry.types("builder");
  const loaded = await Promise.all(types.map(async (type) => (await registry.load("builder", type))!));
  return types.filter((_, index) => Object.hasOwn(loaded[index]!.schema.object.shape, argument));
}

const pem = (key: ReturnType<typeof generateKeyPairSync>["privateKey"]) =>
  String(key.export({ type: "pkcs1", format: "pem" } as never));
const rsa = generateKeyPairSync("rsa", { modulusLength: 2048 });
const plainKey = pem(rsa.privateKey);
const lockedKey = String(
  rsa.privateKey.export({ type: "pkcs1", format: "pem", cipher: "aes-128-cbc", passphrase: "right" }),
);

describe("key files and certificates (V-02)", () => {
  it("are looked at in every builder that has them", async () => {
    expect([...(await buildersWith("ssh_private_key_file"))].sort()).toEqual(Object.keys(builders).sort());
  });

  const cases: readonly (readonly [string, string, string, Readonly<Record<string, string>>])[] = [
    ["a key that is not there", 'ssh_private_key_file = "nokey"', 'There is no file "nokey"', {}],
    ["a key below ~", 'ssh_private_key_file = "~/nokey"', "nokey", {}],
    ["a misspelt key", 'ssh_private_key_file = "kye"', 'Did you mean "key"?', { key: plainKey }],
    ["a directory", 'ssh_private_key_file = "dir"', '"dir" is a directory, and a file is needed.', { "dir/x": "" }],
    ["something else", 'ssh_private_key_file = "key"', 'The private key "key" cannot be used', { key: "nothing" }],
    [
      "a public key",
      'ssh_private_key_file = "key"',
      '"key" is a public key; the private key is needed',
      { key: "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJxUIwsEfcRJo04o8lfVHyh2cu3RkWUMDsG0HYiWHdrl x" },
    ],
    [
      "a locked key without passphrase",
      'ssh_private_key_file = "key"',
      "Set ssh_private_key_passphrase",
      { key: lockedKey },
    ],
    [
      "a locked key with another passphrase",
      'ssh_private_key_file = "key"\n  ssh_private_key_passphrase = "wrong"',
      'The private key "key" cannot be used',
      { key: lockedKey },
    ],
    [
      "a certificate that is none",
      'ssh_private_key_file = "key"\n  ssh_certificate_file = "cert"',
      '"cert" holds no OpenSSH certificate',
      { key: plainKey, cert: "x" },
    ],
    [
      "a jump host's key",
      'ssh_private_key_file = "key"\n  ssh_bastion_host = "h"\n  ssh_bastion_username = "u"\n  ssh_bastion_private_key_file = "other"',
      'There is no file "other"',
      { key: plainKey },
    ],
  ];

  it.each(Object.keys(builders).flatMap((type) => cases.map(([what, ...rest]) => [type, what, ...rest] as const)))(
    "%s: %s is an error at its argument",
    async (type, _, more, expected, files) => {
      const found = (await diagnose(source(type, more), { files })).filter(({ severity }) => severity === "error");
      expect(found.map(shortly)).toEqual([expect.stringContaining(expected)]);
      const { file, start } = found[0]!.subject!;
      expect(file.text.slice(0, start)).toMatch(/_file = $/);
    },
  );

  it("that can be used are fine, and nobody reads those of communicator none", async () => {
    const key = 'ssh_private_key_file = "key"';
    expect(await said(source("null", key), { files: { key: plainKey } })).toEqual([]);
    const locked = `${key}\n  ssh_private_key_passphrase = "right"`;
    expect(await said(source("null", locked), { files: { key: lockedKey } })).toEqual([]);
    expect(await said(source("null", `${key}\n  communicator = "none"`))).toEqual([]);
  });

  it("that are misspelt are corrected", async () => {
    const template = source("null", 'ssh_private_key_file = "kye"');
    const files = { key: plainKey };
    const right = mended(template, await diagnose(template, { files }));
    expect(await said(right, { files })).toEqual([]);
  });
});

describe("what only this machine lacks (M-08)", () => {
  it.each([
    ["qemu", "disk_image = false", 'iso_url = "iso/not-there.iso"', 'There is no file "iso/not-there.iso"'],
    ["virtualbox-ovf", "", 'source_path = "not-there.ova"', 'There is no file "not-there.ova"'],
    ["qemu", 'efi_firmware_code = "CODE.fd"', "", 'There is no file "CODE.fd"'],
    ["qemu", 'qemu_binary = "qemu-system-none"', "", 'There is no program "qemu-system-none"'],
    ["qemu", 'qemu_binary = "./qemu"', "", 'There is no file "./qemu"'],
  ])("%s %s %s is a warning, and an error where it is built", async (type, more, image, expected) => {
    const template = source(type, more).replace(/(iso_url|source_path) = ".*"/, image || "$&");
    expect(await said(template)).toEqual([expect.stringMatching(/^\d+:\d+ warning: /)]);
    expect(await said(template, { buildsHere: true })).toEqual([expect.stringContaining(`error: ${expected}`)]);
  });
});

describe("scripts that this machine cannot start", () => {
  const local = (body: string, before = "") =>
    `source "null" "n" {\n  communicator = "none"\n}\nbuild {\n  sources = ["null.n"]\n  ${before}provisioner "shell-local" {\n    ${body}\n  }\n}\n`;
  const files = { "s.sh": "echo\n", "bad.sh": "#!/no/such/shell -e\necho\n" };
  const NOT_EXECUTABLE = '"s.sh" is run directly, and it is not executable. Type:\n    chmod +x s.sh';
  const noProgram = (owner: string) =>
    `${owner} names the program "/no/such/shell", and this machine has none of that name. Install it, or name another one.`;

  it.each([
    ["without the x bit", 'script = "s.sh"', `7:14 warning: ${NOT_EXECUTABLE}`],
    ["one of several", 'scripts = ["s.sh"]', `7:16 warning: ${NOT_EXECUTABLE}`],
    [
      "Packer's own command",
      'script = "s.sh"\n    execute_command = ["/bin/sh", "-c", "{{.Vars}} {{.Script}}"]',
      `7:14 warning: ${NOT_EXECUTABLE}`,
    ],
    [
      "a word for the shell",
      'script = "s.sh"\n    execute_command = ["{{ .Script }}"]',
      `7:14 warning: ${NOT_EXECUTABLE}`,
    ],
    [
      "an interpreter of inline",
      'inline = ["#!/no/such/shell"]',
      `7:15 warning: ${noProgram("The first line of the script")}`,
    ],
    [
      "inline_shebang",
      'inline = ["x"]\n    inline_shebang = "/no/such/shell -e"',
      `8:22 warning: ${noProgram("inline_shebang")}`,
    ],
  ])("%s: a warning, and an error where it is built", async (_, body, expected) => {
    const template = local(body);
    expect(await said(template, { files })).toEqual([expected]);
    expect(await said(template, { files, buildsHere: true })).toEqual([expected.replace("warning", "error")]);
    const before = 'provisioner "shell-local" {\n    inline = ["chmod +x s.sh"]\n  }\n  ';
    const [later] = await said(local(body, before), { files, buildsHere: true });
    expect(later).toContain("warning: ");
  });

  it("an interpreter that the first line of a file names", async () => {
    const found = await said(local('script = "bad.sh"'), { files });
    expect(found).toContain(`7:14 warning: ${noProgram('The first line of "bad.sh"')}`);
  });

  it.each([
    'execute_command = ["/bin/sh", "{{ .Script }}"]',
    'execute_command = ["/bin/sh", "-c", "chmod +x {{ .Script }} && {{ .Script }}"]',
    'only_on = ["windows"]',
  ])("nothing is said with %s", async (more) => {
    expect(await said(local(`script = "s.sh"\n    ${more}`), { files })).toEqual([]);
  });

  it("a post-processor has the same", async () => {
    const template = local('script = "s.sh"').replace("provisioner", "post-processor");
    expect(await said(template, { files })).toEqual([`7:14 warning: ${NOT_EXECUTABLE}`]);
  });
});

describe("other files that a template names", () => {
  const step = (kind: string, type: string, more: string) =>
    `source "null" "n" {\n  ${builders["null"]}  ssh_password = "x"\n}\nbuild {\n  sources = ["null.n"]\n  ${kind} "${type}" {\n    ${more}\n  }\n}\n`;
  it.each([
    [step("provisioner", "shell", 'script = "dir"'), '"dir" is a directory, and a file is needed.'],
    [step("provisioner", "shell", 'scripts = ["dir/a.sh", "dir/b.sh"]'), 'There is no file "dir/b.sh"'],
    [step("provisioner", "shell-local", 'script = "dir"'), '"dir" is a directory, and a file is needed.'],
    [step("provisioner", "file", 'source = "nope"\n    destination = "/x"'), 'There is no file "nope"'],
    [step("post-processor", "vagrant", 'include = ["dir"]'), '"dir" is a directory, and a file is needed.'],
    [
      'source "file" "f" {\n  source = "dir"\n  target = "x"\n}\nbuild {\n  sources = ["file.f"]\n}\n',
      '"dir" is a directory',
    ],
    [source("qemu", "").replace(DIGEST, "file:nothere"), 'There is no checksum file "nothere"'],
    [source("amazon-ebs", 'shared_credentials_file = "creds"\n  ssh_password = "x"'), 'There is no file "creds"'],
    [source("amazon-ebs", 'user_data_file = "data"'), 'There is no file "data"'],
  ])("%#: are looked for", async (template, expected) => {
    expect(await said(template, { files: { "dir/a.sh": "#!/bin/sh\n" } })).toEqual([
      expect.stringContaining(`error: ${expected}`),
    ]);
  });

  it("may be directories where these can be copied", async () => {
    const template = step("provisioner", "file", 'source = "dir"\n    destination = "/x"');
    expect(await said(template, { files: { "dir/a.sh": "" } })).toEqual([]);
  });
});

describe("values that cannot work (V-03)", () => {
  it.each([
    [
      "qemu",
      'iso_url = "htps://example.com/x.iso"',
      "",
      '2:14 error: Nothing can be had by "htps:". Did you mean "https"?',
    ],
    [
      "virtualbox-ovf",
      'source_path = "s3://bucket/x.ova"',
      "",
      'error: Nothing can be had by "s3:". Use an http, https or file URL, or a path.',
    ],
    [
      "qemu",
      "",
      "host_port_min = 5000\n  host_port_max = 4000",
      "error: host_port_min (5000) is above host_port_max (4000).",
    ],
    [
      "qemu",
      "",
      'boot_command = ["http://{{ .HTTPIP }}:{{ .HTTPPort }}/x<enter>"]',
      "warning: The guest is sent to the HTTP server of the build, and there is none",
    ],
    ["virtualbox-iso", "", 'boot_command = ["{{ .HTTPIP }}"]', "warning: The guest is sent to the HTTP server"],
    ["qemu", "", 'boot_steps = [["{{ .HTTPPort }}", "go"]]', "warning: The guest is sent to the HTTP server"],
    [
      "qemu",
      "",
      'cd_content = { "user-data" = "users: []" }',
      "warning: cloud-init ignores user data whose first line does not say what it is.",
    ],
    [
      "qemu",
      "",
      'cd_content = { "user-data" = "#cloud-config\\nuser:\\n  name: x\\nrun_cmd: []\\n" }',
      'warning: cloud-init knows no "run_cmd" and ignores it. Did you mean "runcmd"?',
    ],
    [
      "virtualbox-iso",
      "",
      'http_content = { "/user-data" = "#cloud-config\\npakages: []\\n" }',
      'warning: cloud-init knows no "pakages" and ignores it. Did you mean "packages"?',
    ],
    [
      "qemu",
      "",
      'cd_content = { "user-data" = "#cloud-config\\nfrobnicate: 1\\n" }',
      'warning: cloud-init knows no "frobnicate" and ignores it.',
    ],
    [
      "amazon-ebs",
      "",
      'user_data = "#cloud-config\\npakages: []\\n"',
      'warning: cloud-init knows no "pakages" and ignores it. Did you mean "packages"?',
    ],
    ["qemu", "", 'qemuargs = [["-append", "http://{{ .HTTPIP }}"]]', "warning: The guest is sent to the HTTP server"],
  ])("%s: %s %s", async (type, url, more, expected) => {
    const template = source(type, more).replace(/(iso_url|source_path) = ".*"/, url || "$&");
    expect(await said(template)).toEqual([expect.stringContaining(expected)]);
  });

  it("the scheme of a URL and keys of user data are corrected", async () => {
    const template = source("qemu", 'cd_content = {\n    "user-data" = "#cloud-config\\npakages: []"\n  }').replace(
      "http:",
      "htp:",
    );
    expect(await said(mended(template, await diagnose(template)))).toEqual([]);
  });

  it.each([
    "#!/bin/sh\\nuser: x",
    "#cloud-config\\nx_unknown_to_all: 1",
    "Content-Type: multipart/mixed",
    "## template: jinja\\n#cloud-config",
    "#cloud-config\\nca-certs: {}\\napt_update: true\\n_shared: &x {}\\nusers: []",
  ])("no word about user data that begins %s", async (text) => {
    expect(await said(source("qemu", `cd_content = { "user-data" = "${text}" }`))).toEqual([]);
  });

  it.each([
    ["qemu", "", true],
    ["virtualbox-iso", "", true],
    ["qemu", 'ssh_private_key_file = "key"', false],
    ["qemu", "ssh_agent_auth = true", false],
    ["qemu", 'communicator = "none"', false],
    ["qemu", 'boot_command = ["echo {{ .SSHPublicKey }}<enter>"]', false],
    ["qemu", 'qemuargs = [["-append", "{{ .SSHPublicKey }}"]]', false],
    ["virtualbox-iso", 'vboxmanage = [["guestproperty", "set", "{{ .Name }}", "/key", "{{ .SSHPublicKey }}"]]', false],
    ["virtualbox-ovf", "", false],
  ])("%s with %j and no password: the key of the build reaches nobody (%s)", async (type, more, isDoubted) => {
    const template = source(type, `${more}\n  `).replace('ssh_password = "p"', "");
    const doubts = (await diagnose(template, { files: { key: plainKey } })).filter(({ code }) => code === "no-way-in");
    expect(doubts).toHaveLength(Number(isDoubted));
  });

  it.each([
    ['region = "eu-wst-1"', 'Amazon has no region "eu-wst-1" that is known here. Did you mean "eu-west-1"?'],
    ['region = "nowhere"', 'Amazon has no region "nowhere" that is known here.'],
    ['ami_regions = ["us-east-1", "us-est-2"]', 'Did you mean "us-east-2"?'],
    [
      'instance_type = "t3.mircro"',
      'Amazon has no instance type "t3.mircro" that is known here. Did you mean "t3.micro"?',
    ],
    ['instance_type = "t2.24xlarge"', "2xlarge"],
    ['instance_type = "metal"', 'no instance type "metal"'],
  ])("amazon-ebs: %s is doubted, and corrected where a name is near", async (argument, expected) => {
    const [name = ""] = argument.split(" ");
    const template = source("amazon-ebs", `ami_name = "name"\n  ${argument}`).replace('ami_name = "name"\n  ', "");
    const once = template.replace(new RegExp(`${name} = "(eu-west-1|t3.micro)"\n`), "\n");
    const found = await diagnose(once);
    expect(found.map(shortly)).toEqual([expect.stringContaining(`warning: `)]);
    expect(found[0]!.detail).toContain(expected);
    if (found[0]!.edits) expect(await said(mended(once, found))).toEqual([]);
  });

  it.each([
    ['region = "eu-new-1"', "skip_region_validation = true"],
    ['instance_type = "z9.own"', 'custom_endpoint_ec2 = "http://127.0.0.1:1"'],
    ['region = "own"', 'custom_endpoint_ec2 = "http://127.0.0.1:1"'],
  ])("amazon-ebs: %s is not doubted with %s", async (argument, more) => {
    const [name = ""] = argument.split(" ");
    const template = source("amazon-ebs", `${argument}\n  ${more}`);
    expect(await said(template.replace(new RegExp(`${name} = "(eu-west-1|t3.micro)"\n`), "\n"))).toEqual([]);
  });

  const onHost = (kind: string, type: string, more: string) =>
    `source "null" "n" {\n  communicator = "none"\n}\nbuild {\n  sources = ["null.n"]\n  ${kind} "${type}" {\n    ${more}\n  }\n}\n`;
  it.each(["provisioner", "post-processor"])("a command of a %s shell-local without its script", async (kind) => {
    const without = onHost(kind, "shell-local", 'inline = ["x"]\n    execute_command = ["sh", "-c", "true"]');
    const expected =
      "8:23 warning: The command does not name the script, so it is not run. Write {{ .Script }} where it belongs.";
    expect(await said(without)).toEqual([expected]);
    expect(await said(without.replace('"true"', '"{{ .Vars }} {{ .Script }}"'))).toEqual([]);
    expect(await said(without.replace('"true"', '"{{ .Command }}"'))).toEqual([]);
  });

  it.each(["powershell", "windows-shell"])("a command of %s without its script", async (type) => {
    const step = (command: string) =>
      `source "null" "n" {\n  ${builders["null"]}  ssh_password = "x"\n}\nbuild {\n  sources = ["null.n"]\n  provisioner "${type}" {\n    inline = ["x"]\n    execute_command = "${command}"\n  }\n}\n`;
    expect(await said(step("run it"))).toEqual([
      expect.stringContaining("warning: The command does not name the script"),
    ]);
    expect(await said(step("{{ .Path }}"))).toEqual([]);
  });

  it("a line that asks for an HTTP server that there is not", async () => {
    const asking = onHost("provisioner", "shell-local", 'inline = ["true", "curl http://$PACKER_HTTP_ADDR/x"]');
    expect(await said(asking)).toEqual([expect.stringContaining("7:23 warning: PACKER_HTTP_ADDR, PACKER_HTTP_IP and")]);
    expect(await said(asking.replace("$PACKER_HTTP_ADDR", "$$$${PACKER_HTTP_ADDR:-x}"))).toEqual([]);
    const given = asking.replace("inline", 'env = { PACKER_HTTP_ADDR = "x" }\n    inline');
    expect(await said(given)).toEqual([]);
  });

  it.each([
    [
      "compress",
      'output = "x.zip"\n    format = "tar.gz"',
      "The file is a .tar.gz, as format says, and its name promises a .zip.",
    ],
    ["compress", 'output = "x.7z"\n    format = "zip"', "its name promises a .7z."],
    ["vagrant", 'output = "x.zip"', "its name promises a .zip. Give it the ending .box."],
  ])("%s: %s is misleading", async (type, more, expected) => {
    const template = onHost("post-processor", type, more)
      .replace('source "null" "n" {\n  communicator = "none"', 'source "file" "n" {\n  target = "t"\n  content = "x"')
      .replace("null.n", "file.n");
    expect(await said(template)).toEqual([expect.stringContaining(expected)]);
  });

  it.each([
    ["compress", 'output = "x.tgz"\n    format = "tar.gz"'],
    ["compress", 'output = "x.v1"\n    format = "tar.gz"'],
    ["compress", 'output = "x.zip"'],
    ["vagrant", 'output = "x.tar.gz"'],
  ])("%s: %s is not", async (type, more) => {
    const template = onHost("post-processor", type, more)
      .replace('source "null" "n" {\n  communicator = "none"', 'source "file" "n" {\n  target = "t"\n  content = "x"')
      .replace("null.n", "file.n");
    expect(await said(template)).toEqual([]);
  });

  it.each([
    ["x-{{isotime}}*", '":" and "*" are none of them.'],
    ["x?*{{timestamp}}|", '"?", "*" and "|" are none of them.'],
    [
      "x_{{ isotime }}",
      '":" is none of them. {{clean_resource_name `…`}} replaces what is not allowed. For a time, write {{ isotime | clean_resource_name }}.',
    ],
  ])("the image name %s holds what Amazon refuses, all of which is said", async (name, expected) => {
    const found = await said(
      source("amazon-ebs", `ami_name = "${name}"\n  ssh_password = "p"`).replace('ami_name = "name"\n', "\n"),
    );
    expect(found).toEqual([expect.stringContaining(expected)]);
    const importing = onHost(
      "post-processor",
      "amazon-import",
      `region = "eu-west-1"\n    s3_bucket_name = "b"\n    ami_name = "${name}"`,
    );
    expect(await said(importing)).toEqual([expect.stringContaining(expected)]);
    const right = importing.replace(name, "x {{ isotime | clean_resource_name }}");
    expect(await said(right)).toEqual([]);
  });

  it("an image without a checksum is warned of", async () => {
    const template = source("qemu", "").replace(DIGEST, "none");
    expect(await said(template)).toEqual([expect.stringContaining('3:18 warning: With "none" nobody notices')]);
  });

  it.each([
    ["https://cloud-images.ubuntu.com/noble/current/a.img", "https://cloud-images.ubuntu.com/noble/current/SHA256SUMS"],
    ["https://cloud.debian.org/x/debian-12.qcow2", "https://cloud.debian.org/x/SHA512SUMS"],
    ["https://dl-cdn.alpinelinux.org/x/a.iso?b=c", "https://dl-cdn.alpinelinux.org/x/a.iso.sha512"],
  ])("where the publisher of %s has checksums is known", async (url, file) => {
    const template = source("qemu", "").replace(DIGEST, "none").replace("http://example.com/x.iso", url);
    expect(await said(template)).toEqual([expect.stringContaining(`"file:${file}".`)]);
  });

  it("a pair of ports is compared in every component that has one", async () => {
    for (const type of Object.keys(builders)) {
      const { schema } = (await registry.load("builder", type))!;
      const names = Object.keys(schema.object.shape).filter((name) => name.endsWith("_port_min"));
      for (const name of names) {
        const more = `${name} = 5999\n  ${name.replace("_min", "_max")} = 5901`;
        const codes = (await diagnose(source(type, more))).map(({ severity }) => severity);
        expect([type, name, codes]).toEqual([type, name, ["error"]]);
      }
    }
  });

  it.each(["shell", "file", "reboot", "wait-for"])("%s with communicator none is an error", async (type) => {
    const args = {
      shell: 'inline = ["x"]',
      file: 'source = "a"\n destination = "b"',
      reboot: "",
      "wait-for": "port = 80",
    }[type]!;
    const template = `source "null" "n" {\n  communicator = "none"\n}\nbuild {\n  sources = ["null.n"]\n  provisioner "${type}" {\n ${args}\n  }\n}\n`;
    const found = await diagnose(template, { files: { a: "" } });
    expect(found.map(({ code }) => code)).toContain("no-communicator");
  });
});
