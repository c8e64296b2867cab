import { useEffect, useState } from 'react';
import { Icon, Mark } from '../kit/Icon.js';
import { SchemeToggle } from '../kit/SchemeToggle.js';
import css from './report.module.css';
import type { SectionLink } from './sections.js';

/** The way round the report: a column beside it on wide screens, a bar with a menu on narrow ones. */
export function Nav({ sections, title }: { readonly sections: readonly SectionLink[]; readonly title: string }) {
  const [open, setOpen] = useState(false);
  const current = useCurrent(sections);
  const here = sections.find((s) => s.id === current)?.title ?? '';
  useEffect(() => {
    const close = (event: KeyboardEvent) => event.key === 'Escape' && setOpen(false);
    window.addEventListener('keydown', close);
    return () => window.removeEventListener('keydown', close);
  }, []);
  return (
    <header className={css.nav} data-open={open}>
      <div className={css.bar}>
        <a className={css.brand} href="#overview" aria-label={`Shoal: ${title}`}>
          <Mark />
          <span>Shoal</span>
        </a>
        <span className={css.here} aria-hidden="true">
          {here}
        </span>
        <SchemeToggle />
        <button type="button" className={css.menuButton} aria-expanded={open} aria-controls="sections" aria-label="Sections" onClick={() => setOpen(!open)}>
          <Icon name={open ? 'close' : 'menu'} size={20} />
        </button>
      </div>
      <nav id="sections" className={css.links} aria-label="Sections">
        <ul>
          {sections.map((section) => (
            <li key={section.id}>
              <a href={`#${section.id}`} aria-current={section.id === current ? 'location' : undefined} onClick={() => setOpen(false)}>
                {section.title}
              </a>
            </li>
          ))}
        </ul>
      </nav>
    </header>
  );
}

/** The last section whose top has passed the upper third of the window. */
function useCurrent(sections: readonly SectionLink[]): string | undefined {
  const [current, setCurrent] = useState(sections[0]?.id);
  useEffect(() => {
    let waiting = 0;
    const look = () => {
      waiting = 0;
      const passed = sections.filter((s) => (document.getElementById(s.id)?.getBoundingClientRect().top ?? Infinity) < window.innerHeight / 3);
      setCurrent((passed.at(-1) ?? sections[0])?.id);
    };
    const onScroll = () => {
      if (!waiting) waiting = requestAnimationFrame(look);
    };
    look();
    window.addEventListener('scroll', onScroll, { passive: true });
    return () => {
      window.removeEventListener('scroll', onScroll);
      cancelAnimationFrame(waiting);
    };
  }, [sections]);
  return current;
}
