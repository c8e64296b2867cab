import { type PointerEvent, useRef } from 'react';
import type { Distribution } from '../../../src/domain/report.js';
import type { FeatureKind } from '../../../src/domain/feature.js';
import { useFormats } from '../kit/formats.js';
import { Skeleton } from '../kit/states.js';
import { useAsk } from '../wire/ask.js';
import type { FeatureCondition } from './comparing.js';
import { placeOf, valueAt } from './numbers.js';
import css from './threshold.module.css';
import type { FeatureWords } from './speech.js';

interface ThresholdProps {
  readonly condition: FeatureCondition;
  readonly feature: FeatureWords;
  readonly run: string;
  onChange(condition: FeatureCondition): void;
}

/** Everyone's values behind the one that is asked for: drag it, or type beside it. */
export function Threshold({ condition, feature, run, onChange }: ThresholdProps) {
  const { data } = useAsk('GET /v1/runs/:run/distributions/:feature', { params: { run, feature: feature.name } }, { fixed: true });
  if (data === undefined) return <Skeleton height={96} />;
  if (!data || data.edges.length < 2) return null;
  return <Histogram condition={condition} feature={feature} distribution={data} onChange={onChange} />;
}

const HEIGHT = 72;

/** Bars of everyone, those that the condition takes in colour, and a handle at each bound. */
export function Histogram({ condition, feature, distribution, onChange }: Omit<ThresholdProps, 'run'> & { readonly distribution: Distribution }) {
  const f = useFormats();
  const { edges, everyone, log } = distribution;
  const show = (x: number) => f.value(x, feature.kind as FeatureKind, feature.unit);
  const [from, to] = span(condition, edges, log);
  const tallest = Math.max(1e-9, ...everyone);
  const whole = feature.kind === 'count';
  const at = (place: number) => (whole ? Math.round(valueAt(place, edges, log)) : valueAt(place, edges, log));
  const set = (bound: 'value' | 'from' | 'to', value: number) => {
    if (bound === 'value' && 'value' in condition) onChange({ ...condition, value });
    if (condition.op !== 'between') return;
    if (bound === 'from') onChange({ ...condition, from: Math.min(value, condition.to) });
    if (bound === 'to') onChange({ ...condition, to: Math.max(value, condition.from) });
  };
  const handle = (bound: 'value' | 'from' | 'to', value: number, label: string) => (
    <Handle label={`${label}: ${feature.title}`} value={value} place={placeOf(value, edges, log)} edges={edges} text={show(value)} grain={whole ? 1 : undefined} at={at} log={log} onMove={(next) => set(bound, next)} />
  );
  return (
    <div className={css.threshold}>
      <div className={css.plot}>
        <svg viewBox={`0 0 100 ${HEIGHT}`} preserveAspectRatio="none" className={css.bars} role="img" aria-label={`${feature.title}: half of everyone is below ${show(feature.median)}`}>
          <clipPath id={`in-${feature.name}-${from.toFixed(4)}-${to.toFixed(4)}`}>
            <rect x={from * 100} width={Math.max(0.4, (to - from) * 100)} y="0" height={HEIGHT} />
          </clipPath>
          <path d={outline(everyone, tallest)} className={css.all} />
          <path d={outline(everyone, tallest)} className={css.taken} clipPath={`url(#in-${feature.name}-${from.toFixed(4)}-${to.toFixed(4)})`} />
        </svg>
        {'value' in condition && typeof condition.value === 'number' ? handle('value', condition.value, 'Value') : null}
        {condition.op === 'between' ? handle('from', condition.from, 'From') : null}
        {condition.op === 'between' ? handle('to', condition.to, 'To') : null}
      </div>
      <p className={css.axis} aria-hidden="true">
        <span>{show(edges[0])}</span>
        <span>{log ? 'everyone, on a logarithmic scale' : 'everyone'}</span>
        <span>{show(edges.at(-1)!)}</span>
      </p>
    </div>
  );
}

interface HandleProps {
  readonly label: string;
  readonly value: number;
  readonly text: string;
  /** 0–1. */
  readonly place: number;
  readonly edges: readonly number[];
  readonly log: boolean;
  /** The least change, where values are whole. */
  readonly grain?: number;
  at(place: number): number;
  onMove(value: number): void;
}

function Handle({ label, value, text, place, edges, log, grain, at, onMove }: HandleProps) {
  const dragging = useRef(false);
  const drag = (event: PointerEvent<HTMLElement>) => {
    const box = event.currentTarget.parentElement?.getBoundingClientRect();
    if (dragging.current && box?.width) onMove(at((event.clientX - box.left) / box.width));
  };
  const step = (bins: number) => {
    const next = valueAt(placeOf(value, edges, log) + bins / (edges.length - 1) / 4, edges, log);
    onMove(grain === undefined ? next : bins > 0 ? Math.max(value + grain, Math.round(next)) : Math.min(value - grain, Math.round(next)));
  };
  return (
    <span
      className={css.handle}
      style={{ left: `${place * 100}%` }}
      role="slider"
      tabIndex={0}
      aria-label={label}
      aria-valuemin={edges[0]}
      aria-valuemax={edges.at(-1)}
      aria-valuenow={Math.min(edges.at(-1)!, Math.max(edges[0], value))}
      aria-valuetext={text}
      onPointerDown={(event) => {
        event.currentTarget.setPointerCapture(event.pointerId);
        dragging.current = true;
      }}
      onPointerMove={drag}
      onPointerUp={() => {
        dragging.current = false;
      }}
      onKeyDown={(event) => {
        const bins = { ArrowLeft: -1, ArrowDown: -1, ArrowRight: 1, ArrowUp: 1, PageDown: -4, PageUp: 4 }[event.key];
        if (bins === undefined || event.altKey) return;
        event.preventDefault();
        step(bins);
      }}
    />
  );
}

function outline(shares: readonly number[], tallest: number): string {
  const n = shares.length;
  const steps = shares.map((share, i) => {
    // A bin with somebody in it is always seen.
    const y = (HEIGHT * (1 - (share > 0 ? Math.max(0.02, Math.min(1, share / tallest)) : 0))).toFixed(2);
    return `L${((i / n) * 100).toFixed(2)} ${y}L${(((i + 1) / n) * 100).toFixed(2)} ${y}`;
  });
  return `M0 ${HEIGHT}${steps.join('')}L100 ${HEIGHT}Z`;
}

/** Which part of the scale a condition takes, 0–1. */
function span(condition: FeatureCondition, edges: readonly number[], log: boolean): readonly [number, number] {
  if (condition.op === 'between') return [placeOf(condition.from, edges, log), placeOf(condition.to, edges, log)];
  if (!('value' in condition) || typeof condition.value !== 'number') return condition.op === 'known' ? [0, 1] : [0, 0];
  const place = placeOf(condition.value, edges, log);
  if (condition.op === '>=' || condition.op === '>') return [place, 1];
  if (condition.op === '<=' || condition.op === '<') return [0, place];
  return condition.op === '=' ? [place, place] : [0, 1];
}
