import { describe, expect, it } from 'vitest';
import { actionWords } from './audit-words.js';

const entry = (action: string, more: object = {}) => actionWords({ action, subject: { kind: action.split('.')[0], id: 'x1' }, ...more });

describe('the audit log in words', () => {
  it('says what was done with what', () => {
    expect(entry('segment.rename', { before: { name: 'Old' }, after: { name: 'Loyal' } })).toBe('renamed the segment “Loyal”');
    expect(entry('run.remove', { before: { title: 'November' } })).toBe('removed the run “November”');
    expect(entry('job.queue')).toBe('asked for the job x1');
    expect(entry('alias.move', { after: { run: 'abc' } })).toBe('changed what is in use');
  });

  it('says what it does not know as it is', () => expect(entry('moon.land')).toBe('land moon x1'));
});
