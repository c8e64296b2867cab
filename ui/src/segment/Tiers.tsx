import type { Tier } from '../../../src/domain/brief.js';
import { Bar } from '../kit/Bar.js';
import { useFormats } from '../kit/formats.js';
import { prose } from '../kit/prose.js';
import { Scroller, Section } from '../kit/Section.js';
import css from './segment.module.css';

/** Quantile tiers beside, or instead of, proven segments. */
export function Tiers({ tiers, proven }: { readonly tiers: readonly Tier[]; readonly proven: boolean }) {
  const f = useFormats();
  if (tiers.length === 0) return null;
  const withRevenue = tiers.some((t) => t.revenue !== undefined);
  const widest = Math.max(0.01, ...tiers.flatMap((t) => [t.share, t.revenueShare ?? 0]));
  return (
    <Section
      image
      id="tiers"
      title="Value tiers"
      lead={`${proven ? 'Beside the segments' : 'Since no separate groups could be proven, these may serve better'}: everyone sorted by how recently, how often and for how much they bought. Tiers are cut at fixed places; they are a ruler, not a finding.`}
    >
      <Scroller label="Value tiers">
        <table className={css.tiers}>
          <thead>
            <tr>
              <th scope="col">Tier</th>
              <th scope="col">Rule</th>
              <th scope="col">{f.many}</th>
              {withRevenue ? <th scope="col">Revenue</th> : null}
            </tr>
          </thead>
          <tbody>
            {tiers.map((tier) => (
              <tr key={tier.name}>
                <th scope="row">{tier.name}</th>
                <td className={css.tierRule}>{prose(tier.rule)}</td>
                <td data-label={`Share of ${f.many}`}>
                  <Bar share={tier.share / widest} />
                  <span className={css.tierNumber}>
                    {f.percent(tier.share)} · {f.count(tier.entities)}
                  </span>
                </td>
                {withRevenue ? (
                  <td data-label="Share of revenue">
                    <Bar share={(tier.revenueShare ?? 0) / widest} colour="var(--neutral-bar)" />
                    <span className={css.tierNumber}>
                      {f.percent(tier.revenueShare)} · {f.compactMoney(tier.revenue)}
                    </span>
                  </td>
                ) : null}
              </tr>
            ))}
          </tbody>
        </table>
      </Scroller>
    </Section>
  );
}
