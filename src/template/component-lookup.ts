import { didYouMean } from "../lib/did-you-mean.ts";
import type { Diagnostic } from "../language/diagnostic.ts";
import type { SourceRange } from "../language/source.ts";
import type { Component, ComponentKind } from "../sdk/component.ts";
import type { Registry } from "../sdk/registry.ts";
import type { Plugin } from "../sdk/plugin.ts";
import { error } from "./diagnostics.ts";
import { isPackersOwn, pluginSourceOf } from "./known-plugins.ts";

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
    const isThere = this.#registry.has?.(kind, type) ?? this.#registry.types(kind).includes(type);
    if (!isThere) return unknownType(kind, type, this.#registry, subject);
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
  registry: Registry,
  subject: SourceRange | undefined,
): Diagnostic {
  const word = words[kind];
  const detail = whyUnknown(word, type, { known: registry.types(kind), plugins: registry.plugins });
  return error(`unknown-${kind}-type`, `Unknown ${word} type`, detail, subject);
}

interface Available {
  readonly known: readonly string[];
  readonly plugins: readonly Plugin[];
}

function whyUnknown(word: string, type: string, { known, plugins }: Available): string {
  if (isPackersOwn(type)) return `The ${word} "${type}" is part of Packer; imgbuild does not have it yet.`;
  const isMisspelt = known.some((other) => prefixOf(other) === prefixOf(type));
  const source = isMisspelt ? undefined : pluginSourceOf(type, plugins);
  if (source) return `The ${word} "${type}" belongs to the Packer plugin ${source}, which imgbuild does not have.`;
  const suggestion = didYouMean(type, known);
  const list = `\nThe ${word} types there are: ${[...known].sort().join(", ")}.`;
  return `There is no ${word} of type "${type}".${suggestion || list}`;
}

function prefixOf(type: string): string {
  return type.split("-")[0]!;
}
