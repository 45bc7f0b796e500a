import { describe, expect, it } from "vitest";
import { diagnose, mended, shortly, type Mistaken } from "../helper/diagnose.ts";

const DIGEST = "md5:d41d8cd98f00b204e9800998ecf8427e";
const none = 'source "null" "n" {\n  communicator = "none"\n}\n';
const used = `${none}build {\n  sources = ["null.n"]\n}\n`;
const step = (body: string) =>
  `${none}build {\n  sources = ["null.n"]\n  provisioner "shell-local" {\n    inline = ["x"]\n    ${body}\n  }\n}\n`;
const qemu = (body: string, checksum = DIGEST) =>
  `source "qemu" "m" {\n  iso_url = "http://example.com/x.iso"\n  iso_checksum = "${checksum}"\n  ssh_username = "u"\n  ssh_password = "p"\n  ${body}\n}\nbuild {\n  sources = ["qemu.m"]\n}\n`;
const amazon = (body: string) =>
  `source "amazon-ebs" "a" {\n  region = "eu-west-1"\n  source_ami = "ami-0c55b159cbfafe1f0"\n  instance_type = "t3.micro"\n  ami_name = "name"\n  ssh_username = "u"\n  ${body}\n}\nbuild {\n  sources = ["amazon-ebs.a"]\n}\n`;
const requiring = (body: string) => `packer {\n  required_plugins {\n    ${body}\n  }\n}\n${used}`;

const shell = (command: string) =>
  `source "null" "n" {\n  ssh_host = "h"\n  ssh_username = "u"\n  ssh_password = "p"\n}\nbuild {\n  sources = ["null.n"]\n  provisioner "shell" {\n    inline = ["x"]\n    execute_command = ${command}\n  }\n}\n`;

/** What is wrong, the template, what is said of it first, and what mends it. */
type Mistake = readonly [what: string, template: string, said: string];

