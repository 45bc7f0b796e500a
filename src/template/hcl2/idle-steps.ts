import { takesPart, type OnlyExcept } from "../only-except.ts";
import type { BlockMember } from "./plan-context.ts";

/** Finds the steps of a build block that take part in none of its builds. */
export class IdleSteps {
  readonly #members: readonly BlockMember[];

  constructor(members: readonly BlockMember[]) {
    this.#members = members;
  }

  includes(onlyExcept: OnlyExcept): boolean {
    return !this.#members.some(({ names }) => takesPart(onlyExcept, names));
  }
}
