import { describeSchema, type OptionDescription } from "../../src/cli/commands/docs/describe.ts";
import { registry } from "../../src/registry.ts";
import type { ComponentKind } from "../../src/sdk/component.ts";
import type { FieldKind } from "../../src/sdk/schema/field.ts";

/** JSON data. */
type Value = null | boolean | number | string | readonly Value[] | { readonly [name: string]: Value };
type Arguments = Readonly<Record<string, Value>>;
/** `hcl-json` is the JSON form of HCL2. */
export type Syntax = "hcl" | "json" | "hcl-json";

/** A component that Packer has as well, with the least that makes it valid in both. */
export interface Subject {
  readonly kind: ComponentKind;
  readonly type: string;
  readonly base: Arguments;
  /** The builder from which it has arguments that are asked about there. */
  readonly like?: string;
}

/** One argument given one odd value. */
export interface ArgumentCase {
  /** `boot_wait`, `vtpm.type`. */
  readonly name: string;
  readonly kind: FieldKind;
  readonly value: Value | undefined;
}

const amazon = { region: "us-east-1", access_key: "a", secret_key: "b" };
const machine = { ...amazon, instance_type: "t3.micro", source_ami: "ami-12345678", ssh_username: "u" };
const iso = { iso_url: "x", iso_checksum: "none", ssh_username: "u" };
const inline = { inline: ["x"] };
/** `refresh-packer-arguments` answers there: Packer logs in before it looks at the rest. */
export const CLOUD_PORT = 18_089;
const cloudLogin = { access_token: "t", vagrant_cloud_url: `http://127.0.0.1:${CLOUD_PORT}` };
const registryLogin = { client_id: "i", client_secret: "s" };
const device = { device_name: "/dev/sda1", volume_size: 1 };
const surrogate = { ...machine, ami_name: "abc", ami_virtualization_type: "hvm" };
const root = { source_device_name: "/dev/sda1", device_name: "/dev/xvda" };

export const subjects: readonly Subject[] = [
  { kind: "builder", type: "amazon-ebs", like: "null", base: { ...machine, ami_name: "abc" } },
  {
    kind: "builder",
    type: "amazon-ebssurrogate",
    like: "amazon-ebs",
    base: { ...surrogate, launch_block_device_mappings: [device], ami_root_device: root },
  },
  { kind: "builder", type: "amazon-ebsvolume", like: "amazon-ebs", base: { ...machine, ebs_volumes: [device] } },
  { kind: "builder", type: "qemu", like: "null", base: iso },
  { kind: "builder", type: "virtualbox-iso", like: "null", base: iso },
  { kind: "builder", type: "virtualbox-ovf", like: "virtualbox-iso", base: { source_path: "x", ssh_username: "u" } },
  { kind: "builder", type: "virtualbox-vm", like: "virtualbox-iso", base: { vm_name: "x", ssh_username: "u" } },
  { kind: "builder", type: "null", base: { ssh_host: "h", ssh_username: "u", ssh_password: "p" } },
  { kind: "builder", type: "file", base: { target: "t", content: "c" } },
  { kind: "provisioner", type: "shell", base: inline },
  { kind: "provisioner", type: "shell-local", base: inline },
  { kind: "provisioner", type: "file", base: { source: "x", destination: "/y" } },
  { kind: "provisioner", type: "powershell", base: inline },
  { kind: "provisioner", type: "windows-shell", base: inline },
  { kind: "provisioner", type: "windows-restart", base: {} },
  { kind: "provisioner", type: "breakpoint", base: {} },
  { kind: "post-processor", type: "manifest", base: {} },
  { kind: "post-processor", type: "checksum", base: {} },
  { kind: "post-processor", type: "compress", base: {} },
  { kind: "post-processor", type: "artifice", base: { files: ["x"] } },
  { kind: "post-processor", type: "shell-local", base: inline },
  { kind: "post-processor", type: "vagrant", base: {} },
  { kind: "post-processor", type: "amazon-import", base: { ...amazon, s3_bucket_name: "b" } },
  { kind: "post-processor", type: "vagrant-cloud", base: { ...cloudLogin, box_tag: "u/b", version: "1.0.0" } },
  { kind: "post-processor", type: "vagrant-registry", base: { ...registryLogin, box_tag: "u/b", version: "1.0.0" } },
  { kind: "data-source", type: "null", base: { input: "x" } },
  { kind: "data-source", type: "http", base: { url: "http://127.0.0.1:9/" } },
  {
    kind: "data-source",
    type: "amazon-ami",
    like: "amazon-ebs",
    base: { ...amazon, owners: ["self"], filters: { name: "x" } },
  },
  { kind: "data-source", type: "amazon-secretsmanager", like: "amazon-ebs", base: { ...amazon, name: "x" } },
  { kind: "data-source", type: "amazon-parameterstore", like: "amazon-ebs", base: { ...amazon, name: "x" } },
];

