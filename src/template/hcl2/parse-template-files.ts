import type { Body } from "../../language/ast.ts";
import { hasErrors } from "../../language/diagnostic.ts";
import { parseJsonBody, type BodySchema } from "../../language/json/json-body.ts";
import { parseHcl } from "../../language/parse.ts";
import type { SourceFile } from "../../language/source.ts";
import type { DiagnosticCollector } from "../diagnostics.ts";
import { readSource, type ReadSource } from "../files/read-source.ts";
import type { TemplatePath } from "../files/template-files.ts";
import type { LoadOptions } from "../load-options.ts";
import { looksLikeYaml } from "../looks-like-yaml.ts";
import { yamlTemplate } from "../messages/files.ts";

/** Reads and parses every file of a template. Files that cannot be read or are no text are reported and left out. */
export async function parseTemplateFiles(
  path: TemplatePath,
  options: LoadOptions,
  diagnostics: DiagnosticCollector,
): Promise<readonly Body[]> {
  const { cwd } = options.host;
  const sources = await readAll(path, cwd);
  return sources.flatMap(({ file, diagnostics: problems }) => {
    diagnostics.add(...problems);
    if (!file || hasErrors(problems)) return [];
    if (looksLikeYaml(file.text)) {
      diagnostics.add(yamlTemplate(file));
      return [];
    }
    const { body, diagnostics: mistakes } = parseFile(file);
    diagnostics.add(...mistakes);
    return [body];
  });
}

async function readAll({ files, given }: TemplatePath, cwd: string): Promise<readonly ReadSource[]> {
  if (given) return [{ file: given, diagnostics: [] }];
  return Promise.all(files.map((file) => readSource("template", file, cwd)));
}

const component: BodySchema = { blocks: {} };
const build: BodySchema = {
  blocks: {
    source: { labels: ["address"], body: component },
    provisioner: { labels: ["type"], body: component },
    "error-cleanup-provisioner": { labels: ["type"], body: component },
    "post-processor": { labels: ["type"], body: component },
    "post-processors": { labels: [], body: { blocks: { "post-processor": { labels: ["type"], body: component } } } },
  },
};

/** Which members are blocks when the template is written in JSON. */
const templateSchema: BodySchema = {
  blocks: {
    packer: { labels: [], body: { blocks: { required_plugins: { labels: [] } } } },
    variable: { labels: ["name"], body: { blocks: { validation: { labels: [] } } } },
    variables: { labels: [] },
    locals: { labels: [] },
    local: { labels: ["name"] },
    data: { labels: ["type", "name"], body: component },
    source: { labels: ["type", "name"], body: component },
    build: { labels: [], body: build },
  },
};

const parseFile = (file: SourceFile) =>
  file.name.endsWith(".json") ? parseJsonBody(file, templateSchema) : parseHcl(file);
