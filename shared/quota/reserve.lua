-- Takes n permits of one action, evenly spaced (GCRA).
--
-- KEYS[1] state of the action, a hash
-- ARGV    quota (calls a second), n, longest wait (microseconds)
-- returns {microseconds until the first permit, microseconds from one to the next},
--         the second 0 where the first comes too late and none was taken
--
-- next: when the next permit is free; closed: until when Alibaba asked to wait;
-- found, at: speed and time of the last throttling answer; s<k>, n<k>: permits
-- given out in second s, less those that were throttled.

local quota, n, longest = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local clock = redis.call('TIME')
local now = clock[1] * 1000000 + clock[2]
local state = redis.call('HMGET', KEYS[1], 'next', 'closed', 'found', 'at')

local step = 1000000 / pace(quota, state[3], state[4], now)
local first = math.max(now, tonumber(state[1] or 0), tonumber(state[2] or 0))
local wait = math.ceil(first - now)
if wait >= longest then
  return {wait, 0}
end

local second = math.floor(first / 1000000)
local slot = second % 16
local counted = redis.call('HMGET', KEYS[1], 's' .. slot, 'n' .. slot)
local before = 0
if counted[1] and tonumber(counted[1]) == second then
  before = tonumber(counted[2])
end
redis.call('HSET', KEYS[1],
  'next', string.format('%.0f', first + n * step),
  's' .. slot, second, 'n' .. slot, before + n)
redis.call('PEXPIRE', KEYS[1], 3600000 + math.ceil(wait / 1000))
return {wait, math.floor(step)}
