import { ActionIcon, Button, Menu } from '@mantine/core';
import { type DragEvent, type KeyboardEvent, useEffect, useRef, useState } from 'react';
import type { RulePreview } from '../../../src/server/contract/segments.js';
import { useFormats } from '../kit/formats.js';
import { Hidden } from '../kit/Hidden.js';
import { Icon } from '../kit/Icon.js';
import { capital } from '../kit/prose.js';
import { type Shortcut, useShortcuts } from '../kit/Shortcuts.js';
import { Adder } from './Adder.js';
import { type Draft, type Group, type Join, type Leaf, type Part, parentOf, partAt } from './draft.js';
import { addCondition, addGroup, duplicate, move, remove, setCondition, setJoin, setNot, step, unwrap, wrap } from './edit.js';
import { Choice } from './fields.js';
import { useVocabulary } from './forms.js';
import { ConditionForm, subjectOf, unknownIn } from './kinds.js';
import css from './rules.module.css';

export type Counted = RulePreview['conditions'][number];

interface TreeProps {
  readonly draft: Draft;
  /** What is known of each condition, by its name in the draft. */
  readonly counts: ReadonlyMap<number, Counted>;
  /** How many there are in all. */
  readonly of?: number;
  /** A newer count is on its way. */
  readonly waiting: boolean;
  onPut(draft: Draft, about?: string): void;
}

const KEYS: readonly Shortcut[] = [
  { keys: ['Ctrl', 'Z'], does: 'Undo' },
  { keys: ['Ctrl', 'Shift', 'Z'], does: 'Redo' },
  { keys: ['Alt', '↑', '↓'], does: 'Move the condition or group that has the focus' },
  { keys: ['Ctrl', 'D'], does: 'Duplicate it' },
  { keys: ['!'], does: 'Turn a condition around: those who do not' },
  { keys: ['Del'], does: 'Remove it' },
];

/** The rule as an indented structure of sentences, each with its form below, its count beside it. */
export function Tree({ draft, counts, of, waiting, onPut }: TreeProps) {
  useShortcuts('Building a segment', KEYS);
  const [open, setOpen] = useState<ReadonlySet<number>>(new Set());
  const [carried, setCarried] = useState<number>();
  const [said, setSaid] = useState('');
  const wanted = useRef<number>(undefined);
  const frame = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (wanted.current === undefined) return;
    frame.current?.querySelector<HTMLElement>(`[data-part="${wanted.current}"]`)?.focus();
    wanted.current = undefined;
  });

  const hands: Hands = {
    draft, counts, of, waiting, open, carried,
    put: onPut,
    toggle: (id) => setOpen((before) => (before.has(id) ? new Set([...before].filter((x) => x !== id)) : new Set([...before, id]))),
    add: (group, condition) => {
      const id = draft.next;
      setOpen((before) => new Set([...before, id]));
      wanted.current = id;
      onPut(addCondition(draft, group, condition));
    },
    addGroup: (group, join) => onPut(addGroup(draft, group, join)),
    act: (id, what) => {
      const next = ACTS[what](draft, id);
      if (next === draft) return;
      if (what === 'remove') wanted.current = neighbourOf(draft, id);
      else wanted.current = what === 'duplicate' ? draft.next : id;
      setSaid({ remove: 'Removed', duplicate: 'Duplicated', up: 'Moved up', down: 'Moved down', not: 'Turned around', wrap: 'Put into a group', unwrap: 'Group dissolved' }[what]);
      onPut(next);
    },
    carry: setCarried,
    drop: (group, place) => {
      if (carried === undefined) return;
      const from = parentOf(draft, carried);
      const at = from?.items.findIndex((item) => item.id === carried) ?? -1;
      wanted.current = carried;
      onPut(move(draft, carried, group, from?.id === group && at < place ? place - 1 : place));
      setCarried(undefined);
    },
  };
  return (
    <div ref={frame} className={css.tree} data-carrying={carried !== undefined}>
      <div role="status">
        <Hidden>{said}</Hidden>
      </div>
      <GroupBox group={draft.root} hands={hands} top />
    </div>
  );
}

type Act = 'remove' | 'duplicate' | 'up' | 'down' | 'not' | 'wrap' | 'unwrap';

const ACTS: Record<Act, (draft: Draft, id: number) => Draft> = {
  remove, duplicate, wrap, unwrap,
  up: (draft, id) => step(draft, id, -1),
  down: (draft, id) => step(draft, id, 1),
  not: (draft, id) => setNot(draft, id, !partAt(draft, id)?.not),
};

