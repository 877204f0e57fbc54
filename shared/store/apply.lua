-- Writes a batch, whole or not at all.
--
-- KEYS    the hashes of the collections
-- ARGV    the number of conditions; then four for each condition and each put:
--         which key, field, '1' for a value or '0' for none, the value
-- returns 0, or the number of the condition that does not hold, or minus the
--         number of the key that is not a hash
--
-- Nothing is written before all that could be refused was looked at.

for i, key in ipairs(KEYS) do
  local kind = redis.call('TYPE', key).ok
  if kind ~= 'hash' and kind ~= 'none' then
    return -i
  end
end

local conditions = tonumber(ARGV[1])
for i = 1, conditions do
  local at = 4 * i - 2
  local found = redis.call('HGET', KEYS[tonumber(ARGV[at])], ARGV[at + 1])
  local want = ARGV[at + 2] == '1' and ARGV[at + 3]
  if found ~= want then
    return i
  end
end

for at = 4 * conditions + 2, #ARGV, 4 do
  local key = KEYS[tonumber(ARGV[at])]
  if ARGV[at + 2] == '1' then
    redis.call('HSET', key, ARGV[at + 1], ARGV[at + 3])
  else
    redis.call('HDEL', key, ARGV[at + 1])
  end
end
return 0
