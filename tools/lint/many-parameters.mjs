/** Functions here still take more than four parameters. The list shrinks; nothing is added to it. */
export const manyParameters = [
  "src/template/diagnostics.ts",
  "src/template/hcl2/body-arguments.ts",
  "src/template/hcl2/load-hcl2.ts",
  "src/template/hcl2/plan-builds.ts",
  "src/template/hcl2/plan-provisioner.ts",
  "src/template/hcl2/variable-values.ts",
  "src/template/json/load-legacy.ts",
  "src/template/json/plan-legacy-builds.ts",
];
