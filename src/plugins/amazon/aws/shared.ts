import type { Host } from "../../../sdk/host.ts";
import { BackOff } from "./back-off.ts";
import type { Ec2 } from "./api.ts";
import type { DelayReason } from "./call.ts";
import type { AccessConfig } from "./options/access.ts";
import type { AwsCredentials, CredentialProvider } from "./credential-provider.ts";
import { Poller } from "./poller.ts";

/** What builds of one command share that use the same account with the same access. */
export interface Shared {
  poller(region: string, ec2: () => Ec2): Poller;
  /** Of one service in one region. */
  backOff(service: string, region: string): BackOff;
  /** Asks each question once for all builds. */
  remembered<Answer>(key: string, ask: () => Promise<Answer>): Promise<Answer>;
  /** One session for all clients, and a new one a while before it expires. */
  credentials(open: () => Promise<CredentialProvider>): Promise<AwsCredentials>;
  forgetCredentials(): void;
  /** What delays many calls is said once. */
  isFirst(reason: DelayReason): boolean;
}

interface Command {
  readonly accounts: Map<string, Shared>;
  readonly said: Set<DelayReason>;
}
/** The environment stands for the command: there is one of each. */
const commands = new WeakMap<Host["env"], Command>();

export function sharedIn(env: Host["env"], access: AccessConfig): Shared {
  const command: Command = commands.get(env) ?? { accounts: new Map<string, Shared>(), said: new Set() };
  commands.set(env, command);
  const key = accountKey(access);
  if (!command.accounts.has(key)) command.accounts.set(key, createShared(command));
  return command.accounts.get(key)!;
}

function accountKey(access: AccessConfig): string {
  const { access_key, profile, shared_credentials_file, assume_role, custom_endpoint_ec2, vault_aws_engine } = access;
  const parts = { access_key, profile, shared_credentials_file, assume_role, custom_endpoint_ec2, vault_aws_engine };
  return JSON.stringify(parts);
}

function createShared(command: Command): Shared {
  const pollers = new Map<string, Poller>();
  const answers = new Map<string, Promise<unknown>>();
  const backOffs = new Map<string, BackOff>();
  let held: Promise<AwsCredentials> | undefined;
  return {
    poller: (region, ec2) => {
      if (!pollers.has(region)) pollers.set(region, new Poller(ec2()));
      return pollers.get(region)!;
    },
    backOff: (service, region) => {
      const name = `${service} ${region}`;
      const known = backOffs.get(name) ?? new BackOff();
      backOffs.set(name, known);
      return known;
    },
    remembered: (key, ask) => remembered(answers, key, ask),
    credentials: async (open) => {
      for (;;) {
        const pending = held;
        const known = await pending?.catch(() => undefined);
        if (known && !isEnding(known)) return known;
        // Another build may be renewing them meanwhile.
        if (held === pending) return (held = open().then((provider) => provider()));
      }
    },
    forgetCredentials: () => (held = undefined),
    isFirst: (reason) => !command.said.has(reason) && Boolean(command.said.add(reason)),
  };
}

async function remembered<Answer>(
  answers: Map<string, Promise<unknown>>,
  key: string,
  ask: () => Promise<Answer>,
): Promise<Answer> {
  for (let asked = answers.get(key); asked !== undefined; asked = answers.get(key)) {
    // The build that asked may have been cancelled: then it is asked again.
    const answer = await asked.then(
      (value) => ({ value }),
      () => undefined,
    );
    if (answer) return answer.value as Answer;
  }
  const own = ask();
  answers.set(key, own);
  own.catch(() => answers.delete(key));
  return own;
}

/** As the SDK does, so that it does not ask again at once for the same ones. */
const EARLY_MS = 5 * 60_000;

const isEnding = ({ expiration }: AwsCredentials): boolean =>
  expiration !== undefined && expiration.getTime() - Date.now() < EARLY_MS;
