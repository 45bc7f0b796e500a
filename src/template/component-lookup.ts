import type { Diagnostic } from "../language/diagnostic.ts";
import type { SourceRange } from "../language/source.ts";
import type { Component, ComponentKind } from "../sdk/component.ts";
import { BuildError } from "../sdk/error.ts";
import type { Registry } from "../sdk/registry.ts";
import type { Report } from "./diagnostics.ts";
import type { LoadOptions } from "./load-options.ts";
import { standIn } from "./stand-in.ts";
import { unknownType, unusableType } from "./messages/components.ts";

type ComponentOf<Kind extends ComponentKind> = Extract<Component, { kind: Kind }>;

/**
 * Components by type, for synchronous planning: what is looked up but not loaded yet is remembered, and the plan is
 * made again after `loadWanted`.
 */
export class ComponentLookup {
  readonly #registry: Registry;
  readonly #loaded = new Map<string, Component>();
  /** What was asked for in vain, and why where that is known. */
  readonly #failed = new Map<string, BuildError | undefined>();
  readonly #wanted = new Map<string, readonly [ComponentKind, string]>();

  constructor(registry: Registry) {
    this.#registry = registry;
  }

  /** The component, or why there is none, or that it has to be loaded first. */
  find<Kind extends ComponentKind>(
    kind: Kind,
    type: string,
    subject: SourceRange | undefined,
  ): ComponentOf<Kind> | Diagnostic | "loading" {
    const key = `${kind} ${type}`;
    const loaded = this.#loaded.get(key);
    if (loaded) return loaded as ComponentOf<Kind>;
    const failure = this.#failed.get(key);
    if (failure) return unusableType(kind, type, failure, subject);
    if (this.#failed.has(key) || !this.#mayHave(kind, type)) return unknownType(kind, type, this.#registry, subject);
    this.#wanted.set(key, [kind, type]);
    return "loading";
  }

  #mayHave(kind: ComponentKind, type: string): boolean {
    return this.#registry.has?.(kind, type) ?? this.#registry.types(kind).includes(type);
  }

  /** Whether something was looked up that is not loaded yet: what was planned with it is incomplete. */
  get isWaiting(): boolean {
    return this.#wanted.size > 0;
  }

  /** Loads what `find` did not have. False when there was nothing to load. */
  async loadWanted(): Promise<boolean> {
    const wanted = [...this.#wanted];
    this.#wanted.clear();
    await Promise.all(
      wanted.map(async ([key, [kind, type]]) => {
        try {
          const component = await this.#registry.load(kind, type);
          if (component) this.#loaded.set(key, component);
          else this.#failed.set(key, undefined);
        } catch (error) {
          if (!(error instanceof BuildError)) throw error;
          this.#failed.set(key, error);
        }
      }),
    );
    return wanted.length > 0;
  }
}

export interface FindingContext {
  readonly options: Pick<LoadOptions, "structureOnly">;
  readonly lookup: ComponentLookup;
  readonly report: Report;
}

/**
 * The component of a type, after reporting that there is none; undefined too while it is still to be loaded. Where only
 * the structure is of interest, something takes its place.
 */
export function findComponent<Kind extends ComponentKind>(
  { lookup, report, options }: FindingContext,
  kind: Kind,
  type: string,
  subject: SourceRange | undefined,
): ComponentOf<Kind> | undefined {
  const found = lookup.find(kind, type, subject);
  if (found === "loading") return undefined;
  if ("schema" in found) return found;
  if (!options.structureOnly) {
    report(found);
    return undefined;
  }
  report({ ...found, severity: "warning" });
  return standIn(kind, type) as ComponentOf<Kind>;
}
