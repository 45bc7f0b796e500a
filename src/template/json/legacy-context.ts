import type { LoadContext } from "../load-context.ts";
import type { JsonData } from "./json-data.ts";
import type { LegacyTemplate } from "./legacy-template.ts";

/** A template taken apart, and its data with the way back to the text. */
export interface ParsedTemplate {
  readonly template: LegacyTemplate;
  readonly data: JsonData;
}

/** What evaluating a legacy template takes. */
export interface LegacyContext extends LoadContext, ParsedTemplate {}
