import css from './Parts.module.css';

interface PartsProps<P extends string> {
  readonly parts: readonly { readonly id: P; readonly title: string; readonly count?: string }[];
  readonly current: P;
  /** Address of a part. */
  readonly link: (part: P) => string;
  readonly label: string;
}

/** The parts of a page, one shown at a time: links, so that each has an address. */
export function Parts<P extends string>({ parts, current, link, label }: PartsProps<P>) {
  return (
    <nav className={css.parts} aria-label={label}>
      {parts.map((part) => (
        <a key={part.id} href={link(part.id)} aria-current={part.id === current ? 'page' : undefined}>
          {part.title}
          {part.count ? <span>{part.count}</span> : null}
        </a>
      ))}
    </nav>
  );
}
