import type { Report } from '../../../src/domain/report.js';
import { useFormats } from '../kit/formats.js';
import { prose } from '../kit/prose.js';
import css from './overview.module.css';

/** What became of the segments of the run before. */
export function Since({ since }: Pick<Report, 'since'>) {
  const f = useFormats();
  if (!since) return null;
  return (
    <div className={css.lints}>
      <h2 className={css.caption}>Since the run before{since.asOf > 0 ? `, as of ${f.date(since.asOf)}` : ''}</h2>
      <ul className={css.since}>
        {since.sentences.map((sentence) => (
          <li key={sentence}>{prose(sentence)}</li>
        ))}
      </ul>
    </div>
  );
}
