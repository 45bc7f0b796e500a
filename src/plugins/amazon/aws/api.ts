import type { commands as ec2Commands } from "./ec2-commands.ts";
import type { commands as iamCommands } from "./iam-commands.ts";
import type { commands as ssmCommands } from "./ssm-commands.ts";
import type { commands as stsCommands } from "./sts-commands.ts";
import type { commands as secretsManagerCommands } from "./secrets-manager-commands.ts";
import type { commands as s3Commands } from "./s3-commands.ts";

/** Operation name → command class of one service of the AWS SDK. */
export type Commands = Readonly<Record<string, new (input: never) => unknown>>;

type Operation<C extends Commands> = keyof C & string;
type InputOf<Command extends new (input: never) => unknown> = ConstructorParameters<Command>[0];
type OutputOf<Command extends new (input: never) => unknown> =
  InstanceType<Command> extends {
    resolveMiddleware(...args: never[]): (args: never) => Promise<{ output: infer Output }>;
  }
    ? Output
    : never;

/** One service in one region, reduced to a single function, so that tests can put something else in its place. */
export interface Api<C extends Commands> {
  call<O extends Operation<C>>(operation: O, input: InputOf<C[O]>, options?: AwsCallOptions): Promise<OutputOf<C[O]>>;
}

export interface AwsCallOptions {
  /**
   * Left out for calls that make something: the answer, which names what was made, is worth the second it takes even
   * when the run is being cancelled.
   */
  readonly signal?: AbortSignal | undefined;
  /** For those calls: ends the pause before the next try, and no request that is under way. */
  readonly pauses?: AbortSignal | undefined;
  /** What the call names was made moments ago: "not found" then means "not yet". */
  readonly young?: boolean;
  /** The call must not be repeated after a lost answer: the caller first finds out what became of it. */
  readonly once?: boolean;
}

export type Ec2 = Api<typeof ec2Commands>;
export type Iam = Api<typeof iamCommands>;
export type Ssm = Api<typeof ssmCommands>;
export type Sts = Api<typeof stsCommands>;
export type SecretsManager = Api<typeof secretsManagerCommands>;
export type S3 = Api<typeof s3Commands>;
