import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { functionCalls } from "../../../src/lib/go-template/calls.ts";
import { GoTemplateError } from "../../../src/lib/go-template/error.ts";
import { executeGoTemplate } from "../../../src/lib/go-template/execute.ts";
import { parseGoTemplate } from "../../../src/lib/go-template/parse.ts";
import type { TemplateFunction } from "../../../src/lib/go-template/value.ts";

const data = {
  Name: "debian",
  Empty: "",
  Port: 8000,
  Ratio: 0.5,
  On: true,
  Off: false,
  List: ["a", "b", "c"],
  None: [],
  Map: { b: 2, a: 1 },
  Deep: { Er: { Value: "x" } },
  Twice: (text: unknown) => `${String(text)}${String(text)}`,
};
const functions = new Map<string, TemplateFunction>([
  ["upper", (text) => String(text).toUpperCase()],
  ["join", (separator, ...parts) => parts.join(String(separator))],
  [
    "fail",
    () => {
      throw new Error("out of luck");
    },
  ],
]);
const run = (text: string) =>
  executeGoTemplate(parseGoTemplate(text, { functions: functions.keys() }), data, functions);

const renders: readonly (readonly [template: string, output: string])[] = [
  ["plain } text {", "plain } text {"],
  ["{{.Name}}", "debian"],
  ["{{ .Name }}-{{ .Port }}", "debian-8000"],
  [
    "{{.}}x",
    "map[Deep:map[Er:map[Value:x]] Empty: List:[a b c] Map:map[a:1 b:2] Name:debian None:[] Off:false On:true Port:8000 Ratio:0.5 Twice:",
  ],
  ["{{.Deep.Er.Value}}", "x"],
  ["{{$.Deep.Er.Value}}", "x"],
  ["{{(.Deep).Er.Value}}", "x"],
  ["{{.Map}} {{.List}} {{.Ratio}}", "map[a:1 b:2] [a b c] 0.5"],
  [
    "{{true}} {{1}} {{0x1F}} {{0b11}} {{0o17}} {{017}} {{1_000}} {{1e3}} {{-2}} {{'a'}}",
    "true 1 31 3 15 15 1000 1000 -2 97",
  ],
  ['{{`raw \\n`}}{{"\\t\\"\\x41\\u00e9"}}', 'raw \\n\t"Aé'],
  ['{{"{{"}}.State{{"}}"}}', "{{.State}}"],
  // trim markers and comments
  ["a  {{- .Name -}}  b", "adebianb"],
  ["a\n{{- /* said */ -}}\nb", "ab"],
  ["a {{/* said */}} b", "a  b"],
  ["a {{-3}} b", "a -3 b"],
  ["{{\n.Name\n}}", "debian"],
  // pipelines and functions
  ["{{.Name | upper}}", "DEBIAN"],
  ['{{"x" | join "-" "a" "b"}}', "a-b-x"],
  ['{{join "," (upper "a") (upper .Name)}}', "A,DEBIAN"],
  ["{{.Twice .Name}}|{{call .Twice `z`}}", "debiandebian|zz"],
  ['{{printf "%s:%d" .Name .Port}}', "debian:8000"],
  ['{{print 1 2 "a" 3 true}}|{{println "a" 1}}', "1 2a3 true|a 1\n"],
  ["{{len .List}} {{len .Map}} {{len `é`}}", "3 2 2"],
  ["{{index .List 1}} {{index .Map `b`}} {{index .Deep `Er` `Value`}} {{index .Map `none`}}", "b 2 x <no value>"],
  ["{{slice .Name 1 3}} {{slice .List 1}} {{slice .Name}}", "eb [b c] debian"],
  [
    "{{html `<a href='x'>&\"`}} {{js `it's \"<a>\"`}} {{urlquery `a b&c=d/é!`}}",
    '&lt;a href=&#39;x&#39;&gt;&amp;&#34; it\\\'s \\"\\u003Ca\\u003E\\" a+b%26c%3Dd%2F%C3%A9%21',
  ],
  // comparison and logic
  [
    "{{eq 1 1}} {{eq `a` `b` `a`}} {{ne 1 2}} {{lt 1 2}} {{le 2 2}} {{gt `b` `a`}} {{ge 1 2}}",
    "true true true true true true false",
  ],
  ["{{and 1 0 2}} {{or 0 `` `x`}} {{not .On}} {{and true .Name}} {{or false .Off}}", "0 x false debian false"],
  ["{{or .On (fail)}} {{and .Off (fail)}}", "true false"],
  // branches
  ["{{if .On}}on{{else}}off{{end}}", "on"],
  ["{{if .Empty}}on{{else}}off{{end}}", "off"],
  ["{{if .Off}}1{{else if eq .Port 8000}}2{{else}}3{{end}}", "2"],
  ["{{if and .On (not .Off)}}yes{{end}}", "yes"],
  ["{{with .Deep}}{{.Er.Value}}{{$.Name}}{{end}}", "xdebian"],
  ["{{with .Empty}}{{.}}{{else}}none{{end}}", "none"],
  ["{{with .Empty}}{{.}}{{else with .Name}}{{.}}{{end}}", "debian"],
  ["{{with $x := .Name}}{{$x}}{{end}}", "debian"],
  // ranges
  ["{{range .List}}<{{.}}>{{end}}", "<a><b><c>"],
  ["{{range $i, $e := .List}}{{$i}}={{$e}},{{end}}", "0=a,1=b,2=c,"],
  ["{{range $k, $v := .Map}}{{$k}}={{$v}},{{end}}", "a=1,b=2,"],
  ["{{range .None}}x{{else}}empty{{end}}", "empty"],
  ["{{range 3}}{{.}}{{end}}", "012"],
  ["{{range .List}}{{if eq . `b`}}{{break}}{{end}}{{.}}{{end}}", "a"],
  ["{{range .List}}{{if eq . `b`}}{{continue}}{{end}}{{.}}{{end}}", "ac"],
  // variables
  ["{{$x := 1}}{{$x}}{{$x = 2}}{{$x}}", "12"],
  ["{{$last := ``}}{{range .List}}{{$last = .}}{{end}}{{$last}}", "c"],
  ["{{$x := 1}}{{if true}}{{$x := 2}}{{$x}}{{end}}{{$x}}", "21"],
  // templates
  ['{{define "T"}}[{{.}}]{{end}}{{template "T" .Name}}{{template "T" 1}}', "[debian][1]"],
  ['{{block "B" .Deep}}<{{.Er.Value}}>{{end}}', "<x>"],
];

