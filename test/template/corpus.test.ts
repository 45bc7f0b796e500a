import { readdirSync } from "node:fs";
import { basename, dirname } from "node:path";
import { describe, expect, it } from "vitest";
import type { Diagnostic } from "../../src/language/diagnostic.ts";
import { renderDiagnostic } from "../../src/language/render/render-diagnostic.ts";
import { registry } from "../../src/registry.ts";
import { corpusTemplates, hasCorpus, type CorpusTemplate } from "../helper/corpus.ts";
import { loadForTest } from "../helper/load-for-test.ts";
import { leftOut } from "../helper/need.ts";

/** Types imgbuild has. A template that names one of them must find it. */
const ours =
  /^"?(virtualbox-|qemu|amazon-(ebs|instance|chroot)|null|file|shell|shell-local|vagrant|powershell|windows-)/;

const textOf = ({ subject }: Diagnostic) => (subject ? subject.file.text.slice(subject.start, subject.end) : "");

/** Why a template may fail through no fault of ours: it needs plugins we do not have, or values it does not come with. */
function isItsOwn(diagnostic: Diagnostic): boolean {
  if (/^unknown-(builder|provisioner|post-processor|data-source)-type$/.test(diagnostic.code))
    return !ours.test(textOf(diagnostic));
  const { code, detail } = diagnostic;
  if (
    code === "unset-variable" ||
    code === "empty-argument" ||
    (code === "missing-argument" && textOf(diagnostic).includes("{{user"))
  )
    return true;
  // Without its files of variables a template has no image and no name.
  return code === "invalid-checksum" || detail.includes('no variable "vm_name" is declared');
}

/** Some templates take everything from a file of variables beside them. */
function variableFiles({ path }: CorpusTemplate): readonly string[] {
  const files = readdirSync(dirname(path)).filter((name) => name.startsWith("vars-") && name.endsWith(".pkrvars.hcl"));
  return files.slice(0, 1);
}

describe.skipIf(!hasCorpus)(
  hasCorpus ? "templates of other people" : leftOut("templates of other people", "no corpus beside the repository"),
  () => {
    it.each(corpusTemplates().map((template) => [template.name, template] as const))(
      "%s loads, or fails for its own reasons",
      async (_name, template) => {
        const isDirectory = template.name.startsWith("jenkins");
        const { diagnostics } = await loadForTest(isDirectory ? "." : basename(template.path), dirname(template.path), {
          registry,
          readDataSource: undefined,
          undeclaredVariables: "ignore",
          varFiles: variableFiles(template),
        });
        const unexplained = diagnostics.filter(
          (diagnostic) => diagnostic.severity === "error" && !isItsOwn(diagnostic),
        );
        expect(unexplained.map((diagnostic) => renderDiagnostic(diagnostic, { color: false }))).toEqual([]);
      },
    );
  },
);
