import { Toggle } from "@base-ui/react/toggle";
import { type RefObject, useCallback, useDeferredValue, useEffect, useMemo, useRef, useState } from "react";
import type { LiveCall } from "../../../src/endpoints/ui/live-types.ts";
import type { SectionProps } from "../sections.ts";
import { CallDetails } from "./call-details.tsx";
import { CallTable } from "./call-table.tsx";
import { EmptyState } from "./empty-state.tsx";
import { FILTER_FIELDS, toTest } from "./filter.ts";
import { formatCount } from "./format.ts";
import { HourCharts } from "./hour-charts.tsx";
import { useHour, useLiveCalls } from "./use-live.ts";

/** Calls as they come, and the last hour. */
export function LivePage(props: SectionProps) {
  const [text, setText] = useState("");
  const [errorsOnly, setErrorsOnly] = useState(false);
  const [isPaused, setPaused] = useState(false);
  const [opened, setOpened] = useState<LiveCall | undefined>(undefined);
  const hour = useHour(props);
  const { calls, missed, fault } = useLiveCalls(props, isPaused);
  const filter = useDeferredValue(text);
  const shown = useMemo(() => calls?.filter(toTest({ text: filter, errorsOnly })), [calls, filter, errorsOnly]);
  const close = useCallback(() => setOpened(undefined), []);
  const filterInput = useRef<HTMLInputElement>(null);
  useSlash(filterInput);

  return (
    <>
      <h1 className="hidden">Live</h1>
      <HourCharts hour={hour} />
      <section aria-label="Calls">
        <div className="section-head">
          <h2>Calls</h2>
          <Pulse isPaused={isPaused} fault={fault} />
          <span className="muted count">
            {toCount(shown?.length ?? 0, calls?.length ?? 0)}
            {missed > 0 && `, ${formatCount(missed)} came too fast to show`}
          </span>
        </div>
        <div className="tools">
          <input
            ref={filterInput}
            type="search"
            placeholder="Filter: gpt-4o status:4xx provider:openai"
            aria-label={`Filter calls by words, or by ${FILTER_FIELDS.join(", ")} and a colon`}
            aria-keyshortcuts="/"
            spellCheck={false}
            value={text}
            onChange={(event) => setText(event.target.value)}
          />
          <Toggle className="toggle" pressed={errorsOnly} onPressedChange={setErrorsOnly}>
            Errors only
          </Toggle>
          <Toggle className="toggle" pressed={isPaused} onPressedChange={setPaused}>
            {isPaused ? "Resume" : "Pause"}
          </Toggle>
        </div>
        {shown !== undefined && shown.length > 0 && <CallTable calls={shown} onOpen={setOpened} />}
        {shown?.length === 0 && calls?.length !== 0 && <p className="empty muted">No call fits the filter.</p>}
        {calls?.length === 0 && <EmptyState api={props.api} />}
      </section>
      <CallDetails call={opened} onClose={close} />
    </>
  );
}

const toCount = (shown: number, all: number): string =>
  shown === all ? `${formatCount(all)} shown` : `${formatCount(shown)} of ${formatCount(all)} shown`;

/** Says whether calls are coming in. */
function Pulse({ isPaused, fault }: { readonly isPaused: boolean; readonly fault: string | undefined }) {
  const state = fault !== undefined ? "lost" : isPaused ? "paused" : "live";
  return (
    <span className={`pulse ${state}`} role="status">
      {fault ?? state}
    </span>
  );
}

/** The key `/` leads to the filter, except where it is being typed. */
function useSlash(input: RefObject<HTMLInputElement | null>): void {
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent): void => {
      const isTyping =
        event.target instanceof Element && event.target.matches("input, textarea, select, [role=dialog] *");
      if (event.key === "/" && !isTyping && !event.ctrlKey && !event.metaKey && !event.altKey) {
        event.preventDefault();
        input.current?.focus();
      }
    };
    document.addEventListener("keydown", onKeyDown);
    return () => document.removeEventListener("keydown", onKeyDown);
  }, [input]);
}
