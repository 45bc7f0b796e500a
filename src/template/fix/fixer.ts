import type { LegacyDocument } from "./legacy-document.ts";

/** One known way in which old JSON templates differ from what Packer takes today. */
export interface Fixer {
  readonly name: string;
  /** What it does, for `imgbuild fix -h`. */
  readonly summary: string;
  /**
   * The old form can only mean the new one, so that a template which still has it is read as if it had been fixed (with
   * a warning). Not so where the old form has another meaning today, or where the fix is a matter of taste.
   */
  readonly appliesOnLoad: boolean;
  fix(document: LegacyDocument): void;
}

/** A fixer for a builder type that has another name now. */
export function renameType(name: string, from: string, to: string): Fixer {
  return {
    name,
    summary: `Renames builders of type "${from}" to "${to}".`,
    appliesOnLoad: true,
    fix(document) {
      for (const builder of document.builders(from)) document.renameType(builder, from, to);
    },
  };
}
