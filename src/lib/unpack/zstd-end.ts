import type { ByteSource, BytePieces } from "../byte-source.ts";
import { tapSource } from "../byte-source.ts";
import { UnpackError } from "./unpack-error.ts";

/** The same source, which fails where it ends within a frame: Node takes what was cut off for complete. */
export async function* untilWholeFrame(source: ByteSource): BytePieces {
  const follower = createFollower();
  yield* tapSource(source, (piece) => follower.take(piece));
  if (!follower.isBetweenFrames()) throw new UnpackError("it is cut off");
}

/** Follows the frames of a file from header to header. What is no zstd is left for the decoder to refuse. */
function createFollower() {
  const steps = walk();
  let step = steps.next().value;
  let header: number[] = [];
  let skipped = 0;
  /** Goes on when what was asked for is there. */
  const advance = (): void => {
    if (!step || header.length + skipped < step.count) return;
    step = steps.next(header).value;
    header = [];
    skipped = 0;
    if (step?.count === 0) advance();
  };
  return {
    take(piece: Uint8Array): void {
      for (let at = 0; at < piece.length && step; advance()) {
        if (step.kind === "read") {
          header.push(piece[at++]!);
        } else {
          const count = Math.min(step.count - skipped, piece.length - at);
          skipped += count;
          at += count;
        }
      }
    },
    isBetweenFrames: () => !step || (step.isStart === true && header.length === 0),
  };
}

interface Step {
  readonly kind: "read" | "skip";
  readonly count: number;
  /** A frame begins here, so that the file may end. */
  readonly isStart?: boolean;
}

const FRAME = 0xfd2fb528;
/** The lowest four bits are free. */
const SKIPPABLE = 0x184d2a50;
const DICTIONARY_ID_BYTES = [0, 1, 2, 4];
const CONTENT_SIZE_BYTES = [0, 2, 4, 8];
const RUN_BLOCK = 1;
const CHECKSUM_BYTES = 4;

/** The parts of frames (RFC 8878, section 3.1) in order; ends at what is no frame. */
function* walk(): Generator<Step, undefined, number[]> {
  for (;;) {
    const magic = littleEndian(yield { kind: "read", count: 4, isStart: true });
    if (magic === FRAME) yield* frame();
    else if ((magic & ~0xf) >>> 0 === SKIPPABLE) yield skip(littleEndian(yield read(4)));
    else return undefined;
  }
}

function* frame(): Generator<Step, void, number[]> {
  const descriptor = littleEndian(yield read(1));
  const isSingle = (descriptor & 0x20) !== 0;
  const sizeFlag = descriptor >>> 6;
  const contentSize = sizeFlag === 0 && isSingle ? 1 : CONTENT_SIZE_BYTES[sizeFlag]!;
  const window = isSingle ? 0 : 1;
  yield skip(window + DICTIONARY_ID_BYTES[descriptor & 3]! + contentSize);
  for (let isLast = false; !isLast;) {
    const block = littleEndian(yield read(3));
    isLast = (block & 1) === 1;
    const isRun = ((block >>> 1) & 3) === RUN_BLOCK;
    yield skip(isRun ? 1 : block >>> 3);
  }
  yield skip((descriptor & 4) === 0 ? 0 : CHECKSUM_BYTES);
}

const read = (count: number): Step => ({ kind: "read", count });
const skip = (count: number): Step => ({ kind: "skip", count });

function littleEndian(bytes: readonly number[]): number {
  return bytes.reduceRight((value, byte) => value * 256 + byte, 0);
}
