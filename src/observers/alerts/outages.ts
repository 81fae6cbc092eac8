/** When failures are an outage. */
export interface OutageLimits {
  readonly windowMs: number;
  readonly minorCount: number;
  readonly majorCount: number;
}

/** How bad an outage is. */
export type OutageLevel = "minor" | "major";

/** A change for the worse or the better. */
export interface OutageChange<Subject> {
  readonly subject: Subject;
  readonly state: OutageLevel | "over";
  /** Failures within the window. */
  readonly failures: number;
  /** Their kinds, and how many there are of each. */
  readonly kinds: ReadonlyMap<string, number>;
  /** What failed; one deployment, or several of a provider. */
  readonly deployments: ReadonlySet<string>;
}

interface Failure {
  readonly atMs: number;
  readonly kind: string;
  readonly deployment: string;
}

interface Health<Subject> {
  readonly subject: Subject;
  failures: Failure[];
  level: OutageLevel | undefined;
  succeededAtMs: number;
}

/** Subjects that are watched; beyond it the oldest are forgotten. */
const MAX_SUBJECTS = 10_000;

/**
 * Counts failures of deployments, or of providers, within a sliding time. It tells each outage once, once more when it gets
 * major, and its end: when nothing has failed for as long as the window and something was answered.
 */
export class Outages<Subject> {
  readonly #limits: OutageLimits;
  /** Outages of fewer deployments than these are not told. */
  readonly #minDeployments: number;
  readonly #health = new Map<string, Health<Subject>>();

  constructor(limits: OutageLimits, minDeployments = 1) {
    this.#limits = limits;
    this.#minDeployments = minDeployments;
  }

  /** Notes an answer. */
  succeeded(key: string, nowMs: number): void {
    const health = this.#health.get(key);
    if (health !== undefined) {
      health.succeededAtMs = nowMs;
    }
  }

  /** Notes a failure; the change, if it makes one. */
  failed(key: string, subject: Subject, failure: Failure): OutageChange<Subject> | undefined {
    const health = this.#find(key, subject);
    health.failures = health.failures.filter(({ atMs }) => failure.atMs - atMs < this.#limits.windowMs);
    health.failures.push(failure);
    if (health.failures.length > this.#limits.majorCount) {
      health.failures.shift();
    }
    const change = toChange(health, health.level ?? "minor");
    const { minorCount, majorCount } = this.#limits;
    const count = health.failures.length;
    const level = count >= majorCount ? "major" : count >= minorCount ? "minor" : undefined;
    const isNews = level !== undefined && level !== health.level && health.level !== "major";
    if (!isNews || change.deployments.size < this.#minDeployments) {
      return undefined;
    }
    health.level = level;
    return { ...change, state: level };
  }

  /** Outages that are over; to be asked now and then. What has been well for long is forgotten. */
  recovered(nowMs: number): readonly OutageChange<Subject>[] {
    const changes: OutageChange<Subject>[] = [];
    for (const [key, health] of this.#health) {
      const lastFailureMs = health.failures.at(-1)?.atMs ?? Number.NEGATIVE_INFINITY;
      if (nowMs - lastFailureMs < this.#limits.windowMs) {
        continue;
      }
      if (health.level === undefined) {
        this.#health.delete(key);
      } else if (health.succeededAtMs > lastFailureMs) {
        changes.push({ ...toChange(health, health.level), state: "over" });
        this.#health.delete(key);
      }
    }
    return changes;
  }

  #find(key: string, subject: Subject): Health<Subject> {
    let health = this.#health.get(key);
    if (health === undefined) {
      health = { subject, failures: [], level: undefined, succeededAtMs: Number.NEGATIVE_INFINITY };
      this.#health.set(key, health);
      if (this.#health.size > MAX_SUBJECTS) {
        this.#health.delete(this.#health.keys().next().value ?? "");
      }
    }
    return health;
  }
}

function toChange<Subject>({ subject, failures }: Health<Subject>, state: OutageLevel): OutageChange<Subject> {
  const kinds = new Map<string, number>();
  for (const { kind } of failures) {
    kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
  }
  return {
    subject,
    state,
    failures: failures.length,
    kinds,
    deployments: new Set(failures.map((one) => one.deployment)),
  };
}
