import { type ReactNode, useMemo, useState } from "react";
import type { LiveHourPage, LiveMinuteSums, LiveSums } from "../../../src/endpoints/ui/live-types.ts";
import { Chart, type Series } from "./chart.tsx";
import { formatCost, formatCount, formatMinute, formatMs, formatShare, formatShort } from "./format.ts";

/** One chart: what is read of each minute, and how it is said. */
interface Plot {
  readonly title: string;
  readonly series: readonly (Series & { readonly read: (minute: LiveMinuteSums) => number | null })[];
  readonly formatValue: (value: number) => string;
  readonly leastTop: number;
  /** The figures of some time, one for each series. */
  readonly figures: (sums: LiveSums) => readonly string[];
  /** What else is to be said of the hour. */
  readonly note?: (total: LiveSums) => string | undefined;
}

const dollars = (nanoUsd: number): string => formatCost(nanoUsd);

const PLOTS: readonly Plot[] = [
  {
    title: "Requests",
    series: [
      { name: "requests", colour: "blue", isBars: true, read: ({ requests }) => requests },
      { name: "errors", colour: "red", isBars: true, read: ({ errors }) => errors },
    ],
    formatValue: (value) => (Number.isInteger(value) ? formatShort(value) : ""),
    leastTop: 4,
    figures: ({ requests, errors }) => [formatCount(requests), formatCount(errors)],
    note: ({ requests, errors }) => (requests === 0 ? undefined : `${formatShare(errors, requests)} failed`),
  },
  {
    title: "Latency",
    series: [
      { name: "p99", colour: "amber", isBars: false, read: ({ p99_ms }) => p99_ms },
      { name: "p50", colour: "teal", isBars: false, read: ({ p50_ms }) => p50_ms },
    ],
    formatValue: (value) => (value === 0 ? "0" : formatMs(value)),
    leastTop: 10,
    figures: ({ p50_ms, p99_ms }) => [formatMs(p99_ms), formatMs(p50_ms)],
    note: ({ gateway_ms }) => (gateway_ms === null ? undefined : `${formatMs(gateway_ms)} in the gateway`),
  },
  {
    title: "Tokens",
    series: [
      { name: "prompt", colour: "blue", isBars: false, read: ({ prompt_tokens }) => prompt_tokens },
      { name: "answer", colour: "violet", isBars: false, read: ({ completion_tokens }) => completion_tokens },
    ],
    formatValue: (value) => (Number.isInteger(value) ? formatShort(value) : ""),
    leastTop: 100,
    figures: ({ prompt_tokens, completion_tokens }) => [formatShort(prompt_tokens), formatShort(completion_tokens)],
  },
  {
    title: "Cost",
    series: [{ name: "spent", colour: "green", isBars: true, read: ({ cost_nano_usd }) => cost_nano_usd }],
    formatValue: (value) => (value === 0 ? "0" : dollars(value)),
    leastTop: 10_000_000,
    figures: ({ cost_nano_usd }) => [dollars(cost_nano_usd)],
    note: ({ unpriced }) => (unpriced === 0 ? undefined : `${formatCount(unpriced)} of unknown price`),
  },
];

/** The last hour in four charts. */
export function HourCharts({ hour }: { readonly hour: LiveHourPage | undefined }) {
  const [hovered, setHovered] = useState<number | undefined>(undefined);
  const minute = hovered === undefined ? undefined : hour?.minutes[hovered];
  return (
    <section aria-label="The last hour">
      <div className="section-head">
        <h2>Last hour</h2>
        <span className="muted">{minute === undefined ? "" : `at ${formatMinute(minute.at * 1000)}`}</span>
      </div>
      <div className="charts">
        {PLOTS.map((plot) => (
          <PlotCard key={plot.title} plot={plot} hour={hour} minute={minute} onHover={setHovered} />
        ))}
      </div>
    </section>
  );
}

interface PlotCardProps {
  readonly plot: Plot;
  readonly hour: LiveHourPage | undefined;
  readonly minute: LiveMinuteSums | undefined;
  readonly onHover: (index: number | undefined) => void;
}

function PlotCard({ plot, hour, minute, onHover }: PlotCardProps): ReactNode {
  const data = useMemo(
    () =>
      hour === undefined
        ? undefined
        : [hour.minutes.map(({ at }) => at), ...plot.series.map(({ read }) => hour.minutes.map(read))],
    [hour, plot],
  );
  const shown = minute ?? hour?.total;
  const figures = shown === undefined ? [] : plot.figures(shown);
  const total = hour === undefined ? [] : plot.figures(hour.total);
  const said = plot.series.map(({ name }, index) => `${total[index]} ${name}`).join(", ");
  const note = hour === undefined ? undefined : plot.note?.(hour.total);
  return (
    <article className="card">
      <h3>{plot.title}</h3>
      <p className="figures">
        {plot.series.map(({ name, colour }, index) => (
          <span key={name} className="figure">
            <i className={`dot ${colour}`} aria-hidden="true" />
            <b>{figures[index] ?? ""}</b> {name}
          </span>
        ))}
      </p>
      {data === undefined ? (
        <div className="plot" />
      ) : (
        <Chart
          series={plot.series}
          data={data}
          formatValue={plot.formatValue}
          leastTop={plot.leastTop}
          label={`${plot.title} by minute over the last hour: ${said}${note === undefined ? "" : `, ${note}`}.`}
          onHover={onHover}
        />
      )}
      <p className="note">{minute === undefined ? note : ""}</p>
    </article>
  );
}
