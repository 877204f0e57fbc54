-- Renews a lease, or gives it back, unless another has it by now.
--
-- KEYS[1] the lease
-- ARGV[1] its holder, ARGV[2] milliseconds from now; 0: it is given back
-- returns 1 where the holder still had it

if redis.call('GET', KEYS[1]) ~= ARGV[1] then
  return 0
end
if ARGV[2] == '0' then
  redis.call('DEL', KEYS[1])
else
  redis.call('PEXPIRE', KEYS[1], ARGV[2])
end
return 1
