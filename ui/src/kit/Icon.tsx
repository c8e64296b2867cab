const PATHS = {
  check: 'M4.5 12.5l5 5 10-11',
  wave: 'M3 9c3-3 6-3 9 0s6 3 9 0M3 15c3-3 6-3 9 0s6 3 9 0',
  warning: 'M12 4l9 16H3zM12 10v4M12 17v.2',
  note: 'M12 3a9 9 0 100 18 9 9 0 000-18zM12 11v5M12 8v.2',
  sun: 'M12 8a4 4 0 100 8 4 4 0 000-8zM12 2v2M12 20v2M4.9 4.9l1.4 1.4M17.7 17.7l1.4 1.4M2 12h2M20 12h2M4.9 19.1l1.4-1.4M17.7 6.3l1.4-1.4',
  moon: 'M20 14.5A8.5 8.5 0 019.5 4a8.5 8.5 0 1010.5 10.5z',
  plus: 'M12 5v14M5 12h14',
  minus: 'M5 12h14',
  fit: 'M4 9V4h5M20 9V4h-5M4 15v5h5M20 15v5h-5',
  left: 'M14 6l-6 6 6 6',
  right: 'M10 6l6 6-6 6',
  up: 'M6 14l6-6 6 6',
  down: 'M6 10l6 6 6-6',
  menu: 'M4 7h16M4 12h16M4 17h16',
  close: 'M6 6l12 12M18 6L6 18',
  clock: 'M12 3a9 9 0 100 18 9 9 0 000-18zM12 7v5l3.5 2',
  target: 'M12 3a9 9 0 100 18 9 9 0 000-18zM12 8a4 4 0 100 8 4 4 0 000-8z',
  basket: 'M4 9h16l-1.5 10h-13zM8 9l3-5M16 9l-3-5',
  tag: 'M4 4h8l8 8-8 8-8-8zM8.5 8.5v.1',
  send: 'M4 12l16-8-6 16-3-7z',
} as const;

export type IconName = keyof typeof PATHS;

/** A line icon in the colour of the text around it; always decoration, so hidden from screen readers. */
export function Icon({ name, size = 18 }: { readonly name: IconName; readonly size?: number }) {
  return (
    <svg width={size} height={size} viewBox="0 0 24 24" fill="none" stroke="currentColor" strokeWidth="1.75" strokeLinecap="round" strokeLinejoin="round" aria-hidden="true" style={{ flex: 'none' }}>
      <path d={PATHS[name]} />
    </svg>
  );
}

/** Shoal's mark: three fish of one shoal. */
export function Mark({ size = 24 }: { readonly size?: number }) {
  const fish = 'M0 0c2.5-3.6 6.1-3.6 8.6-.6L11 -2.6v5.2L8.6 .6C6.1 3.6 2.5 3.6 0 0z';
  return (
    <svg width={size} height={size} viewBox="0 0 24 24" aria-hidden="true" style={{ flex: 'none', fill: 'var(--accent)' }}>
      <path d={fish} transform="translate(.5 12) scale(1.12)" />
      <path d={fish} transform="translate(11.5 5.4) scale(1.05)" opacity=".72" />
      <path d={fish} transform="translate(11.5 18.6) scale(1.05)" opacity=".45" />
    </svg>
  );
}
