import { lookup } from "node:dns/promises";
import { GatewayError } from "../core/errors.ts";
import { Connection, type ConnectionOwner } from "./connection.ts";
import { findTestedAddresses, type Resolve } from "./egress-guard.ts";
import type { EgressPolicy } from "./egress-policy.ts";
import { type ExchangeOwner, HttpExchange } from "./http-exchange.ts";
import type { Exchange, UpstreamRequest } from "./transport.ts";

/** Addresses of one host that are tried before giving up; all of them are tested. */
const MAX_ADDRESSES_TRIED = 4;

/** The system's resolver: `/etc/hosts`, then DNS. */
export const resolveBySystem: Resolve = async (hostname) =>
  (await lookup(hostname, { all: true })).map(({ address }) => address);

/** What a guarded exchange needs of the transport. */
export interface GuardedContext {
  /** Every connection of the transport: its sweep ends those that are late, those that still look up a name included. */
  readonly open: Set<Connection>;
  readonly resolve: Resolve;
}

/**
 * Starts an exchange with a host that a caller chose. Its name is looked up once, all its addresses are tested, and the
 * connection, which serves no other exchange, is made to a tested one under the name's TLS identity.
 */
export function openGuarded(request: UpstreamRequest, policy: EgressPolicy, context: GuardedContext): Exchange {
  const dial = new GuardedDial(request, context);
  const exchange = new HttpExchange({ ...request, ownLines: `${request.ownLines}connection: close\r\n` }, dial, false);
  // It may be refused before the caller of `open` looks at the reply.
  exchange.reply.catch(() => undefined);
  const connection = dial.newConnection();
  exchange.attach(connection);
  findTestedAddresses(request.origin, policy, context.resolve)
    .then((addresses) => {
      if (connection.exchange === exchange) {
        dial.start(connection, addresses);
      }
    })
    .catch((error: unknown) => {
      exchange.giveUp(
        error instanceof GatewayError
          ? error
          : new GatewayError("internal", "The connection could not be opened.", { cause: error }),
      );
    });
  return exchange;
}

/** The connections of one guarded exchange: one after another to tested addresses, none of them kept. */
class GuardedDial implements ExchangeOwner, ConnectionOwner {
  readonly #request: UpstreamRequest;
  readonly #open: Set<Connection>;
  #untried: string[] = [];

  constructor(request: UpstreamRequest, context: GuardedContext) {
    this.#request = request;
    this.#open = context.open;
  }

  newConnection(): Connection {
    const connection = new Connection(this.#request.origin, this);
    this.#open.add(connection);
    return connection;
  }

  start(connection: Connection, addresses: readonly string[]): void {
    const [first, ...others] = addresses.slice(0, MAX_ADDRESSES_TRIED);
    this.#untried = others;
    connection.connect(first);
  }

  /** Nothing has been sent, so the next address may be tried; the time limit is that of the first. */
  nextConnection(exchange: HttpExchange): Connection | undefined {
    const address = this.#untried.shift();
    if (address === undefined) {
      return undefined;
    }
    const connection = this.newConnection();
    connection.exchange = exchange;
    connection.connect(address);
    return connection;
  }

  reconnect(): Connection {
    throw new Error("a guarded connection is never reused, so it cannot be stale");
  }

  onIdle(connection: Connection): void {
    connection.destroy();
  }

  onClosed(connection: Connection): void {
    this.#open.delete(connection);
  }
}
