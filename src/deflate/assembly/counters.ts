/** Counts of four bytes each, in memory. */
export function add(counter: usize, change: u32): void {
  store<u32>(counter, load<u32>(counter) + change);
}
