-- Slows one action down after Alibaba has throttled it, for every instance.
--
-- KEYS[1] state of the action, see reserve.lua
-- ARGV    quota (calls a second), microseconds that Alibaba asked to wait
-- returns two numbers that mean nothing

local quota, asked = tonumber(ARGV[1]), tonumber(ARGV[2])
local clock = redis.call('TIME')
local now = clock[1] * 1000000 + clock[2]
local state = redis.call('HMGET', KEYS[1], 'closed', 'found', 'at')

local function count(second)
  local slot = second % 16
  local counted = redis.call('HMGET', KEYS[1], 's' .. slot, 'n' .. slot)
  if counted[1] and tonumber(counted[1]) == second then
    return tonumber(counted[2])
  end
  return 0
end

local second = math.floor(now / 1000000)
local this = count(second) - 1
redis.call('HSET', KEYS[1], 's' .. second % 16, second, 'n' .. second % 16, this)

local closed = math.max(tonumber(state[1] or 0), now + asked)
redis.call('HSET', KEYS[1], 'closed', string.format('%.0f', closed))
redis.call('PEXPIRE', KEYS[1], 3600000 + math.ceil(asked / 1000))

if state[3] and now - state[3] < 1000000 then
  return {0, 0}
end

local lately = this + count(second - 1) * (1 - (now % 1000000) / 1000000)
local found = math.max(1, math.min(lately, pace(quota, state[2], state[3], now)) * 0.95)
redis.call('HSET', KEYS[1], 'found', tostring(found), 'at', string.format('%.0f', now))
return {0, 0}
