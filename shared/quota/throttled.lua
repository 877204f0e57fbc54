-- Slows one action down after Alibaba has throttled it, for every instance.
--
-- ARGV    after timeline.lua's: microseconds that Alibaba asked to wait
-- returns {until the next free permit}

local asked = tonumber(ARGV[2])
clamp(1000000 / pace(), 0)

count('r', now, 1)
if get('found') == 0 or math.abs(now - get('since')) >= 1000000 then
  local speed, given = pace(), lately('p')
  if given >= 0.8 * speed then
    speed = math.min(speed, given - lately('r'))
  end
  set('found', math.max(1, speed * 0.95))
  set('since', now)
end

if asked > 0 then
  set('closed', math.max(get('closed'), now + math.min(asked, HINT)))
  set('next', math.max(get('next'), get('closed')))
end
save()
return {math.ceil(get('next') - now)}
