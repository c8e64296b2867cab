import type { ReactNode } from 'react';
import type { Brief, Goal } from '../../../src/domain/brief.js';
import { useFormats } from '../kit/formats.js';
import { Icon, type IconName } from '../kit/Icon.js';
import { prose } from '../kit/prose.js';
import css from './act.module.css';

const GOALS: Record<Goal, string> = { 'win back': 'Win back', upsell: 'Sell more', reward: 'Reward', nurture: 'Nurture', 'leave alone': 'Leave alone' };

/** What to do about a segment: the goal and why, when to reach it, with what, at which price. */
export function BriefCard({ brief }: { readonly brief: Brief }) {
  const { reach, products, avoid, priceLevel, channels } = brief;
  const bare = !reach && !priceLevel && products.length + avoid.length + channels.length === 0;
  return (
    <div className={css.brief} data-bare={bare}>
      <div className={css.goal}>
        <p className={css.goalLabel}>Brief</p>
        <p className={css.goalWord}>{GOALS[brief.goal] ?? brief.goal}</p>
        <p className={css.text}>{prose(brief.text)}</p>
        {says(brief.text, brief.reason) ? null : <p className={css.reason}>{prose(brief.reason)}</p>}
      </div>
      {bare ? null : (
        <dl className={css.facts}>
          {reach ? (
            <Fact icon="clock" label="Best time">
              <Reach reach={reach} />
            </Fact>
          ) : null}
          {products.length > 0 ? (
            <Fact icon="basket" label="They take more of">
              <Products products={products} />
            </Fact>
          ) : null}
          {avoid.length > 0 ? (
            <Fact icon="minus" label="Leave out">
              <Products products={avoid} />
            </Fact>
          ) : null}
          {priceLevel ? (
            <Fact icon="tag" label="Price level">
              <strong>{priceLevel.typical}</strong> <span className={css.soft}>{priceLevel.text}</span>
            </Fact>
          ) : null}
          {channels.length > 0 ? (
            <Fact icon="send" label="Reachable by">
              {channels.join(', ')}
            </Fact>
          ) : null}
        </dl>
      )}
    </div>
  );
}

/** Whether the text already gives the reason, in whatever case. */
const says = (text: string, reason: string): boolean => text.toLowerCase().includes(reason.toLowerCase().replace(/[.\s]+$/, ''));

function Fact({ icon, label, children }: { readonly icon: IconName; readonly label: string; readonly children: ReactNode }) {
  return (
    <div className={css.fact}>
      <dt>
        <Icon name={icon} size={16} />
        {label}
      </dt>
      <dd>{children}</dd>
    </div>
  );
}

function Reach({ reach }: { readonly reach: NonNullable<Brief['reach']> }) {
  const f = useFormats();
  return (
    <>
      <strong>
        {reach.weekday ? `${reach.weekday}, ` : ''}about {reach.hour}
      </strong>{' '}
      <span className={css.soft}>
        {f.percent(reach.hourShare)} of their {reach.from} fall around that hour
        {reach.weekdayShare === undefined ? '' : `, ${f.percent(reach.weekdayShare)} on that day`}
      </span>
    </>
  );
}

function Products({ products }: { readonly products: Brief['products'] }) {
  const f = useFormats();
  return (
    <ul className={css.products}>
      {products.slice(0, 4).map((product, i) => (
        <li key={i}>
          {product.name}{' '}
          <span className={css.soft} title={`${f.percent(product.share)} of what they take`}>
            {f.number(product.lift, 1)}× the usual
          </span>
        </li>
      ))}
    </ul>
  );
}
