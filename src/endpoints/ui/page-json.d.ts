// What `scripts/build-page.ts` writes; before that has run, there is no such file to take the type from.
declare module "*/web/dist/page.json" {
  const page: import("./built-page.ts").BuiltPage;
  export { page as default };
}
