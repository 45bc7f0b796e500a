/** A legacy JSON template as plain data that fixers may change. */
export type JsonRecord = Record<string, unknown>;

export const isRecord = (value: unknown): value is JsonRecord =>
  typeof value === "object" && value !== null && !Array.isArray(value);

export const asRecord = (value: unknown): JsonRecord | undefined => (isRecord(value) ? value : undefined);

/** An old form that was replaced: where it was, and what to write now. */
export interface Change {
  /** The object that held it. */
  readonly owner: JsonRecord;
  readonly key: string;
  /** Completes `"key" is deprecated; …`. */
  readonly replacement: string;
}

/** The parts of a template fixers work on, and a record of what they changed. */
export class LegacyDocument {
  readonly root: JsonRecord;
  readonly changes: Change[] = [];
  /** For each object, the present name of an argument → the name it has in the text. */
  readonly renames = new WeakMap<JsonRecord, Map<string, string>>();
  /** The types of builders as they were written, where they have another name now. */
  readonly formerTypes = new Map<JsonRecord, string>();
  /** Replaces `{{user …}}` by its value where that is known; otherwise returns the text. */
  readonly resolve: (text: string) => string;

  constructor(root: JsonRecord, resolve: (text: string) => string = (text) => text) {
    this.root = root;
    this.resolve = resolve;
  }

  /** Builders whose type is one of `types`, or begins with one that ends in `-`; all without `types`. */
  builders(...types: readonly string[]): readonly JsonRecord[] {
    return records(this.root["builders"]).filter(ofType(types));
  }

  provisioners(...types: readonly string[]): readonly JsonRecord[] {
    return records(this.root["provisioners"]).filter(ofType(types));
  }

  /** Post-processors written as objects, also those in sequences. */
  postProcessors(...types: readonly string[]): readonly JsonRecord[] {
    const all = this.root["post-processors"];
    if (!Array.isArray(all)) return [];
    return records(all.flat()).filter(ofType(types));
  }

  /** Moves a value to a new name, unless that is set; then the old one is only removed. */
  rename(owner: JsonRecord, from: string, to: string, options: { readonly overwrite?: boolean } = {}): void {
    if (!(from in owner)) return;
    const value = owner[from];
    this.remove(owner, from, `use "${to}"`);
    if (to in owner && options.overwrite !== true) return;
    this.#remember(owner, from, to);
    owner[to] = value;
  }

  remove(owner: JsonRecord, key: string, replacement: string): void {
    if (!(key in owner)) return;
    this.changes.push({ owner, key, replacement });
    delete owner[key];
  }

  /** Replaces an old argument by another with another value. */
  replace(owner: JsonRecord, from: string, to: string, value: unknown): void {
    this.remove(owner, from, `use "${to}"`);
    this.#remember(owner, from, to);
    owner[to] = value;
  }

  /** Changes a value in place. */
  rewrite(owner: JsonRecord, key: string, value: unknown, replacement: string): void {
    this.changes.push({ owner, key, replacement });
    owner[key] = value;
  }

  /** Gives a builder the present name of its type. */
  renameType(builder: JsonRecord, from: string, to: string): void {
    this.formerTypes.set(builder, from);
    this.rewrite(builder, "type", to, `"${from}" is called "${to}" now`);
  }

  #remember(owner: JsonRecord, from: string, to: string): void {
    const renames = this.renames.get(owner) ?? new Map<string, string>();
    renames.set(to, renames.get(from) ?? from);
    this.renames.set(owner, renames);
  }
}

function records(list: unknown): readonly JsonRecord[] {
  if (!Array.isArray(list)) return [];
  return list.filter(isRecord);
}

function ofType(types: readonly string[]): (record: JsonRecord) => boolean {
  return ({ type }) =>
    types.length === 0 || (typeof type === "string" && types.some((wanted) => matches(type, wanted)));
}

function matches(type: string, wanted: string): boolean {
  return type === wanted || (wanted.endsWith("-") && type.startsWith(wanted));
}
