import { Combobox, TextInput, useCombobox } from '@mantine/core';
import { useNavigate } from '@tanstack/react-router';
import { useEffect, useState } from 'react';
import { useFormats } from '../kit/formats.js';
import { Icon } from '../kit/Icon.js';
import { SegmentMark } from '../kit/SegmentMark.js';
import { useSegments } from '../kit/segments.js';
import { useAsk } from '../wire/ask.js';
import { useAskedRun, usePaths } from '../wire/runs.js';
import css from './search.module.css';

interface EntitySearchProps {
  /** In the frame of the page: narrow, and found by the key '/'. */
  readonly small?: boolean;
  readonly autoFocus?: boolean;
}

const SHOWN = 8;

/** Finds somebody by a part of their id. */
export function EntitySearch({ small = false, autoFocus = false }: EntitySearchProps) {
  const f = useFormats();
  const to = usePaths();
  const navigate = useNavigate();
  const segments = useSegments();
  const [text, setText] = useState('');
  const asked = useLater(text.trim(), 120);
  const { data, error, isPlaceholderData } = useAsk('GET /v1/search', { query: { run: useAskedRun(), text: asked || '?', limit: SHOWN } }, { enabled: asked !== '', keep: true });
  const combobox = useCombobox({ onDropdownClose: () => combobox.resetSelectedOption() });
  const hits = asked === '' ? [] : (data?.hits ?? []);
  const current = asked === text.trim() && !isPlaceholderData;
  const nobody = asked !== '' && (error !== null || (current && hits.length === 0));
  const { data: live } = useAsk('GET /v1/live', {}, { enabled: nobody });
  const go = (entity: string) => {
    setText('');
    combobox.closeDropdown();
    void navigate({ href: to(`entities/${encodeURIComponent(entity)}`) });
  };
  return (
    <Combobox store={combobox} onOptionSubmit={go} width={small ? 320 : 'target'} position="bottom-start">
      <Combobox.Target withExpandedAttribute>
        <TextInput
          className={css.search}
          data-small={small}
          size={small ? 'sm' : 'md'}
          type="search"
          role="combobox"
          autoComplete="off"
          aria-label={`Find a ${f.one} by id`}
          placeholder={`Find a ${f.one} by id`}
          leftSection={<Icon name="search" size={16} />}
          data-find={small ? '' : undefined}
          autoFocus={autoFocus}
          value={text}
          maxLength={200}
          onChange={(event) => {
            setText(event.currentTarget.value);
            combobox.openDropdown();
            combobox.updateSelectedOptionIndex();
          }}
          onFocus={() => text && combobox.openDropdown()}
          onBlur={() => combobox.closeDropdown()}
          onKeyDown={(event) => {
            // Without a choice, Enter takes the best hit of what is typed.
            if (event.key === 'Enter' && combobox.getSelectedOptionIndex() < 0 && current && hits.length > 0) {
              event.preventDefault();
              go(hits[0].entity);
            }
          }}
        />
      </Combobox.Target>
      <Combobox.Dropdown hidden={asked === ''}>
        <Combobox.Options aria-label={`Found ${f.many}`} mah={360} style={{ overflowY: 'auto' }} aria-busy={!current}>
          {hits.map((hit) => (
            <Combobox.Option key={hit.row} value={hit.entity} className={css.hit}>
              {segments.length > 0 && hit.segment >= 0 ? <SegmentMark index={hit.segment} size={20} /> : null}
              <span>{hit.entity}</span>
            </Combobox.Option>
          ))}
          {nobody && live && live.entities > 0 ? (
            <Combobox.Option value={asked} className={css.hit}>
              <Icon name="pulse" size={16} />
              <span>Look “{asked.length > 40 ? `${asked.slice(0, 40)}…` : asked}” up among those known live</span>
            </Combobox.Option>
          ) : null}
          {error ? <Combobox.Empty>{error.message}</Combobox.Empty> : null}
          {!error && current && hits.length === 0 && asked !== '' ? <Combobox.Empty>No {f.one} has “{asked.length > 40 ? `${asked.slice(0, 40)}…` : asked}” in its id.</Combobox.Empty> : null}
          {data && data.total > hits.length && hits.length > 0 ? <Combobox.Footer className={css.more}>{f.count(data.total - hits.length)} more: type on</Combobox.Footer> : null}
        </Combobox.Options>
      </Combobox.Dropdown>
    </Combobox>
  );
}

function useLater(value: string, wait: number): string {
  const [later, setLater] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => setLater(value), wait);
    return () => clearTimeout(timer);
  }, [value, wait]);
  return value === '' ? '' : later;
}
