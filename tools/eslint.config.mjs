import tseslint from "typescript-eslint";
import { houseRules } from "./lint/house-rules.mjs";

/**
 * Which layer (a folder or file of `src`) may import which. Arrows point down only, lazy imports included; plugins never
 * import each other. `docs/architecture.md` explains the picture.
 */
const layers = {
  deflate: [],
  lib: ["deflate"],
  language: ["lib"],
  sdk: ["language", "lib"],
  owned: ["sdk", "lib"],
  template: ["language", "sdk", "lib"],
  core: ["template", "owned", "sdk", "language", "lib"],
  ui: ["sdk", "language", "lib"],
  communicators: ["sdk", "lib"],
  steps: ["communicators", "owned", "sdk", "lib"],
  plugins: ["steps", "communicators", "owned", "sdk", "lib"],
  "plugin-host": ["owned", "sdk", "lib"],
  "registry.ts": ["plugins", "owned", "sdk"],
  cli: ["core", "ui", "template", "registry.ts", "plugin-host", "language", "sdk", "lib"],
  "hcl.ts": ["language"],
  "load-core.ts": ["cli", "bundle-files.ts"],
  "bundle-files.ts": [],
  "main.ts": ["cli", "lib"],
};
/** Layers whose subfolders are rooms of their own. */
const rooms = ["plugins"];
/** The edge of the process: everything else takes a Host. */
const touchesProcess = ["src/main.ts", "src/load-core.ts", "src/bundle-files.ts", "src/lib/this-process.ts"];

const restrictedSyntax = [
  { selector: "ExportDefaultDeclaration", message: "Named exports only." },
  { selector: "TemplateLiteral TemplateLiteral", message: "Give the inner text a name of its own." },
];
/** It never returns where the system refuses with ENOENT to make a directory in one that is there. */
const recursiveMkdir = {
  selector: "CallExpression[callee.name='mkdir'] > ObjectExpression > Property[key.name='recursive']",
  message: "ensureDirectory makes the directories above, too.",
};
/** Of an error that may be the system's. */
const systemTexts = {
  selector: "TemplateLiteral > MemberExpression[property.name='message'][object.name=/^(error|cause|failure|reason)$/]",
  message: "The system's own text is not for users: errorMessage or errorText has words for it.",
};

export default tseslint.config(
  { ignores: ["dist/**", "node_modules/**", "src/deflate/assembly/**"] },
  {
    files: ["**/*.ts"],
    extends: [tseslint.configs.base],
    languageOptions: {
      parserOptions: { project: "./tsconfig.json", tsconfigRootDir: new URL("..", import.meta.url).pathname },
    },
    rules: {
      "@typescript-eslint/no-floating-promises": "error",
      "@typescript-eslint/no-misused-promises": "error",
      "@typescript-eslint/await-thenable": "error",
      "@typescript-eslint/no-explicit-any": "error",
      "@typescript-eslint/consistent-type-imports": "error",
      "@typescript-eslint/switch-exhaustiveness-check": ["error", { considerDefaultExhaustiveForUnions: true }],
      "@typescript-eslint/only-throw-error": "error",
      "@typescript-eslint/no-unnecessary-type-assertion": "error",
      eqeqeq: "error",
      "no-var": "error",
      "prefer-const": "error",
    },
  },
  {
    files: ["src/**/*.ts"],
    plugins: { house: houseRules },
    rules: {
      "house/layers": ["error", { layers, rooms }],
      "house/no-cycles": "error",
      "max-params": ["error", 4],
      "no-nested-ternary": "error",
      "no-console": "error",
      "no-restricted-syntax": ["error", ...restrictedSyntax],
    },
  },
  {
    files: ["src/**/*.ts"],
    rules: { "no-restricted-syntax": ["error", ...restrictedSyntax, recursiveMkdir] },
  },
  {
    files: ["src/communicators/**/*.ts", "src/template/**/*.ts"],
    rules: { "no-restricted-syntax": ["error", ...restrictedSyntax, recursiveMkdir, systemTexts] },
  },
  {
    files: ["src/**/*.ts"],
    ignores: touchesProcess,
    rules: {
      "no-restricted-globals": [
        "error",
        { name: "process", message: "Only the edge of the process touches it; take a Host." },
      ],
      "no-restricted-imports": [
        "error",
        {
          paths: ["node:process", "process"].map((name) => ({
            name,
            message: "Take a Host, or src/lib/this-process.ts.",
          })),
        },
      ],
    },
  },
);
