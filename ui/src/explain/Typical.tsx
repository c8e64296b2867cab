import type { Feature } from '../../../src/domain/feature.js';
import type { TypicalMember } from '../../../src/domain/profile.js';
import { useFormats } from '../kit/formats.js';
import { Scroller } from '../kit/Section.js';
import css from './explain.module.css';

interface TypicalProps {
  readonly members: readonly TypicalMember[];
  readonly features: readonly Feature[];
  /** Where an entity has a page of its own. */
  readonly link?: (entity: string) => string;
}

/** The members nearest to the heart of a segment, with the values that tell. */
export function Typical({ members, features, link }: TypicalProps) {
  const f = useFormats();
  if (members.length === 0) return null;
  const names = [...new Set(members.flatMap((m) => Object.keys(m.values)))].slice(0, 4);
  const titles = new Map(features.map((feature) => [feature.name, feature.title]));
  return (
    <div className={css.typical}>
      <h4 className={css.small}>Typical members</h4>
      <Scroller label="Typical members">
        <table>
          <thead>
            <tr>
              <th scope="col">{f.one}</th>
              {names.map((name) => (
                <th key={name} scope="col">
                  {titles.get(name) ?? name}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {members.slice(0, 5).map((member, i) => (
              <tr key={i}>
                <th scope="row">{link ? <a href={link(member.entity)}>{member.entity}</a> : member.entity}</th>
                {names.map((name) => (
                  <td key={name}>{Object.hasOwn(member.values, name) ? member.values[name] : '–'}</td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </Scroller>
    </div>
  );
}
