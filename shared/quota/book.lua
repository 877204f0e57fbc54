-- Books permits of one action for one process, as timeline.go's book.
--
-- ARGV    after timeline.lua's: permits wanted in the foreground and in the
--         background; how long the first of the foreground has waited; how far ahead the timeline was by what the process has seen
--         lately, and its step, both 0 where it has seen nothing
-- returns {reserved permits, other permits, until the first, from one to the next,
--          until the next free one, until to ask again for the foreground, for
--          the background}

local want, rest, waited, known, seen = tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4]), tonumber(ARGV[5]), tonumber(ARGV[6])

-- Keys that were lost: what others have booked before is at most this far ahead.
if not kept['next'] and seen > 0 then
  known = math.max(known, LOOKAHEAD + seen)
  if 1000000 / seen < quota then
    set('found', 1000000 / seen)
    set('since', now)
  end
end

local step = 1000000 / pace()
clamp(step, known)
local first = math.max(0, get('next') - now)

local function take(n, ahead)
  local from = math.max(now, get('next'))
  if n <= 0 or from > now + ahead then
    return 0
  end
  n = math.min(n, math.floor((now + ahead - from) / step) + 1)
  set('next', from + n * step)
  count('p', from, n)
  return n
end

local function again(class, due)
  due = math.max(due, now + 1000)
  local at = math.min(math.max(due, get('asked' .. class) + math.max(step, CLOSEST) * 0.8), due + CROWD)
  set('asked' .. class, at)
  return at - now
end

local reserved, askForeground, askBackground = 0, 0, 0
if get('floor') <= now and rest > 0 and (want > 0 or get('wanted') > now) then
  reserved = take(1, LOOKAHEAD + step)
  set('floor', math.max(get('floor'), now - step) + reserved * step / 0.05)
end
local ahead = math.min(LOOKAHEAD, LOOKAHEAD / 4 + waited / 3)
local permits = take(want, ahead)
if want > 0 and get('next') > now + LOOKAHEAD / 4 then
  askForeground = again(0, math.max(get('next') - LOOKAHEAD, now + (get('next') - ahead - now) * 0.75))
end
if permits < want then
  set('wanted', now + askForeground + GRACE)
end
rest = rest - reserved
if get('wanted') <= now then
  local n = take(rest, LOOKAHEAD / 2)
  permits, rest = permits + n, rest - n
end
if rest > 0 then
  askBackground = again(1, get('next') - LOOKAHEAD / 2)
  if get('wanted') > now then
    askBackground = math.max(askBackground, math.min(get('wanted'), get('floor')) - now)
  end
end
save()
return {reserved, permits, math.ceil(first), math.max(1, math.ceil(step)), math.ceil(get('next') - now),
  math.ceil(askForeground), math.ceil(askBackground)}