const mendable: readonly Mistake[] = [
  [
    "a variable of the environment",
    step("").replace('["x"]', '["echo ${env.HOME}"]'),
    '7:23 error: There is nothing named "env" here. For a variable of the environment, write env("HOME")',
  ],
  [
    "a variable of the environment in a default",
    `variable "x" {\n  default = "${"${env.HOME}"}/x"\n}\n${used}`,
    '2:16 error: A default may be made of constants and functions, but not refer to other values. For a variable of the environment, write env("HOME").',
  ],
  [
    "steps inside of a source",
    used.replace('"none"\n', '"none"\n  provisioner "shell-local" {\n    inline = ["x"]\n  }\n'),
    '3:3 error: A "provisioner" belongs in a build block',
  ],
  [
    "a source that no build uses",
    used.replace("build {", 'source "null" "m" {\n  communicator = "none"\n}\nbuild {'),
    '4:1 warning: No build uses this source. Name it in a build block, sources = ["source.null.m"]',
  ],
  ["a command without its script", shell('"sudo -E sh"'), 'Write "{{ .Vars }} sudo -E sh {{ .Path }}".'],
  ["a local command without its script", step('execute_command = ["sh", "-c"]'), '"{{ .Vars }} {{ .Script }}"].'],
  ["a block", used.replace("build {", "biuld {"), '4:1 error: A block of type "biuld" is not expected'],
  ["sources of a build", used.replace("sources", "source"), 'named "source" is not expected in a "build" block. Did'],
  ["a lone source", used.replace('["null.n"]', '"null.n"'), "Put it in brackets."],
  ["a source by its label", used.replace("null.n", "n"), "5:14 error: A source is referred to as"],
  ["the name of a source", used.replace('"null.n"', '"source.null.m"'), 'No source "null.m" is declared. Did you'],
  [
    "a word for a type",
    `variable "x" {\n  type    = text\n  default = ""\n}\n${used}`,
    '2:13 error: "text" is not a type. Write string.',
  ],
  [
    "a type in quotes",
    `variable "x" {\n  type    = "string"\n  default = ""\n}\n${used}`,
    "2:13 error: This is not a type.",
  ],
  ["a type without argument", `variable "x" {\n  type    = list\n  default = []\n}\n${used}`, "list(string)"],
  [
    "the value of a local",
    `local "x" {\n  value = "a"\n}\n${used}`,
    '2:3 error: An argument named "value" is not expected in a "local" block. Did you mean "expression"?',
  ],
  [
    "an argument of a local",
    `local "x" {\n  expresion = "a"\n}\n${used}`,
    '2:3 error: An argument named "expresion" is not expected in a "local" block. Did you mean "expression"?',
  ],
  [
    "texts that are added",
    `locals {\n  x = "a" + "b"\n}\n${used}`,
    '2:7 error: + adds numbers, and texts are not added. Write "ab".',
  ],
  [
    "a text and values that are added",
    `variable "n" {\n  default = "1"\n}\nlocals {\n  x = "a\\"${"${var.n}"}" + upper(var.n) + "-" + var.n\n}\n${used}`,
    '5:7 error: + adds numbers, and texts are not added. Write "a\\"${var.n}${upper(var.n)}-${var.n}".',
  ],
  [
    "the arguments of join",
    `locals {\n  x = join(["a", "b"], ",")\n}\n${used}`,
    '2:12 error: The arguments of "join" are the other way round: write join(separator, lists).',
  ],
  [
    "a tag's name",
    amazon('tag {\n    ky = "a"\n    value = "b"\n  }'),
    '8:5 error: An argument named "ky" is not expected here. Did',
  ],
  [
    "the key of an iterator",
    amazon(
      'dynamic "tag" {\n    for_each = { a = "b" }\n    content {\n      key = tag.ky\n      value = tag.value\n    }\n  }',
    ),
    '10:17 error: This object has no attribute named "ky". Did you mean "key"?',
  ],
  [
    "no tags as an argument",
    amazon("run_tag = {}"),
    '7:3 error: "run_tag" is a block, without an equals sign. For a map, write run_tags = { … }. A block is written:\n    run_tag {\n      key = …\n      value = …\n    }',
  ],
  [
    "tags as an argument",
    amazon('run_tag = { a = "b", c = "d" }'),
    '7:3 error: "run_tag" is a block, without an equals sign.',
  ],
  [
    "a list for one file",
    amazon('user_data = ""').replace("ssh_username", 'security_group_id = ["sg-1"]\n  ssh_username'),
    '6:23 error: Inappropriate value for "security_group_id": a string is required. A list is written security_group_ids = […].',
  ],
  [
    "a variable as in legacy JSON",
    `variable "x" {\n  default = "a"\n}\n${step("").replace('"x"', '"{{user `x`}} {{ user \\"x\\" }}"')}`,
    '10:18 error: "user" is for legacy JSON templates; in HCL2, write ${var.NAME}.',
  ],
  ["an argument of a variable", `variable "x" {\n  defualt = ""\n}\n${used}`, '2:3 error: An argument named "defualt"'],
  [
    "an input variable",
    `variable "name" {\n  default = ""\n}\nlocals {\n  y = var.nmae\n}\n${used}`,
    '5:11 error: No input variable named "nmae"',
  ],
  [
    "the root of a reference",
    `variable "x" {\n  default = ""\n}\nlocals {\n  y = vars.x\n}\n${used}`,
    '5:7 error: There is nothing named "vars" here. Did you mean "var"?',
  ],
  [
    "a data source without data",
    `data "file" "d" {\n  path = "f"\n}\nlocals {\n  y = file.d.content\n}\n${used}`,
    '5:7 error: There is nothing named "file" here. For the data source, write data.file.d.content.',
  ],
  [
    "a function without brackets",
    `locals {\n  y = timestamp\n}\n${used}`,
    '2:7 error: There is nothing named "timestamp" here. It is a function: write timestamp().',
  ],
  [
    "a function",
    `locals {\n  y = uper("x")\n}\n${used}`,
    '2:7 error: There is no function named "uper". Did you mean "upper"?',
  ],
  ["a function of others", `locals {\n  y = len("x")\n}\n${used}`, "What is called so elsewhere is length here."],
  ["a meta-argument", step('pause_befor = "1s"'), '8:5 error: An argument named "pause_befor"'],
  ["seconds without a unit", step("pause_before = 10"), '8:20 error: Inappropriate value for "pause_before"'],
  ["a lone name in only", step('only = "null.n"'), 'Put it in brackets: ["null.n"].'],
  ["a list of numbers in quotes", step('valid_exit_codes = "0,1"'), "Write a list of them: [0,1]."],
  [
    "a name in override",
    step('override = {\n      nmae = { inline = ["y"] }\n    }')
      .replace("null.n", "null.name")
      .replace('"n"', '"name"'),
    '9:7 warning: "override" names "nmae"',
  ],
  ["a duration with a blank", qemu('boot_wait = "10 s"'), '6:15 error: Inappropriate value for "boot_wait"'],
  ["yes", qemu('headless = "yes"'), 'true or false is required, not "yes". Write true.'],
  ["a choice", qemu('format = "qcow"'), 'Did you mean "qcow2"?'],
  ["an old name", qemu('ssh_wait_timeout = "10m"'), '6:3 warning: "ssh_wait_timeout" is deprecated'],
  [
    "the address of a checksum file",
    qemu("", "https://example.com/SHA256SUMS"),
    'Did you mean "file:https://example.com/SHA256SUMS"?',
  ],
  ["a kind of checksum", qemu("", `m5d:${DIGEST.slice(4)}`), `Did you mean "${DIGEST}"?`],
  [
    "the first line of user data",
    qemu('cd_content = { "user-data" = "#cloud-confg\\nusers: []" }'),
    "6:33 warning: cloud-init ignores user data",
  ],
  [
    "arguments of a dynamic block",
    amazon(
      'dynamic "tag" {\n    foreach = { a = "b" }\n    content {\n      key = tag.key\n      value = tag.value\n    }\n  }',
    ),
    '8:5 error: An argument named "foreach"',
  ],
  [
    "content of a dynamic block",
    amazon(
      'dynamic "tag" {\n    for_each = { a = "b" }\n    contnet {\n      key = tag.key\n      value = tag.value\n    }\n  }',
    ),
    '9:5 error: A block of type "contnet"',
  ],
  [
    "the address of a plugin's page",
    requiring('docker = {\n      source = "https://github.com/hashicorp/docker"\n      version = ">= 1"\n    }'),
    '4:16 error: "https://github.com/hashicorp/docker"',
  ],
  [
    "half an address of a plugin",
    requiring('docker = {\n      source = "hashicorp/docker"\n      version = ">= 1"\n    }'),
    'Did you mean "github.com/hashicorp/docker"?',
  ],
  [
    "a plugin's repository",
    requiring('docker = {\n      source = "github.com/hashicorp/packer-plugin-docker"\n      version = ">= 1"\n    }'),
    'Did you mean "github.com/hashicorp/docker"?',
  ],
];

