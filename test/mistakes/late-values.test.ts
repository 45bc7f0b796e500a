import { describe, expect, it } from "vitest";
import type * as z from "zod";
import { registry } from "../../src/registry.ts";
import type { ComponentKind } from "../../src/sdk/component.ts";
import { fieldMeta } from "../../src/sdk/schema/field.ts";
import type { Schema } from "../../src/sdk/schema/schema.ts";
import { elementType } from "../../src/sdk/schema/zod-type.ts";
import { diagnose, mended, shortly } from "../helper/diagnose.ts";

const kinds: readonly ComponentKind[] = ["builder", "provisioner", "post-processor", "data-source"];

interface LateField {
  readonly kind: ComponentKind;
  readonly type: string;
  /** The argument with a template in its innermost place. */
  readonly argument: (template: string) => string;
  readonly path: string;
  readonly names: readonly string[];
}

/** Every argument of every component that is rendered during the build, wherever it is nested. */
async function lateFields(): Promise<readonly LateField[]> {
  const fields: LateField[] = [];
  for (const kind of kinds) {
    for (const type of registry.types(kind)) {
      const { schema } = (await registry.load(kind, type))!;
      for (const field of lateIn(schema)) fields.push({ kind, type, ...field });
    }
  }
  return fields;
}

type Found = Omit<LateField, "kind" | "type">;

function lateIn({ object }: Schema<unknown>): readonly Found[] {
  return Object.entries(object.shape).flatMap(([name, field]) =>
    inside(field as z.ZodType).map(({ argument, path, names }) => {
      const { nested } = fieldMeta(field as z.ZodType);
      const write = (template: string) =>
        nested ? `${name} ${argument(template)}` : `${name} = ${argument(template)}`;
      return { argument: write, path: `${name}${path}`, names };
    }),
  );
}

function inside(field: z.ZodType): readonly Found[] {
  const { fieldKind, nested, lateNames } = fieldMeta(field);
  if (fieldKind === "late") {
    const names = lateNames ?? [];
    return names === "any" ? [] : [{ argument: (template) => JSON.stringify(template), path: "", names }];
  }
  if (nested) {
    return lateIn(nested).map(({ argument, path, names }) => ({
      argument: (template) => `{\n${argument(template)}\n}`,
      path: `.${path}`,
      names,
    }));
  }
  const element = elementType(field);
  if (!element) return [];
  return inside(element).map(({ argument, path, names }) => {
    const isMap = fieldKind === "map";
    const write = (template: string) => (isMap ? `{ k = ${argument(template)} }` : `[${argument(template)}]`);
    return { argument: write, path: `[]${path}`, names };
  });
}

function templateWith({ kind, type, argument }: LateField, text: string): string {
  if (kind === "builder") {
    return `source "${type}" "s" {\n${argument(text)}\n}\nbuild {\n  sources = ["${type}.s"]\n}\n`;
  }
  const head = 'source "null" "n" {\n  communicator = "none"\n}\nbuild {\n  sources = ["null.n"]\n';
  return `${head}  ${kind} "${type}" {\n${argument(text)}\n}\n}\n`;
}

const fields = await lateFields();

describe("a name that a template rendered during the build will not have (V-01)", () => {
  it("is looked for in every such argument", () => {
    const paths = new Set(fields.map(({ type, path }) => `${type} ${path}`));
    for (const known of ["qemu boot_command[]", "qemu qemuargs[][]", "virtualbox-ovf vboxmanage_post[][]"]) {
      expect(paths).toContain(known);
    }
    for (const known of [
      "shell execute_command",
      "compress output",
      "vagrant override[].output",
      "amazon-ebs tag.value",
    ]) {
      expect(paths).toContain(known);
    }
  });

  it.each(fields.map((field) => [`${field.type} ${field.path}`, field] as const))(
    "is an error in %s",
    async (_, field) => {
      const text = templateWith(field, "-{{ .NoSuchName }}");
      const found = (await diagnose(text)).filter(({ code }) => code === "unknown-template-value");
      const before = text.slice(0, text.indexOf(".NoSuchName")).split("\n");
      const place = `${before.length}:${before.at(-1)!.length + 1}`;
      expect(found.map(shortly)).toEqual([
        expect.stringContaining(`${place} error: There is no value ".NoSuchName" here.`),
      ]);
      for (const name of field.names) expect(found[0]!.detail).toContain(`.${name.replace(".*", ".KEY")}`);
    },
  );

  it.each(
    fields.filter(({ names }) => names.length > 0).map((field) => [`${field.type} ${field.path}`, field] as const),
  )("is corrected in %s, and right names are taken", async (_, field) => {
    const [name = ""] = field.names;
    const text = templateWith(field, `-{{ .${name}x }}`);
    const found = (await diagnose(text)).filter(({ code }) => code === "unknown-template-value");
    expect(found[0]!.detail).toContain(`Did you mean ".${name}"?`);
    const right = mended(text, found);
    expect(right).toContain(`-{{ .${name} }}`);
    expect((await diagnose(right)).map(({ code }) => code)).not.toContain("unknown-template-value");
  });
});

