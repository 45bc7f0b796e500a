import type { Artifact } from "../../sdk/artifact.ts";
import type { GeneratedData } from "../../sdk/component.ts";

/**
 * What `build.*` means after the build: a builder of a plugin knows more when it has finished than when its machine was
 * provisioned, and says so in the state of its artifact, by Packer's name.
 */
export function dataAfter(data: GeneratedData, { state }: Pick<Artifact, "state">): GeneratedData {
  const { generated_data: added } = state as { readonly generated_data?: unknown };
  if (typeof added !== "object" || added === null) return data;
  const isGiven = (value: unknown): value is string | number => typeof value === "string" || typeof value === "number";
  const entries = Object.entries(added).filter(([, value]) => isGiven(value));
  return { ...data, ...(Object.fromEntries(entries) as GeneratedData) };
}
