"""The scripts that change operations, each one step that happens wholly or not at all.

An operation's hash has the fields ``json, version, final, stumbles``; ``birth`` and ``token`` (the
calls that made and last changed it); and ``fence``, the number it got with its instance's lease.
"""

CREATE = """
-- KEYS op, open, recent, lease, fence, the presumed holder's op
-- ARGV id, json, version, token, label, created, oldest, reserving, presumed holder
local birth = redis.call('HGET', KEYS[1], 'birth')
if birth then
  if birth == ARGV[4] then return {'ok'} end
  return {'exists'}
end
local fence = 0
if ARGV[8] == '1' then
  local holder = redis.call('HGET', KEYS[4], 'holder') or ''
  if holder ~= ARGV[9] then return {'look', holder} end
  -- a holder that is final or gone holds nothing
  if holder ~= '' and redis.call('HGET', KEYS[6], 'final') == '0' then return {'busy', holder} end
  fence = redis.call('INCR', KEYS[5])
  redis.call('HSET', KEYS[4], 'holder', ARGV[1], 'fence', fence)
end
redis.call('HSET', KEYS[1], 'json', ARGV[2], 'version', ARGV[3], 'birth', ARGV[4],
  'token', ARGV[4], 'final', '0', 'stumbles', '0', 'fence', fence)
redis.call('HSET', KEYS[2], ARGV[1], ARGV[5])
redis.call('ZADD', KEYS[3], ARGV[6], ARGV[1])
redis.call('ZREMRANGEBYSCORE', KEYS[3], '-inf', ARGV[7])
return {'ok'}
"""

UPDATE = """
-- KEYS op, open, lease
-- ARGV id, version before, json, version after, token, label, final, seconds kept, reserving
local version = redis.call('HGET', KEYS[1], 'version')
if not version then return {'gone'} end
if redis.call('HGET', KEYS[1], 'token') == ARGV[5] then return {'ok'} end
if version ~= ARGV[2] then return {'moved', redis.call('HGET', KEYS[1], 'json')} end
-- what an older version stored may reserve more now than it took then: it has no lease to lose
local fence = redis.call('HGET', KEYS[1], 'fence')
local leased = ARGV[9] == '1' and fence ~= '0'
if leased then
  if redis.call('HGET', KEYS[3], 'holder') ~= ARGV[1]
    or redis.call('HGET', KEYS[3], 'fence') ~= fence
  then return {'fenced'} end
end
redis.call('HSET', KEYS[1], 'json', ARGV[3], 'version', ARGV[4], 'token', ARGV[5],
  'final', ARGV[7], 'stumbles', '0')
if ARGV[7] == '1' then
  redis.call('HDEL', KEYS[2], ARGV[1])
  redis.call('EXPIRE', KEYS[1], ARGV[8])
  if leased then redis.call('DEL', KEYS[3]) end
else
  redis.call('HSET', KEYS[2], ARGV[1], ARGV[6])
end
return {'ok'}
"""

STUMBLE = """
-- KEYS op
if redis.call('EXISTS', KEYS[1]) == 0 then return -1 end
return redis.call('HINCRBY', KEYS[1], 'stumbles', 1)
"""
