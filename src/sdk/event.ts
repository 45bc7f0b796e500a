import type { Diagnostic } from "../language/diagnostic.ts";

/**
 * What happened, as data. Components and the core emit events; renderers (`src/ui`) are tables over `kind`, and redaction
 * sits between the two. `build` is the displayed name of one build (`type.name`), absent for the run as a whole.
 */
export type BuildEvent =
  | {
      readonly kind: "run-started";
      readonly runId: string;
      readonly builds: readonly string[];
      readonly template: string;
    }
  | { readonly kind: "build-started"; readonly build: string }
  | { readonly kind: "step-started"; readonly build: string; readonly step: string }
  | {
      readonly kind: "step-finished";
      readonly build: string;
      readonly step: string;
      readonly outcome: Outcome;
      readonly durationMs: number;
    }
  | { readonly kind: "cleanup-started"; readonly build: string; readonly what: string }
  | {
      readonly kind: "cleanup-failed";
      readonly build: string;
      readonly what: string;
      readonly message: string;
      readonly manualCommand?: string | undefined;
    }
  /** A sentence about progress. The `==> name: text` line of Packer. */
  | ({ readonly kind: "say"; readonly text: string } & Speaker)
  | ({ readonly kind: "warning"; readonly text: string } & Speaker)
  | ({
      readonly kind: "error";
      readonly text: string;
      readonly hint?: string | undefined;
      /** It stood in a question already (`-on-error=ask`). */
      readonly asked?: true | undefined;
      /** What of the template failed. */
      readonly step?: FailedStep | undefined;
    } & Speaker)
  /** A heartbeat: something takes long and nothing else is said. */
  | {
      readonly kind: "waiting";
      readonly build: string;
      readonly what: string;
      readonly elapsedMs: number;
      readonly limitMs?: number | undefined;
    }
  /** A line (without its end) printed by a command in the guest or on the host. */
  | {
      readonly kind: "output";
      readonly build: string;
      readonly postProcessor?: string | undefined;
      readonly stream: "stdout" | "stderr";
      readonly text: string;
      /** The same bytes came as `raw-output`: the log file has them already. */
      readonly inRaw?: boolean | undefined;
    }
  /** Bytes or units done; `total` absent where unknown. `done === total` ends the bar. */
  | {
      readonly kind: "progress";
      readonly build?: string | undefined;
      readonly label: string;
      readonly done: number;
      readonly total?: number | undefined;
      readonly unit: "bytes" | "items";
    }
  | {
      readonly kind: "post-processor-started";
      readonly build: string;
      readonly type: string;
      readonly name?: string | undefined;
    }
  | { readonly kind: "artifact"; readonly build: string; readonly artifact: ArtifactSummary }
  | {
      readonly kind: "build-finished";
      readonly build: string;
      readonly outcome: Outcome;
      readonly durationMs: number;
      readonly error?: string | undefined;
      readonly artifacts: readonly ArtifactSummary[];
      readonly steps: readonly StepTime[];
      readonly logPath?: string | undefined;
      /** Of all that it depended on, by content: what `imgbuild plan -changed-only` goes by. */
      readonly key?: string | undefined;
      readonly leftovers: readonly Leftover[];
      /** `develop`: its machine was held for changes, and no image was to be made. */
      readonly held?: true | undefined;
    }
  | {
      readonly kind: "run-finished";
      readonly runId: string;
      readonly outcome: Outcome;
      readonly durationMs: number;
      readonly held?: true | undefined;
    }
  | { readonly kind: "diagnostic"; readonly diagnostic: Diagnostic }
  /** Raw bytes a command printed, for the log file only (never shown): keeps what `output` had to clean up. */
  | { readonly kind: "raw-output"; readonly build: string; readonly bytes: Uint8Array }
  /** For the debug log only: an external command, a request, a decision. */
  | {
      readonly kind: "debug";
      readonly build?: string | undefined;
      readonly topic: string;
      readonly text: string;
      readonly details?: Readonly<Record<string, unknown>> | undefined;
    };

/** A provisioner, post-processor or builder that failed while it ran, and where it stands in the template. */
export interface FailedStep {
  /** `shell provisioner`. */
  readonly what: string;
  /** As the template calls it. */
  readonly name?: string | undefined;
  /** Which of how many of its kind, from 1. */
  readonly number?: number | undefined;
  readonly total?: number | undefined;
  readonly file?: string | undefined;
  /** From 1, as the columns; the end is just after it. */
  readonly line?: number | undefined;
  readonly column?: number | undefined;
  readonly endLine?: number | undefined;
  readonly endColumn?: number | undefined;
  /** `build > provisioner "shell" "install"`. */
  readonly block?: string | undefined;
  /** The line itself. */
  readonly code?: string | undefined;
  /** A command that shows the failure again. */
  readonly again?: string | undefined;
  readonly logPath?: string | undefined;
}

/** Who says something: a build, a post-processor of it (its type), or with neither the run as a whole. */
export interface Speaker {
  readonly build?: string | undefined;
  readonly postProcessor?: string | undefined;
}

export type Outcome = "succeeded" | "failed" | "cancelled";

export interface ArtifactSummary {
  readonly builderId: string;
  readonly id: string;
  readonly description: string;
  readonly files: readonly { readonly path: string; readonly size: number; readonly sha256?: string | undefined }[];
}

export interface StepTime {
  readonly step: string;
  readonly durationMs: number;
}

export interface Leftover {
  readonly description: string;
  readonly manualCommand?: string | undefined;
}

export type Emit = (event: BuildEvent) => void;