describe("what is written in place of a mistake", () => {
  it.each(mendable)("%s: is said once at its place, and its change mends it", async (_, template, expected) => {
    const files = { f: "text" };
    const found = await diagnose(template, { files });
    expect(found.map(shortly)).toEqual([expect.stringContaining(expected)]);
    expect(await diagnose(mended(template, found), { files })).toEqual([]);
  });
});

describe("a guest that is sent to an HTTP server that there is not", () => {
  const template = qemu('boot_command = ["http://{{ .HTTPIP }}:{{ .HTTPPort }}/ks.cfg<enter>"]');
  const detail = "and there is none: set http_directory or http_content.";

  it("gets the folder that is there for it", async () => {
    const found = await diagnose(template, { files: { "http/ks.cfg": "" } });
    const folder = 'For the folder "http" beside the template, write http_directory = "${path.root}/http".';
    expect(found.map(shortly)).toEqual([expect.stringContaining(`${detail} ${folder}`)]);
    expect(await diagnose(mended(template, found), { files: { "http/ks.cfg": "" } })).toEqual([]);
  });

  it("gets none where there is no such folder", async () => {
    const found = await diagnose(template, { files: { http: "a file" } });
    expect(found.map(shortly)).toEqual([expect.stringMatching(/set http_directory or http_content\.$/)]);
    expect(found[0]!.edits).toBeUndefined();
  });
});

