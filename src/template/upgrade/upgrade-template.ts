import { formatHcl } from "../../language/format/format.ts";
import type { Component, ComponentKind } from "../../sdk/component.ts";
import { isRecord, type JsonRecord } from "../fix/legacy-document.ts";
import type { LegacyTemplate } from "../json/legacy-template.ts";
import * as annotations from "./annotations.ts";
import { quoteHcl } from "./hcl-text.ts";
import { IMAGE_SEARCH, separateImageSearch } from "./image-search.ts";
import { packerBlock } from "./packer-block.ts";
import { SourceLabels, type UpgradedSource } from "./source-labels.ts";
import { VariableNames } from "./variable-names.ts";
import { writeBody, writeText, writeValue, type WriteContext } from "./write-body.ts";
import { writeLocals, writeUndeclared, writeVariables } from "./write-variables.ts";

export interface UpgradeOptions {
  /** The component of a type, where imgbuild has it: its schema tells blocks from arguments. */
  readonly component: (kind: ComponentKind, type: string) => Component | undefined;
  /** The address of the Packer plugin a type belongs to, where it belongs to one. */
  readonly pluginSource: (type: string) => string | undefined;
  /** Renders a name with the variables' defaults: labels cannot be computed. */
  readonly renderName: (text: string) => string;
  /** Explain the parts of the result in comments. */
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
  readonly #names: VariableNames;
  readonly #labels: SourceLabels;
  /** References to variables whose default is "", or comes from the environment. */
  readonly #blank: ReadonlySet<string>;
  readonly #read = new Set<string>();
  readonly #searches: string[] = [];
  /** The name of the local value that holds the time, where one is needed. */
  #timestamp: string | undefined;

  constructor(template: LegacyTemplate, options: UpgradeOptions) {
    this.#template = template;
    this.#options = options;
    this.#names = new VariableNames(template.variables);
    const blank = [...template.variables].filter(([, value]) => value === "" || value?.includes("{{"));
    this.#blank = new Set(blank.map(([name]) => this.#names.referenceTo(name)));
    this.#labels = new SourceLabels(template.builders, options.renderName);
  }

