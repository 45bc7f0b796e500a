import { nearest } from "../../../lib/did-you-mean.ts";
import { warning } from "../../../sdk/schema/rules.ts";
import type { ConfigIssue } from "../../../sdk/schema/schema.ts";
import { INSTANCE_SIZES, REGIONS } from "./known-names.ts";

/** Whether names mean what they mean at Amazon: at another service they mean what they like. */
export function isAmazon(args: { readonly custom_endpoint_ec2?: string | undefined }): boolean {
  return !args.custom_endpoint_ec2;
}

/** A region that the SDK does not know is doubted, not refused: there may be a newer one. */
export function regionIssues(region: string | undefined, path: ConfigIssue["path"]): readonly ConfigIssue[] {
  if (!region || REGIONS.includes(region)) return [];
  const near = nearest(region, REGIONS);
  return [doubt(path, "Unknown region", `Amazon has no region "${region}" that is known here.`, near)];
}

/** As a region. What is no `family.size` at all is no instance type either. */
export function instanceTypeIssues(type: string | undefined, path: ConfigIssue["path"]): readonly ConfigIssue[] {
  if (!type) return [];
  const [family = "", size = ""] = type.split(".");
  const sizes = INSTANCE_SIZES[family]?.split(" ") ?? [];
  if (sizes.includes(size)) return [];
  const near = nearInstanceType(type, family, sizes);
  const known = near === undefined && sizes.length > 0 ? ` Its sizes are ${sizes.join(", ")}.` : "";
  return [
    doubt(path, "Unknown instance type", `Amazon has no instance type "${type}" that is known here.${known}`, near),
  ];
}

/** Of the same family where there is one: `t3.mircro` is rather `t3.micro` than `c3.micro`. */
function nearInstanceType(type: string, family: string, sizes: readonly string[]): string | undefined {
  const inFamily = nearest(
    type,
    sizes.map((size) => `${family}.${size}`),
  );
  return inFamily ?? nearest(type, allInstanceTypes());
}

const allInstanceTypes = (): readonly string[] =>
  Object.entries(INSTANCE_SIZES).flatMap(([family, sizes]) => sizes.split(" ").map((size) => `${family}.${size}`));

function doubt(path: ConfigIssue["path"], summary: string, detail: string, near: string | undefined): ConfigIssue {
  if (near === undefined) return warning("unknown-name", path, summary, detail);
  const issue = warning("unknown-name", path, summary, `${detail} Did you mean "${near}"?`);
  return { ...issue, fix: { kind: "replace", part: "value", text: JSON.stringify(near) } };
}
