-- Sets an entry where it is still at the version it was read at.
--
-- KEYS[1] the entry, a hash
-- ARGV    value, version it was read at, version it is to have
-- returns the version found, '0' where there was no entry
--
-- Versions are compared as text: a Lua number is exact only up to 2^53.

local found = redis.call('HGET', KEYS[1], 'version') or '0'
if found == ARGV[2] then
  redis.call('HSET', KEYS[1], 'value', ARGV[1], 'version', ARGV[3])
end
return found
