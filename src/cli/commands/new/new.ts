import { resolve } from "node:path";
import { displayPath } from "../../../lib/display-path.ts";
import { randomUuid } from "../../../lib/random-uuid.ts";
import { shellQuote } from "../../../lib/shell-quote.ts";
import { alignedRows } from "../../../ui/aligned-rows.ts";
import { booleanFlag, choiceFlag, defineCommand, EXIT, textFlag, type CommandContext } from "../../command.ts";
import { interruptible } from "../../interruptible.ts";
import { UsageError } from "../../usage-error.ts";
import { askUser, type AskUser } from "./ask-user.ts";
import { choose, type Given } from "./choose.ts";
import { checkName, slugOf } from "./name.ts";
import { CHOICES, type Choice } from "./recipes.ts";
import { render } from "./render.ts";
import { PLATFORMS, PURPOSES, SYSTEMS, type Platform, type Purpose, type SystemName } from "./systems.ts";
import { templateFile } from "./template-files.ts";
import { writeFolder } from "./write-folder.ts";

export const command = defineCommand({
  name: "new",
  summary: "Write a template that builds, into a new folder",
  examples: [
    { command: "imgbuild new", explains: "asks what for" },
    {
      command: "imgbuild new -platform=qemu -system=debian-13 -purpose=cloud web",
      explains: "asks nothing",
    },
    { command: "imgbuild new -yes web", explains: "asks nothing either: the first of everything" },
    { command: "imgbuild new -list", explains: "what there is" },
  ],
  arguments: [{ name: "folder", description: "The folder to write to. Default: the name.", optional: true }],
  flags: {
    platform: choiceFlag(Object.keys(PLATFORMS) as Platform[], "Where the machines made from the image run."),
    system: choiceFlag(Object.keys(SYSTEMS) as SystemName[], "What is in the image."),
    purpose: choiceFlag(Object.keys(PURPOSES) as Purpose[], "What the image is for."),
    name: textFlag("NAME", "What the image is called. Default: that of the folder, or the system."),
    dir: textFlag("FOLDER", "The same as the argument."),
    yes: booleanFlag("Ask nothing: what is not given is the first that is possible."),
    list: booleanFlag("List what there is, and write nothing."),
  },
  notes: [
    "A file that is there is never replaced. The template is a whole one: checksum, user, key, provisioner, clean-up. It is yours to change.",
  ],
  run: (context, { positional: [argument], flags }) => {
    if (argument !== undefined && flags.dir !== undefined)
      throw new UsageError("The folder is given twice: as an argument, and as -dir.");
    if (flags.list) return list(context);
    return interruptible(context.process, (signal) => write(context, { ...flags, dir: flags.dir ?? argument, signal }));
  },
});

function list({ host }: CommandContext): Promise<number> {
  const rows = [
    ["PLATFORM", "SYSTEM", "PURPOSE", "WHAT IT IS"],
    ...CHOICES.map(({ platform, system, purpose, recipe }) => [
      platform,
      system,
      purpose,
      `${SYSTEMS[system].title} ${recipe.summary}`,
    ]),
  ];
  host.stdout.write(`${alignedRows(rows).join("\n")}\n`);
  return Promise.resolve(EXIT.ok);
}

interface WriteOptions extends Given {
  readonly name: string | undefined;
  readonly dir: string | undefined;
  readonly yes: boolean;
  readonly signal: AbortSignal;
}

async function write({ host }: CommandContext, { yes, signal, ...given }: WriteOptions): Promise<number> {
  const ask = yes ? undefined : askUser(host, signal);
  const choice = await choose({ given, ask, takeFirst: yes });
  const byDefault =
    given.dir === undefined ? choice.system : (resolve(host.cwd, given.dir).split(/[/\\]/).at(-1) ?? "");
  const name = checkName(given.name ?? (await nameFor(given.dir === undefined ? ask : undefined, byDefault)));
  const slug = slugOf(name);
  const folder = resolve(host.cwd, given.dir ?? slug);
  await writeFolder(folder, { files: filesOf(choice, { name, slug }), cwd: host.cwd });
  const shown = displayPath(folder, host.cwd);
  const quoted = shown === host.cwd ? "." : shellQuote(shown);
  const { title } = SYSTEMS[choice.system];
  host.stdout.write(`Written to ${shown}: ${title} ${choice.recipe.summary}. What to type next:\n`);
  host.stdout.write(`    ${buildCommand(choice, quoted)}\n`);
  return EXIT.ok;
}

/** A folder that was given has said it. */
const nameFor = async (ask: AskUser | undefined, byDefault: string): Promise<string> =>
  (await ask?.line("What is it called?", byDefault)) ?? byDefault;

function buildCommand({ recipe }: Choice, folder: string): string {
  const build = `imgbuild build ${folder}`;
  return recipe.needsInit ? `imgbuild init ${folder} && ${build}` : build;
}

interface Names {
  readonly name: string;
  readonly slug: string;
}

/** Path in the new folder → text. */
function filesOf(choice: Choice, { name, slug }: Names): Readonly<Record<string, string>> {
  const { recipe, system } = choice;
  const { title } = SYSTEMS[system];
  const values = {
    ...recipe.values(SYSTEMS[system]),
    name,
    slug,
    system: title,
    summary: `${title} ${recipe.summary}`,
    build: buildCommand(choice, "."),
    next: recipe.next.replaceAll("@slug@", slug),
    secret: randomUuid(),
  };
  const files = Object.entries(recipe.files).map(([path, from]) => [path, render(path, templateFile(from), values)]);
  return Object.fromEntries(files) as Record<string, string>;
}
