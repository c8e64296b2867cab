import { useMemo } from 'react';
import type { Rule } from '../../../src/domain/rule.js';
import { useFormats } from '../kit/formats.js';
import { templatesOf } from './choices.js';
import { useVocabulary } from './forms.js';
import css from './rules.module.css';

/** Rules that somebody may want to begin with, where the data can express them. */
export function Templates({ onPick }: { onPick(rule: Rule, title: string): void }) {
  const f = useFormats();
  const vocabulary = useVocabulary();
  const templates = useMemo(() => templatesOf(vocabulary), [vocabulary]);
  if (templates.length === 0) return null;
  return (
    <section className={css.templates} aria-labelledby="templates">
      <h2 id="templates">Or begin with one of these</h2>
      <ul>
        {templates.map((template) => (
          <li key={template.id}>
            <button type="button" onClick={() => onPick(template.rule, template.title)}>
              <strong>{template.title}</strong>
              <span>{template.text}</span>
            </button>
          </li>
        ))}
      </ul>
      <p className={css.hint}>Every change is counted at once; nothing is kept until you save it, and no {f.one} is contacted.</p>
    </section>
  );
}
