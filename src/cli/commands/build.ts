import { buildFlags } from "../build-flags.ts";
import { booleanFlag, defineCommand } from "../command.ts";
import { runSession } from "../run-session.ts";
import { storeAddress, storeFlag } from "../store-flag.ts";
import { templateArgument } from "../template-flags.ts";
import { UsageError } from "../usage-error.ts";

export const command = defineCommand({
  name: "build",
  summary: "Build images from a template",
  examples: [
    { command: "imgbuild build template.pkr.hcl", explains: "run all builds of a template" },
    {
      command: "imgbuild build -only='qemu.*' -var version=12 .",
      explains: "some builds of the templates in this directory",
    },
    {
      command: "imgbuild build -store=s3://images/ci -changed-only template.pkr.hcl",
      explains: "take what any machine has built of the same content, build and store the rest",
    },
    { command: "imgbuild build -on-error=ask template.pkr.hcl", explains: "stop at a failure and ask what to do" },
  ],
  arguments: [templateArgument],
  flags: {
    ...buildFlags,
    checkpoints: booleanFlag(
      "Save the machine after each provisioner, and go on at the last checkpoint whose inputs are unchanged.",
    ),
    store: storeFlag("Put what is built there, for other machines, by its content. Default: IMGBUILD_STORE."),
    "changed-only": booleanFlag("With -store: take what the store has of the same content, and build only the rest."),
    "store-checkpoints": booleanFlag(
      "With -store: -checkpoints, and share them, too. They hold the memory of the machines, with what is secret in it.",
    ),
    rehash: booleanFlag(
      "Verify images by reading them again, even those that were verified before and look unchanged.",
    ),
  },
  notes: [
    "IMGBUILD_CHECKPOINTS=1, or checkpoints = true in ~/.config/imgbuild/settings.hcl, is -checkpoints for every build. imgbuild checkpoints lists what is saved, and removes it.",
    "Ctrl-C cancels all builds and removes what they made; a second one stops waiting for that. An artifact that is finished is never removed because something after it failed.",
    "Exit codes: 0 all builds succeeded, 1 a build failed or the template is invalid, 4 something had to be left behind, 130/143/129 interrupted.",
  ],
  run: (context, { positional: [path = ""], flags }) => {
    const { rehash } = flags;
    const checkpoints = flags.checkpoints || flags["store-checkpoints"];
    const address = storeAddress(context.host, flags.store);
    const takes = flags["changed-only"];
    if (takes && address === undefined) throw new UsageError(NO_STORE);
    const shares = flags["store-checkpoints"];
    if (shares && address === undefined) throw new UsageError("-store-checkpoints needs -store, where they go.");
    const store = address === undefined ? undefined : { address, takes, checkpoints: shares };
    return runSession(context, { command: "build", path, flags, rehash, checkpoints, store });
  },
});

const NO_STORE =
  "-changed-only takes what is built from a store: name it with -store. Without one, imgbuild plan -changed-only -format=shell prints the commands of what has changed.";
