import { shellCommand } from "../../../../lib/shell-quote.ts";
import type { Unit } from "../../../../core/plan/unit.ts";
import { UsageError } from "../../../usage-error.ts";
import { ANY, labelsOf } from "../labels.ts";
import { unitNames } from "../unit-names.ts";
import { PART_VARIABLE, partOf, type Format, type FormatOptions } from "./format.ts";

/** What Java takes of constants in one method (64 KiB) is a little more. */
const MOST_UNITS = 200;

/** A declarative pipeline with a matrix for each stage (Jenkins, "Pipeline Syntax", Matrix). */
export const formatJenkins: Format = (units, options) => {
  if (units.length > MOST_UNITS) throw new UsageError(tooMany(units.length));
  const names = unitNames(units);
  const table = units.map((unit) => `  ${entryOf(unit, names.get(unit.id)!, options)},\n`).join("");
  const stages = [...new Set(units.map(({ stage }) => stage))].toSorted((one, other) => one - other);
  const matrices = stages.map((stage) => matrixOf(stage, units));
  return `def units = [\n${table || "  :\n"}]

pipeline {
  agent none
  stages {
${matrices.join("") || NOTHING}  }
}
`;
};

function tooMany(count: number): string {
  const shards = Math.ceil(count / MOST_UNITS);
  return `A Jenkinsfile holds at most ${MOST_UNITS} units, and there are ${count}. Make ${shards} or more of them with -shard=1/${shards} and so on.`;
}

function entryOf(unit: Unit, name: string, { labels }: FormatOptions): string {
  const label = labelsOf(unit, labels, (need) => (need === ANY ? [] : [need])).join(" && ");
  const members = Object.entries({ name, label, command: shellCommand(unit.command), part: partOf(unit) });
  const texts = members.map(([key, value]) => `${key}: ${groovy(value)}`);
  return `${groovy(unit.id)}: [${texts.join(", ")}]`;
}

function matrixOf(stage: number, units: readonly Unit[]): string {
  const ids = units.filter((unit) => unit.stage === stage).map(({ id }) => groovy(id));
  return `    stage('stage ${stage}') {
      matrix {
        axes {
          axis {
            name 'UNIT'
            values ${ids.join(", ")}
          }
        }
        agent { label "\${units[UNIT].label}" }
        stages {
          stage('build') {
            steps {
              echo units[env.UNIT].name
              withEnv(["${PART_VARIABLE}=\${units[env.UNIT].part}"]) {
                sh units[env.UNIT].command
              }
            }
            post {
              always {
                archiveArtifacts artifacts: "\${units[env.UNIT].part}", allowEmptyArchive: true
              }
            }
          }
        }
      }
    }
`;
}

const NOTHING = `    stage('nothing to build') {
      steps {
        echo 'Everything is built.'
      }
    }
`;

/** A text between single quotes, in which `$` means nothing. Everything but printable ASCII is escaped. */
function groovy(text: string): string {
  const escaped = text.replace(/[\\']/g, "\\$&").replace(/[^ -~]/g, unicodeEscape);
  return `'${escaped}'`;
}

const unicodeEscape = (unit: string): string => NAMED[unit] ?? `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`;
/** Groovy reads `\\u000a` before it reads the text, and would find the end of a line there. */
const NAMED: Readonly<Record<string, string>> = { "\n": "\\n", "\r": "\\r", "\t": "\\t", "\b": "\\b", "\f": "\\f" };
