import type { Diagnostic } from "../language/diagnostic.ts";
import type { Scope } from "../language/evaluate/contract.ts";
import type { FunctionLibrary } from "../language/functions/library.ts";
import type { SourceRange } from "../language/source.ts";
import type { Type, Value } from "../language/value.ts";
import type { Builder, Component, GeneratedData, PostProcessor, Provisioner } from "../sdk/component.ts";
import type { BuildIdentity } from "../sdk/run.ts";
import type { ConfigIssue } from "../sdk/schema/schema.ts";

/**
 * A template, loaded: what its blocks mean, whichever syntax they were written in. What `core` runs and `inspect`
 * prints.
 */
export interface Template {
  readonly syntax: "hcl2" | "json";
  /** As the user named it. */
  readonly path: string;
  /** The directory of the template (`path.root`), absolute. */
  readonly directory: string;
  readonly description: string | undefined;
  readonly variables: readonly InputVariable[];
  readonly locals: readonly LocalValue[];
  readonly requiredPlugins: readonly RequiredPlugin[];
  /** One per source of each `build` block, in template order, after `-only` and `-except`. */
  readonly builds: readonly BuildPlan[];
  /** Of all provisioners of a legacy JSON template, in its order. */
  readonly provisionerTypes?: readonly string[] | undefined;
  /** For evaluating expressions outside of any build (`console`). Absent in legacy JSON, which has no expressions. */
  readonly names?: TemplateNames | undefined;
  /** For rendering texts outside of any build. Absent in HCL2. */
  readonly legacyNames?: LegacyNames | undefined;
}

export interface LegacyNames {
  readonly functions: readonly string[];
  /** @throws GoTemplateError */
  render(text: string): string;
  describeVariables(): string;
}

export interface TemplateNames {
  /** `var`, `local`, `data`, `path`, `packer` and the functions. */
  readonly scope: Scope;
  readonly settle: FunctionLibrary["settle"];
}

export interface InputVariable {
  readonly name: string;
  readonly description: string | undefined;
  readonly type: Type;
  readonly sensitive: boolean;
  readonly required: boolean;
  /** Unknown where no value was given. */
  readonly value: Value;
  /** The default as a legacy JSON template has it, its `{{ }}` not rendered: what they call may be a secret. */
  readonly written?: string | undefined;
  /** Where the value came from, for `inspect`: `default`, `environment PKR_VAR_x`, `prod.pkrvars.hcl:3`, `-var`. */
  readonly origin: string;
}

export interface LocalValue {
  readonly name: string;
  readonly sensitive: boolean;
  readonly value: Value;
}

export interface RequiredPlugin {
  readonly name: string;
  readonly source: string;
  readonly version: string;
  readonly range: SourceRange | undefined;
  /** Where `source` stands. */
  readonly sourceRange?: SourceRange | undefined;
}

/** One source run inside one `build` block. */
export interface BuildPlan {
  readonly identity: BuildIdentity;
  /** What a legacy JSON template calls it, nothing rendered. */
  readonly writtenName?: string | undefined;
  /** The `build` block's own name and description. */
  readonly blockName: string | undefined;
  /** Builds with the same name and place are of one `build` block. Absent in legacy JSON. */
  readonly blockRange?: SourceRange | undefined;
  readonly description: string | undefined;
  readonly builder: Planned<Builder>;
  readonly provisioners: readonly PlannedProvisioner[];
  readonly errorCleanupProvisioner: PlannedProvisioner | undefined;
  /** Each chain starts from the builder's artifact; inside a chain the artifact flows through. */
  readonly chains: readonly (readonly PlannedPostProcessor[])[];
}

/** A component with the arguments a template gives it. */
export interface Planned<C extends Component> {
  readonly component: C;
  readonly type: string;
  /** The `name` meta-argument, where given. */
  readonly name: string | undefined;
  readonly range: SourceRange | undefined;
  /**
   * Evaluates the arguments and decodes them with the component's schema. `data` is what `build.*` (and `{{ build …
   * }}`) mean; without it those values are unknown and checks that need them are put off. Called once at load, and
   * again for provisioners and post-processors just before they run. `config` is absent where there are errors or
   * unknown values.
   */
  decode(data?: GeneratedData): DecodedComponent;
  /** The values of `build.*` (and `{{ build … }}`) that the arguments ask for. */
  buildValueUses(): readonly BuildValueUse[];
  /** Issues about the decoded arguments (from `component.checkFiles`) as diagnostics at the arguments. */
  diagnose(issues: readonly ConfigIssue[]): readonly Diagnostic[];
}

export interface BuildValueUse {
  readonly name: string;
  readonly range: SourceRange | undefined;
}

export interface DecodedComponent {
  readonly config: unknown;
  readonly diagnostics: readonly Diagnostic[];
}

export interface PlannedProvisioner extends Planned<Provisioner> {
  readonly pauseBeforeMs: number;
  /** Per attempt; undefined means no limit. */
  readonly timeoutMs: number | undefined;
  /** Extra attempts after the first. */
  readonly maxRetries: number;
  readonly continueOnError: boolean;
  /** Whether the machine may be saved after it. */
  readonly checkpoint: boolean;
  /** What it depends on beside its arguments and files, as the user says. */
  readonly checkpointKey: readonly string[];
  /** It runs in each build, and so does everything after it. */
  readonly always: boolean;
}

export interface PlannedPostProcessor extends Planned<PostProcessor> {
  /** What the user says about the input artifact, if anything. */
  readonly keepInputArtifact: boolean | undefined;
}
