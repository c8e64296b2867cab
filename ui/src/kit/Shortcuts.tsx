import { createContext, Fragment, type ReactNode, useContext, useEffect, useEffectEvent, useState } from 'react';
import { Dialog } from './Dialog.js';
import css from './shortcuts.module.css';

/** Keys that do something, as they are told: ['Ctrl', 'Z']. */
export interface Shortcut {
  readonly keys: readonly string[];
  readonly does: string;
}

interface Section {
  readonly title: string;
  readonly shortcuts: readonly Shortcut[];
}

const RegisterContext = createContext<(section: Section) => () => void>(() => () => {});

/** Tells the help which keys do something as long as this part of the page is there. `shortcuts` must not change. */
export function useShortcuts(title: string, shortcuts: readonly Shortcut[]): void {
  const register = useContext(RegisterContext);
  useEffect(() => register({ title, shortcuts }), [register, title, shortcuts]);
}

/** Gathers the keys of everything inside and lists them when '?' is pressed; '/' goes to the search. */
export function Shortcuts({ children }: { readonly children: ReactNode }) {
  const [sections, setSections] = useState<readonly Section[]>([]);
  const [open, setOpen] = useState(false);
  const [register] = useState(() => (section: Section) => {
    setSections((before) => [...before, section]);
    return () => setSections((before) => before.filter((s) => s !== section));
  });
  const press = useEffectEvent((event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented || typing(event.target) || document.querySelector('dialog[open]')) return;
    if (event.key === '?') setOpen(true);
    else if (event.key === '/') document.querySelector<HTMLElement>('[data-find]')?.focus();
    else return;
    event.preventDefault();
  });
  useEffect(() => {
    window.addEventListener('keydown', press);
    return () => window.removeEventListener('keydown', press);
  }, []);
  return (
    <RegisterContext value={register}>
      {children}
      <Dialog title="Keys" open={open} onClose={() => setOpen(false)}>
        <div className={css.sections}>
          {[...sections, EVERYWHERE].map((section) => (
            <section key={section.title} aria-label={section.title}>
              <h3>{section.title}</h3>
              <dl>
                {section.shortcuts.map(({ keys, does }) => (
                  <div key={does}>
                    <dt>
                      {keys.map((key, i) => (
                        <Fragment key={key}>
                          {i > 0 ? ' ' : ''}
                          <kbd>{key}</kbd>
                        </Fragment>
                      ))}
                    </dt>
                    <dd>{does}</dd>
                  </div>
                ))}
              </dl>
            </section>
          ))}
        </div>
      </Dialog>
    </RegisterContext>
  );
}

const EVERYWHERE: Section = {
  title: 'Everywhere',
  shortcuts: [
    { keys: ['/'], does: 'Find somebody by id' },
    { keys: ['?'], does: 'This list' },
    { keys: ['Esc'], does: 'Close what is open' },
  ],
};

const typing = (target: EventTarget | null): boolean => target instanceof HTMLElement && (target.isContentEditable || target.matches('input, textarea, select'));