/** The forms of a template in which a component can be asked about; only HCL2 has data sources. */
export function syntaxesOf({ kind }: Pick<Subject, "kind">): readonly Syntax[] {
  return kind === "data-source" ? ["hcl", "hcl-json"] : ["hcl", "json"];
}

/** Cases in one template: a broken one among them must not hide the others. Packer ends at the first data source that is. */
export function atOnce({ kind }: Pick<Subject, "kind">): number {
  return kind === "data-source" ? 1 : 100;
}

/** Text that names a file which is there. */
export const FILES = ["x", "1", "true"];

const text: readonly Value[] = ["", "x", 0, 1, true, null, [], ["x"], {}];
const number: readonly Value[] = ["", "x", "1", 0, 1, true, null, [], {}];
const flag: readonly Value[] = ["", "x", "true", 0, 1, true, null, []];
const list: readonly Value[] = ["", "x", 1, [], ["x"], [1], [null], null, {}];
const block: readonly Value[] = [null, {}];

const values: Readonly<Record<FieldKind, readonly Value[]>> = {
  text,
  late: text,
  choice: text,
  flag,
  integer: number,
  number,
  duration: ["", "x", "1s", 0, 1, "1", true, null, []],
  list,
  map: ["", "x", 1, [], {}, { x: "x" }, { x: 1 }, { x: null }, null],
  block,
  blocks: block,
  any: [],
};

export async function casesOf({ kind, type, base, like }: Subject): Promise<readonly ArgumentCase[]> {
  const shared = like === undefined ? [] : await optionsOf("builder", like);
  const known = new Set(shared.map(({ name }) => name));
  const options = (await optionsOf(kind, type)).filter(({ name }) => !known.has(name));
  const absent = Object.keys(base).map((name) => ({ name, kind: "any", value: undefined }) as const);
  return [...absent, ...options.flatMap((option) => casesOfOption(option))];
}

async function optionsOf(kind: Subject["kind"], type: string): Promise<readonly OptionDescription[]> {
  const component = await registry.load(kind, type);
  const options = describeSchema(component!.schema).filter(({ deprecated }) => deprecated === undefined);
  // It is the template's, and where it is wrong Packer looks no further.
  return options.filter(({ name }) => name !== "keep_input_artifact");
}

function casesOfOption(option: OptionDescription): readonly ArgumentCase[] {
  const { name, kind, nested = [] } = option;
  const inner = nested.flatMap((below) =>
    values[below.kind].map((value) => ({ name: `${name}.${below.name}`, kind: below.kind, value })),
  );
  return [...values[kind].map((value) => ({ name, kind, value })), ...inner];
}

/** The arguments of a case; the nested ones are added to what the base has there. */
export function argumentsOf({ base }: Subject, { name, value }: ArgumentCase): Arguments {
  const [outer, inner] = name.split(".") as [string, string | undefined];
  const given = inner === undefined ? value : { ...baseBlock(base[outer]), [inner]: value as Value };
  const entries = Object.entries({ ...base, [outer]: given }).filter(([, item]) => item !== undefined);
  return Object.fromEntries(entries) as Arguments;
}

function baseBlock(value: Value | undefined): Arguments {
  const first = Array.isArray(value) ? (value as readonly Value[])[0] : value;
  return (first ?? {}) as Arguments;
}
