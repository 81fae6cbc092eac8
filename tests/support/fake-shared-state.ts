import type {
  CooldownRow,
  IncomingState,
  LatencyRow,
  OutgoingState,
  SharedState,
} from "../../src/store/shared-state.ts";

/** What is kept of one process. */
interface ProcessPart {
  readonly usage: Map<string, { requests: number; tokens: number }>;
  inFlight: ReadonlyMap<string, number>;
}

/** Shared state in memory, for tests: several processes of one test put theirs together here. */
export class FakeSharedState implements SharedState {
  readonly address = "memory";
  /** What an exchange does beside its work: throw, or wait for a promise that the test holds. */
  disturb: () => Promise<void> | undefined = () => undefined;
  /** Everything that was sent. */
  readonly sent: OutgoingState[] = [];
  disconnects = 0;
  readonly #cooldowns = new Map<string, CooldownRow>();
  readonly #latencies = new Map<string, { readonly processId: string; readonly row: LatencyRow }>();
  readonly #parts = new Map<string, ProcessPart>();
  #minute = -1;

  async connect(): Promise<void> {}

  async exchange(outgoing: OutgoingState): Promise<IncomingState> {
    this.sent.push(outgoing);
    await this.disturb();
    this.put(outgoing);
    return this.#answer(outgoing);
  }

  disconnect(): void {
    this.disconnects++;
  }

  /** What becomes of a request that arrives, be it late or a second time. */
  put(outgoing: OutgoingState): void {
    if (outgoing.minute > this.#minute) {
      this.#minute = outgoing.minute;
      this.#latencies.clear();
      for (const part of this.#parts.values()) part.usage.clear();
    }
    const part = this.#parts.get(outgoing.processId) ?? { usage: new Map(), inFlight: new Map() };
    this.#parts.set(outgoing.processId, part);
    part.inFlight = outgoing.inFlight;
    for (const { id, requests, tokens } of outgoing.minute === this.#minute ? outgoing.usage : []) {
      const known = part.usage.get(id);
      part.usage.set(id, {
        requests: Math.max(requests, known?.requests ?? 0),
        tokens: Math.max(tokens, known?.tokens ?? 0),
      });
    }
    for (const row of outgoing.latencies) {
      this.#latencies.set(row.id, { processId: outgoing.processId, row });
    }
    for (const row of outgoing.cooldowns) {
      if (row.untilMs > (this.#cooldowns.get(row.id)?.untilMs ?? 0)) this.#cooldowns.set(row.id, row);
    }
  }

  /** The store is as if new. */
  lose(): void {
    this.#cooldowns.clear();
    this.#latencies.clear();
    this.#parts.clear();
  }

  #answer({ processId, nowMs }: OutgoingState): IncomingState {
    const usage = new Map<string, { requests: number; tokens: number }>();
    const inFlight = new Map<string, number>();
    for (const [process, part] of this.#parts) {
      for (const [id, { requests, tokens }] of part.usage) {
        const sum = usage.get(id) ?? { requests: 0, tokens: 0 };
        usage.set(id, { requests: sum.requests + requests, tokens: sum.tokens + tokens });
      }
      for (const [id, count] of process === processId ? [] : part.inFlight) {
        inFlight.set(id, (inFlight.get(id) ?? 0) + count);
      }
    }
    return {
      usage,
      inFlight,
      latencies: [...this.#latencies.values()].flatMap((known) => (known.processId === processId ? [] : known.row)),
      cooldowns: [...this.#cooldowns.values()].filter(({ untilMs }) => untilMs > nowMs),
    };
  }
}
