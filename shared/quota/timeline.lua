-- The timeline of one action, kept for all instances: the sums of timeline.go
-- and pace.go, in microseconds of Redis's clock.
--
-- KEYS[1] a hash: next, closed, asked<class>, wanted, floor; found, since; and for
--         each of the last seconds s<k>, the permits p<k> given out in it and
--         the calls r<k> that were throttled
-- ARGV[1] quota, calls a second

local LOOKAHEAD, CROWD, GRACE, CLOSEST, HINT = 200000, 500000, 100000, 10000, 60000000
local quota = tonumber(ARGV[1])
local clock = redis.call('TIME')
local now = clock[1] * 1000000 + clock[2]

-- kept holds what is kept; whatever is no number counts as 0.
local kept, changed = {}, {}
local raw = redis.call('HGETALL', KEYS[1])
for i = 1, #raw, 2 do
  local n = tonumber(raw[i + 1])
  if n and n == n then
    kept[raw[i]] = n
  end
end

local function get(name)
  return kept[name] or 0
end

local function set(name, value)
  kept[name] = value
  table.insert(changed, name)
  table.insert(changed, string.format('%.6f', value))
end

local function save()
  redis.call('HSET', KEYS[1], unpack(changed))
  redis.call('PEXPIRE', KEYS[1], 3600000)
end

local function pace()
  local found = get('found')
  if found == 0 then
    return quota
  end
  local clean = math.max(0, now - get('since')) / 1000000
  local grown = math.max(1, found) + 0.05 * clean
  if clean > 15 then
    grown = grown + 0.02 * (clean - 15) ^ 2
  end
  return math.min(grown, quota)
end

local function count(name, at, n)
  local second = math.floor(at / 1000000)
  local slot = second % 4
  if get('s' .. slot) ~= second then
    set('s' .. slot, second)
    set('p' .. slot, 0)
    set('r' .. slot, 0)
  end
  set(name .. slot, get(name .. slot) + n)
end

local function lately(name)
  local second = math.floor(now / 1000000)
  local function among(s)
    return get('s' .. s % 4) == s and get(name .. s % 4) or 0
  end
  return among(second) + among(second - 1) * (1 - (now % 1000000) / 1000000)
end

-- clamp holds what was kept within what it can be now. known is how far ahead
-- the timeline was by what the process that asks has seen of it.
local function clamp(step, known)
  local latest = now + LOOKAHEAD + 3 * step
  if get('closed') > now + HINT then
    set('closed', 0)
  end
  set('next', math.max(math.min(get('next'), math.max(latest, get('closed'))), now + math.min(known, HINT)))
  if get('next') > latest then
    set('closed', get('next'))
  end
  set('wanted', math.min(get('wanted'), math.max(now, get('next')) + CROWD + GRACE))
  set('floor', math.min(get('floor'), now + step / 0.05))
end
