import { expect, it } from "vitest";
import { splitValues } from "../../../../src/plugins/amazon/aws/options/filter-values.ts";

/** One line of CSV. */
it.each<[string, readonly string[]]>([
  ["a", ["a"]],
  ["a, b", ["a", "b"]],
  ["a,b,", ["a", "b", ""]],
  ["", [""]],
  ['"base, v1"', ["base, v1"]],
  ['"base, v1", other', ["base, v1", "other"]],
  ['a "quoted" word', ['a "quoted" word']],
  ['"say ""hello"""', ['say "hello"']],
  ['"never closed, b', ["never closed, b"]],
  ['"a" b', ['a" b']],
  ["  a  ", ["a  "]],
])("%j becomes %j", (line, values) => {
  expect(splitValues(line)).toEqual(values);
});
