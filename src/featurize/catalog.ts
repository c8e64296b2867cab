import { activeMonths } from './aggregates/active-months.js';
import { change } from './aggregates/change.js';
import { count } from './aggregates/count.js';
import { distinct } from './aggregates/distinct.js';
import { entropy } from './aggregates/entropy.js';
import { first } from './aggregates/first.js';
import { hourConcentration } from './aggregates/hour-concentration.js';
import { hourMean } from './aggregates/hour-mean.js';
import { intervalMean } from './aggregates/interval-mean.js';
import { intervalSpread } from './aggregates/interval-spread.js';
import { keyShare } from './aggregates/key-share.js';
import { last } from './aggregates/last.js';
import { max } from './aggregates/max.js';
import { mean } from './aggregates/mean.js';
import { min } from './aggregates/min.js';
import { mode } from './aggregates/mode.js';
import { sequence } from './aggregates/sequence.js';
import { sessions } from './aggregates/sessions.js';
import { share } from './aggregates/share.js';
import { sinceFirst } from './aggregates/since-first.js';
import { sinceLast } from './aggregates/since-last.js';
import { streak } from './aggregates/streak.js';
import { sum } from './aggregates/sum.js';
import { topShare } from './aggregates/top-share.js';
import { trend } from './aggregates/trend.js';
import { weekdayEntropy } from './aggregates/weekday-entropy.js';

/** Every aggregate, by name. */
export const aggregates = {
  'active-months': activeMonths,
  change,
  count,
  distinct,
  entropy,
  first,
  'hour-concentration': hourConcentration,
  'hour-mean': hourMean,
  'interval-mean': intervalMean,
  'interval-spread': intervalSpread,
  'key-share': keyShare,
  last,
  max,
  mean,
  min,
  mode,
  sequence,
  sessions,
  share,
  'since-first': sinceFirst,
  'since-last': sinceLast,
  streak,
  sum,
  'top-share': topShare,
  trend,
  'weekday-entropy': weekdayEntropy,
} as const;

export type AggregateName = keyof typeof aggregates;
