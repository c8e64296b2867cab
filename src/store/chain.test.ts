import { expect, it } from 'vitest';
import { hashOf, zeros } from './chain.js';

it('hashes an entry as it always did, so that old logs verify for ever', () => {
  // Python: sha256(json.dumps(columns, separators=(',', ':'), ensure_ascii=False).encode()).hexdigest()
  const entry = {
    seq: 1, at: 1_767_225_600_000, actor: 'ada', action: 'segment.rename', subject_kind: 'segment', subject: 'night-owls', before: '{"name":"Night owls"}', after: '{"name":"Größe"}', reason: null, request: 'q-7', previous: zeros,
  };
  expect(hashOf(entry)).toBe('57ca8952680e8b7d34efd2a0d1a5ae0be1f234d1d4db3ba137cd4228341b0ade');
});