describe("executeGoTemplate", () => {
  it.each(renders)("renders %j", (template, output) => {
    expect(run(template).startsWith(output)).toBe(true);
    if (!template.startsWith("{{.}}")) expect(run(template)).toBe(output);
  });

  it("writes what is nothing as Go does", () => {
    expect(executeGoTemplate(parseGoTemplate("{{.a}}"), { a: null })).toBe("<no value>");
  });

  it("runs many times from one parse", () => {
    const template = parseGoTemplate("{{.n}}");
    expect([1, 2, 3].map((n) => executeGoTemplate(template, { n }))).toEqual(["1", "2", "3"]);
  });
});

const failures: readonly (readonly [template: string, at: string, message: string])[] = [
  ["a {{.Name", "{{", '"{{" is not closed: "}}" is missing'],
  ["{{if .On}}x", "{{", '"{{end}}" is missing for this action'],
  ["{{end}}", "end", '"{{end}}" without the action it belongs to'],
  ["{{else}}", "else", '"{{else}}" without the action it belongs to'],
  ["{{}}", "}}", "a value is missing in this template action"],
  ["{{.Nane}}", ".Nane", 'there is no value ".Nane" here. Did you mean "Name"?'],
  ["{{.Name.X}}", ".Name.X", '".X" is asked of a value of type string'],
  ["{{uper .Name}}", "uper", 'there is no function "uper". Did you mean "upper"?'],
  ["{{fail}}", "fail", 'the function "fail" failed: out of luck'],
  ["{{$x}}", "$x", 'there is no variable "$x" here'],
  ["{{if true}}{{$x := 1}}{{end}}{{$x}}", "$x}}", 'there is no variable "$x" here'],
  ['{{"abc}}', '"', "a quoted string is not closed"],
  ["{{'ab'}}", "'ab'", "malformed character constant: 'ab'"],
  ["{{/* x }}", "{{/*", "comment is not closed"],
  ["{{break}}", "break", '"{{break}}" outside "{{range}}"'],
  ['{{template "x"}}', "{{template", 'no template "x" is defined.'],
  ["{{range 1.5}}{{end}}", "1.5", "a value of type float64 cannot be ranged over"],
  ["{{index .List 7}}", "index", 'the function "index" failed: index 7 is out of range'],
  ["{{eq 1 `a`}}", "eq", 'the function "eq" failed: incompatible types for comparison: int and string'],
  ["{{1 | 2}}", "2", "a value cannot be piped into something that is not a function"],
  ["{{.Name 1}}", ".Name 1", "a value that is not a function cannot take arguments"],
  ["{{(.Name}}", "(", 'a parenthesis is not closed: ")" is missing'],
  ["{{ # }}", "#", 'unexpected character "#" in a template action'],
  ["{{12x}}", "12x", 'bad number syntax: "12x"'],
  [
    '{{define "T"}}{{template "T"}}{{end}}{{template "T"}}',
    '{{template "T"}}{{end}}',
    'template "T" invokes itself more than 500 levels deep',
  ],
  [`${"{{if true}}".repeat(600)}`, "{{if true}}", "blocks nested deeper than 500 levels"],
  [`{{${"(".repeat(600)}}}`, "(", "parentheses nested deeper than 500 levels"],
];

