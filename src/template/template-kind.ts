import type { LoadOptions } from "./load-options.ts";

/** HCL2 for directories and for files named `*.pkr.hcl` or `*.pkr.json`; anything else is a legacy JSON template. */
export function templateKind(options: Pick<LoadOptions, "path" | "configType">, isDirectory: boolean): "hcl2" | "json" {
  if (options.configType) return options.configType;
  return isDirectory || /\.pkr\.(hcl|json)$/.test(options.path) ? "hcl2" : "json";
}