describe("what JSON has not", () => {
  it.each([
    [
      "comments and commas at the end",
      '{\n  // text\n  "builders": [{"type": "null", "communicator": "none",}, /* x */],\n}\n',
    ],
    [
      "too few commas",
      '{"builders": [{"type": "null" "communicator": "none"} {"type": "null", "name": "m" "communicator": "none"}]}',
    ],
  ])("%s: is mended", async (_, template) => {
    const found = await diagnose(template, { name: "t.json" });
    expect(found.map(({ code }) => code)).toContain(template.includes("//") ? "comment-in-json" : "missing-comma");
    const written = mended(template, found);
    expect(written).not.toContain("//");
    expect(await diagnose(written, { name: "t.json" })).toEqual([]);
  });
});

const cloud = "#cloud-config\nusers: []\npakages: []\n";

/** Without a change, since somebody has to decide. */
const explained: readonly (readonly [...Mistake, Mistaken])[] = [
  [
    "user data in cd_files",
    qemu('cd_files = ["seed/*"]'),
    '6:15 warning: seed/user-data, line 3: cloud-init knows no "pakages"',
    { files: { "seed/user-data": cloud, "seed/meta-data": "" } },
  ],
  [
    "user data in a directory of cd_files",
    qemu('cd_files = ["seed/"]'),
    "seed/user-data, line 3",
    { files: { "seed/user-data": cloud } },
  ],
  [
    "user data in http_directory",
    qemu('http_directory = "http"'),
    "6:20 warning: http/u/user-data, line 1: cloud-init ignores",
    { files: { "http/u/user-data": "autoinstall: {}\n" } },
  ],
  [
    "user data in floppy_files",
    qemu('floppy_files = ["user-data"]'),
    "user-data, line 3",
    { files: { "user-data": cloud } },
  ],
  [
    "user_data_file",
    amazon('user_data_file = "ud"'),
    '7:20 warning: ud, line 3: cloud-init knows no "pakages"',
    { files: { ud: cloud } },
  ],
  [
    "user_data without its first line",
    amazon('user_data = "packages: []\\n"'),
    "7:15 warning: cloud-init ignores user data",
    {},
  ],
  [
    "build.PackerHTTPAddr",
    step("env = { A = build.PackerHTTPAddr }"),
    "8:17 warning: The build's PackerHTTPAddr has a value where",
    {},
  ],
  [
    "{{ build }} of the server",
    step('env = { A = "{{ build `PackerHTTPPort` }}" }'),
    "8:17 warning: The build's PackerHTTPPort has a value where",
    {},
  ],
  [
    "a builder that was removed",
    used.replaceAll("null", "virtualbox"),
    'The builder "virtualbox" was removed from Packer. Use virtualbox-iso',
    {},
  ],
  [
    "a block of Terraform",
    `resource "x" "y" {}\n${used}`,
    '1:1 error: A block of type "resource" is not expected at the top level of a template. That is a block of Terraform',
    {},
  ],
  ["a provisioner at the top", `provisioner "shell" {}\n${used}`, 'A "provisioner" belongs in a build block', {}],
  ["count", used.replace("communicator", "count = 2\n  communicator"), "For several of one kind, use for_each.", {}],
  ["depends_on", step("depends_on = []"), "Steps run in the order in which they are written.", {}],
  ["source.name in locals", `locals {\n  y = source.name\n}\n${used}`, "source.name can be used in source blocks", {}],
  [
    "a plugin without source",
    requiring('docker = { version = ">= 1" }'),
    "It has no source. A required plugin is written: docker =",
    {},
  ],
  [
    "a plugin with more",
    requiring('docker = { version = ">= 1", source = "github.com/hashicorp/docker", sha = "x" }'),
    '3:74 error: "sha" is not expected here.',
    {},
  ],
  [
    "a version of a plugin",
    requiring('docker = {\n      version = "latest"\n      source = "github.com/hashicorp/docker"\n    }'),
    "4:17 error: A version constraint is a text",
    {},
  ],
  [
    "a path of Windows",
    step('script = "C:\\temp"').replace('inline = ["x"]\n    ', ""),
    "A backslash in quotes is written \\\\",
    {},
  ],
  [
    "HCL in another file",
    'source "null" "n" {\n}\n',
    "1:1 error: main.tf holds HCL, and by its name",
    { name: "main.tf" },
  ],
  [
    "YAML by its name",
    "# mine\n\nbuilders:\n  - type: null\n    communicator: none\n",
    "3:1 error: t.yaml holds YAML, and templates are written in HCL (*.pkr.hcl) or JSON. This one has the parts of a JSON template. To turn it into one, type:\n    yq -o=json t.yaml",
    { name: "t.yaml" },
  ],
  [
    "YAML in a file for JSON",
    "---\nbuilders:\n  - type: null\n",
    "1:1 error: t.json holds YAML, and templates are written in HCL",
    { name: "t.json" },
  ],
  [
    "YAML in a file for HCL",
    "services:\n  web:\n    image: x\n",
    "1:1 error: t.pkr.hcl holds YAML, and templates are written in HCL (*.pkr.hcl) or JSON. To begin with one that builds, type:\n    imgbuild new",
    {},
  ],
  [
    "a builder of a plugin that is half built in",
    used.replaceAll("null", "amazon-chroot"),
    '1:8 error: The builder "amazon-chroot" belongs to the Packer plugin github.com/hashicorp/amazon, and imgbuild has only other components of it.',
    {},
  ],
  [
    "a map of variables in JSON",
    '{"builders": [{"type": "null", "communicator": "none"}],\n"provisioners": [{"type": "shell-local", "inline": ["x"], "environment_vars": {"A": "b"}}]}',
    'Write texts, ["A=value"]',
    { name: "t.json" },
  ],
];

