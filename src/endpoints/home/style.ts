/** The page's whole style; its hash is in the page's content security policy. */
export const STYLE = `
:root {
  color-scheme: light dark;
  --text: #1c2430; --muted: #566172; --line: #d9dee6; --surface: #ffffff; --raised: #f4f6f9; --accent: #0b5cad;
}
@media (prefers-color-scheme: dark) {
  :root { --text: #e4e8ef; --muted: #a0abbb; --line: #333c4a; --surface: #12161d; --raised: #1b212b; --accent: #7cb7ff; }
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--surface); color: var(--text); font: 1rem/1.6 system-ui, sans-serif; }
main { max-width: 60rem; margin: 0 auto; padding: 3rem 1.25rem 4rem; }
h1 { margin: 0; font-size: 2rem; line-height: 1.2; letter-spacing: -0.01em; }
h1 small { color: var(--muted); font-size: 1rem; font-weight: 400; letter-spacing: 0; }
h2 { margin: 2.5rem 0 0.75rem; font-size: 1.2rem; }
p { margin: 0.5rem 0; max-width: 42rem; }
.lead { color: var(--muted); font-size: 1.1rem; }
a { color: var(--accent); }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
code { font: 0.9em/1.5 ui-monospace, monospace; }
pre { margin: 0.75rem 0; padding: 1rem; overflow-x: auto; border: 1px solid var(--line); border-radius: 6px; background: var(--raised); }
.names { display: flex; flex-wrap: wrap; gap: 0.4rem; margin: 0.75rem 0; padding: 0; list-style: none; }
.names li { padding: 0.1rem 0.6rem; border: 1px solid var(--line); border-radius: 6px; background: var(--raised); overflow-wrap: anywhere; }
.scroll { overflow-x: auto; }
table { width: 100%; border-collapse: collapse; }
th, td { padding: 0.5rem 1rem 0.5rem 0; border-bottom: 1px solid var(--line); text-align: left; vertical-align: baseline; }
thead th { color: var(--muted); font-size: 0.85rem; font-weight: 600; }
tbody th { font-weight: 400; white-space: nowrap; }
.method { display: inline-block; min-width: 3.2em; color: var(--muted); }
.key { color: var(--muted); font-size: 0.85rem; white-space: nowrap; }
@media (max-width: 40rem) {
  tbody th { white-space: normal; overflow-wrap: anywhere; min-width: 9rem; }
  .method { display: block; }
}
footer { margin-top: 2.5rem; color: var(--muted); }
`;