describe("parseGoTemplate and executeGoTemplate", () => {
  it.each(failures.map((row) => [row[0].slice(0, 60), ...row] as const))(
    "refuse %j at the place",
    (_title, template, at, message) => {
      let failure: unknown;
      try {
        run(template);
      } catch (thrown) {
        failure = thrown;
      }
      expect(failure).toBeInstanceOf(GoTemplateError);
      const { message: told, offset } = failure as GoTemplateError;
      expect(told).toBe(message);
      expect(template.slice(offset).startsWith(at)).toBe(true);
    },
  );

  it("never fail in any other way", () => {
    const piece = fc.constantFrom(
      "{{",
      "}}",
      "if",
      "range",
      "end",
      "else",
      " ",
      ".Name",
      "$x",
      ":=",
      "|",
      "(",
      ")",
      '"',
      "`",
      "1",
      "-",
      "/*",
      "*/",
      "with",
      "x",
      "\n",
      "define",
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 30 }), (pieces) => {
        try {
          run(pieces.join(""));
        } catch (failure) {
          expect(failure).toBeInstanceOf(GoTemplateError);
        }
      }),
    );
  });

  it("keep text without actions as it is", () => {
    fc.assert(
      fc.property(
        fc.string().filter((text) => !text.includes("{{")),
        (text) => {
          expect(run(text)).toBe(text);
        },
      ),
    );
  });
});

describe("functionCalls", () => {
  it("finds calls wherever they stand", () => {
    const template = parseGoTemplate(
      '{{user `a`}}{{if (env "b")}}{{x | y}}{{else}}{{range z}}{{w}}{{end}}{{end}}{{(user `c`).d}}',
    );
    expect(
      functionCalls(template)
        .map(({ name }) => name)
        .sort(),
    ).toEqual(["env", "user", "user", "w", "x", "y", "z"]);
  });
});