  write(): string {
    // Sources and build first: they tell which variables, local values and searches are needed.
    const sources = this.#labels.sources.flatMap((source) => this.#source(source));
    const build = this.#build();
    const input = { template: this.#template, names: this.#names, context: this.#context([], false) };
    const declared = writeVariables(input);
    const locals = writeLocals(input, () => this.#timeOfRun());
    const undeclared = writeUndeclared({ ...input, read: this.#read, note: (text) => this.#note(text) });
    const variables = [...declared, ...undeclared];
    const lines = [
      ...this.#note(annotations.header),
      ...packerBlock(this.#template, this.#options.pluginSource),
      ...this.#section(annotations.variables, variables),
      ...this.#section(annotations.locals, locals),
      ...this.#section(annotations.searches, this.#searches),
      ...this.#section(annotations.sources, sources),
      ...this.#section(annotations.build, build),
    ];
    return tidy(lines.join("\n"));
  }

  #note(text: string): readonly string[] {
    if (!this.#options.withAnnotations) return [];
    return text.split("\n").map((line) => `# ${line}`);
  }

  #section(annotation: string, lines: readonly string[]): readonly string[] {
    return lines.length === 0 ? [] : [...this.#note(annotation), ...lines];
  }

  #timeOfRun(): readonly string[] {
    if (this.#timestamp === undefined) return [];
    return [`${this.#timestamp} = regex_replace(timestamp(), "[- TZ:]", "")`];
  }

  #source({ builder, type, label }: UpgradedSource): readonly string[] {
    const { type: _type, name: _name, ...args } = builder;
    const found = this.#imageSearch(args, label);
    const header = `source ${quoteHcl(type)} ${quoteHcl(label)}`;
    const component = this.#options.component("builder", type);
    const lines = this.#block({ header, args: found?.source ?? args, component });
    if (!found) return lines;
    const opening = lines.indexOf(`${header} {`) + 1;
    return lines.toSpliced(opening, 0, `source_ami = ${found.image}`);
  }

  #imageSearch(args: JsonRecord, label: string): { readonly source: JsonRecord; readonly image: string } | undefined {
    const component = this.#options.component("data-source", IMAGE_SEARCH);
    const separated = separateImageSearch(args, component?.schema);
    if (!separated) return undefined;
    const { image } = separated;
    const header = `data ${quoteHcl(IMAGE_SEARCH)} ${quoteHcl(label)}`;
    this.#searches.push(...this.#block({ header, args: separated.search, component }));
    const found = `data.${IMAGE_SEARCH}.${label}.id`;
    const own = image === undefined ? undefined : writeText(image, this.#context([], false));
    return { source: separated.source, image: own === undefined ? found : `${own} != "" ? ${own} : ${found}` };
  }

  #build(): readonly string[] {
    const { description, provisioners, errorCleanupProvisioner, chains } = this.#template;
    const addresses = this.#labels.sources.map(({ type, label }) => quoteHcl(`source.${type}.${label}`));
    if (addresses.length + provisioners.length + chains.length === 0 && !errorCleanupProvisioner) return [];
    const lines = ["build {"];
    if (description !== undefined) lines.push(`description = ${quoteHcl(description)}`);
    lines.push(`sources = ${listOfAddresses(addresses)}`, "");
    lines.push(...provisioners.flatMap((item) => this.#step("provisioner", item)));
    if (errorCleanupProvisioner) lines.push(...this.#step("error-cleanup-provisioner", errorCleanupProvisioner));
    lines.push(...chains.flatMap((chain) => this.#chain(chain)), "}");
    return lines;
  }

  /** A chain of one is a block of its own. */
  #chain(chain: readonly JsonRecord[]): readonly string[] {
    const steps = chain.flatMap((item) => this.#step("post-processor", item));
    return chain.length === 1 ? steps : ["post-processors {", ...steps, "}", ""];
  }

  #step(block: keyof typeof stepKinds, item: JsonRecord): readonly string[] {
    const { type, ...args } = item;
    for (const key of ["only", "except"]) {
      const names = args[key];
      if (Array.isArray(names)) args[key] = names.map((name) => this.#labels.addressOf(String(name)));
    }
    const { override } = args;
    if (isRecord(override)) {
      const renamed = Object.entries(override).map(([name, value]) => [this.#labels.labelOf(name), value]);
      args["override"] = Object.fromEntries(renamed);
    }
    const header = `${block} ${quoteHcl(String(type))}`;
    const component = this.#options.component(stepKinds[block], String(type));
    return this.#block({ header, args, component, inBuild: true });
  }

  #block({ header, args, component, inBuild = false }: BlockInput): readonly string[] {
    const untranslated: string[] = [];
    const context = this.#context(untranslated, inBuild);
    const { override, ...rest } = args;
    const lines = [`${header} {`, ...writeBody(rest, component?.schema, context)];
    if (override !== undefined) lines.push(`override = ${writeValue(override, context)}`);
    if (untranslated.length > 0) lines.unshift(`# ${annotations.untranslated(untranslated)}`);
    return [...lines, "}", ""];
  }

  #context(untranslated: string[], inBuild: boolean): WriteContext {
    return {
      referenceTo: (name) => this.#names.referenceTo(name),
      onVariable: (name) => void this.#read.add(name),
      timestamp: () => `local.${(this.#timestamp ??= this.#names.unused("timestamp"))}`,
      inBuild,
      onUntranslated: (names) => void untranslated.push(...names),
      mayBeBlank: (reference) => this.#blank.has(reference),
    };
  }
}

interface BlockInput {
  readonly header: string;
  readonly args: JsonRecord;
  readonly component: Component | undefined;
  /** `build.*` means something in it. */
  readonly inBuild?: boolean;
}

const stepKinds = {
  provisioner: "provisioner",
  "error-cleanup-provisioner": "provisioner",
  "post-processor": "post-processor",
} as const;

function listOfAddresses(addresses: readonly string[]): string {
  if (addresses.length <= 1) return `[${addresses.join("")}]`;
  const lines = addresses.map((address) => `${address},\n`);
  return `[\n${lines.join("")}]`;
}
