import { Connection } from "./connection.ts";
import type { Resolve } from "./egress-guard.ts";
import { openGuarded, resolveBySystem } from "./guarded-exchange.ts";
import { HttpExchange } from "./http-exchange.ts";
import type { Origin } from "./origin.ts";
import type { Exchange, Transport, UpstreamRequest } from "./transport.ts";

/** Idle connections kept per origin. */
export const MAX_IDLE_PER_ORIGIN = 256;
/** How long an idle connection is kept, in milliseconds. */
export const IDLE_TTL_MS = 60_000;
/** How often deadlines and idle connections are looked at, in milliseconds: the precision of every time limit. */
export const SWEEP_INTERVAL_MS = 50;

/**
 * HTTP/1.1 over TCP or TLS with kept-alive connections. One timer for all exchanges watches their limits, so a call
 * costs no timer of its own. Certificates are checked against the system's authorities and the host's name.
 */
export class HttpTransport implements Transport {
  readonly #idle = new Map<string, Connection[]>();
  /**
   * Every open connection, with or without an exchange. The exchanges themselves are in no collection: a short life that
   * a long-lived one points to makes each garbage collection look at both.
   */
  readonly #open = new Set<Connection>();
  #sweepTimer: ReturnType<typeof setInterval> | undefined;
  #sweptAtMs = 0;
  #isClosed = false;
  readonly #resolve: Resolve;

  /** `resolve` looks up the hosts that callers chose; the system's resolver when absent. */
  constructor({ resolve = resolveBySystem }: { readonly resolve?: Resolve } = {}) {
    this.#resolve = resolve;
  }

  /** Open connections to all hosts. */
  get openCount(): number {
    return this.#open.size;
  }

  /** Connections that wait for their next exchange, by origin. */
  get idleCounts(): ReadonlyMap<string, number> {
    return new Map([...this.#idle].map(([origin, connections]) => [origin, connections.length]));
  }

  open(request: UpstreamRequest): Exchange {
    if (request.egress !== undefined && !this.#isClosed) {
      this.#startSweep();
      return openGuarded(request, request.egress, { open: this.#open, resolve: this.#resolve });
    }
    const idle = this.#idle.get(request.origin.key)?.pop();
    const exchange = new HttpExchange(request, this, idle !== undefined);
    this.#startSweep();
    if (this.#isClosed) {
      exchange.attach(this.#newConnection(request.origin));
      exchange.abort();
    } else {
      exchange.attach(idle ?? this.reconnect(exchange));
    }
    return exchange;
  }

  close(): void {
    this.#isClosed = true;
    for (const connections of this.#idle.values()) {
      for (const connection of [...connections]) {
        connection.destroy();
      }
    }
    this.#idle.clear();
    this.#stopSweepWhenQuiet();
  }

  /** Exchanges under way and idle connections, for metrics and tests. */
  counts(): { readonly active: number; readonly idle: number } {
    let active = 0;
    for (const connection of this.#open) {
      active += connection.exchange === undefined ? 0 : 1;
    }
    return { active, idle: this.#open.size - active };
  }

  /** @internal */
  reconnect(exchange: HttpExchange): Connection {
    const connection = this.#newConnection(exchange.request.origin);
    connection.exchange = exchange;
    connection.connect();
    return connection;
  }

  /** @internal Connections to configured hosts try a host's addresses by themselves. */
  nextConnection(): undefined {
    return undefined;
  }

  /** @internal */
  onIdle(connection: Connection): void {
    const { key } = connection.origin;
    let connections = this.#idle.get(key);
    if (connections === undefined) {
      connections = [];
      this.#idle.set(key, connections);
    }
    if (this.#isClosed || connections.length >= MAX_IDLE_PER_ORIGIN) {
      connection.destroy();
      return;
    }
    connection.idleSinceMs = this.#sweptAtMs; // As exact as it is looked at.
    connections.push(connection);
  }

  /** @internal */
  onClosed(connection: Connection): void {
    this.#open.delete(connection);
    const connections = this.#idle.get(connection.origin.key);
    const index = connections?.lastIndexOf(connection) ?? -1;
    if (index >= 0) {
      connections?.splice(index, 1);
    }
  }

  #newConnection(origin: Origin): Connection {
    const connection = new Connection(origin, this);
    this.#open.add(connection);
    return connection;
  }

  #startSweep(): void {
    if (this.#sweepTimer === undefined) {
      this.#sweptAtMs = performance.now();
      this.#sweepTimer = startSweep(() => this.#sweep());
    }
  }

  #sweep(): void {
    const now = performance.now();
    // Where the process itself was held up, what vendors have sent meanwhile is still to be read.
    const isLate = now - this.#sweptAtMs > 2 * SWEEP_INTERVAL_MS;
    this.#sweptAtMs = now;
    for (const { exchange } of this.#open) {
      if (exchange !== undefined && now >= exchange.deadlineMs && !(isLate && exchange.takeGrace())) {
        exchange.onDeadline(now);
      }
    }
    for (const [key, connections] of this.#idle) {
      // The oldest stand first: connections are taken from and given back to the end.
      while (connections[0] !== undefined && now - connections[0].idleSinceMs > IDLE_TTL_MS) {
        connections[0].destroy();
      }
      if (connections.length === 0) {
        this.#idle.delete(key);
      }
    }
    this.#stopSweepWhenQuiet();
  }

  #stopSweepWhenQuiet(): void {
    if (this.#open.size === 0 && this.#sweepTimer !== undefined) {
      clearInterval(this.#sweepTimer);
      this.#sweepTimer = undefined;
    }
  }
}

function startSweep(sweep: () => void): ReturnType<typeof setInterval> {
  const timer = setInterval(sweep, SWEEP_INTERVAL_MS);
  timer.unref();
  return timer;
}
