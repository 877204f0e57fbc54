-- Takes the lease of a card, so that one instance asks Alibaba for it. A caller that
-- waits for the answer does not wait for one of the background.
--
-- KEYS[1] the lease, KEYS[2] the card's record
-- ARGV[1] foreground or background, ARGV[2] who asks, ARGV[3] milliseconds
-- returns {1 where the lease is taken, the record or nil}

-- A key of another type is for nothing, and is replaced.
local function text(key)
  local value = redis.pcall('GET', key)
  return type(value) == 'string' and value
end

local held = text(KEYS[1])
local taken = 0
if not held or (ARGV[1] == 'foreground' and string.sub(held, 1, 10) == 'background') then
  redis.call('SET', KEYS[1], ARGV[1] .. ARGV[2], 'PX', ARGV[3])
  taken = 1
end
return {taken, text(KEYS[2])}
