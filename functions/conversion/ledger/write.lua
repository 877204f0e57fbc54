-- Writes what one batch, closing or mark changes, whole or not at all.
--
-- KEYS    all keys; they have one hash tag
-- ARGV    the time, in Unix milliseconds, after which nothing may be written;
--         the number of kinds, then two for each: which key, its kind if it is there;
--         the number of conditions, then four for each: which key, the field, or ''
--         of a string, '1' for a value or '0' for none, the value;
--         then for each command: its name, which key, the number of arguments, they
-- returns {1}, or {0} where the time is over or a condition does not hold, or {0, a
--         key, why} for one that is damaged
--
-- Nothing is written before all that could be refused was looked at.

local time = redis.call('TIME')
if time[1] * 1000 + math.floor(time[2] / 1000) > tonumber(ARGV[1]) then
  return {0}
end

local at = 3
for _ = 1, tonumber(ARGV[2]) do
  local kind = redis.call('TYPE', KEYS[tonumber(ARGV[at])]).ok
  if kind ~= ARGV[at + 1] and kind ~= 'none' then
    return {0, KEYS[tonumber(ARGV[at])], 'WRONGTYPE it is a ' .. kind}
  end
  at = at + 2
end

local conditions = tonumber(ARGV[at])
at = at + 1
for _ = 1, conditions do
  local key, field, found = KEYS[tonumber(ARGV[at])], ARGV[at + 1], nil
  if field == '' then
    found = redis.call('GET', key)
  else
    found = redis.call('HGET', key, field)
  end
  local want = ARGV[at + 2] == '1' and ARGV[at + 3]
  if found ~= want then
    return {0}
  end
  at = at + 4
end

local first = at
while at <= #ARGV do
  if ARGV[at] == 'HINCRBY' then
    local value = redis.call('HGET', KEYS[tonumber(ARGV[at + 1])], ARGV[at + 3])
    if value and not string.match(value, '^%d+$') then
      return {0, KEYS[tonumber(ARGV[at + 1])], 'its field ' .. ARGV[at + 3] .. ' is not a number from 0'}
    end
  end
  at = at + 3 + tonumber(ARGV[at + 2])
end
at = first

while at <= #ARGV do
  local n = tonumber(ARGV[at + 2])
  redis.call(ARGV[at], KEYS[tonumber(ARGV[at + 1])], unpack(ARGV, at + 3, at + 2 + n))
  at = at + 3 + n
end
return {1}
