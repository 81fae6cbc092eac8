import { Dialog } from "@base-ui/react/dialog";
import type { ReactNode } from "react";
import type { LiveAttempt, LiveCall } from "../../../src/endpoints/ui/live-types.ts";
import { CopyButton } from "./copy-button.tsx";
import { formatCost, formatCount, formatDate, formatMs, UNKNOWN } from "./format.ts";
import { StatusBadge } from "./status-badge.tsx";
import { TIME_PARTS, TimingBar } from "./timing-bar.tsx";

/** All that is known of one call, at the side of the page. Escape closes it. */
export function CallDetails({ call, onClose }: { readonly call: LiveCall | undefined; readonly onClose: () => void }) {
  return (
    <Dialog.Root open={call !== undefined} onOpenChange={(isOpen) => !isOpen && onClose()}>
      <Dialog.Portal>
        <Dialog.Backdrop className="backdrop" />
        <Dialog.Popup className="sheet">{call !== undefined && <Details call={call} />}</Dialog.Popup>
      </Dialog.Portal>
    </Dialog.Root>
  );
}

function Details({ call }: { readonly call: LiveCall }) {
  return (
    <>
      <div className="sheet-head">
        <StatusBadge call={call} />
        <Dialog.Title className="clip">{call.model ?? "No model"}</Dialog.Title>
        <Dialog.Close className="quiet icon" aria-label="Close">
          <svg viewBox="0 0 16 16" width="16" height="16" aria-hidden="true">
            <path d="M4 4l8 8M12 4l-8 8" stroke="currentColor" strokeWidth="1.5" strokeLinecap="round" />
          </svg>
        </Dialog.Close>
      </div>
      {call.error !== null && (
        <div className="error-box">
          <b>{call.error}</b>
          <p>{call.error_message ?? ""}</p>
        </div>
      )}
      <Timings call={call} />
      <Attempts call={call} />
      <Usage call={call} />
      <Facts>
        <Fact name="Call id">
          <code className="wrap">{call.call_id}</code> <CopyButton text={call.call_id} what="call id" />
        </Fact>
        <Fact name="Ended">{formatDate(call.ended_at)}</Fact>
        <Fact name="Path">
          <code className="wrap">{call.path}</code>
        </Fact>
        <Fact name="Model group">{call.model_group ?? UNKNOWN}</Fact>
        <Fact name="Deployment">
          {call.deployment === null ? UNKNOWN : <code className="wrap">{call.deployment}</code>}
        </Fact>
        <Fact name="Upstream">
          {call.provider === null ? UNKNOWN : `${call.provider}/${call.upstream_model ?? ""}`}
        </Fact>
        {call.client_retries > 0 && <Fact name="Client's retries">{call.client_retries}</Fact>}
        {call.fallbacks > 0 && <Fact name="Fallbacks">{call.fallbacks}</Fact>}
        {call.dropped.length > 0 && (
          <Fact name="Not carried to the vendor">
            <code className="wrap">{call.dropped.join(", ")}</code>
          </Fact>
        )}
      </Facts>
    </>
  );
}

function Timings({ call }: { readonly call: LiveCall }) {
  return (
    <section aria-label="Time">
      <h3>
        Time <span className="muted">{formatMs(call.duration_ms)}</span>
      </h3>
      <TimingBar call={call} fullMs={call.duration_ms} />
      <p className="figures">
        {TIME_PARTS.filter(({ name, read }) => name !== "stream" || read(call) > 0).map(({ name, colour, read }) => (
          <span key={name} className="figure">
            <i className={`dot ${colour}`} aria-hidden="true" />
            <b>{formatMs(read(call))}</b> {name}
          </span>
        ))}
        {call.first_byte_ms !== null && (
          <span className="figure">
            <b>{formatMs(call.first_byte_ms)}</b> to the first byte
          </span>
        )}
      </p>
      {call.attempt_count > 1 && <p className="note">Waits between attempts count as upstream.</p>}
    </section>
  );
}

function Attempts({ call }: { readonly call: LiveCall }) {
  const { attempts, attempt_count } = call;
  if (attempts.length === 0) {
    return null;
  }
  const fullMs = Math.max(call.duration_ms, ...attempts.map((attempt) => attempt.started_ms + attempt.duration_ms));
  return (
    <section aria-label="Attempts">
      <h3>
        Attempts <span className="muted">{attempt_count}</span>
      </h3>
      <ol className="attempts-list">
        {attempts.map((attempt, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: attempts of one call never change their order
          <AttemptItem key={index} attempt={attempt} fullMs={fullMs} />
        ))}
      </ol>
      {attempt_count > attempts.length && <p className="note">and {attempt_count - attempts.length} more</p>}
    </section>
  );
}

function AttemptItem({ attempt, fullMs }: { readonly attempt: LiveAttempt; readonly fullMs: number }) {
  const { started_ms, duration_ms, error } = attempt;
  const percent = (ms: number): string => `${fullMs > 0 ? (100 * ms) / fullMs : 0}%`;
  return (
    <li>
      <span className="clip">{`${attempt.provider}/${attempt.upstream_model}`}</span>
      <span className={`outcome ${error === null ? "good" : "bad"}`}>
        {error ?? "answered"} <span className="muted">in {formatMs(duration_ms)}</span>
      </span>
      <span className="timing" aria-hidden="true">
        <i className="lead" style={{ width: percent(started_ms) }} />
        <i className={error === null ? "blue" : "red"} style={{ width: percent(duration_ms) }} />
      </span>
      <code className="muted clip">{attempt.deployment}</code>
    </li>
  );
}

function Usage({ call }: { readonly call: LiveCall }) {
  const isKnown = call.prompt_tokens !== null;
  const priceless = isKnown || call.error === null ? "unknown price" : UNKNOWN;
  return (
    <Facts>
      <Fact name="Prompt tokens">
        {isKnown ? formatCount(call.prompt_tokens ?? 0) : UNKNOWN}
        {(call.cached_tokens ?? 0) > 0 && ` (${formatCount(call.cached_tokens ?? 0)} from the cache)`}
      </Fact>
      <Fact name="Answer tokens">
        {isKnown ? formatCount(call.completion_tokens ?? 0) : UNKNOWN}
        {(call.reasoning_tokens ?? 0) > 0 && ` (${formatCount(call.reasoning_tokens ?? 0)} reasoning)`}
      </Fact>
      {call.usage_estimated && <Fact name="Usage">estimated here, as the vendor told none</Fact>}
      <Fact name="Cost">{call.cost_nano_usd === null ? priceless : formatCost(call.cost_nano_usd)}</Fact>
    </Facts>
  );
}

const Facts = ({ children }: { readonly children: ReactNode }) => <dl className="facts">{children}</dl>;

const Fact = ({ name, children }: { readonly name: string; readonly children: ReactNode }) => (
  <div className="fact">
    <dt>{name}</dt>
    <dd>{children}</dd>
  </div>
);
