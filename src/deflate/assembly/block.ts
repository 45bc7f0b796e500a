import { add } from "./counters";
import { isBetterAlone } from "./entropy";
import {
  ALL_SYMBOLS,
  BLOCK_COUNTS,
  LENGTH_SYMBOLS,
  LITLEN_SYMBOLS,
  PART_COUNTS,
  SEQUENCE_BYTES,
  SEQUENCES,
  SEQUENCES_MAX,
} from "./layout";
import { distanceSymbol, FIRST_LENGTH } from "./symbols";
import { writeBlock } from "./write-block";

/**
 * The block that is being made: sequences, each of literals and a match after them, and how often each symbol occurs.
 * It grows in parts, and ends before a part that is smaller with codes of its own.
 */

export const PART_BYTES: u32 = 8 * 1024;
/** A part has no more, even if all its matches are of the minimum length. */
const PART_SEQUENCES: u32 = 4 * 1024;
const COUNTS_BYTES: u32 = 4 * ALL_SYMBOLS;

let blockStart: usize = 0;
let partStart: usize = 0;
/** After the last sequence. */
let sequenceStart: usize = 0;
let sequences: u32 = 0;
/** Those before the part. */
let settled: u32 = 0;

export function startBlock(start: usize): void {
  blockStart = start;
  partStart = start;
  sequenceStart = start;
  sequences = 0;
  settled = 0;
  memory.fill(BLOCK_COUNTS, 0, COUNTS_BYTES);
  memory.fill(PART_COUNTS, 0, COUNTS_BYTES);
}

export function takeLiteral(place: usize): void {
  countSymbol(load<u8>(place));
}

export function takeMatch(place: usize, length: u32, distance: u32): void {
  const symbol = distanceSymbol(distance);
  countSymbol(FIRST_LENGTH + load<u8>(LENGTH_SYMBOLS + length));
  countSymbol(LITLEN_SYMBOLS + symbol);
  addSequence(u32(place - sequenceStart), length, distance, symbol);
  sequenceStart = place + length;
}

/** Takes the part into the block, or ends the block before it. */
export function endPart(place: usize): void {
  if (sequenceStart < place) addSequence(u32(place - sequenceStart), 0, 0, 0);
  sequenceStart = place;
  const isFull = sequences > SEQUENCES_MAX - PART_SEQUENCES;
  if (settled > 0 && (isFull || isBetterAlone())) {
    writeBlock(blockStart, partStart, settled);
    sequences -= settled;
    memory.copy(SEQUENCES, SEQUENCES + settled * SEQUENCE_BYTES, sequences * SEQUENCE_BYTES);
    memory.fill(BLOCK_COUNTS, 0, COUNTS_BYTES);
    blockStart = partStart;
  }
  for (let counter: u32 = 0; counter < COUNTS_BYTES; counter += 4)
    add(BLOCK_COUNTS + counter, load<u32>(PART_COUNTS + counter));
  memory.fill(PART_COUNTS, 0, COUNTS_BYTES);
  settled = sequences;
  partStart = place;
}

export function endBlock(place: usize): void {
  endPart(place);
  if (sequences > 0) writeBlock(blockStart, place, sequences);
}

function countSymbol(symbol: u32): void {
  add(PART_COUNTS + 4 * symbol, 1);
}

/** `literals` are fewer than 65,536: a part is. */
function addSequence(literals: u32, length: u32, distance: u32, symbol: u32): void {
  const sequence: usize = SEQUENCES + sequences * SEQUENCE_BYTES;
  store<u16>(sequence, literals);
  store<u16>(sequence, length, 2);
  store<u16>(sequence, distance, 4);
  store<u16>(sequence, symbol, 6);
  sequences++;
}
