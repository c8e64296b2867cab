import { countWord } from '../../util/words.js';
import type { Measure } from '../measure.js';
import type { Predicate } from '../predicate.js';
import { byChance, ENOUGH, everyonesShare } from '../prior.js';
import { featureMaker, type PlannedFeature, type RecipeInput } from '../recipe.js';

/** Parts of the day, [from, to) in local hours. */
const PARTS = [
  { name: 'night', from: 22, to: 5, words: ['late-night', 'daytime'] },
  { name: 'morning', from: 5, to: 12, words: ['morning', 'later-in-the-day'] },
  { name: 'afternoon', from: 12, to: 17, words: ['afternoon', 'off-afternoon'] },
  { name: 'evening', from: 17, to: 22, words: ['evening', 'off-evening'] },
] as const;
/** Quarters of the year only mean a season when each comes round twice; before that they tell when somebody began. */
const SEASON_DAYS = 700;

export interface RhythmInput {
  readonly view: string;
  readonly where?: Predicate;
  /** The rows of the view among those of the survey. */
  readonly among?: Predicate;
  /** "ordering", "browsing": the activity in titles. */
  readonly doing: string;
  /** "orders", "visits". */
  readonly noun: string;
}

/** Hour of day, day of week and season of what an entity does. */
export function rhythm(input: RecipeInput, { view, where, among, doing, noun }: RhythmInput): { features: PlannedFeature[]; notes: string[] } {
  const { source, survey } = input;
  const f = featureMaker(input);
  const m = (aggregate: Measure['aggregate']): Measure => ({ view, aggregate, where });
  const share = (holds: Predicate): Measure => ({ ...m('share'), holds });
  const seasonal = (holds: Predicate): Measure => ({ ...share(holds), prior: byChance(everyonesShare(survey.calendar, holds, among)) });
  const features: PlannedFeature[] = [];
  const notes: string[] = [];
  if (survey.clock) {
    features.push(
      f('usual_hour', `Usual hour of ${doing}`, 'hour', 'hours', ['late', 'early'], m('hour-mean'), { role: 'profile' }),
      f('hour_regularity', `Regularity of the hour of ${doing}`, 'index', 'hours', ['same-hour', 'any-hour'], m('hour-concentration'), { movable: false }),
      ...PARTS.map(({ name, from, to, words }) =>
        f(`${name}_share`, `Share of ${noun} ${name === 'night' ? 'at night (22–5 h)' : `in the ${name} (${from}–${to} h)`}`, 'share', 'hours', words, share({ is: 'hours', from, to }), { movable: false }),
      ),
    );
  } else notes.push(`The times of '${source.name}' are dates without a clock, so no feature tells of the hour.`);
  if (survey.days >= 28) {
    features.push(
      f('weekend_share', `Share of ${noun} at the weekend`, 'share', 'weekdays', ['weekend', 'weekday'], share({ is: 'weekend' }), { movable: false }),
      f('weekday_variety', `Variety of weekdays of ${doing}`, 'index', 'weekdays', ['any-day', 'same-day'], m('weekday-entropy'), { movable: false }),
    );
  }
  if (!input.main) return { features, notes };
  if (survey.days >= SEASON_DAYS) {
    const names = ['January–March', 'April–June', 'July–September', 'October–December'];
    const words = [['winter', 'not-winter'], ['spring', 'not-spring'], ['summer', 'not-summer'], ['year-end', 'not-year-end']] as const;
    features.push(
      ...names.map((name, i) =>
        f(`quarter_${i + 1}_share`, `Share of ${noun} in ${name}`, 'share', 'season', words[i], seasonal({ is: 'quarter', quarter: i + 1 }), { movable: false }),
      ),
    );
    notes.push(`Shares of seasons of those with fewer than ${countWord(ENOUGH)} ${noun} are made up to ${countWord(ENOUGH)} with everyone's share, as one says nothing of a season.`);
  } else notes.push(`'${source.name}' spans ${Math.round(survey.days)} days, less than two years, so no feature tells of the season.`);
  return { features, notes };
}
