import { resolve } from "node:path";
import { liveScreens, type LiveScreen } from "../../core/live-screens.ts";
import { writeUserFile } from "../../lib/user-file.ts";
import { writeFailure } from "../../sdk/write-failure.ts";
import { reapers } from "../../registry.ts";
import { defineCommand, EXIT, integerFlag, textFlag, type CommandContext } from "../command.ts";
import { screenFileNames } from "../screen-file-names.ts";
import { serveScreens } from "../screen-server.ts";
import { onStopSignal } from "../stop-signals.ts";
import { keystrokesToType } from "../type-at-screen.ts";

export const command = defineCommand({
  name: "screen",
  summary: "Show the screens of the machines being built",
  examples: [
    {
      command: "imgbuild screen",
      explains: "Serve a page on this computer that shows all of them and refreshes itself.",
    },
    { command: "imgbuild screen -save shot.png", explains: "Save a picture; of several machines, one of each." },
    { command: "imgbuild screen -save shot.png debian", explains: 'Save a picture of the machine "debian".' },
    { command: 'imgbuild screen -type "root<enter>" debian', explains: "Type at its keyboard." },
  ],
  arguments: [{ name: "machine", description: "Only the machine of this name.", optional: true }],
  flags: {
    port: integerFlag("PORT", "Serve the page on this port; 0 picks a free one.", { default: 0 }),
    save: textFlag(
      "FILE",
      "Save a picture as PNG and end, instead of serving a page. Where several machines run, the name of each becomes part of its file's.",
    ),
    type: textFlag(
      "KEYS",
      "Type at the keyboard of one machine and end, in the notation of boot_command. With -save, the picture is taken afterwards.",
    ),
  },
  notes: [
    "The page is reachable from this computer only, and only at the address that is printed. Logged in over SSH, the port has to be forwarded: the line to type is printed, too.",
    "Looking changes nothing, and the builds do not wait for it. Typing does: the build may be typing at the same time.",
  ],
  async run(context, { positional: [machine], flags }) {
    const screens = async () => {
      const all = await liveScreens(context.host, reapers);
      return all.filter(({ name }) => machine === undefined || name === machine);
    };
    if (flags.type !== undefined && !(await typeAt(context, await screens(), flags.type))) return EXIT.failed;
    if (flags.save !== undefined) return savePictures(context, await screens(), flags.save);
    return flags.type === undefined ? showPage(context, screens, flags.port) : EXIT.ok;
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
  const forward = forwardingCommand(server.url, host.env["SSH_CONNECTION"]);
  if (forward !== undefined) host.stderr.write(`From where you are, forward the port first:\n    ${forward}\n`);
  await new Promise<void>((done) => {
    const restore = onStopSignal(process, () => {
      restore();
      done();
    });
  });
  server.close();
  return EXIT.ok;
}

/** sshd's variable: address and port of the client, then ours. Absent for a user who sits at this computer. */
function forwardingCommand(url: string, connection: string | undefined): string | undefined {
  const [, , address, sshPort] = (connection ?? "").split(" ");
  if (address === undefined || sshPort === undefined) return undefined;
  const { port } = new URL(url);
  const other = sshPort === "22" ? "" : ` -p ${sshPort}`;
  return `ssh -N -L ${port}:127.0.0.1:${port}${other} ${address}`;
}

/** Resolves to whether it was typed. */
async function typeAt({ host }: CommandContext, screens: readonly LiveScreen[], text: string): Promise<boolean> {
  const keystrokes = keystrokesToType(text, (message) => host.stderr.write(`Warning: ${message}\n`));
  const [screen, ...others] = screens;
  if (!screen) {
    host.stderr.write(NONE_RUNS);
    return false;
  }
  if (others.length > 0) {
    const names = screens.map(({ name }) => name).join(", ");
    host.stderr.write(`Several machines run: ${names}. Name the one to type at.\n`);
    return false;
  }
  await screen.type(keystrokes, new AbortController().signal);
  return true;
}

const NONE_RUNS = "No such machine is running now.\n";

async function savePictures({ host }: CommandContext, screens: readonly LiveScreen[], path: string): Promise<number> {
  if (screens.length === 0) {
    host.stderr.write(NONE_RUNS);
    return EXIT.failed;
  }
  const names = screens.map(({ name }) => name);
  const files = screenFileNames(resolve(host.cwd, path), names);
  for (const [index, screen] of screens.entries()) {
    const file = files[index]!;
    const picture = await screen.capture(AbortSignal.timeout(10_000));
    await writeUserFile(file, picture).catch(async (cause: unknown) => {
      throw await writeFailure(file, cause);
    });
    host.stdout.write(`${file}\n`);
  }
  return EXIT.ok;
}
