import { compareStrings } from "../compare-strings.ts";
import type { FunctionDeclaration } from "./definition.ts";

/**
 * Which functions there are and which module has them. Modules are loaded when a function of theirs is called, since
 * some bring large libraries (YAML, RE2, CSV, bcrypt, encodings) that most templates never need.
 */
export const catalog: readonly FunctionModule[] = [
  {
    names: [
      "chomp",
      "endswith",
      "indent",
      "join",
      "lower",
      "replace",
      "split",
      "startswith",
      "strcontains",
      "strrev",
      "substr",
      "title",
      "trim",
      "trimprefix",
      "trimspace",
      "trimsuffix",
      "upper",
    ],
    load: async () => (await import("./string.ts")).stringFunctions,
  },
  { names: ["format", "formatlist"], load: async () => (await import("./format.ts")).formatFunctions },
  { names: ["regex", "regex_replace", "regexall"], load: async () => (await import("./regex.ts")).regexFunctions },
  {
    names: [
      "alltrue",
      "anytrue",
      "chunklist",
      "coalesce",
      "coalescelist",
      "compact",
      "concat",
      "contains",
      "distinct",
      "element",
      "flatten",
      "index",
      "matchkeys",
      "one",
      "range",
      "reverse",
      "slice",
      "sort",
      "sum",
    ],
    load: async () => (await import("./list.ts")).listFunctions,
  },
  {
    names: [
      "keys",
      "length",
      "lookup",
      "merge",
      "setintersection",
      "setproduct",
      "setsubtract",
      "setunion",
      "transpose",
      "values",
      "zipmap",
    ],
    load: async () => (await import("./map.ts")).mapFunctions,
  },
  {
    names: ["abs", "ceil", "floor", "log", "max", "min", "parseint", "pow", "signum"],
    load: async () => (await import("./number.ts")).numberFunctions,
  },
  {
    names: ["base64decode", "base64encode", "base64gzip", "jsondecode", "jsonencode", "urlencode"],
    load: async () => (await import("./encoding.ts")).encodingFunctions,
  },
  { names: ["csvdecode"], load: async () => (await import("./csv.ts")).csvFunctions },
  { names: ["yamldecode", "yamlencode"], load: async () => (await import("./yaml.ts")).yamlFunctions },
  {
    names: ["textdecodebase64", "textencodebase64"],
    load: async () => (await import("./text-encoding.ts")).textEncodingFunctions,
  },
  {
    names: ["abspath", "basename", "dirname", "file", "filebase64", "fileexists", "pathexpand"],
    load: async () => (await import("./file.ts")).fileFunctions,
  },
  { names: ["fileset"], load: async () => (await import("./fileset.ts")).filesetFunctions },
  { names: ["templatefile", "templatestring"], load: async () => (await import("./template.ts")).templateFunctions },
  {
    names: [
      "formatdate",
      "legacy_isotime",
      "legacy_strftime",
      "plantimestamp",
      "rfc3339_parse",
      "timeadd",
      "timecmp",
      "timestamp",
      "unix_timestamp_parse",
    ],
    load: async () => (await import("./time.ts")).timeFunctions,
  },
  {
    names: [
      "base64sha256",
      "base64sha512",
      "filebase64sha256",
      "filebase64sha512",
      "filemd5",
      "filesha1",
      "filesha256",
      "filesha512",
      "md5",
      "rsadecrypt",
      "sha1",
      "sha256",
      "sha512",
      "uuidv4",
      "uuidv5",
    ],
    load: async () => (await import("./hash.ts")).hashFunctions,
  },
  { names: ["bcrypt"], load: async () => (await import("./bcrypt.ts")).bcryptFunctions },
  {
    names: ["cidrcontains", "cidrhost", "cidrnetmask", "cidrsubnet", "cidrsubnets"],
    load: async () => (await import("./network.ts")).networkFunctions,
  },
  {
    names: [
      "convert",
      "issensitive",
      "nonsensitive",
      "sensitive",
      "tobool",
      "tolist",
      "tomap",
      "tonumber",
      "toset",
      "tostring",
      "type",
    ],
    load: async () => (await import("./type.ts")).typeFunctions,
  },
  { names: ["can", "env", "try"], load: async () => (await import("./control.ts")).controlFunctions },
  {
    names: ["aws_secretsmanager", "aws_secretsmanager_raw", "consul_key", "vault"],
    load: async () => (await import("./remote.ts")).remoteFunctions,
  },
];

export interface FunctionModule {
  readonly names: readonly string[];
  readonly load: () => Promise<readonly FunctionDeclaration[]>;
}

/** Every function with its documentation, by name: the source of the reference and of `help` at the console. */
export async function functionReference(): Promise<readonly FunctionDeclaration[]> {
  const modules = await Promise.all(catalog.map(({ load }) => load()));
  return modules.flat().sort((a, b) => compareStrings(a.name, b.name));
}