interface Hands extends Pick<TreeProps, 'draft' | 'counts' | 'of' | 'waiting'> {
  readonly open: ReadonlySet<number>;
  readonly carried: number | undefined;
  put(draft: Draft, about?: string): void;
  toggle(id: number): void;
  add(group: number, condition: Leaf['condition']): void;
  addGroup(group: number, join: Join): void;
  act(id: number, what: Act): void;
  carry(id: number | undefined): void;
  drop(group: number, place: number): void;
}

const JOINS = { all: 'all of these', any: 'at least one of these', 'not any': 'none of these', 'not all': 'not all of these' };

function GroupBox({ group, hands, top = false }: { readonly group: Group; readonly hands: Hands; readonly top?: boolean }) {
  const { many } = useFormats();
  const word = group.join === 'all' ? 'and' : 'or';
  const name = top ? 'the rule' : `the group “${JOINS[`${group.not ? 'not ' : ''}${group.join}` as 'all']}”`;
  return (
    <div className={top ? css.root : css.group} role="group" aria-label={top ? 'Conditions' : JOINS[`${group.not ? 'not ' : ''}${group.join}` as 'all']} data-not={group.not}>
      <div className={css.groupHead} onKeyDown={(event) => !top && keys(event, group.id, hands)}>
        {top ? null : <Grip part={group} hands={hands} />}
        <span className={css.groupWords}>{!top ? 'meet' : group.items.length > 0 ? `All ${many} who meet` : `All ${many}. Add a condition to say who is meant.`}</span>
        <span data-part={group.id} tabIndex={-1} className={css.focusable} hidden={top && group.items.length === 0}>
          <Choice
            label={top ? 'How the conditions are joined' : 'How the conditions of this group are joined'}
            value={`${group.not ? 'not ' : ''}${group.join}`}
            options={JOINS}
            onChange={(choice) => hands.put(setNot(setJoin(hands.draft, group.id, choice.endsWith('all') ? 'all' : 'any'), group.id, choice.startsWith('not')))}
          />
        </span>
        {top ? null : <PartMenu part={group} hands={hands} name="this group" />}
      </div>
      <ul className={css.parts}>
        {group.items.map((item, i) => (
          <li key={item.id} className={css.part}>
            <DropPlace group={group.id} place={i} hands={hands} />
            {i > 0 ? <span className={css.joiner}>{word}</span> : null}
            {item.kind === 'group' ? <GroupBox group={item} hands={hands} /> : <ConditionRow leaf={item} hands={hands} />}
          </li>
        ))}
        <li>
          <DropPlace group={group.id} place={group.items.length} hands={hands} />
          {group.items.length === 0 && !top ? <p className={css.hint}>Nothing in here yet: this group is left out of the count until it holds a condition.</p> : null}
        </li>
      </ul>
      <div className={css.adders}>
        <Adder to={name} first={top && group.items.length === 0} onAdd={(condition) => hands.add(group.id, condition)} />
        <Button variant="subtle" size="compact-md" onClick={() => hands.addGroup(group.id, group.join === 'all' ? 'any' : 'all')} aria-label={`Add a group to ${name}`}>
          Add a group
        </Button>
      </div>
    </div>
  );
}

function ConditionRow({ leaf, hands }: { readonly leaf: Leaf; readonly hands: Hands }) {
  const vocabulary = useVocabulary();
  const counted = hands.counts.get(leaf.id);
  const open = hands.open.has(leaf.id);
  const unknown = unknownIn(leaf.condition, vocabulary);
  const subject = subjectOf(leaf.condition, vocabulary);
  return (
    <div className={css.condition} role="group" aria-label={subject} data-open={open} data-not={leaf.not} data-carried={hands.carried === leaf.id} onKeyDown={(event) => keys(event, leaf.id, hands)}>
      <div className={css.conditionHead}>
        <Grip part={leaf} hands={hands} />
        <button type="button" className={css.sentence} data-part={leaf.id} aria-expanded={open} onClick={() => hands.toggle(leaf.id)}>
          {leaf.not ? <span className={css.not}>not</span> : null}
          <span>{counted ? capital(counted.words) : subject}</span>
          <Icon name={open ? 'up' : 'down'} size={15} />
        </button>
        <PartMenu part={leaf} hands={hands} name={subject} />
      </div>
      {unknown ? (
        <p className={css.fault} role="alert">
          <Icon name="warning" size={16} /> {unknown} Change the condition or remove it.
        </p>
      ) : null}
      <Count counted={counted} of={hands.of} waiting={hands.waiting} />
      {open ? <ConditionForm condition={leaf.condition} onChange={(condition) => hands.put(setCondition(hands.draft, leaf.id, condition), `condition ${leaf.id}`)} /> : null}
    </div>
  );
}

