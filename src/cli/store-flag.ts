import type { Host } from "../sdk/host.ts";
import { textFlag } from "./command.ts";

/** `-store` of build and plan. */
export const storeFlag = (description: string) => textFlag("DIR|s3://BUCKET/PREFIX", description);

/** So that the command of a unit is the same wherever it runs. */
export function storeAddress({ env }: Pick<Host, "env">, given: string | undefined): string | undefined {
  return given ?? (env["IMGBUILD_STORE"] || undefined);
}
