import { describe, expect, it } from "vitest";
import { diagnose, mended, shortly, type Mistaken } from "../helper/diagnose.ts";

const said = async (template: string, options: Mistaken = {}) => (await diagnose(template, options)).map(shortly);
/** `LINE severity name-at-fault` of each message, to compare the places of many. */
const places = async (template: string, options: Mistaken = {}) =>
  (await diagnose(template, options)).map(
    ({ severity, subject }) => `${severity} ${subject?.file.text.slice(subject.start, subject.end)}`,
  );

const steps = `
  provisioner "shell-local" {
    inlin = ["echo hi"]
  }
  post-processor "manifest" {
    outptu = "m.json"
  }
  post-processors {
    post-processor "checksum" {
      outputt = "x"
    }
  }
  error-cleanup-provisioner "shell-local" {
    inlinee = ["x"]
  }
`;
const mistakesInSteps = ["error inlin", "error outptu", "error outputt", "error inlinee"];

describe("every component is decoded, whether or not a build comes to exist (V-05)", () => {
  it.each<[string, string, readonly string[]]>([
    [
      "a wrong source label",
      `source "null" "n" {\n  communicator = "none"\n}\nbuild {\n  sources = ["null.m"]${steps}}\n`,
      ['error "null.m"', ...mistakesInSteps],
    ],
    [
      "an unknown builder",
      `source "nul" "n" {}\nbuild {\n  sources = ["nul.n"]${steps}}\n`,
      ['error "nul"', ...mistakesInSteps],
    ],
    ["no sources", `build {${steps}}\n`, ["error build", ...mistakesInSteps]],
    [
      "a mistake in a source that no build reaches",
      `source "null" "n" {\n  communicatorr = "none"\n}\nbuild {\n  sources = ["null.m"]\n}\n`,
      ["error communicatorr", 'error "null.m"'],
    ],
    ["no build block", `source "null" "n" {\n  communicatorr = "none"\n}\n`, ["error communicatorr"]],
    [
      "steps that are for other builds",
      `source "null" "n" {\n  communicator = "none"\n}\nbuild {\n  sources = ["null.n"]\n  provisioner "shell-local" {\n    only  = ["null.m"]\n    inlin = ["x"]\n  }\n}\n`,
      ['warning "null.m"', "warning inlin"],
    ],
  ])("with %s", async (_, template, expected) => {
    expect(await places(template)).toEqual(expected);
  });

  it.each<[string, string, readonly string[]]>([
    [
      "a misspelt builder type",
      `{"builders": [{"type": "nul"}],\n"provisioners": [{"type": "shell-local", "inlin": ["x"]}],\n"post-processors": [{"type": "manifest", "outptu": "x"}]}`,
      ['error "nul"', 'error "inlin"', 'error "outptu"'],
    ],
    [
      "a step for no builder",
      `{"builders": [{"type": "null", "communicator": "none"}],\n"provisioners": [{"type": "shell-local", "only": ["m"], "inlin": ["x"]}]}`,
      ['error "m"', 'error "inlin"'],
    ],
  ])("in JSON with %s", async (_, template, expected) => {
    expect(await places(template, { name: "t.json" })).toEqual(expected);
  });

  it("and each of two unknown components is named at once", async () => {
    const template =
      'source "nul" "a" {}\nsource "fil" "b" {}\nbuild {\n  sources = ["nul.a", "fil.b"]\n  provisioner "shel" {}\n}\n';
    expect(await places(template)).toEqual(['error "nul"', 'error "fil"', 'error "shel"']);
  });

  it("warns of a source that no build uses, and of what is wrong with it", async () => {
    const template =
      'source "null" "n" {\n  communicator = "none"\n}\nsource "null" "unused" {\n  nonsense = true\n  communicator = "none"\n}\nbuild {\n  sources = ["null.n"]\n}\n';
    expect(await said(template)).toEqual([
      '4:1 warning: No build uses this source. Name it in a build block, sources = ["source.null.unused"], or remove it.',
      '5:3 warning: An argument named "nonsense" is not expected here.',
    ]);
    expect((await diagnose(template)).every(({ severity }) => severity === "warning")).toBe(true);
    expect(await said(template, { only: ["null.n"] })).toEqual([]);
  });
});

const two = 'source "null" "a" {\n  communicator = "none"\n}\nsource "null" "b" {\n  communicator = "none"\n}\n';

describe("a name of a build that means none", () => {
  const step = (more: string) =>
    `${two}build {\n  sources = ["null.a", "null.b"]\n  provisioner "shell-local" {\n    inline = ["x"]\n    ${more}\n  }\n}\n`;
  it.each([
    [
      "only",
      'only = ["null.c"]',
      '11:13 warning: "only" names "null.c", and no source of this build block is called so here. Did you mean "null.a"? The names here are: null.a, null.b.',
    ],
    [
      "except",
      'except = ["null.b", "zzzzzz"]',
      '11:25 warning: "except" names "zzzzzz", and no source of this build block is called so here.',
    ],
    [
      "override",
      "override = { zzzzzz = { inline = [] } }",
      '11:18 warning: "override" names "zzzzzz", and no source of this build block is called so here.',
    ],
    [
      "a pattern",
      'only = ["qemu.*"]',
      '11:13 warning: "only" names "qemu.*", and no source of this build block is called so here. The names here are: null.a, null.b.',
    ],
  ])("in %s is a warning", async (_, more, expected) => {
    expect(await said(step(more))).toEqual([expect.stringContaining(expected)]);
  });

  it("is corrected where it stands in a list and another is near", async () => {
    const template = step('only = ["null.aa"]');
    expect(await said(mended(template, await diagnose(template)))).toEqual([]);
  });

  it("is an error in JSON, as in Packer, with the names there are", async () => {
    const template =
      '{"builders": [{"type": "null", "communicator": "none"}],\n"provisioners": [{"type": "shell-local", "inline": ["x"], "only": ["nul"], "override": {"z": {}}}]}';
    const found = await diagnose(template, { name: "t.json" });
    expect(found.map(({ severity }) => severity)).toEqual(["error", "error"]);
    for (const { detail } of found) expect(detail).toMatch(/"null"|: null/);
  });

  it.each(['only = ["null.a"]', 'except = ["null.*"]', 'override = { a = { inline = ["y"] } }'])(
    "is none in %s",
    async (more) => {
      expect(await said(step(more))).toEqual([]);
    },
  );

  it("is nobody's concern where -only leaves its builds out", async () => {
    expect(await said(step('only = ["null.b"]\n    inlin = []'), { only: ["null.a"] })).toEqual([]);
  });
});

