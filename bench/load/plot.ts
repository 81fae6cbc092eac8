import type { BenchResult, Cell } from "./result.ts";
import { ROWS, type Row } from "./rows.ts";

/** Okabe and Ito's palette, told apart by colour-blind readers (https://jfly.uni-koeln.de/color/, read 2026-11-23). */
const COLOURS: Readonly<Record<string, string>> = {
  nginx: "#999999",
  "bare-bun": "#56b4e9",
  portolan: "#d55e00",
  litellm: "#009e73",
  portkey: "#cc79a7",
};

const WIDTH = 860;
const NAME_WIDTH = 110;
const VALUE_WIDTH = 190;
const BAR_HEIGHT = 20;
const BAR_GAP = 6;
const TITLE_HEIGHT = 34;
const TOP = 74;
const BOTTOM = 34;
const PLOT_CONNECTIONS = 64;

function escapeText(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
}

function text(x: number, y: number, content: string, attributes = ""): string {
  return `<text x="${x.toFixed(1)}" y="${y.toFixed(1)}" ${attributes}>${escapeText(content)}</text>`;
}

function toDuration(micros: number): string {
  if (micros >= 100_000) return `${(micros / 1000).toFixed(0)} ms`;
  return micros >= 10_000 ? `${(micros / 1000).toFixed(1)} ms` : `${micros.toFixed(0)} us`;
}

function toLabel(cell: Cell): string {
  const ratio = cell.cpuRatioToNginx === undefined ? "" : ` (${cell.cpuRatioToNginx.toFixed(1)}x nginx)`;
  return `${toDuration(cell.cpuMicrosPerRequest)}${ratio}`;
}

/** Bars of one row on a logarithmic scale: peers cost tens of times the floor, and both ends must stay readable. */
function drawPanel(row: Row, cells: readonly Cell[], top: number): string {
  const values = cells.map((cell) => cell.cpuMicrosPerRequest);
  const low = 10 ** Math.floor(Math.log10(Math.min(...values) / 1.5));
  const high = Math.max(...values);
  const span = WIDTH - NAME_WIDTH - VALUE_WIDTH;
  const scale = (value: number) => (span * Math.log10(value / low)) / Math.log10(Math.max(high / low, 10));
  const base = top + TITLE_HEIGHT;
  const bottom = base + cells.length * (BAR_HEIGHT + BAR_GAP);
  const decades = Array.from({ length: Math.floor(Math.log10(high / low)) + 1 }, (_, index) => low * 10 ** index);
  const grid = decades.map((value) => {
    const x = NAME_WIDTH + scale(value);
    const line = `<line x1="${x.toFixed(1)}" x2="${x.toFixed(1)}" y1="${base - 4}" y2="${bottom}" stroke="#dddddd"/>`;
    return line + text(x, base - 8, toDuration(value), 'font-size="11" fill="#666666" text-anchor="middle"');
  });
  const bars = cells.map((cell, index) => {
    const y = base + index * (BAR_HEIGHT + BAR_GAP);
    const width = Math.max(scale(cell.cpuMicrosPerRequest), 1);
    const weight = cell.gateway === "portolan" ? ' font-weight="bold"' : "";
    return [
      text(NAME_WIDTH - 8, y + 15, cell.gateway, `text-anchor="end"${weight}`),
      `<rect x="${NAME_WIDTH}" y="${y}" width="${width.toFixed(1)}" height="${BAR_HEIGHT}" fill="${COLOURS[cell.gateway] ?? "#444444"}"/>`,
      text(NAME_WIDTH + width + 6, y + 15, toLabel(cell), `font-size="12"${weight}`),
    ].join("");
  });
  const title = text(8, top + 12, row.title, 'font-size="14" font-weight="bold"');
  return [title, ...grid, ...bars].join("\n");
}

/** Draws CPU per request by gateway and row at 64 connections, shorter is better, as one SVG text. */
export function drawCpuPlot(result: BenchResult): string {
  const panels: string[] = [];
  let top = TOP;
  for (const row of ROWS) {
    const cells = result.cells.filter((cell) => cell.row === row.name && cell.connections === PLOT_CONNECTIONS);
    if (cells.length === 0) continue;
    panels.push(drawPanel(row, cells, top));
    top += TITLE_HEIGHT + cells.length * (BAR_HEIGHT + BAR_GAP) + 18;
  }
  const height = top + BOTTOM;
  const { machine } = result;
  const foot = `${result.takenAt.slice(0, 10)}, ${result.revision}, ${machine.cpu} x${machine.cores}, Linux ${machine.kernel}`;
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${height}" viewBox="0 0 ${WIDTH} ${height}" font-family="system-ui, sans-serif" font-size="13" fill="#222222">
<rect width="100%" height="100%" fill="#ffffff"/>
${text(8, 26, "CPU time of the gateway per request", 'font-size="18" font-weight="bold"')}
${text(8, 46, `${PLOT_CONNECTIONS} connections, user + system time of all its processes; logarithmic scale, shorter is better`, 'fill="#555555"')}
${panels.join("\n")}
${text(8, height - 12, foot, 'font-size="11" fill="#666666"')}
</svg>
`;
}
