import type { Component, ComponentKind } from "../../sdk/component.ts";
import type { Registry } from "../../sdk/registry.ts";
import type { HostedType } from "./hosted-components.ts";

/** What is built in, and what the installed plugins have beside it, for commands that need no template to know which. */
export function withHosted(builtIn: Registry, hosted: readonly HostedType[]): Registry {
  const others = hosted.filter(({ kind, type }) => !builtIn.types(kind).includes(type));
  const find = (kind: ComponentKind, type: string): HostedType | undefined =>
    others.find((one) => one.kind === kind && one.type === type);
  return {
    plugins: builtIn.plugins,
    types: (kind) => [...builtIn.types(kind), ...others.filter((one) => one.kind === kind).map(({ type }) => type)],
    load: async <Kind extends ComponentKind>(kind: Kind, type: string) => {
      const other = await find(kind, type)?.load();
      return other ? (other as Extract<Component, { kind: Kind }>) : builtIn.load(kind, type);
    },
  };
}
