import type { LoadContext } from "../load-context.ts";
import type { JsonData } from "./json-data.ts";
import type { LegacyTemplate } from "./legacy-template.ts";

/** The parts of a template, and its data with the positions in the text. */
export interface ParsedTemplate {
  readonly template: LegacyTemplate;
  readonly data: JsonData;
}

/** What evaluating a legacy template takes. */
export interface LegacyContext extends LoadContext, ParsedTemplate {}
