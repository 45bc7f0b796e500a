import type { Diagnostic } from "../../language/diagnostic.ts";
import { isRecord, type JsonRecord } from "../fix/legacy-document.ts";
import type { JsonData } from "./json-data.ts";
import { missingType, notAnObject, unknownRootKey, wrongShape } from "../messages/legacy.ts";

/** The parts of a legacy JSON template; nothing evaluated. What has the wrong shape is reported and left out. */
export interface LegacyTemplate {
  readonly description: string | undefined;
  readonly minimumVersion: string | undefined;
  /** As written; null means a value has to be given. */
  readonly variables: ReadonlyMap<string, string | null>;
  readonly sensitiveVariables: readonly string[];
  readonly builders: readonly JsonRecord[];
  readonly provisioners: readonly JsonRecord[];
  readonly errorCleanupProvisioner: JsonRecord | undefined;
  readonly chains: readonly (readonly JsonRecord[])[];
}

/** All provisioners, that for cleaning up after an error last. */
export function provisionersOf({ provisioners, errorCleanupProvisioner }: LegacyTemplate): readonly JsonRecord[] {
  const cleanups = errorCleanupProvisioner ? [errorCleanupProvisioner] : [];
  return [...provisioners, ...cleanups];
}

/** Provisioners and post-processors. */
export function stepsOf(template: LegacyTemplate): readonly JsonRecord[] {
  return [...provisionersOf(template), ...template.chains.flat()];
}

const rootKeys = [
  "min_packer_version",
  "description",
  "variables",
  "sensitive-variables",
  "builders",
  "provisioners",
  "error-cleanup-provisioner",
  "post-processors",
  "push",
];

/** Checks the shape of a template. */
export function readLegacyTemplate(
  data: JsonData,
  report: (diagnostic: Diagnostic) => void,
): LegacyTemplate | undefined {
  const { root } = data;
  if (!isRecord(root)) {
    report(notAnObject(data.rangeOf(root, [])));
    return undefined;
  }
  const reader = new Reader(root, data, report);
  reader.checkRootKeys();
  return {
    description: reader.text("description"),
    minimumVersion: reader.text("min_packer_version"),
    variables: reader.variables(),
    sensitiveVariables: reader.texts("sensitive-variables"),
    builders: reader.components("builders"),
    provisioners: reader.components("provisioners"),
    errorCleanupProvisioner: reader.component(root, "error-cleanup-provisioner"),
    chains: reader.chains(),
  };
}

class Reader {
  readonly #root: JsonRecord;
  readonly #data: JsonData;
  readonly #report: (diagnostic: Diagnostic) => void;

  constructor(root: JsonRecord, data: JsonData, report: (diagnostic: Diagnostic) => void) {
    this.#root = root;
    this.#data = data;
    this.#report = report;
  }

  checkRootKeys(): void {
    for (const key of Object.keys(this.#root)) {
      // Names that begin with an underscore are comments.
      if (rootKeys.includes(key) || key.startsWith("_")) continue;
      this.#report(unknownRootKey(key, rootKeys, this.#data.rangeOf(this.#root, [key], "name")));
    }
  }

  text(key: string): string | undefined {
    const value = this.#root[key];
    if (value === undefined || value === null || typeof value === "string") return value ?? undefined;
    this.#wrong([key], `"${key}" is a text`);
    return undefined;
  }

  texts(key: string): readonly string[] {
    const value = this.#root[key] ?? [];
    if (Array.isArray(value) && value.every((item) => typeof item === "string")) return value;
    this.#wrong([key], `"${key}" is a list of texts`);
    return [];
  }

  variables(): ReadonlyMap<string, string | null> {
    const value = this.#root["variables"] ?? {};
    const variables = new Map<string, string | null>();
    if (!isRecord(value)) {
      this.#wrong(["variables"], '"variables" is an object of names and values');
      return variables;
    }
    for (const [name, text] of Object.entries(value)) {
      if (text === null || typeof text === "string") variables.set(name, text);
      else if (typeof text === "number" || typeof text === "boolean") variables.set(name, String(text));
      else this.#wrong(["variables", name], "The value of a variable is a text, or null where one has to be given");
    }
    return variables;
  }

  components(key: string): readonly JsonRecord[] {
    const value = this.#root[key] ?? [];
    if (!Array.isArray(value)) {
      this.#wrong([key], `"${key}" is a list of objects`);
      return [];
    }
    return value.flatMap((_item: unknown, index) => asList(this.component(value as never, index)));
  }

  /** The object at a key, when it is one and says its type. */
  component(owner: Record<string | number, unknown>, key: string | number): JsonRecord | undefined {
    const value = owner[key];
    if (value === undefined || value === null) return undefined;
    const range = this.#data.rangeOf(owner, [key]);
    if (!isRecord(value)) this.#report(wrongShape('An object with a "type" is needed here', range));
    else if (typeof value["type"] !== "string" || value["type"] === "")
      this.#report(missingType(this.#data.rangeOf(value, ["type"]) ?? range));
    else return value;
    return undefined;
  }

  chains(): readonly (readonly JsonRecord[])[] {
    const value = this.#root["post-processors"] ?? [];
    if (!Array.isArray(value)) {
      this.#wrong(["post-processors"], '"post-processors" is a list');
      return [];
    }
    return value.map((item: unknown, index) => {
      if (Array.isArray(item)) return item.flatMap((_step, at) => this.#step(item as never, at));
      return this.#step(value as never, index);
    });
  }

  /** A post-processor: its type alone, or an object. */
  #step(owner: Record<string | number, unknown>, key: number): readonly JsonRecord[] {
    const value = owner[key];
    if (typeof value === "string") {
      const object = { type: value };
      this.#data.standIn(object, owner as never, key);
      return [object];
    }
    return asList(this.component(owner, key));
  }

  #wrong(path: readonly string[], expectation: string): void {
    this.#report(wrongShape(expectation, this.#data.rangeOf(this.#root, path)));
  }
}

const asList = (component: JsonRecord | undefined): readonly JsonRecord[] => (component ? [component] : []);