describe("what has no one change", () => {
  it.each(explained)("%s: says what to do", async (_, template, expected, options) => {
    const found = await diagnose(template, options);
    expect(found.map(shortly)).toEqual([expect.stringContaining(expected)]);
    expect(found[0]!.subject).toBeDefined();
  });

  it.each(["<powershell>\ndir\n</powershell>", "version: 1.0\ntasks: []\n", '{"ignition": {}}', "[settings]\nx = 1\n"])(
    "user_data for others than cloud-init is theirs: %j",
    async (text) => {
      expect(await diagnose(amazon(`user_data = ${JSON.stringify(text)}`))).toEqual([]);
    },
  );
});

describe("everything in one run", () => {
  it("files of steps whose build cannot come to exist are looked for", async () => {
    const template = step('script = "scripts/setpu.sh"')
      .replace('inline = ["x"]\n    ', "")
      .replace('["null.n"]', '["null.zebra"]');
    const found = await diagnose(template, { files: { "scripts/setup.sh": "#!/bin/sh\n" } });
    expect(found.map(shortly)).toEqual([
      '5:14 error: No source "null.zebra" is declared. Declared are: null.n.',
      expect.stringMatching(
        /^7:\d+ error: There is no file "scripts\/setpu\.sh".*Did you mean "scripts\/setup\.sh"\?$/,
      ),
    ]);
  });

  it("for_each of a source that no build finds is evaluated", async () => {
    const template = `source "null" "y" {\n  for_each     = var.mm\n  communicator = "none"\n}\nbuild {\n  sources = ["null.x"]\n}\n`;
    expect((await diagnose(template)).map(shortly)).toEqual([
      expect.stringContaining('2:22 error: No input variable named "mm" is declared.'),
      expect.stringContaining('6:14 error: No source "null.x" is declared.'),
    ]);
  });
});
