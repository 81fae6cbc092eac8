// What `scripts/build-page.ts` writes; before that has run, there is no such file to take the type from.
declare module "*/web/dist/page.json" {
  export const html: import("./built-page.ts").BuiltPage["html"];
  export const files: import("./built-page.ts").BuiltPage["files"];
}
