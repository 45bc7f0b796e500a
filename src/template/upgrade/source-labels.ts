import type { JsonRecord } from "../fix/legacy-document.ts";

/** A builder of a JSON template and the source it becomes. */
export interface UpgradedSource {
  readonly builder: JsonRecord;
  readonly type: string;
  readonly name: string;
  /** The name as a label: rendered, with what a label cannot hold replaced. */
  readonly label: string;
}

/** The sources that the builders of a template become, and what each is called after that. */
export class SourceLabels {
  readonly sources: readonly UpgradedSource[];

  readonly #renderName: (text: string) => string;

  /** `renderName` renders a name with the variables' defaults: labels cannot be computed. */
  constructor(builders: readonly JsonRecord[], renderName: (text: string) => string) {
    this.#renderName = renderName;
    const taken = new Set<string>();
    this.sources = builders.map((builder) => {
      const type = String(builder["type"]);
      const own = builder["name"];
      const name = typeof own === "string" && own !== "" ? own : type;
      const rendered = renderName(name) || variableIn(name) || type;
      const wanted = rendered.replace(/[^\p{ID_Continue}-]/gu, "_");
      let label = wanted;
      for (let number = 2; taken.has(`${type}.${label}`); number++) label = `${wanted}_${number}`;
      taken.add(`${type}.${label}`);
      return { builder, type, name, label };
    });
  }

  /** The label of what JSON called `name`, which may be a pattern. */
  labelOf(name: string): string {
    return this.#find(name)?.label ?? name;
  }

  /** `type.label` */
  addressOf(name: string): string {
    const source = this.#find(name);
    if (!source) return name;
    return `${source.type}.${source.label}`;
  }

  #find(name: string): UpgradedSource | undefined {
    const rendered = this.#renderName(name);
    return this.sources.find((source) => source.name === name || source.label === name || source.label === rendered);
  }
}

/** The variable that a name consists of. */
const variableIn = (name: string): string | undefined => /^\{\{-?\s*user\s+[`"]([^`"]+)[`"]\s*-?\}\}$/.exec(name)?.[1];
