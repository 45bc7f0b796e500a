import { resolve } from "node:path";
import { liveScreens, type LiveScreen } from "../../core/live-screens.ts";
import { writeUserFile } from "../../lib/user-file.ts";
import { writeFailure } from "../../sdk/write-failure.ts";
import { reapers } from "../../registry.ts";
import { defineCommand, EXIT, integerFlag, textFlag, type CommandContext } from "../command.ts";
import { serveScreens } from "../screen-server.ts";
import { onStopSignal } from "../stop-signals.ts";

export const command = defineCommand({
  name: "screen",
  summary: "Show the screens of the machines being built",
  examples: [
    {
      command: "imgbuild screen",
      explains: "Serve a page on this computer that shows all of them and refreshes itself.",
    },
    { command: "imgbuild screen -save shot.png", explains: "Save a picture of the only machine that runs." },
    { command: "imgbuild screen -save shot.png debian", explains: 'Save a picture of the machine "debian".' },
  ],
  arguments: [{ name: "machine", description: "Only the machine of this name.", optional: true }],
  flags: {
    port: integerFlag("PORT", "Serve the page on this port; 0 picks a free one.", { default: 0 }),
    save: textFlag("FILE", "Save one picture as PNG and end, instead of serving a page."),
  },
  notes: [
    "The page is reachable from this computer only, and only at the address that is printed.",
    "Nothing is changed: looking does not type, and the builds do not wait for it.",
  ],
  async run(context, { positional: [machine], flags }) {
    const screens = async () => {
      const all = await liveScreens(context.host, reapers);
      return all.filter(({ name }) => machine === undefined || name === machine);
    };
    if (flags.save === undefined) return showPage(context, screens, flags.port);
    return savePicture(context, await screens(), resolve(context.host.cwd, flags.save));
  },
});

async function showPage(
  { host, process }: CommandContext,
  screens: () => Promise<readonly LiveScreen[]>,
  port: number,
): Promise<number> {
  const server = await serveScreens(screens, port);
  host.stdout.write(`${server.url}\n`);
  host.stderr.write("Open this address in a browser. Ctrl-C ends it.\n");
  await new Promise<void>((done) => {
    const restore = onStopSignal(process, () => {
      restore();
      done();
    });
  });
  server.close();
  return EXIT.ok;
}

async function savePicture({ host }: CommandContext, screens: readonly LiveScreen[], path: string): Promise<number> {
  const [screen, ...others] = screens;
  if (!screen) {
    host.stderr.write("No such machine is running now.\n");
    return EXIT.failed;
  }
  if (others.length > 0) {
    const names = screens.map(({ name }) => name).join(", ");
    host.stderr.write(`Several machines run: ${names}. Name one.\n`);
    return EXIT.failed;
  }
  const picture = await screen.capture(AbortSignal.timeout(10_000));
  await writeUserFile(path, picture).catch(async (cause: unknown) => {
    throw await writeFailure(path, cause);
  });
  host.stdout.write(`${path}\n`);
  return EXIT.ok;
}
