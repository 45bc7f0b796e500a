import type { ArchiveEntry } from "../../../lib/archive/entry.ts";
import type { Artifact } from "../../../sdk/artifact.ts";

/** How artifacts of some builders become boxes for one Vagrant provider. */
export interface BoxProvider {
  /** Vagrant's name of the provider: what goes into `metadata.json`. */
  readonly name: string;
  /** The box only refers to the artifact (an AMI): it must survive. */
  readonly mustKeepInput?: boolean;
  content(artifact: Artifact, signal: AbortSignal): Promise<BoxContent>;
}

export interface BoxContent {
  /** Added to `provider` and `architecture` in `metadata.json`. */
  readonly metadata?: Readonly<Record<string, unknown>>;
  /** Ruby statements about `config`, one a line; empty for none. */
  readonly vagrantfile: readonly string[];
  /** In the order they are to have in the box. */
  readonly entries: readonly ArchiveEntry[];
}

/** `config.vm.provider :name do |name| … end` around statements. */
export function providerBlock(provider: string, variable: string, statements: readonly string[]): string[] {
  return [`config.vm.provider :${provider} do |${variable}|`, ...statements.map((line) => `  ${line}`), "end"];
}

/** A Ruby string literal that stands for exactly this text. */
export function rubyString(text: string): string {
  return `'${text.replaceAll("\\", "\\\\").replaceAll("'", "\\'")}'`;
}
