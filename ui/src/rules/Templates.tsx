import type { Rule } from '../../../src/domain/rule.js';
import { useFormats } from '../kit/formats.js';
import type { Template } from './choices.js';
import css from './rules.module.css';

/** Rules that somebody may want to begin with, where the data can express them. */
export function Templates({ templates, onPick }: { readonly templates: readonly Template[]; onPick(rule: Rule, title: string): void }) {
  const f = useFormats();
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
      <p className={css.hint}>Nothing is kept until you save it, and no {f.one} is contacted.</p>
    </section>
  );
}
