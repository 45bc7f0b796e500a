import { booleanFlag, defineCommand, textFlag } from "../../command.ts";
import { outputFlags } from "../../output-flags.ts";
import { UsageError } from "../../usage-error.ts";
import { get } from "./get.ts";
import { ls } from "./ls.ts";
import { put } from "./put.ts";
import { prune, rm } from "./remove.ts";
import type { StoreAction } from "./action.ts";

export const command = defineCommand({
  name: "store",
  summary: "List, take, put and remove builds that machines share",
  examples: [
    { command: "imgbuild store ls s3://images/ci", explains: "what is there: build, template, time, size" },
    { command: "imgbuild store get s3://images/ci qemu.debian", explains: "its files, in this directory" },
    { command: "imgbuild store get s3://images/ci 3cea0b12", explains: "a build by the beginning of its key" },
    { command: "imgbuild store put /mnt/store 5e024b5f", explains: "what a run has built (imgbuild runs lists them)" },
    { command: "imgbuild store prune s3://images/ci -older 30d -keep 500GB", explains: "make room" },
  ],
  arguments: [
    { name: "action", description: "ls, get, put, rm or prune." },
    { name: "store", description: "A directory, or s3://BUCKET/PREFIX." },
    {
      name: "build",
      description:
        "Names of builds, or beginnings of their keys; of put, the beginning of a run's id, and builds of it.",
      variadic: true,
      optional: true,
    },
  ],
  flags: {
    older: textFlag("DURATION", "prune: what was stored longer ago than this (30d, 12h), checkpoints too."),
    keep: textFlag("SIZE", "prune: the oldest, until the rest is no larger than this (500GB)."),
    checkpoints: booleanFlag(
      "prune: all checkpoints (build -store-checkpoints), and builds only as -older and -keep say.",
    ),
    latest: booleanFlag("get: of several builds of one name, the one stored last."),
    force: booleanFlag("get: replace files that are in the way."),
    "metadata-file": textFlag("FILE", "get: write what was taken as JSON, as build does."),
    ...outputFlags,
  },
  notes: [
    "imgbuild build -store=STORE puts what it builds there; with -changed-only it takes what is there of the same content instead. docs/fleet.md tells how machines work together so.",
    "What get has taken is a run: imgbuild post-process goes on from there, and plan -changed-only knows it. Each file is verified by its digest. A file that is there already and the same stays; another one is not replaced without -force.",
    "s3:// takes credentials and region as Amazon's tools do (AWS_PROFILE, AWS_REGION, AWS_ENDPOINT_URL_S3); options follow a question mark: s3://BUCKET/PREFIX?region=eu-west-1&profile=ci.",
  ],
  async run(context, { positional: [action = "", address = "", ...builds], flags }) {
    const run = Object.hasOwn(actions, action) ? actions[action]! : undefined;
    if (!run) throw new UsageError(`store has no action "${action}". It has ${Object.keys(actions).join(", ")}.`);
    return run(context, { address, builds, flags });
  },
});

const actions: Readonly<Record<string, StoreAction>> = { ls, get, put, rm, prune };
