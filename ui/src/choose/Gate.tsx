import type { ReactNode } from 'react';
import { Icon } from '../kit/Icon.js';
import panel from '../kit/panel.module.css';
import css from './choose.module.css';

interface GateProps {
  readonly number: number;
  readonly title: string;
  readonly passed: boolean;
  readonly outcome: string;
  readonly question: string;
  readonly children?: ReactNode;
}

/** One of the two tests a partition has to pass. */
export function Gate({ number, title, passed, outcome, question, children }: GateProps) {
  return (
    <li className={`${panel.panel} ${css.gate}`} data-passed={passed}>
      <p className={css.gateNumber}>Gate {number}</p>
      <h3 className={css.gateTitle}>{title}</h3>
      <p className={css.question}>{question}</p>
      <p className={css.outcome}>
        <Icon name={passed ? 'check' : 'close'} size={17} />
        <span>{outcome}</span>
      </p>
      {children}
    </li>
  );
}
