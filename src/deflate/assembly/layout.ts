/** Where everything lies in the module's memory, as byte offsets. */

/** How far back distances reach (RFC 1951, 2). */
export const WINDOW_BYTES: u32 = 32 * 1024;
/** The most that one call accepts. */
const INPUT_MAX: u32 = 1024 * 1024;
/** Literals, the end of a block, and lengths; the last two are never used, but have a fixed code. */
export const LITLEN_SYMBOLS: u32 = 288;
export const DISTANCE_SYMBOLS: u32 = 32;
export const ALL_SYMBOLS: u32 = LITLEN_SYMBOLS + DISTANCE_SYMBOLS;
/** The sequences of one block: literals, and a match after them. */
export const SEQUENCES_MAX: u32 = 32 * 1024;
export const SEQUENCE_BYTES: u32 = 8;
/** More than the headers of the blocks of a call add to what does not compress. */
const OVERHEAD_BYTES: u32 = 1024;
/** Data may be read and written in words that end a little beyond it. */
const SLACK_BYTES: u32 = 512;

/** For each hash of four bytes as many places as the search asks for, two bytes each. */
export const HASH_BITS: u32 = 14;
export const WAYS_MAX: u32 = 32;
export const BUCKETS: usize = memory.data((2 * WAYS_MAX) << HASH_BITS, 16);
/** For each hash of three bytes a place. */
export const SHORT_HASH_BITS: u32 = 13;
export const SHORT_BUCKETS_BYTES: u32 = 2 << SHORT_HASH_BITS;
export const SHORT_BUCKETS: usize = memory.data(SHORT_BUCKETS_BYTES, 16);

/** How often each symbol occurs, in the block so far and in its last part: literals and lengths, then distances. */
export const BLOCK_COUNTS: usize = memory.data(4 * ALL_SYMBOLS, 16);
export const PART_COUNTS: usize = memory.data(4 * ALL_SYMBOLS, 16);
/** Bits in the code of each symbol, a byte each. */
export const CODE_LENGTHS: usize = memory.data(ALL_SYMBOLS, 16);
/** The codes: bits << 8 | number of bits. */
export const CODES: usize = memory.data(4 * ALL_SYMBOLS, 16);
/** The codes of match lengths with their extra bits, in the same form. */
export const LENGTH_CODES: usize = memory.data(4 * 260, 16);
/** The symbol of each match length, less 257. */
export const LENGTH_SYMBOLS: usize = memory.data(260, 16);
/**
 * While a code is made: symbols by frequency, where those with each byte begin, the tree over them, codes of each
 * length.
 */
export const SORTED: usize = memory.data(4 * ALL_SYMBOLS, 16);
export const STARTS: usize = memory.data(4 * 257, 16);
export const TREE: usize = memory.data(4 * ALL_SYMBOLS, 16);
export const LENGTH_COUNTS: usize = memory.data(4 * 16, 16);
/** The header of a block: code lengths as symbols with what repeats, and the code for these. */
export const HEADER_SYMBOLS: usize = memory.data(4 * ALL_SYMBOLS, 16);
export const HEADER_COUNTS: usize = memory.data(4 * 20, 16);
export const HEADER_LENGTHS: usize = memory.data(20, 16);
export const HEADER_CODES: usize = memory.data(4 * 20, 16);
/** log2 of 1 + n/256, in 1/65536. */
export const LOGARITHMS: usize = memory.data(4 * 256, 16);

export const SEQUENCES: usize = memory.data(SEQUENCES_MAX * SEQUENCE_BYTES, 16);
/** What came before the input ends where the input begins. */
export const INPUT: usize = memory.data(WINDOW_BYTES + INPUT_MAX + SLACK_BYTES, 16) + WINDOW_BYTES;
export const OUTPUT: usize = memory.data(INPUT_MAX + OVERHEAD_BYTES + SLACK_BYTES, 16);
