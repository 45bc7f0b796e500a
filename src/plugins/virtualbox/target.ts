import type { Driver } from "./driver/driver.ts";

/** A machine to work with. */
export interface Target {
  readonly driver: Driver;
  /** Its UUID. */
  readonly vm: string;
}
