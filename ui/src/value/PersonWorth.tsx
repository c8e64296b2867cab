import type { Worth } from '../../../src/domain/value.js';
import { Card } from '../entity/Card.js';
import facts from '../kit/facts.module.css';
import { useFormats } from '../kit/formats.js';
import css from './value.module.css';

interface Measured {
  readonly feature: string;
  readonly value: number | null;
}

interface PersonWorthProps {
  readonly worth: Worth | undefined;
  /** Everything that was measured of them. */
  readonly features: readonly Measured[];
}

/** What somebody will be worth: how likely they are still there, what they will buy and spend, and between what and what it lies. */
export function PersonWorth({ worth, features }: PersonWorthProps) {
  const f = useFormats();
  if (!worth || worth.kind === 'none') return null;
  // A name that the data has already got '_' behind it.
  const own = new Map(worth.features.map((name) => [name.replace(/_+$/, ''), features.find(({ feature }) => feature === name)?.value ?? undefined]));
  const of = (name: string) => own.get(name);
  if (![...own.values()].some((one) => one !== undefined)) return null;
  const [value, low, high] = [of('value_expected'), of('value_at_least'), of('value_at_most')];
  const ahead = worth.kind === 'purchases' ? `within ${f.count(worth.horizonDays)} days` : `within ${f.number(worth.horizon)} more of ‘${worth.time}’`;
  const rows: readonly (readonly [string, string | undefined])[] = [
    ['Still there', of('value_alive') === undefined ? undefined : f.percent(of('value_alive'))],
    ['Stays', of('value_stays') === undefined ? undefined : f.percent(of('value_stays'))],
    ['Days with a purchase', of('value_purchases') === undefined ? undefined : f.number(of('value_purchases'))],
    ['Worth', value === undefined ? undefined : f.money(value)],
    [worth.kind === 'purchases' ? `In ${f.percent(worth.level)} of cases` : '', low === undefined || high === undefined ? undefined : high > 0 ? `${f.money(low)} to ${f.money(high)}` : 'nothing'],
  ];
  return (
    <Card title="What they will be worth">
      <p className={css.hint}>Expected {ahead}.</p>
      <dl className={facts.facts}>
        {rows.map(([label, told]) =>
          told === undefined ? null : (
            <div key={label}>
              <dt>{label}</dt>
              <dd>{told}</dd>
            </div>
          ),
        )}
      </dl>
    </Card>
  );
}
