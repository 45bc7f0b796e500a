import { didYouMean } from "../lib/did-you-mean.ts";
import type { Diagnostic } from "../language/diagnostic.ts";
import type { SourceRange } from "../language/source.ts";
import type { Component, ComponentKind, Registry } from "../sdk/component.ts";
import { error } from "./diagnostics.ts";
import { pluginOf } from "./known-plugins.ts";

type ComponentOf<Kind extends ComponentKind> = Extract<Component, { kind: Kind }>;

/**
 * Components by type, for synchronous planning: what is asked for but not loaded yet is noted, and the plan is made
 * again after `loadWanted`.
 */
export class ComponentLookup {
  readonly #registry: Registry;
  readonly #loaded = new Map<string, Component>();
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
    const types = this.#registry.types(kind);
    if (!types.includes(type)) return unknownType(kind, type, types, subject);
    this.#wanted.set(key, [kind, type]);
    return "loading";
  }

  /** Whether something was asked for that is not loaded yet: what was planned with it is incomplete. */
  get isWaiting(): boolean {
    return this.#wanted.size > 0;
  }

  /** Loads what `find` could not give. False when nothing was wanted. */
  async loadWanted(): Promise<boolean> {
    const wanted = [...this.#wanted];
    this.#wanted.clear();
    await Promise.all(
      wanted.map(async ([key, [kind, type]]) => {
        const component = await this.#registry.load(kind, type);
        if (component) this.#loaded.set(key, component);
      }),
    );
    return wanted.length > 0;
  }
}

export const isComponent = <C extends Component>(found: C | Diagnostic | "loading"): found is C =>
  found !== "loading" && "schema" in found;

const words: { readonly [Kind in ComponentKind]: string } = {
  builder: "builder",
  provisioner: "provisioner",
  "post-processor": "post-processor",
  "data-source": "data source",
};

function unknownType(
  kind: ComponentKind,
  type: string,
  known: readonly string[],
  subject: SourceRange | undefined,
): Diagnostic {
  const word = words[kind];
  const prefix = type.split("-")[0]!;
  const isOurs = known.some((other) => other.split("-")[0] === prefix);
  const suggestion = didYouMean(type, known);
  const plugin = isOurs ? undefined : pluginOf(type);
  const list = `\nThe ${word} types there are: ${[...known].sort().join(", ")}.`;
  const detail = plugin
    ? `The ${word} "${type}" belongs to the Packer plugin ${plugin}, which imgbuild does not have.`
    : `There is no ${word} of type "${type}".${suggestion || list}`;
  return error(`unknown-${kind}-type`, `Unknown ${word} type`, detail, subject);
}
