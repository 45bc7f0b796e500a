import tseslint from "typescript-eslint";

/**
 * Which layer may import which, within `src`. Arrows point down only; siblings (two builders, two provisioners) never
 * import each other. `docs/architecture.md` explains the picture.
 */
const layers = {
  deflate: [],
  lib: ["deflate"],
  language: ["lib"],
  sdk: ["language", "lib"],
  template: ["language", "sdk", "lib"],
  core: ["template", "sdk", "language", "lib"],
  ui: ["sdk", "language", "lib"],
  communicators: ["sdk", "lib"],
  steps: ["communicators", "sdk", "lib"],
  plugins: ["steps", "communicators", "sdk", "lib"],
  "plugin-host": ["sdk", "lib"],
  cli: ["core", "ui", "template", "plugin-host", "registry.ts", "language", "sdk", "lib"],
};
const everything = [...Object.keys(layers), "registry.ts", "main.ts"];

const layerRules = Object.entries(layers).map(([layer, allowed]) => {
  const forbidden = everything.filter((other) => other !== layer && !allowed.includes(other));
  const patterns = forbidden.map((other) => ({
    regex: `^(\\.\\./)+${other.replace(".", "\\.")}(/|$)`,
    message: `${layer} must not import ${other}.`,
  }));
  return { files: [`src/${layer}/**/*.ts`], rules: { "no-restricted-imports": ["error", { patterns }] } };
});

/** From a file so many folders deep inside a plugin, a path that leaves the plugin but not the room of plugins. */
const siblingRules = [0, 1, 2, 3].map((depth) => ({
  files: [`src/plugins/*/${"*/".repeat(depth)}*.ts`],
  rules: {
    "no-restricted-syntax": [
      "error",
      { selector: "ExportDefaultDeclaration", message: "Named exports only." },
      {
        selector: `ImportDeclaration[source.value=/^(\\.\\.\\u002F){${depth + 1}}(?!\\.\\.)/]`,
        message: "Plugins never import each other; share through sdk, steps or lib.",
      },
    ],
  },
}));

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
    ignores: ["src/main.ts", "src/load-core.ts"],
    rules: {
      "no-console": "error",
      "no-restricted-globals": [
        "error",
        { name: "process", message: "Only src/main.ts touches process; take a Host." },
      ],
      "no-restricted-syntax": ["error", { selector: "ExportDefaultDeclaration", message: "Named exports only." }],
    },
  },
  ...layerRules,
  ...siblingRules,
);
