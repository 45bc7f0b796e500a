import type { HostedComponent } from "./hosting.ts";

/** One sentence for lists and docs: plugins say nothing of what they are for. */
export function summaryOf({ component, origin }: HostedComponent): string {
  if (component.protobuf) return `Of the plugin ${origin}.`;
  return `Of the plugin ${origin}, which does not say which options it has.`;
}
