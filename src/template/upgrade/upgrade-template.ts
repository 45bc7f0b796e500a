import { parseGoTemplate } from "../../lib/go-template/parse.ts";
import { functionCalls } from "../../lib/go-template/calls.ts";
import { formatHcl } from "../../language/format/format.ts";
import type { Component, ComponentKind } from "../../sdk/component.ts";
import { isRecord, type JsonRecord } from "../fix/legacy-document.ts";
import type { LegacyTemplate } from "../json/legacy-template.ts";
import * as annotations from "./annotations.ts";
import { hclName, quoteHcl } from "./hcl-text.ts";
import { IMAGE_SEARCH, separateImageSearch } from "./image-search.ts";
import { writeBody, writeText, writeValue, type WriteContext } from "./write-body.ts";

export interface UpgradeOptions {
  /** The component of a type, where imgbuild has it: its schema tells blocks from arguments. */
  readonly component: (kind: ComponentKind, type: string) => Component | undefined;
  /** The address of the Packer plugin a type belongs to, where it belongs to one. */
  readonly pluginSource: (type: string) => string | undefined;
  /** Renders a name with the variables' defaults: labels cannot be computed. */
  readonly renderName: (text: string) => string;
  /** Explain in comments what was made of what. */
  readonly withAnnotations: boolean;
}

/** A legacy JSON template (after `fixTemplate`) as HCL2, formatted. */
export function upgradeTemplate(template: LegacyTemplate, options: UpgradeOptions): string {
  const text = new Upgrade(template, options).write();
  return formatHcl({ name: "upgraded.pkr.hcl", text });
}

/** One empty line between blocks, none at the ends of a block. */
const tidy = (text: string): string =>
  `${text
    .replace(/\n{3,}/g, "\n\n")
    .replace(/\{\n\n/g, "{\n")
    .replace(/\n\n\}/g, "\n}")
    .replace(/\{\n\}/g, "{}")
    .trim()}\n`;

