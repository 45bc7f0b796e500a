import { it } from "vitest";
import { findProgram, without } from "./need.ts";

/** `it` where the engine is on the PATH; `.ci/run` installs them for the time of its tests. */
export function needsEngine(program: keyof typeof ORIGINS): typeof it {
  return findProgram(program) ? it : without(`needs "${program}" (${ORIGINS[program]})`);
}

const ORIGINS = {
  act: "go install github.com/nektos/act@v0.2.89",
  "gitlab-ci-local": "npm install gitlab-ci-local, with Node.js 22",
  "kubernetes-validate": "pip install kubernetes-validate",
  "packer-plugin-docker": "Go module github.com/hashicorp/packer-plugin-docker, built by .ci/run",
  "pre-commit": "pip install pre-commit",
} as const;
