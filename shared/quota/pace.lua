-- How fast an action is called: pace.go's sums, for all instances at once.
--
-- found, at: calls a second right after the last throttling answer, and when
-- that was in microseconds; both false where there was none.
local function pace(quota, found, at, now)
  if not at then
    return quota
  end
  local clean = (now - at) / 1000000
  local grown = found + 0.05 * clean
  if clean > 15 then
    grown = grown + 0.02 * (clean - 15) ^ 2
  end
  return math.min(grown, quota)
end

