/** A refusal that is a matter of time: what a call needs is still changing its state, or too much goes on at once. */
interface Passing {
  readonly codes: readonly string[];
  /** The message of a code that means many things. */
  readonly text?: RegExp;
  /** For how long it is worth asking again. */
  readonly forMs: number;
}

const MINUTE_MS = 60_000;
const STATE = ["IncorrectState", "IncorrectInstanceState", "InvalidInstanceState"] as const;
const SNAPSHOTS = ["IncorrectState", "InvalidSnapshot.Pending", "PendingSnapshotLimitExceeded"] as const;

/**
 * By operation. Codes: EC2 API reference, "Error codes", and IAM's and S3's; the texts are those that EC2 was seen to give.
 */
const BY_OPERATION: Readonly<Record<string, readonly Passing[]>> = {
  // "Instance i-… is not in state 'running' or 'stopped'" comes as the value of a parameter.
  CreateImage: [
    { codes: [...STATE, "ConcurrentCreateImageNoRebootLimitExceeded"], forMs: 15 * MINUTE_MS },
    {
      codes: ["InvalidParameterValue"],
      text: /not in (a )?(valid )?state|in state '?(pending|stopping)/i,
      forMs: 15 * MINUTE_MS,
    },
  ],
  StopInstances: [{ codes: STATE, forMs: 5 * MINUTE_MS }],
  TerminateInstances: [{ codes: STATE, forMs: 5 * MINUTE_MS }],
  ModifyInstanceAttribute: [{ codes: STATE, forMs: 5 * MINUTE_MS }],
  RegisterImage: [{ codes: SNAPSHOTS, forMs: 5 * MINUTE_MS }],
  CopyImage: [
    { codes: ["IncorrectState", "ResourceLimitExceeded", "PendingSnapshotLimitExceeded"], forMs: 30 * MINUTE_MS },
  ],
  ModifyImageAttribute: [{ codes: ["IncorrectState", "InvalidAMIID.Pending"], forMs: 3 * MINUTE_MS }],
  EnableImageDeprecation: [{ codes: ["IncorrectState", "InvalidAMIID.Pending"], forMs: 3 * MINUTE_MS }],
  EnableImageDeregistrationProtection: [{ codes: ["IncorrectState", "InvalidAMIID.Pending"], forMs: 3 * MINUTE_MS }],
  EnableFastLaunch: [{ codes: ["IncorrectState", "InvalidAMIID.Pending"], forMs: 3 * MINUTE_MS }],
  DeregisterImage: [{ codes: ["IncorrectState", "InvalidAMIID.Pending"], forMs: 3 * MINUTE_MS }],
  CreateSnapshot: [
    {
      codes: [...SNAPSHOTS, "SnapshotCreationPerVolumeRateExceeded", "ConcurrentSnapshotLimitExceeded"],
      forMs: 5 * MINUTE_MS,
    },
  ],
  ModifySnapshotAttribute: [{ codes: SNAPSHOTS, forMs: 3 * MINUTE_MS }],
  DeleteSnapshot: [{ codes: ["InvalidSnapshot.InUse", "IncorrectState"], forMs: 3 * MINUTE_MS }],
  DeleteVolume: [{ codes: ["VolumeInUse", "IncorrectState"], forMs: 3 * MINUTE_MS }],
  DetachVolume: [{ codes: STATE, forMs: 5 * MINUTE_MS }],
  AttachVolume: [{ codes: [...STATE, "VolumeInUse"], forMs: 5 * MINUTE_MS }],
  DeleteSecurityGroup: [
    { codes: ["DependencyViolation", "InvalidGroup.InUse", "ResourceInUse"], forMs: 5 * MINUTE_MS },
  ],
  // A bucket's object, the role and what it may read take a moment until VM Import sees them.
  ImportImage: [{ codes: ["InvalidParameterValue", "InvalidParameter"], forMs: 2 * MINUTE_MS }],
  DeleteRole: [{ codes: ["DeleteConflict", "DeleteConflictException"], forMs: MINUTE_MS }],
  DeleteInstanceProfile: [{ codes: ["DeleteConflict", "DeleteConflictException"], forMs: MINUTE_MS }],
  // Until the agent in the machine has reported for the first time.
  StartSession: [{ codes: ["TargetNotConnected"], forMs: 10 * MINUTE_MS }],
};

/** Two changes of one thing at the same moment. */
const ANYWHERE: Passing = {
  codes: [
    "ConcurrentTagAccess",
    "ConcurrentModification",
    "ConcurrentModificationException",
    "ConditionalRequestConflict",
    "EntityTemporarilyUnmodifiable",
    "EntityTemporarilyUnmodifiableException",
    "OperationAborted",
  ],
  forMs: 3 * MINUTE_MS,
};

/** How long to go on asking, in milliseconds; undefined for a refusal that will not pass. */
export function passesWithinMs(operation: string, code: string, text: string): number | undefined {
  const all = [...(BY_OPERATION[operation] ?? []), ANYWHERE];
  const passing = all.find(({ codes, text: pattern }) => codes.includes(code) && (pattern?.test(text) ?? true));
  return passing?.forMs;
}
