import { useEffect, useRef } from "react";
import uPlot from "uplot";
import { useIsDark } from "../theme.ts";
import { formatMinute } from "./format.ts";

/** A line or a row of bars. */
export interface Series {
  readonly name: string;
  /** Name of the style sheet's colour. */
  readonly colour: string;
  readonly isBars: boolean;
}

/** What a chart shows. */
export interface ChartProps {
  readonly series: readonly Series[];
  /** Epoch seconds, then a row of values for each series. */
  readonly data: readonly (readonly (number | null)[])[];
  readonly formatValue: (value: number) => string;
  /** The axis goes at least this far. */
  readonly leastTop: number;
  /** Says all that the picture shows, for those who do not see it. */
  readonly label: string;
  /** Told of the point under the pointer. */
  readonly onHover: (index: number | undefined) => void;
}

const HEIGHT = 116;
const FONT = "11px system-ui, sans-serif";

/** The last hour, plotted. All charts of the page share the pointer's place. */
export function Chart({ series, data, formatValue, leastTop, label, onHover }: ChartProps) {
  const place = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | undefined>(undefined);
  const latest = useRef({ series, data, formatValue, leastTop, onHover });
  latest.current = { series, data, formatValue, leastTop, onHover };
  const isDark = useIsDark();

  // biome-ignore lint/correctness/useExhaustiveDependencies: colours are read anew when light turns dark
  useEffect(() => {
    const element = place.current;
    if (element === null) {
      return;
    }
    const { current } = latest;
    const made = new uPlot(toOptions(element, current), toData(current.data), element);
    plot.current = made;
    const resized = new ResizeObserver(() => made.setSize({ width: element.clientWidth, height: HEIGHT }));
    resized.observe(element);
    return () => {
      resized.disconnect();
      made.destroy();
      plot.current = undefined;
    };
  }, [isDark]);

  useEffect(() => plot.current?.setData(toData(data)), [data]);

  return <div ref={place} className="plot" role="img" aria-label={label} />;
}

const toData = (data: ChartProps["data"]): uPlot.AlignedData => data.map((row) => [...row]) as uPlot.AlignedData;

function toOptions(
  element: HTMLElement,
  chart: Pick<ChartProps, "series" | "formatValue" | "leastTop" | "onHover">,
): uPlot.Options {
  const colour = (name: string): string => {
    element.style.color = `var(--${name})`;
    return getComputedStyle(element).color;
  };
  const bars = uPlot.paths.bars?.({ size: [0.7, 12], radius: 0.15 });
  const axis = { stroke: colour("muted"), font: FONT, ticks: { show: false } };
  return {
    width: element.clientWidth,
    height: HEIGHT,
    legend: { show: false },
    padding: [8, 4, 0, 0],
    cursor: { sync: { key: "hour", setSeries: false }, y: false, drag: { x: false, y: false }, points: { size: 6 } },
    scales: {
      // Half a minute more at both ends, for the outermost bars.
      x: { time: true, range: (_plot, first, last) => [first - 30, last + 30] },
      y: { range: (_plot, _least, most) => [0, Math.max(most * 1.1, chart.leastTop)] },
    },
    axes: [
      {
        ...axis,
        size: 22,
        gap: 4,
        space: 70,
        grid: { show: false },
        values: (_plot, at) => at.map((seconds) => formatMinute(seconds * 1000)),
      },
      {
        ...axis,
        size: 52,
        gap: 6,
        space: 28,
        grid: { stroke: colour("line"), width: 1 },
        values: (_plot, values) => values.map((value) => chart.formatValue(value)),
      },
    ],
    series: [
      {},
      ...chart.series.map((one): uPlot.Series => {
        const stroke = colour(one.colour);
        return one.isBars && bars !== undefined
          ? { label: one.name, fill: stroke, stroke, width: 0, paths: bars, points: { show: false } }
          : {
              label: one.name,
              stroke,
              width: 1.5,
              fill: toPale(stroke),
              points: { show: true, size: 4, fill: stroke, filter: findLonely },
            };
      }),
    ],
    hooks: { setCursor: [({ cursor }) => chart.onHover(cursor.idx ?? undefined)] },
  };
}

/** Points without neighbours: no line would show them. */
function findLonely(plot: uPlot, seriesIndex: number): number[] {
  const values = plot.data[seriesIndex] ?? [];
  const isMissing = (index: number): boolean => (values[index] ?? null) === null;
  return [...values.keys()].filter((index) => !isMissing(index) && isMissing(index - 1) && isMissing(index + 1));
}

/** `rgb(1, 2, 3)` as browsers write computed colours, nearly transparent. */
const toPale = (colour: string): string => colour.replace(/^rgb\((.+)\)$/, "rgba($1, 0.12)");
