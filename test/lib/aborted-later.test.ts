import { describe, expect, it, vi } from "vitest";
import { abortedLater } from "../../src/lib/aborted-later.ts";

describe("abortedLater", () => {
  it("aborts with the same reason, when the time is over", () => {
    vi.useFakeTimers();
    try {
      const first = new AbortController();
      const later = abortedLater(first.signal, 1000);
      first.abort(new Error("enough"));
      vi.advanceTimersByTime(999);
      expect(later.aborted).toBe(false);
      vi.advanceTimersByTime(1);
      expect(later.reason).toBe(first.signal.reason);
    } finally {
      vi.useRealTimers();
    }
  });

  it("begins to count at once where the first has aborted already", () => {
    vi.useFakeTimers();
    try {
      const later = abortedLater(AbortSignal.abort("over"), 5);
      vi.advanceTimersByTime(5);
      expect(later.reason).toBe("over");
    } finally {
      vi.useRealTimers();
    }
  });
});
