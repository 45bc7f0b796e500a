import { stringify } from "yaml";
import { shellCommand } from "../../../../lib/shell-quote.ts";
import type { Unit } from "../../../../core/plan/unit.ts";
import { ANY, labelsOf } from "../labels.ts";
import { unitNames } from "../unit-names.ts";
import { PART_VARIABLE, partOf, type Format, type FormatOptions } from "./format.ts";

/** GitLab's limit for the name of a job. */
const LONGEST_NAME = 255;
const GATHERED = "imgbuild-metadata.json";

/** A child pipeline for `trigger: include: artifact` (GitLab, "CI/CD YAML syntax reference"). */
export const formatGitlab: Format = (units, options) => {
  const stages = Math.max(0, ...units.map(({ stage }) => stage));
  const names = jobNames(units);
  const isRead = new Set(units.flatMap(({ dependsOn }) => dependsOn));
  const jobs = units.map((unit) => [names.get(unit.id)!, jobOf(unit, { names, options, isRead: isRead.has(unit.id) })]);
  const gather = {
    stage: "gather",
    ...imageOf(options),
    script: [`imgbuild manifest merge ${GATHERED} imgbuild-part-*.json`],
    artifacts: { paths: [GATHERED] },
    when: "always",
  };
  const pipeline = {
    stages: [...Array.from({ length: stages }, (_, index) => `stage-${index + 1}`), "gather"],
    ...Object.fromEntries(jobs),
    ...(units.length === 0 ? { nothing: nothingToDo(options) } : { gather }),
  };
  return stringify(pipeline, { lineWidth: 0 });
};

interface JobContext {
  readonly names: ReadonlyMap<string, string>;
  readonly options: FormatOptions;
  readonly isRead: boolean;
}

function jobOf(unit: Unit, { names, options, isRead }: JobContext): object {
  const tags = labelsOf(unit, options.labels, (need) => (need === ANY ? [] : [need]));
  const part = partOf(unit);
  return {
    stage: `stage-${unit.stage}`,
    ...(tags.length > 0 && { tags }),
    ...imageOf(options),
    needs: unit.dependsOn.map((id) => names.get(id)!),
    variables: { [PART_VARIABLE]: part },
    script: [shellCommand(unit.command)],
    artifacts: { when: "always", paths: isRead ? [part, ...unit.writes] : [part] },
  };
}

const imageOf = ({ image }: FormatOptions): object => (image === undefined ? {} : { image });

/** A pipeline without jobs is an error. */
const nothingToDo = (options: FormatOptions): object => ({
  stage: "gather",
  ...imageOf(options),
  script: ["echo 'Everything is built.'"],
});

/** Unlike the keywords of a pipeline, and no longer than GitLab permits. */
function jobNames(units: readonly Unit[]): ReadonlyMap<string, string> {
  const names = unitNames(units);
  const whole = units.map(({ id }) => `build ${names.get(id)!}`);
  return new Map(
    units.map(({ id }, index) => {
      const name = whole[index]!;
      const isFit = name.length <= LONGEST_NAME && whole.indexOf(name) === whole.lastIndexOf(name);
      return [id, isFit ? name : `${name.slice(0, LONGEST_NAME - id.length - 1)} ${id}`];
    }),
  );
}
