import type { Diagnostic } from "../language/diagnostic.ts";
import type { LibraryOptions } from "../language/functions/library.ts";
import type { Component, DataSource } from "../sdk/component.ts";
import type { Registry } from "../sdk/registry.ts";
import type { ConfigIssue } from "../sdk/schema/schema.ts";
import type { Host } from "../sdk/host.ts";
import type { Planned, RequiredPlugin, Template } from "./model.ts";

/** What `loadTemplate(options)` needs; nothing else reaches it. */
export interface LoadOptions {
  /** A file, a directory, or `-` for a legacy JSON template on standard input. */
  readonly path: string;
  readonly host: Host;
  readonly registry: Registry;
  /** The registry for a template of which this is known, instead of `registry`: its plugins have components as well. */
  readonly registryFor?: ((template: RegistryTemplate) => Registry) | undefined;
  /** `-config-type`; decided from the path where absent. */
  readonly configType?: "json" | "hcl2" | undefined;
  /** `-var name=value`, in order. */
  readonly vars: readonly string[];
  /** `-var-file`, in order. */
  readonly varFiles: readonly string[];
  readonly only: readonly string[];
  readonly except: readonly string[];
  /** Stop where the form of the template is known, see `Loaded.isMalformed`: nothing but variables has a value. */
  readonly syntaxOnly?: boolean | undefined;
  /**
   * The template is only looked at (`inspect`): components that are not there are listed all the same, with a warning, and
   * no arguments are decoded.
   */
  readonly structureOnly?: boolean | undefined;
  readonly undeclaredVariables: "ignore" | "warn";
  /** Reads one data source. Absent: data sources stay unknown (`validate`). */
  readonly readDataSource?: ReadDataSource | undefined;
  /** Asks a data source that is not read what it thinks of its arguments. */
  readonly checkDataSource?: CheckDataSource | undefined;
  /**
   * Asks Vault, Consul or AWS Secrets Manager for what functions want. Absent: such values stay unknown (`validate`).
   */
  readonly fetchRemote?: LibraryOptions["fetchRemote"];
  /**
   * Called with each text that must not be shown, as soon as it is known: sensitive variables and locals, and what is
   * made from them; also while builds run, when their arguments are evaluated.
   */
  readonly onSecret: (secret: string) => void;
  readonly signal: AbortSignal;
}

/** What decides which components there are for a template, and what these are told of it. */
export interface RegistryTemplate {
  /** Of the template, absolute. */
  readonly directory: string;
  readonly requiredPlugins: readonly RequiredPlugin[];
  /** Of a legacy template; undefined after an error. */
  readonly userVariables?: ReadonlyMap<string, string | undefined> | undefined;
  readonly sensitiveVariables: readonly string[];
  /** Of a legacy template in a file: what `{{ template_dir }}` goes by. Absolute. */
  readonly templatePath?: string | undefined;
}

export type ReadDataSource = (
  address: string,
  source: DataSource,
  config: unknown,
) => Promise<Readonly<Record<string, unknown>>>;

type CheckDataSource = (source: DataSource, config: unknown) => Promise<readonly ConfigIssue[]>;

export interface Loaded {
  /** Absent where the errors leave nothing to show. */
  readonly template: Template | undefined;
  readonly diagnostics: readonly Diagnostic[];
  /**
   * Syntax, declarations or what was given for variables are wrong, so that what the template says is not certain; its
   * values and components may be wrong in a template of good form.
   */
  readonly isMalformed: boolean;
  /** Where some builds want components that there are not: the names of the others. */
  readonly unblocked?: readonly string[] | undefined;
  /** Components of builds that cannot come to exist: their files are looked at all the same. */
  readonly unbuilt?: readonly Planned<Component>[] | undefined;
}
