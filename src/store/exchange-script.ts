/** Milliseconds after which a process that was not heard of counts as gone, with its attempts under way. */
export const PROCESS_TTL_MS = 2000;

/** Seconds that a minute's counts are kept. */
const MINUTE_TTL_SECONDS = 120;

/** A cooldown's key outlives it by this much, for processes whose clocks are behind. */
const COOLDOWN_MARGIN_MS = 60_000;

/**
 * One exchange, as a script of Redis: one round trip, all or nothing. Counts come as the process's own totals and only
 * ever grow, so a request that is repeated, or arrives late over a connection long given up, changes nothing. Fields are
 * read and written in bulk: a thousand deployments cost a few commands.
 *
 * Keys: cooldowns, gauges, seen, totals, own, latencies. Argument: JSON of what {@link toScriptArgument} makes. Returns the
 * gauges, totals, latencies and cooldowns, each as a flat list.
 */
export const EXCHANGE_SCRIPT = `
local cooldowns, gauges, seen, totals, own, latencies = unpack(KEYS)
local given = cjson.decode(ARGV[1])
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)

local function read_counts(text)
  local requests, tokens = string.match(text or '0 0', '^(%d+) (%d+)$')
  return tonumber(requests) or 0, tonumber(tokens) or 0
end

local ids, mine, sums = {}, {}, {}
for index, row in ipairs(given.usage) do
  ids[index] = row[1]
end
if #ids > 0 then
  local before, total = redis.call('HMGET', own, unpack(ids)), redis.call('HMGET', totals, unpack(ids))
  for index, row in ipairs(given.usage) do
    local requests, tokens = read_counts(before[index])
    local all_requests, all_tokens = read_counts(total[index])
    local new_requests, new_tokens = math.max(requests, row[2]), math.max(tokens, row[3])
    mine[2 * index - 1], sums[2 * index - 1] = row[1], row[1]
    mine[2 * index] = string.format('%.0f %.0f', new_requests, new_tokens)
    sums[2 * index] = string.format('%.0f %.0f', all_requests + new_requests - requests, all_tokens + new_tokens - tokens)
  end
  redis.call('HSET', own, unpack(mine))
  redis.call('HSET', totals, unpack(sums))
end

local means = {}
for index, row in ipairs(given.latencies) do
  means[2 * index - 1] = row[1]
  means[2 * index] = given.process .. ' ' .. row[2] .. ' ' .. row[3]
end
if #means > 0 then
  redis.call('HSET', latencies, unpack(means))
end
for _, key in ipairs({ totals, own, latencies }) do
  redis.call('EXPIRE', key, ${MINUTE_TTL_SECONDS})
end

for _, row in ipairs(given.cooldowns) do
  redis.call('ZADD', cooldowns, 'GT', row[1], row[2])
end
redis.call('ZREMRANGEBYSCORE', cooldowns, '-inf', given.now - ${COOLDOWN_MARGIN_MS})
local last = redis.call('ZREVRANGE', cooldowns, 0, 0, 'WITHSCORES')[2]
if last then
  redis.call('PEXPIREAT', cooldowns, math.ceil(last) + ${COOLDOWN_MARGIN_MS})
end

redis.call('HSET', gauges, given.process, given.gauge)
redis.call('ZADD', seen, now, given.process)
for _, process in ipairs(redis.call('ZRANGEBYSCORE', seen, '-inf', now - ${PROCESS_TTL_MS})) do
  redis.call('HDEL', gauges, process)
  redis.call('ZREM', seen, process)
end
redis.call('PEXPIRE', gauges, ${PROCESS_TTL_MS})
redis.call('PEXPIRE', seen, ${PROCESS_TTL_MS})

return {
  redis.call('HGETALL', gauges),
  redis.call('HGETALL', totals),
  redis.call('HGETALL', latencies),
  redis.call('ZRANGEBYSCORE', cooldowns, given.now, '+inf', 'WITHSCORES'),
}
`;
