import { Button, Combobox, useCombobox } from '@mantine/core';
import { useMemo, useState } from 'react';
import type { Condition } from '../../../src/domain/rule.js';
import { Icon } from '../kit/Icon.js';
import { choicesOf, matching } from './choices.js';
import { useVocabulary } from './forms.js';
import css from './rules.module.css';
import { placeOf } from './speech.js';

interface AdderProps {
  /** Where it adds, for screen readers. */
  readonly to: string;
  /** Nothing was added yet: it is the thing to do. */
  readonly first?: boolean;
  onAdd(condition: Condition): void;
}

const MOST = 120;

/** A button that opens everything a condition can be about, found by typing. */
export function Adder({ to, first = false, onAdd }: AdderProps) {
  const vocabulary = useVocabulary();
  const choices = useMemo(() => choicesOf(vocabulary), [vocabulary]);
  const [question, setQuestion] = useState('');
  const combobox = useCombobox({
    onDropdownClose: () => {
      combobox.resetSelectedOption();
      setQuestion('');
    },
    onDropdownOpen: () => combobox.focusSearchInput(),
  });
  const found = matching(choices, question);
  const shown = found.slice(0, MOST);
  const groups = [...new Set(shown.map((choice) => choice.group))].map((group) => [group, shown.filter((choice) => choice.group === group)] as const);
  return (
    <Combobox
      store={combobox}
      width={380}
      position="bottom-start"
      withinPortal
      onOptionSubmit={(id) => {
        const choice = choices.find((c) => c.id === id);
        combobox.closeDropdown();
        if (choice) onAdd(choice.make());
      }}
    >
      <Combobox.Target targetType="button">
        <Button variant={first ? 'filled' : 'light'} size={first ? 'sm' : 'compact-md'} className={css.adder} leftSection={<Icon name="plus" size={16} />} onClick={() => combobox.toggleDropdown()} aria-label={`Add a condition to ${to}`}>
          Add a condition
        </Button>
      </Combobox.Target>
      <Combobox.Dropdown className={css.adderList}>
        <Combobox.Search
          value={question}
          placeholder="Spend, orders, country …"
          role="combobox"
          aria-expanded={combobox.dropdownOpened}
          aria-label="What should the condition be about?"
          leftSection={<Icon name="search" size={16} />}
          onChange={(event) => {
            setQuestion(event.currentTarget.value);
            combobox.selectFirstOption();
          }}
        />
        <Combobox.Options aria-label="What a condition can be about" mah={340} style={{ overflowY: 'auto' }}>
          {groups.map(([group, items]) => (
            <Combobox.Group key={group} label={group}>
              {items.map((choice) => (
                <Combobox.Option key={choice.id} value={choice.id}>
                  <span className={css.choiceTitle}>{choice.title}</span>
                  {choice.note ? <span className={css.choiceNote}>{choice.note}</span> : null}
                </Combobox.Option>
              ))}
            </Combobox.Group>
          ))}
          {found.length > MOST ? <Combobox.Footer className={css.choiceNote}>{found.length - MOST} more: type to find them</Combobox.Footer> : null}
          {found.length === 0 ? <Combobox.Empty>Nothing {placeOf(vocabulary)} is called that. Try another word, such as “spend” or “days”.</Combobox.Empty> : null}
        </Combobox.Options>
      </Combobox.Dropdown>
    </Combobox>
  );
}