/** How many a condition holds for, and what it does to the whole. */
function Count({ counted, of, waiting }: { readonly counted?: Counted; readonly of?: number; readonly waiting: boolean }) {
  const f = useFormats();
  if (!counted || !of) return null;
  const changes = [counted.lost > 0 ? `keeps ${f.count(counted.lost)} out` : '', counted.brought > 0 ? `brings ${f.count(counted.brought)} in` : ''].filter(Boolean);
  const change = changes.join(', ') || 'changes nothing by itself';
  return (
    <p className={css.count} data-waiting={waiting}>
      <span className={css.countBar} aria-hidden="true">
        <span style={{ width: `${Math.min(100, (counted.entities / of) * 100)}%` }} />
      </span>
      <span>
        <strong>{f.count(counted.entities)}</strong> {counted.entities === 1 ? f.one : f.many}
      </span>
      <span className={css.lost}>{change}</span>
    </p>
  );
}

/** Drag it with a mouse; everything it does is in the menu and on the keyboard too. */
function Grip({ part, hands }: { readonly part: Part; readonly hands: Hands }) {
  return (
    <span
      className={css.grip}
      aria-hidden="true"
      title="Drag to move"
      draggable
      onDragStart={(event) => {
        event.dataTransfer.effectAllowed = 'move';
        event.dataTransfer.setData('text/plain', String(part.id));
        // Later: a browser that sees what is dragged move away in this very moment lets go of it.
        setTimeout(() => hands.carry(part.id));
      }}
      onDragEnd={() => hands.carry(undefined)}
    />
  );
}

function DropPlace({ group, place, hands }: { readonly group: number; readonly place: number; readonly hands: Hands }) {
  const [over, setOver] = useState(false);
  if (hands.carried === undefined) return null;
  const take = (event: DragEvent) => {
    event.preventDefault();
    setOver(true);
  };
  return <div className={css.drop} data-over={over} onDragOver={take} onDragEnter={take} onDragLeave={() => setOver(false)} onDrop={(event) => { event.preventDefault(); hands.drop(group, place); }} />;
}

function PartMenu({ part, hands, name }: { readonly part: Part; readonly hands: Hands; readonly name: string }) {
  const item = (what: Act, words: string, shortcut?: string) => (
    <Menu.Item onClick={() => hands.act(part.id, what)} rightSection={shortcut ? <kbd className={css.kbd}>{shortcut}</kbd> : null}>
      {words}
    </Menu.Item>
  );
  return (
    <Menu position="bottom-end" withinPortal width={250}>
      <Menu.Target>
        <ActionIcon variant="subtle" color="gray" c="var(--ink-soft)" size={36} aria-label={`More for ${name}`}>
          <Icon name="more" size={22} />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        {part.kind === 'leaf' ? item('not', part.not ? 'Take those who do' : 'Take those who do not', '!') : null}
        {item('up', 'Move up', 'Alt ↑')}
        {item('down', 'Move down', 'Alt ↓')}
        {item('duplicate', 'Duplicate', 'Ctrl D')}
        {item('wrap', 'Put into a group')}
        {part.kind === 'group' && !part.not ? item('unwrap', 'Dissolve the group') : null}
        <Menu.Divider />
        {item('remove', part.kind === 'group' ? 'Remove with all it holds' : 'Remove', 'Del')}
      </Menu.Dropdown>
    </Menu>
  );
}

/** Shortcuts of a part that has the focus; not while somebody types into a field. */
function keys(event: KeyboardEvent<HTMLElement>, id: number, { act }: Hands): void {
  if ((event.target as HTMLElement).closest('input, textarea, select, [role="slider"], [role="menu"]') && !event.altKey) return;
  const what: Act | undefined = event.altKey && event.key === 'ArrowUp' ? 'up' : event.altKey && event.key === 'ArrowDown' ? 'down' : (event.ctrlKey || event.metaKey) && event.key.toLowerCase() === 'd' ? 'duplicate' : event.key === 'Delete' ? 'remove' : event.key === '!' ? 'not' : undefined;
  if (!what) return;
  event.preventDefault();
  event.stopPropagation();
  act(id, what);
}

/** Where the focus goes when a part is gone: to the one after it, before it, or around it. */
function neighbourOf(draft: Draft, id: number): number | undefined {
  const group = parentOf(draft, id);
  const at = group?.items.findIndex((item) => item.id === id) ?? -1;
  return (group?.items[at + 1] ?? group?.items[at - 1] ?? group)?.id;
}
