import { type KeyboardEvent, memo, useCallback, useMemo, useState } from "react";
import type { LiveCall } from "../../../src/endpoints/ui/live-types.ts";
import { ESTIMATED, formatCost, formatCount, formatMs, formatTime, UNKNOWN } from "./format.ts";
import { StatusBadge, toOutcome } from "./status-badge.tsx";
import { TimingBar } from "./timing-bar.tsx";

/** What the table shows. */
export interface CallTableProps {
  readonly calls: readonly LiveCall[];
  readonly onOpen: (call: LiveCall) => void;
}

/** Steps of the keys that move from row to row; `null`: to that end. */
const STEPS: Readonly<Record<string, number>> = {
  ArrowDown: 1,
  ArrowUp: -1,
  PageDown: 10,
  PageUp: -10,
  Home: Number.NEGATIVE_INFINITY,
  End: Number.POSITIVE_INFINITY,
};

/** The calls. One row can be reached by Tab; arrows move from there, Enter opens. */
export function CallTable({ calls, onOpen }: CallTableProps) {
  const [current, setCurrent] = useState<string | undefined>(undefined);
  const reachable = calls.some(({ key }) => key === current) ? current : calls[0]?.key;
  const fullMs = useMemo(() => calls.reduce((most, { duration_ms }) => Math.max(most, duration_ms), 0), [calls]);
  return (
    <table className="calls">
      <caption className="hidden">Calls, newest first. Arrow keys move, Enter opens details.</caption>
      <thead>
        <tr>
          <th scope="col">Time</th>
          <th scope="col">Status</th>
          <th scope="col">Model</th>
          <th scope="col">Deployment</th>
          <th scope="col">
            Latency <span className="legend">gateway, upstream, stream</span>
          </th>
          <th scope="col" className="number">
            Tokens
          </th>
          <th scope="col" className="number">
            Cost
          </th>
          <th scope="col" className="number">
            Attempts
          </th>
        </tr>
      </thead>
      <tbody onKeyDown={moveFocus}>
        {calls.map((call) => (
          <CallRow
            key={call.key}
            call={call}
            fullMs={fullMs}
            isReachable={call.key === reachable}
            onOpen={onOpen}
            onReach={setCurrent}
          />
        ))}
      </tbody>
    </table>
  );
}

function moveFocus(event: KeyboardEvent<HTMLTableSectionElement>): void {
  const step = STEPS[event.key];
  const row = (event.target as HTMLElement).closest("tr");
  if (step === undefined || row === null) {
    return;
  }
  const { rows } = event.currentTarget;
  const at = [...rows].indexOf(row);
  rows[Math.min(rows.length - 1, Math.max(0, at + step))]?.focus();
  event.preventDefault();
}

interface CallRowProps {
  readonly call: LiveCall;
  readonly fullMs: number;
  readonly isReachable: boolean;
  readonly onOpen: (call: LiveCall) => void;
  readonly onReach: (key: string) => void;
}

const CallRow = memo(function CallRow({ call, fullMs, isReachable, onOpen, onReach }: CallRowProps) {
  const open = useCallback(() => onOpen(call), [call, onOpen]);
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key === "Enter") {
      event.preventDefault();
      open();
    }
  };
  const isKnown = call.prompt_tokens !== null;
  return (
    <tr
      tabIndex={isReachable ? 0 : -1}
      className={toOutcome(call)}
      onClick={open}
      onKeyDown={onKeyDown}
      onFocus={() => onReach(call.key)}
    >
      <td className="time">{formatTime(call.ended_at)}</td>
      <td className="status">
        <StatusBadge call={call} />
      </td>
      <td className="model">
        <div className="cell-line">
          <span className="name clip" title={call.model ?? undefined}>
            {call.model ?? UNKNOWN}
          </span>
          {call.stream && <span className="tag">stream</span>}
          {call.operation !== "chat" && <span className="tag">{call.operation}</span>}
          {call.error !== null && (
            <span className="kind clip" title={call.error}>
              {call.error}
            </span>
          )}
        </div>
      </td>
      <td className="deployment">
        {call.provider === null ? (
          UNKNOWN
        ) : (
          <div className="cell-line">
            <span className="name clip">{`${call.provider}/${call.upstream_model ?? ""}`}</span>
            <span className="id clip" title={call.deployment ?? undefined}>
              {call.deployment}
            </span>
          </div>
        )}
      </td>
      <td className="latency">
        <TimingBar call={call} fullMs={fullMs} />
        <span className="total">{formatMs(call.duration_ms)}</span>
        <span className="split">
          {formatMs(call.gateway_ms)} + {formatMs(call.upstream_ms)}
          {call.streaming_ms > 0 && ` + ${formatMs(call.streaming_ms)}`}
        </span>
      </td>
      <td className="number tokens">
        {call.usage_estimated && ESTIMATED}
        {isKnown ? `${formatCount(call.prompt_tokens ?? 0)} → ${formatCount(call.completion_tokens ?? 0)}` : UNKNOWN}
      </td>
      <td className="number cost">
        {call.usage_estimated && call.cost_nano_usd !== null && ESTIMATED}
        {formatCost(call.cost_nano_usd)}
      </td>
      <td className={`number attempts${call.attempt_count > 1 ? " several" : ""}`}>{call.attempt_count}</td>
    </tr>
  );
});
