import { useFormats } from '../kit/formats.js';
import { Hidden } from '../kit/Hidden.js';
import { rampColours } from '../kit/ramp.js';
import { useScheme } from '../kit/SchemeToggle.js';
import { MISSING } from '../kit/tones.js';
import css from './map.module.css';

/** A feature of everyone as bins: what each holds, and how many are in it. */
export interface FeatureBins {
  readonly title: string;
  /** By row: a bin, or 255 where the value is missing. */
  readonly bins: Uint8Array;
  /** One per bin, low to high, as a person reads it. */
  readonly legend: readonly string[];
  readonly counts: readonly number[];
  readonly missing: number;
}

/** What the colours of a feature stand for: one line per bin, with how many are in it. */
export function FeatureLegend({ feature }: { readonly feature: FeatureBins }) {
  const f = useFormats();
  const scheme = useScheme();
  const colours = rampColours(feature.legend.length, scheme);
  const most = Math.max(1, feature.missing, ...feature.counts);
  const lines = feature.legend.map((text, i) => ({ text, colour: colours[i], count: feature.counts[i] ?? 0 }));
  return (
    <table className={css.bins}>
      <caption>
        <Hidden>Colours of {feature.title}</Hidden>
      </caption>
      <tbody>
        {[...lines.reverse(), ...(feature.missing > 0 ? [{ text: 'not known', colour: MISSING[scheme], count: feature.missing }] : [])].map((line, i) => (
          <tr key={i}>
            <td>
              <span className={css.swatch} style={{ background: line.colour }} />
            </td>
            <th scope="row">{line.text}</th>
            <td>
              <span className={css.binBar} style={{ width: `${Math.max(2, (line.count / most) * 100)}%` }} />
            </td>
            <td>{f.count(line.count)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