describe("one cause is one error", () => {
  it.each<[string, string, Mistaken, readonly string[]]>([
    [
      "a misspelt argument of which one is needed",
      `source "amazon-ebs" "a" {\n  region = "eu-west-1"\n  source_ami = "ami-0c55b159cbfafe1f0"\n  ami_name = "xxx"\n  ssh_username = "u"\n  instance_typ = "t2.micro"\n}\nbuild {\n  sources = ["amazon-ebs.a"]\n}\n`,
      {},
      ['6:3 error: An argument named "instance_typ" is not expected here. Did you mean "instance_type"?'],
    ],
    [
      "a misspelt required argument",
      `source "file" "f" {\n  traget = "x"\n  content = "x"\n}\nbuild {\n  sources = ["file.f"]\n}\n`,
      {},
      ['2:3 error: An argument named "traget" is not expected here. Did you mean "target"?'],
    ],
    [
      "an argument with the name of a block",
      `source "null" "n" {\n  communicator = "none"\n  source = "x"\n}\nbuild {\n  sources = ["null.n"]\n}\n`,
      {},
      ['3:3 error: An argument named "source" is not expected here.'],
    ],
    [
      "a block that stands too deep",
      `source "null" "n" {\n  communicator = "none"\n  locals {\n  }\n}\nbuild {\n  sources = ["null.n"]\n}\n`,
      {},
      [
        '3:3 error: An argument named "locals" is not expected here. That is a block of its own: the block before it lacks its closing brace, or it stands one level too deep.',
      ],
    ],
    [
      "a variable file that is not there",
      `variable "a" {}\nvariable "b" {}\nsource "null" "n" {\n  communicator = "none"\n}\nbuild {\n  sources = ["null.n"]\n}\n`,
      { varFiles: ["nope.pkrvars.hcl"] },
      ["error: nope.pkrvars.hcl does not exist."],
    ],
    [
      "a misspelt -var",
      `variable "region" {}\nsource "null" "n" {\n  communicator = "none"\n}\nbuild {\n  sources = ["null.n"]\n}\n`,
      { vars: ["regoin=x"] },
      ['error: -var sets "regoin", and no input variable of that name is declared. Did you mean "region"?'],
    ],
  ])("for %s", async (_, template, options, expected) => {
    expect(await said(template, options)).toEqual(expected);
  });
});

describe("a key that a value does not have (V-06)", () => {
  const within = (expression: string) =>
    `variable "os" {\n  default = "beos"\n}\nlocals {\n  images = { linux = "a", bsd = "b" }\n  list   = ["x"]\n}\nsource "null" "n" {\n  communicator = "none"\n}\nbuild {\n  sources = ["null.n"]\n  provisioner "shell-local" {\n    inline = [${expression}]\n  }\n}\n`;
  it.each([
    ["local.images[var.os]", 'This object has no attribute named "beos". There are: bsd, linux.'],
    ["local.images.beos", 'This object has no attribute named "beos". There are: bsd, linux.'],
    ["local.images.linuz", 'This object has no attribute named "linuz". Did you mean "linux"?'],
    ["local.list[3]", "1"],
    ["local.imagez", 'No local value named "imagez" is declared. Did you mean "images"?'],
  ])("%s is called that", async (expression, expected) => {
    const [first, ...others] = await said(within(expression));
    expect(first).toContain(expected);
    expect(others).toEqual([]);
  });
});

describe("required_plugins (V-07)", () => {
  const requiring = (source: string, version: string) =>
    `packer {\n  required_plugins {\n    qemu = {\n      source  = "${source}"\n      version = "${version}"\n    }\n  }\n}\nsource "null" "n" {\n  communicator = "none"\n}\nbuild {\n  sources = ["null.n"]\n}\n`;
  it.each([
    [
      "github.com/hashicorp/qemu",
      "~> 9",
      "The template asks for github.com/hashicorp/qemu ~> 9. imgbuild has these components itself",
    ],
    [
      "github.com/hashicorp/quemu",
      "~> 1",
      'No plugin "github.com/hashicorp/quemu" is known. Did you mean "github.com/hashicorp/qemu"?',
    ],
  ])("with %s %s are doubted", async (source, version, expected) => {
    expect(await said(requiring(source, version))).toEqual([expect.stringContaining(` warning: ${expected}`)]);
  });
  it.each([
    ["github.com/hashicorp/qemu", "~> 1"],
    ["github.com/hashicorp/vmware", ">= 1.0"],
    ["github.com/somebody/quemu", ">= 1.0"],
  ])("with %s %s are not", async (source, version) => {
    expect(await said(requiring(source, version))).toEqual([]);
  });
});