const null_ = 'source "null" "n" {\n  communicator = "none"\n}\nbuild {\n  sources = ["null.n"]\n';

describe("names in templates rendered during the build", () => {
  it.each([
    ["inside of a branch", "{{ if .Vars }}{{ .Nope }}{{ end }}", '8:42 error: There is no value ".Nope" here.'],
    ["after a with", "{{ with .Script }}{{ $.Nope }}{{ end }}", '8:46 error: There is no value "$.Nope" here.'],
    ["of a single value", "{{ .Script.Name }}", '8:28 error: ".Script.Name" asks for something inside a single value'],
    [
      "in a definition",
      '{{ define \\"x\\" }}{{ .Nope }}{{ end }}{{ template \\"x\\" . }}',
      'error: There is no value ".Nope" here.',
    ],
  ])("are followed %s", async (_, text, expected) => {
    const template = `${null_}  provisioner "shell-local" {\n    inline = ["x"]\n    execute_command = ["${text}"]\n  }\n}\n`;
    const said = (await diagnose(template)).map(shortly);
    expect(said).toEqual([expect.stringContaining(expected)]);
  });

  it("may be keys of a map that is not known yet, and variables", async () => {
    const tags = "{{ range $k, $v := .SourceAMITags }}{{ $k }}{{ $v.x }}{{ . }}{{ end }}{{ .SourceAMITags.Name }}";
    const template = `source "amazon-ebs" "a" {\n  tags = { k = "${tags}" }\n}\nbuild {\n  sources = ["amazon-ebs.a"]\n}\n`;
    const codes = (await diagnose(template)).map(({ code }) => code);
    expect(codes).not.toContain("unknown-template-value");
  });

  it("are checked in files that the arguments name", async () => {
    const template = `source "qemu" "q" {
  iso_url        = "http://example.com/x.iso"
  iso_checksum   = "md5:d41d8cd98f00b204e9800998ecf8427e"
  ssh_username   = "u"
  ssh_password   = "p"
  http_directory = "http"
}
build {
  sources = ["qemu.q"]
  post-processor "vagrant" {
    vagrantfile_template = "Vagrantfile.tpl"
  }
}
`;
    const files = {
      "http/a/user-data.pkrtpl": "#cloud-config\nhostname: {{ .HTTPIp }}\n",
      "Vagrantfile.tpl": "{{ .BuildNam }}\n",
    };
    expect((await diagnose(template, { files })).map(shortly)).toEqual([
      '6:20 error: In the template "a/user-data.pkrtpl" on line 2 there is no value ".HTTPIp". Did you mean ".HTTPIP"?',
      '11:28 error: Vagrantfile.tpl, line 1: There is no value ".BuildNam" here. Did you mean ".BuildName"?',
    ]);
  });

  it.each([
    [
      "HCL2",
      "t.pkr.hcl",
      `${null_}  provisioner "shell-local" {\n    inline = ["{{ build \`Hots\` }}"]\n  }\n}\n`,
      "7:25",
    ],
    [
      "JSON",
      "t.json",
      '{"builders": [{"type": "null", "communicator": "none"}],\n "provisioners": [{"type": "shell-local", "inline": ["{{ build `Hots` }}"]}]}',
      "2:64",
    ],
  ])("of the build are checked in {{ build }} of %s", async (_, name, template, place) => {
    expect((await diagnose(template, { name })).map(shortly)).toEqual([
      `${place} error: The build has no value named "Hots". Did you mean "Host"?`,
    ]);
  });
});
