import { describe, expect, it } from "vitest";
import { sprintf } from "../../../src/lib/go-template/printf.ts";

/** Expected texts are what Go's fmt.Sprintf gives. */
const cases: readonly (readonly [format: string, args: readonly unknown[], expected: string])[] = [
  ["%d%%", [42], "42%"],
  ["%5d|%-5d|%05d|%+d|% d", [42, 42, 42, 42, 42], "   42|42   |00042|+42| 42"],
  [
    "%x %X %#x %o %#o %O %b %c %U %q",
    [255, 255, 255, 8, 8, 8, 5, 65, 0x1f600, 65],
    "ff FF 0xff 10 010 0o10 101 A U+1F600 'A'",
  ],
  ["%.3d|%6.3d", [7, 7], "007|   007"],
  [
    "%s|%10s|%-10s|%.2s|%q|%#q|%x|% X",
    ["go", "go", "go", "golang", 'a"b', "go", "hi", "hi"],
    'go|        go|go        |go|"a\\"b"|`go`|6869|68 69',
  ],
  ["%+q", ["é😀"], '"\\u00e9\\U0001f600"'],
  ["%t %v", [true, false], "true false"],
  ["%f %.2f %8.3f %08.3f %+.1f", [3.14159, 3.14159, 3.14159, -3.14159, 2.5], "3.141590 3.14    3.142 -003.142 +2.5"],
  ["%e %E %.2e", [123456.789, 0.5, 1.5], "1.234568e+05 5.000000E-01 1.50e+00"],
  ["%g %G %.3g %g", [0.5, 1.5e-7, 1234.5678, 2.5e21], "0.5 1.5E-07 1.23e+03 2.5e+21"],
  ["%v %v %v %v", ["a", 1, [1, "b"], { z: 1, a: null }], "a 1 [1 b] map[a:<nil> z:1]"],
  ["%#v %#v", ["a", [1]], '"a" []interface {}{1}'],
  ["%T %T %T %T", ["a", 1, 1.5, null], "string int float64 <nil>"],
  ["%s", [["a", "b"]], "[a b]"],
  ["%*d|%-*d|%.*f", [5, 1, 5, 1, 2, 1.005], "    1|1    |1.00"],
  ["%[2]d %[1]d", [1, 2], "2 1"],
  ["%d", ["hi"], "%!d(string=hi)"],
  ["%s", [7], "%!s(int=7)"],
  ["%d %d", [1], "1 %!d(MISSING)"],
  ["%d", [1, "x"], "1%!(EXTRA string=x)"],
  ["%[5]d", [1], "%!d(BADINDEX)"],
  ["100%", [], "100%!(NOVERB)"],
  ["%z", [1], "%!z(int=1)"],
  ["%s", [null], "%!s(<nil>)"],
];

describe("sprintf", () => {
  it.each(cases)("formats %j", (format, args, expected) => {
    expect(sprintf(format, args)).toBe(expected);
  });
});