class Upgrade {
  readonly #template: LegacyTemplate;
  readonly #options: UpgradeOptions;
  readonly #locals: ReadonlySet<string>;
  readonly #sources: readonly {
    readonly builder: JsonRecord;
    readonly type: string;
    readonly name: string;
    readonly label: string;
  }[];
  /** References to variables whose default is "", or comes from the environment. */
  readonly #blank: ReadonlySet<string>;
  readonly #read = new Set<string>();
  readonly #searches: string[] = [];
  #needsTimestamp = false;

  constructor(template: LegacyTemplate, options: UpgradeOptions) {
    this.#template = template;
    this.#options = options;
    this.#locals = localNames(template.variables);
    const blank = [...template.variables].filter(([, value]) => value === "" || value?.includes("{{"));
    this.#blank = new Set(blank.map(([name]) => `${this.#locals.has(name) ? "local" : "var"}.${hclName(name)}`));
    this.#sources = template.builders.map((builder) => {
      const type = String(builder["type"]);
      const name = typeof builder["name"] === "string" ? builder["name"] : type;
      return { builder, type, name, label: options.renderName(name).replace(/[^\p{ID_Continue}-]/gu, "_") };
    });
  }

  write(): string {
    const sources = this.#sources.flatMap(({ builder, type, label }) => this.#source(builder, type, label));
    const build = this.#build();
    const declared = this.#variables();
    const locals = this.#localValues();
    const variables = [...declared, ...this.#undeclaredVariables()];
    const lines = [
      ...this.#note(annotations.header),
      ...this.#packer(),
      ...this.#note(annotations.variables),
      ...variables,
      ...(locals.length > 0 ? [...this.#note(annotations.locals), "locals {", ...locals, "}", ""] : []),
      ...(this.#searches.length > 0 ? [...this.#note(annotations.searches), ...this.#searches] : []),
      ...this.#note(annotations.sources),
      ...sources,
      ...this.#note(annotations.build),
      ...build,
    ];
    return tidy(lines.join("\n"));
  }

  #note(text: string): readonly string[] {
    return this.#options.withAnnotations ? text.split("\n").map((line) => `# ${line}`) : [];
  }

  #packer(): readonly string[] {
    const { minimumVersion } = this.#template;
    const plugins = this.#plugins();
    const version = minimumVersion === undefined ? [] : [`required_version = ${quoteHcl(`>= ${minimumVersion}`)}`];
    if (version.length + plugins.length === 0) return [];
    const required = plugins.length === 0 ? [] : ["", "required_plugins {", ...plugins, "}"];
    return ["packer {", ...version, ...required, "}", ""];
  }

  #plugins(): readonly string[] {
    const { provisioners, chains, errorCleanupProvisioner } = this.#template;
    const cleanups = errorCleanupProvisioner ? [errorCleanupProvisioner] : [];
    const types = [...this.#template.builders, ...provisioners, ...cleanups, ...chains.flat()].map(({ type }) =>
      String(type),
    );
    const sources = new Set(types.flatMap((type) => this.#options.pluginSource(type) ?? []));
    return [...sources]
      .sort()
      .flatMap((source) => [
        `${source.split("/").at(-1)!} = {`,
        `source = ${quoteHcl(source)}`,
        'version = "~> 1"',
        "}",
      ]);
  }

  #variables(): readonly string[] {
    const context = this.#context([], false);
    return [...this.#template.variables].flatMap(([name, value]) => {
      if (this.#locals.has(name)) return [];
      const lines = [`variable ${quoteHcl(hclName(name))} {`, "type = string"];
      if (value !== null) lines.push(`default = ${writeText(value, context)}`);
      if (this.#template.sensitiveVariables.includes(name)) lines.push("sensitive = true");
      return [...lines, "}", ""];
    });
  }

  /** JSON templates may use what only a file of variables defines; HCL2 templates declare everything. */
  #undeclaredVariables(): readonly string[] {
    const names = [...this.#read].filter((name) => !this.#template.variables.has(name));
    return names.flatMap((name) => [
      ...this.#note(annotations.undeclared),
      `variable ${quoteHcl(hclName(name))} {`,
      "type = string",
      "}",
      "",
    ]);
  }

  #localValues(): readonly string[] {
    const context = this.#context([], false);
    const own = [...this.#locals].map(
      (name) => `${hclName(name)} = ${writeText(this.#template.variables.get(name)!, context)}`,
    );
    const timestamp = this.#needsTimestamp ? ['timestamp = regex_replace(timestamp(), "[- TZ:]", "")'] : [];
    return [...timestamp, ...own];
  }

  #source(builder: JsonRecord, type: string, label: string): readonly string[] {
    const { type: _type, name: _name, ...args } = builder;
    const found = this.#imageSearch(args, label);
    const header = `source ${quoteHcl(type)} ${quoteHcl(label)}`;
    const lines = this.#block(header, found?.source ?? args, this.#options.component("builder", type), false);
    if (!found) return lines;
    return lines.flatMap((line) => (line === `${header} {` ? [line, `source_ami = ${found.reference}`] : [line]));
  }

  #imageSearch(
    args: JsonRecord,
    label: string,
  ): { readonly source: JsonRecord; readonly reference: string } | undefined {
    const component = this.#options.component("data-source", IMAGE_SEARCH);
    const separated = separateImageSearch(args, component?.schema);
    if (!separated) return undefined;
    const header = `data ${quoteHcl(IMAGE_SEARCH)} ${quoteHcl(label)}`;
    this.#searches.push(...this.#block(header, separated.search, component, false));
    return { source: separated.source, reference: `data.${IMAGE_SEARCH}.${label}.id` };
  }

  #build(): readonly string[] {
    const { description, provisioners, errorCleanupProvisioner, chains } = this.#template;
    const addresses = this.#sources.map(({ type, label }) => quoteHcl(`source.${type}.${label}`));
    const sources =
      addresses.length > 1 ? `[\n${addresses.map((address) => `${address},\n`).join("")}]` : `[${addresses.join("")}]`;
    return [
      "build {",
      ...(description === undefined ? [] : [`description = ${quoteHcl(description)}`]),
      `sources = ${sources}`,
      "",
      ...provisioners.flatMap((item) => this.#step("provisioner", item)),
      ...(errorCleanupProvisioner ? this.#step("error-cleanup-provisioner", errorCleanupProvisioner) : []),
      ...chains.flatMap((chain) => this.#chain(chain)),
      "}",
    ];
  }

  /** A chain of one is a block of its own. */
  #chain(chain: readonly JsonRecord[]): readonly string[] {
    const steps = chain.flatMap((item) => this.#step("post-processor", item));
    return chain.length === 1 ? steps : ["post-processors {", ...steps, "}", ""];
  }

  #step(block: "provisioner" | "error-cleanup-provisioner" | "post-processor", item: JsonRecord): readonly string[] {
    const { type, ...args } = item;
    for (const key of ["only", "except"]) {
      if (Array.isArray(args[key])) args[key] = args[key].map((name) => this.#address(String(name)));
    }
    if (isRecord(args["override"])) {
      args["override"] = Object.fromEntries(
        Object.entries(args["override"]).map(([name, value]) => [this.#label(name), value]),
      );
    }
    const kind = block === "post-processor" ? "post-processor" : "provisioner";
    return this.#block(`${block} ${quoteHcl(String(type))}`, args, this.#options.component(kind, String(type)), true);
  }

  #block(header: string, args: JsonRecord, component: Component | undefined, inBuild: boolean): readonly string[] {
    const untranslated: string[] = [];
    const context = this.#context(untranslated, inBuild);
    const { override, ...rest } = args;
    const body = [...writeBody(rest, component?.schema, context)];
    if (override !== undefined) body.push(`override = ${writeValue(override, context)}`);
    const flagged = untranslated.length > 0 ? [`# ${annotations.untranslated(untranslated)}`] : [];
    return [...flagged, `${header} {`, ...body, "}", ""];
  }

  #context(untranslated: string[], inBuild: boolean): WriteContext {
    return {
      isLocal: (name) => this.#locals.has(name),
      onVariable: (name) => void this.#read.add(name),
      onTimestamp: () => void (this.#needsTimestamp = true),
      inBuild,
      onUntranslated: (names) => void untranslated.push(...names),
      mayBeBlank: (reference) => this.#blank.has(reference),
    };
  }

  #find(name: string) {
    return this.#sources.find((source) => source.name === name || source.label === name);
  }

  #label(name: string): string {
    return this.#find(name)?.label ?? name;
  }

  #address(name: string): string {
    const source = this.#find(name);
    return source ? `${source.type}.${source.label}` : name;
  }
}

/** Variables whose value calls anything but `env`: HCL2 takes constants as defaults, so these become local values. */
function localNames(variables: LegacyTemplate["variables"]): ReadonlySet<string> {
  const names = [...variables].flatMap(([name, value]) =>
    value?.includes("{{") && !callsOnlyEnv(value) ? [name] : [],
  );
  return new Set(names);
}

function callsOnlyEnv(text: string): boolean {
  try {
    return functionCalls(parseGoTemplate(text)).every(({ name }) => name === "env");
  } catch {
    return true;
  }
}
